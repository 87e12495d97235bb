// SPDX-License-Identifier: GPL-3.0-or-later
// Icons and sparklines: what is painted, by its pixels.
#include "widgets/controls/icon.h"
#include "widgets/controls/icon_files.h"
#include "widgets/controls/sparkline.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QImage>
#include <QPainter>
#include <QSvgRenderer>
#include <QTest>

#include <cmath>
#include <limits>

using namespace concertina;

namespace {

constexpr double noValue = std::numeric_limits<double>::quiet_NaN();

QImage sparkline(const QList<QList<double>>& lines) {
    QImage image(100, 20, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::white);
    QPainter painter(&image);
    drawSparklines(painter, image.rect(), lines, Qt::black);
    return image;
}

int darkPixels(const QImage& image, const QRect& area) {
    int count = 0;
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x)
            count += qGray(image.pixel(x, y)) < 160 ? 1 : 0;
    return count;
}

} // namespace

class TestDrawing : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeChoice::Light); }

    void everyIconIsDrawnInTheColorThatIsAsked() {
        QVERIFY(!iconFiles().empty());
        for (const EmbeddedText& file : iconFiles()) {
            const auto name =
                QString::fromLatin1(file.name.data(), static_cast<qsizetype>(file.name.size()));
            QVERIFY2(
                QSvgRenderer(QByteArray(file.text.data(), static_cast<qsizetype>(file.text.size())))
                    .isValid(),
                qPrintable(name));
            QImage image(48, 48, QImage::Format_ARGB32);
            image.fill(Qt::transparent);
            QPainter painter(&image);
            drawIcon(painter, image.rect(), name, Qt::red);
            painter.end();
            int inked = 0;
            for (int y = 0; y < 48; ++y)
                for (int x = 0; x < 48; ++x)
                    if (const QColor pixel = image.pixelColor(x, y); pixel.alpha() == 255) {
                        ++inked;
                        QCOMPARE(pixel, QColor(Qt::red));
                    }
            QVERIFY2(inked > 10, qPrintable(name));
        }
    }

    void unknownIconIsNull() { QVERIFY(themedIcon(QStringLiteral("no such icon")).isNull()); }

    void iconFollowsTheTheme() {
        const QIcon icon = themedIcon(QStringLiteral("stop"));
        const auto darkest = [&icon] {
            int lowest = 255;
            const QImage image = icon.pixmap(24, 24).toImage();
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    if (qAlpha(image.pixel(x, y)) > 250)
                        lowest = std::min(lowest, qGray(image.pixel(x, y)));
            return lowest;
        };
        const int light = darkest();
        applyTheme(*qApp, ThemeChoice::Dark);
        const int dark = darkest();
        applyTheme(*qApp, ThemeChoice::Light);
        QVERIFY(light < 60);
        QVERIFY(dark > 180);
    }

    void sparklineRisesFromLeftToRight() {
        const QImage image = sparkline({{0, 1, 2, 3}});
        QVERIFY(darkPixels(image, {0, 12, 20, 8}) > 0); // begins low
        QVERIFY(darkPixels(image, {80, 0, 20, 8}) > 0); // ends high
        QCOMPARE(darkPixels(image, {0, 0, 20, 8}), 0);
        QCOMPARE(darkPixels(image, {80, 12, 20, 8}), 0);
    }

    void sparklineLeavesGapsWhereThereIsNoValue() {
        const QImage image = sparkline({{1, 1, noValue, noValue, 1, 1}});
        QVERIFY(darkPixels(image, {0, 0, 19, 20}) > 0);
        QCOMPARE(darkPixels(image, {25, 0, 50, 20}), 0);
        QVERIFY(darkPixels(image, {81, 0, 19, 20}) > 0);
    }

    void sparklineOfNothingAndOfWhatIsNotFinite() {
        const QImage blank = sparkline({});
        QCOMPARE(darkPixels(blank, blank.rect()), 0);
        const QImage infinite = sparkline({{noValue, INFINITY, -INFINITY}, {}});
        QCOMPARE(darkPixels(infinite, infinite.rect()), 0);
        QVERIFY(darkPixels(sparkline(QList<QList<double>>{QList<double>{5}}), {0, 0, 100, 20}) > 0); // one value is a point
    }

    /// Lines of one group share their range: a worse seed lies lower.
    void severalSparklinesShareOneRange() {
        const QImage image = sparkline({{0, 0}, {10, 10}});
        QVERIFY(darkPixels(image, {0, 0, 100, 4}) > 50);
        QVERIFY(darkPixels(image, {0, 16, 100, 4}) > 50);
    }
};

QTEST_MAIN(TestDrawing)
#include "tst_drawing.moc"
