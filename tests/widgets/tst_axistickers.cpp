// SPDX-License-Identifier: GPL-3.0-or-later
#undef QT_NO_KEYWORDS // QCustomPlot's header uses them
#include "widgets/plots/axis_tickers.h"

#include <QTest>

using namespace concertina;

class TestAxisTickers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void ticksAreWrittenWithAllTheirDecimals() {
        const auto labels = [](double low, double high) {
            const auto ticker = yTicker();
            ticker->setTickCount(5);
            QVector<double> ticks;
            QVector<QString> texts;
            ticker->generate({low, high}, QLocale::c(), QLatin1Char('g'), 6, ticks, nullptr, &texts);
            return QStringList(texts.begin(), texts.end());
        };
        // Steps of a quarter need a decimal more than their magnitude says.
        QVERIFY(labels(0, 0.125).contains(QStringLiteral("0.025")));
        QVERIFY(labels(0, 1.25).contains(QStringLiteral("0.75")));
        QVERIFY(labels(0, 12.5).contains(QStringLiteral("7.5")));
        QVERIFY(labels(0, 1).contains(QStringLiteral("0.6")));
    }
};

QTEST_MAIN(TestAxisTickers)
#include "tst_axistickers.moc"
