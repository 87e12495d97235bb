// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/series.h"
#include "widgets/plots/smoother.h"

#include <QCoreApplication>
#include <QObject>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <memory>

using namespace concertina;

namespace {

constexpr int manyPoints = 60'000; // more than are smoothed at once

std::shared_ptr<Series> noisy(int count, double smoothing = 0) {
    auto series = std::make_shared<Series>();
    series->setSmoothing(smoothing);
    for (int step = 1; step <= count; ++step)
        series->append({step, 0, 0, step % 97 == 0 ? NAN : std::sin(step * 1.7) + step % 13});
    return series;
}

/// To the bit.
bool smoothedAlike(const Series& a, const Series& b) {
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a.y(CurveValues::Smoothed, i), y = b.y(CurveValues::Smoothed, i);
        if (x != y && !(std::isnan(x) && std::isnan(y)))
            return false;
    }
    return a.extent(CurveValues::Smoothed, 0, a.size())
           == b.extent(CurveValues::Smoothed, 0, b.size());
}

} // namespace

class TestSmoother : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Points that come while it works have the old smoothing first, and the new one with the others.
    void smoothingBesideTheWindowIsTheSame() {
        const auto series = noisy(manyPoints, 0.6), few = noisy(10, 0.6);
        Smoother smoother;
        QSignalSpy reported(&smoother, &Smoother::smoothed);
        smoother.smooth({series, few}, 0.9);
        QVERIFY(smoother.isBusy());
        QCOMPARE(series->smoothing(), 0.6);
        for (int step = manyPoints + 1; step <= manyPoints + 5000; ++step)
            series->append({step, 0, 0, step % 5 * 1.0});
        auto expected = noisy(manyPoints, 0.9);
        for (int step = manyPoints + 1; step <= manyPoints + 5000; ++step)
            expected->append({step, 0, 0, step % 5 * 1.0});
        QTRY_VERIFY(!smoother.isBusy());
        QCOMPARE(reported.size(), 1);
        QCOMPARE(series->smoothing(), 0.9);
        QVERIFY(smoothedAlike(*series, *expected));
        QVERIFY(smoothedAlike(*few, *noisy(10, 0.9)));
        smoother.smooth({few}, 0.3); // at once
        QVERIFY(!smoother.isBusy());
        QCOMPARE(few->smoothing(), 0.3);
        QCOMPARE(reported.size(), 2);
    }

    void ofSeveralWeightsTheLastIsDone() {
        const auto series = noisy(manyPoints);
        Smoother smoother;
        for (const double weight : {0.1, 0.2, 0.3, 0.4})
            smoother.smooth({series}, weight);
        QTRY_VERIFY(!smoother.isBusy());
        QVERIFY(smoothedAlike(*series, *noisy(manyPoints, 0.4)));
    }

    /// Another run's values came in while the former's were smoothed.
    void whatIsClearedTakesNothingOld() {
        const auto series = noisy(manyPoints);
        Smoother smoother;
        smoother.smooth({series}, 0.9);
        series->clear();
        for (int step = 1; step <= 30; ++step)
            series->append({step, 0, 0, step * 1.0});
        auto expected = std::make_shared<Series>();
        expected->setSmoothing(0.9);
        for (int step = 1; step <= 30; ++step)
            expected->append({step, 0, 0, step * 1.0});
        QTRY_VERIFY(!smoother.isBusy());
        QVERIFY(smoothedAlike(*series, *expected));
    }

    void aSmootherMayGoWhileItWorks() {
        const auto series = noisy(manyPoints, 0.6);
        {
            Smoother smoother;
            smoother.smooth({series}, 0.9);
        }
        QCoreApplication::processEvents();
        QCOMPARE(series->smoothing(), 0.6);
        QVERIFY(smoothedAlike(*series, *noisy(manyPoints, 0.6)));
    }
};

QTEST_GUILESS_MAIN(TestSmoother)
#include "tst_smoother.moc"
