// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/metric.h"
#include "core/values/spread.h"
#include "tests/printing.h"

#include <QTest>

#include <cmath>

using namespace concertina;

class MetricTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void gainIsTheMeanOverTasksOfTheMeanOverTheirMetrics() {
        // By hand: a has one metric, up 10 %; b's errors go down by 20 % and up by 10 %, 5 % in the
        // mean; (10 + 5) / 2.
        QVERIFY(std::abs(multitaskGain({{"a", true, 0.55, 0.5},
                                        {"b", false, 0.8, 1.0},
                                        {"b", false, 2.2, 2.0}})
                         - 7.5)
                < 1e-12);
        QCOMPARE(multitaskGain({{"a", true, 3, 3}, {"b", false, 4, 4}}), 0.0);
        QVERIFY(multitaskGain({{"a", false, 2, 1}}) == -100.0);
    }

    void seedsAreAMeanAndTheDeviationOfASample() {
        // 1, 2, 6: the mean 3, squares 4 + 1 + 9 = 14, ÷ 2.
        const std::vector<double> values{1, 2, 6};
        const Spread spread = spreadOf(values);
        QCOMPARE(spread.mean, 3.0);
        QVERIFY(std::abs(spread.deviation - std::sqrt(7.0)) < 1e-15);
        QCOMPARE(spread.count, 3);
        const MetricInfo metres{.name = "abs_err", .unit = "m", .digits = 2};
        QCOMPARE(metricText(metres, spread), std::string("3.00 ± 2.65 m"));
        const std::vector<double> one{0.5}, lost{0.5, std::nan("")};
        QCOMPARE(metricText(metres, spreadOf(one)), std::string("0.50 m"));
        QVERIFY(std::isnan(spreadOf({}).mean) && std::isnan(spreadOf(lost).mean));
    }

    void keyHasTheTaskWhereThereIsOne() {
        QCOMPARE(metricKey("depth", "abs_err"), std::string("depth/abs_err"));
        QCOMPARE(metricKey("", "lr"), std::string("lr"));
    }

    void valuesHaveTheirDecimalsAndUnit() {
        QCOMPARE(metricText({.name = "miou", .digits = 3}, 0.41249), std::string("0.412"));
        QCOMPARE(metricText({.name = "abs_err", .unit = "m", .digits = 3}, 0.6731),
                 std::string("0.673 m"));
        QCOMPARE(metricText({.name = "mean", .unit = "°", .digits = 1}, 34.86),
                 std::string("34.9°"));
        QCOMPARE(metricText({.name = "count", .digits = 0}, 12.0), std::string("12"));
    }

    void whatIsNotDefinedIsADash() {
        const MetricInfo metres{.name = "abs_err", .unit = "m"};
        for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL})
            QCOMPARE(metricText(metres, value), std::string("–"));
    }

    void hugeValuesStayReadable() {
        QCOMPARE(metricText({.name = "x", .unit = "m"}, 1e300), std::string("1e300 m"));
        QCOMPARE(metricText({.name = "x", .unit = "m"}, 10521717262.705),
                 std::string("1.052e10 m"));
        QCOMPARE(metricText({.name = "x", .unit = "m"}, 999999.9), std::string("999999.900 m"));
    }
};

QTEST_APPLESS_MAIN(MetricTest)
#include "tst_metric.moc"
