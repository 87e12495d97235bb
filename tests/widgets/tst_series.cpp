// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/label_layout.h"
#include "widgets/plots/series.h"

#include <QObject>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace concertina;

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

/// Values of all sizes and signs; one in ten is not a number or infinite.
std::vector<double> wildValues(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i)
        switch (random() % 20) {
        case 0: values.push_back(notANumber); break;
        case 1: values.push_back(random() % 2 == 0 ? infinite : -infinite); break;
        default: values.push_back(normal(random) * std::pow(10, normal(random)));
        }
    return values;
}

Series seriesOf(const std::vector<double>& values, double smoothing = 0) {
    Series series;
    series.setSmoothing(smoothing);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto step = static_cast<std::int64_t>(i) + 1;
        series.append(
            {step, static_cast<double>(step) / 10, static_cast<double>(step) * 0.5, values[i]});
    }
    return series;
}

/// The definition, with a power that is taken anew each time.
std::vector<double> smoothedByDefinition(const std::vector<double>& values, double weight) {
    std::vector<double> smoothed;
    double average = 0;
    int counted = 0;
    for (const double value : values) {
        if (!std::isfinite(value)) {
            smoothed.push_back(value);
            continue;
        }
        average = average * weight + (1 - weight) * value;
        ++counted;
        smoothed.push_back(average / (1 - std::pow(weight, counted)));
    }
    return smoothed;
}

bool same(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) || a == b
           || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

Extent extentByLooking(const std::vector<double>& values, std::size_t from, std::size_t to) {
    Extent extent;
    for (std::size_t i = from; i < to; ++i)
        if (std::isfinite(values[i])) {
            extent.low = std::min(extent.low, values[i]);
            extent.high = std::max(extent.high, values[i]);
            if (values[i] > 0)
                extent.lowPositive = std::min(extent.lowPositive, values[i]);
        }
    return extent;
}

} // namespace

class TestSeries : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void extentOfAnyStretchIsThatOfItsValues();
    void smoothingIsTheDividedAverage_data();
    void smoothingIsTheDividedAverage();
    void appendingSmoothsAsTheWholeWould();
    void constantStaysConstant();
    void pointsThatDoNotFollowAreLeftOut();
    void unknownTimesStandStill();
    void nearestIsTheNearest();
    void fewPointsAreDrawnAsTheyAre();
    void columnsKeepFirstLowestHighestAndLast();
    void lineEntersAndLeavesTheView();
    void gapsStayGaps();
    void bulkLeavesTheOutermostTwentiethsOut();
    void bulkOfFewValuesIsAllOfThem();
    void clearedSeriesBeginsAnew();
    void labelsKeepTheirPlaceWhereThereIsRoom();
    void labelsNeverCoverEachOther();
    void labelsWithoutRoomShareIt();
};

void TestSeries::extentOfAnyStretchIsThatOfItsValues() {
    const auto values = wildValues(9000, 1); // three levels of blocks, none of them full
    const Series series = seriesOf(values);
    std::mt19937 random(2);
    for (int i = 0; i < 2000; ++i) {
        std::size_t from = random() % (values.size() + 1), to = random() % (values.size() + 1);
        if (from > to)
            std::swap(from, to);
        QCOMPARE(series.extent(CurveValues::Raw, from, to), extentByLooking(values, from, to));
    }
    QVERIFY(series.extent(CurveValues::Raw, 7, 7).empty());
}

void TestSeries::smoothingIsTheDividedAverage_data() {
    QTest::addColumn<double>("weight");
    for (const double weight : {0.0, 0.1, 0.6, 0.9, 0.99})
        QTest::addRow("%g", weight) << weight;
}

void TestSeries::smoothingIsTheDividedAverage() {
    QFETCH(double, weight);
    const auto values = wildValues(5000, 3);
    Series series = seriesOf(values); // not smoothed at first
    series.setSmoothing(weight);
    const auto expected = smoothedByDefinition(values, weight);
    for (std::size_t i = 0; i < values.size(); ++i)
        QVERIFY2(same(series.y(CurveValues::Smoothed, i), expected[i]),
                 qPrintable(QString::number(i)));
}

void TestSeries::appendingSmoothsAsTheWholeWould() {
    const auto values = wildValues(3000, 4);
    Series later = seriesOf(values);
    later.setSmoothing(0.6);
    const Series grown = seriesOf(values, 0.6);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double a = grown.y(CurveValues::Smoothed, i), b = later.y(CurveValues::Smoothed, i);
        QVERIFY((std::isnan(a) && std::isnan(b)) || a == b);
    }
    QCOMPARE(grown.extent(CurveValues::Smoothed, 0, 3000),
             later.extent(CurveValues::Smoothed, 0, 3000));
}

void TestSeries::constantStaysConstant() {
    const Series series = seriesOf(std::vector<double>(1000, 0.3), 0.99);
    for (std::size_t i = 0; i < series.size(); ++i)
        QVERIFY(std::abs(series.y(CurveValues::Smoothed, i) - 0.3) < 1e-12);
}

void TestSeries::pointsThatDoNotFollowAreLeftOut() {
    Series series;
    for (const std::int64_t step : {5, 5, 3, 6})
        series.append({step, 0, 0, static_cast<double>(step)});
    QCOMPARE(series.size(), std::size_t{2});
    QCOMPARE(series.at(1).step, std::int64_t{6});
}

void TestSeries::unknownTimesStandStill() {
    Series series;
    series.append({1, 0.1, 10, 1});
    series.append({2, notANumber, 8, 2});
    series.append({3, 0.3, 12, 3});
    QCOMPARE(series.at(1).epoch, 0.1);
    QCOMPARE(series.at(1).seconds, 10.0);
    QCOMPARE(series.at(2).seconds, 12.0);
}

void TestSeries::nearestIsTheNearest() {
    const Series series = seriesOf(std::vector<double>(100, 1.0)); // steps 1 to 100
    QVERIFY(!Series().nearest(CurveAxis::Step, 1));
    QCOMPARE(*series.nearest(CurveAxis::Step, -7), std::size_t{0});
    QCOMPARE(*series.nearest(CurveAxis::Step, 17.4), std::size_t{16});
    QCOMPARE(*series.nearest(CurveAxis::Step, 17.6), std::size_t{17});
    QCOMPARE(*series.nearest(CurveAxis::Step, 1e9), std::size_t{99});
    QCOMPARE(*series.nearest(CurveAxis::Time, 25), std::size_t{49});
    QCOMPARE(*series.nearest(CurveAxis::Epoch, 9.99), std::size_t{99});
}

void TestSeries::fewPointsAreDrawnAsTheyAre() {
    const Series series = seriesOf({1, 2, notANumber, 4});
    std::vector<PlotPoint> points;
    series.reduce(CurveValues::Raw, CurveAxis::Step, 0, 10, 100, points);
    QCOMPARE(points.size(), std::size_t{4});
    QCOMPARE(points[1], (PlotPoint{2, 2}));
    QVERIFY(std::isnan(points[2].y));
}

/// Column by column what is drawn spans exactly what is there, and begins and ends with it.
void TestSeries::columnsKeepFirstLowestHighestAndLast() {
    constexpr int columns = 100;
    auto values = wildValues(20000, 5);
    const Series series = seriesOf(values);
    const double low = 1000.5, high = 15000.5;
    std::vector<PlotPoint> points;
    series.reduce(CurveValues::Raw, CurveAxis::Step, low, high, columns, points);
    QVERIFY(points.size() <= 4 * columns + 2);
    const double width = (high - low) / columns;
    for (int column = 0; column < columns; ++column) {
        const double from = low + width * column, to = from + width;
        std::vector<double> there, drawn;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto step = static_cast<double>(i) + 1;
            if (step >= from && step < to && std::isfinite(values[i]))
                there.push_back(values[i]);
        }
        for (const PlotPoint& point : points)
            if (point.x >= from && point.x < to && !std::isnan(point.y))
                drawn.push_back(point.y);
        QVERIFY(!there.empty());
        QCOMPARE(std::ranges::min(drawn), std::ranges::min(there));
        QCOMPARE(std::ranges::max(drawn), std::ranges::max(there));
        const auto first = static_cast<std::size_t>(std::ceil(from)) - 1;
        if (std::isfinite(values[first]))
            QCOMPARE(drawn.front(), there.front());
    }
    QVERIFY(std::ranges::is_sorted(points, {}, &PlotPoint::x));
}

void TestSeries::lineEntersAndLeavesTheView() {
    const Series series = seriesOf(std::vector<double>(1000, 2.0));
    std::vector<PlotPoint> points;
    for (const int columns : {5, 1000}) { // summed up, and not
        series.reduce(CurveValues::Raw, CurveAxis::Step, 100.5, 899.5, columns, points);
        QCOMPARE(points.front().x, 100.0);
        QCOMPARE(points.back().x, 900.0);
    }
    series.reduce(CurveValues::Raw, CurveAxis::Step, 2000, 3000, 100, points);
    QCOMPARE(points.size(), std::size_t{1}); // the one before
    Series().reduce(CurveValues::Raw, CurveAxis::Step, 0, 1, 100, points);
    QVERIFY(points.empty());
}

void TestSeries::gapsStayGaps() {
    std::vector<double> values(4000, 1.0);
    std::fill(values.begin() + 1000, values.begin() + 2000, notANumber);
    std::vector<PlotPoint> points;
    seriesOf(values).reduce(CurveValues::Raw, CurveAxis::Step, 1, 4000, 40, points);
    QVERIFY(std::ranges::any_of(points, [](const PlotPoint& p) { return std::isnan(p.y); }));
    for (const PlotPoint& point : points)
        if (point.x > 1101 && point.x < 1900)
            QVERIFY(std::isnan(point.y));
}

void TestSeries::bulkLeavesTheOutermostTwentiethsOut() {
    std::vector<double> values;
    for (int i = 0; i < 1001; ++i)
        values.push_back((i * 37) % 1001); // 0 to 1000, mixed
    values.push_back(notANumber);
    const Extent bulk = seriesOf(values).bulk(CurveValues::Raw, 0, values.size(), 0.05);
    QCOMPARE(bulk.low, 50.0);
    QCOMPARE(bulk.high, 950.0);
}

void TestSeries::bulkOfFewValuesIsAllOfThem() {
    const std::vector<double> values{5, 1, notANumber, 100, 7};
    const Extent bulk = seriesOf(values).bulk(CurveValues::Raw, 0, values.size(), 0.05);
    QCOMPARE(bulk.low, 1.0);
    QCOMPARE(bulk.high, 100.0);
    QVERIFY(seriesOf({notANumber, infinite}).bulk(CurveValues::Raw, 0, 2, 0.05).empty());
}

void TestSeries::clearedSeriesBeginsAnew() {
    Series series = seriesOf(wildValues(5000, 6), 0.6);
    series.clear();
    QVERIFY(series.empty());
    series.append({1, 0, 0, 4});
    QCOMPARE(series.y(CurveValues::Smoothed, 0), 4.0);
    QCOMPARE(series.extent(CurveValues::Raw, 0, 1).high, 4.0);
}

void TestSeries::labelsKeepTheirPlaceWhereThereIsRoom() {
    QCOMPARE(spreadLabels({50, 20, 80}, 10, 0, 100), (std::vector<double>{50, 20, 80}));
    QCOMPARE(spreadLabels({-30, 500}, 10, 0, 100), (std::vector<double>{5, 95}));
    QVERIFY(spreadLabels({}, 10, 0, 100).empty());
}

void TestSeries::labelsNeverCoverEachOther() {
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        std::vector<double> wanted(1 + random() % 9);
        for (double& place : wanted)
            place = static_cast<double>(random() % 140) - 20;
        const auto places = spreadLabels(wanted, 10, 0, 100);
        for (std::size_t i = 0; i < places.size(); ++i) {
            QVERIFY(places[i] >= 5 - 1e-9 && places[i] <= 95 + 1e-9);
            for (std::size_t k = 0; k < places.size(); ++k) {
                if (wanted[i] < wanted[k])
                    QVERIFY(places[k] - places[i] >= 10 - 1e-9);
            }
        }
    }
    // Two that want one place stand at both sides of it.
    QCOMPARE(spreadLabels({50, 50}, 10, 0, 100), (std::vector<double>{45, 55}));
}

void TestSeries::labelsWithoutRoomShareIt() {
    const auto places = spreadLabels({1, 2, 3, 4, 5}, 10, 0, 30);
    QCOMPARE(places, (std::vector<double>{5, 10, 15, 20, 25}));
}

QTEST_APPLESS_MAIN(TestSeries)
#include "tst_series.moc"
