// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/color_map.h"
#include "core/values/value_map.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace concertina;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
constexpr Rgb red{200, 10, 10}, blue{10, 10, 200};
const std::vector<ClassInfo> twoClasses{{"wall", red}, {"floor", blue}};

Rgb colorAt(const Image& image, int y, int x) {
    const std::uint8_t* pixel = image.pixel(y, x);
    return {pixel[0], pixel[1], pixel[2]};
}

/// One row of values.
ValueMap row(const TargetKind* kind, std::vector<float> values) {
    const int channels = kind == &normalsTarget() ? 3 : 1;
    return {kind, 1, static_cast<int>(values.size()) / channels, std::move(values)};
}

} // namespace

class ValueMapTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void classesHaveTheDatasetsColorsAndWhatIsUnknownIsGrey() {
        const ValueMap map = row(&classesTarget(), {0, 1, -1, 2});
        const Image image = draw(map, twoClasses, rangeOf(map));
        QCOMPARE(image.height, 1);
        QCOMPARE(image.width, 4);
        QVERIFY(colorAt(image, 0, 0) == red);
        QVERIFY(colorAt(image, 0, 1) == blue);
        QVERIFY(colorAt(image, 0, 2) == UnknownColor);
        QVERIFY(colorAt(image, 0, 3) == UnknownColor); // no such class
    }

    void rowsAndColumnsStayWhereTheyAre() {
        ValueMap map{&classesTarget(), 3, 5, std::vector<float>(15)};
        map.values[2 * 5 + 1] = 1;
        const Image image = draw(map, twoClasses, rangeOf(map));
        for (int y = 0; y < 3; ++y)
            for (int x = 0; x < 5; ++x)
                QVERIFY(colorAt(image, y, x) == (y == 2 && x == 1 ? blue : red));
    }

    void depthIsDrawnFromTheNearestToTheFarthestMeasurement() {
        const ValueMap truth = row(&depthTarget(), {0, 2, 4, 6});
        const ValueRange range = rangeOf(truth);
        QCOMPARE(range.low, 2.0); // the 0 is no measurement
        QCOMPARE(range.high, 6.0);
        const Image image = draw(truth, {}, range);
        QVERIFY(colorAt(image, 0, 0) == UnknownColor);
        QVERIFY(colorAt(image, 0, 1) == viridis(0));
        QVERIFY(colorAt(image, 0, 2) == viridis(0.5));
        QVERIFY(colorAt(image, 0, 3) == viridis(1));
        // A prediction is drawn over the truth's range: what lies beyond takes the end's colour.
        const Image guess = draw(row(&depthTarget(), {1, 9, infinity}), {}, range);
        QVERIFY(colorAt(guess, 0, 0) == viridis(0));
        QVERIFY(colorAt(guess, 0, 1) == viridis(1));
        QVERIFY(colorAt(guess, 0, 2) == UnknownColor);
    }

    void aMapWithoutMeasurementsOrOfOneDepthHasARangeToo() {
        for (const float metres : {0.0F, 3.0F}) {
            const ValueRange range = rangeOf(row(&depthTarget(), {metres, metres}));
            QVERIFY(range.high > range.low);
        }
    }

    void twoRangesJoinedHoldBoth() {
        QVERIFY(joined({1, 4}, {2, 7}) == (ValueRange{1, 7}));
    }

    void normalsAreTheUsualRgb() {
        // (n + 1) / 2: x right is red, y down is green, towards the camera (−z) is dark in blue.
        const ValueMap map =
            row(&normalsTarget(), {1, 0, 0, 0, /*y*/ 0, 1, 0, 0, /*z*/ 0, 0, -1, 0});
        const Image image = draw(map, {}, rangeOf(map));
        QVERIFY(colorAt(image, 0, 0) == (Rgb{255, 128, 128}));
        QVERIFY(colorAt(image, 0, 1) == (Rgb{128, 255, 128}));
        QVERIFY(colorAt(image, 0, 2) == (Rgb{128, 128, 0}));
        QVERIFY(colorAt(image, 0, 3) == UnknownColor);
    }

    void errorsAreInTheTargetsUnitAndLeaveOutWhatIsUnknown() {
        const auto classes =
            errors(row(&classesTarget(), {0, 1, 1}), row(&classesTarget(), {0, 0, -1}));
        QCOMPARE(classes[0], 0.0F);
        QCOMPARE(classes[1], 1.0F);
        QVERIFY(std::isnan(classes[2]));
        QCOMPARE(meanError(classes), 0.5);

        const auto depth = errors(row(&depthTarget(), {2.5F, 1}), row(&depthTarget(), {2, 0}));
        QCOMPARE(depth[0], 0.5F);
        QVERIFY(std::isnan(depth[1]));

        // x against y is a right angle, x against −x a straight one.
        const auto angles = errors(row(&normalsTarget(), {1, 1, /*y*/ 0, 0, /*z*/ 0, 0}),
                                   row(&normalsTarget(), {0, -1, /*y*/ 1, 0, /*z*/ 0, 0}));
        QVERIFY(std::abs(angles[0] - 90) < 1e-4F);
        QVERIFY(std::abs(angles[1] - 180) < 1e-4F);
        QVERIFY(std::isnan(meanError(std::vector<float>{notANumber})));
    }

    void whatIsNoNumberIsNoSmallError() {
        // The truth is known at the first pixel alone.
        const auto verifyInfinite = [](const std::vector<float>& found) {
            QVERIFY(std::isinf(found[0]) && found[0] > 0);
            QVERIFY(std::isnan(found[1]));
            QVERIFY(std::isinf(meanError(found)));
        };
        constexpr float infinite = std::numeric_limits<float>::infinity();
        verifyInfinite(errors(row(&classesTarget(), {-1, -1}), row(&classesTarget(), {0, -1})));
        for (const float bad : {notANumber, infinite, -infinite}) {
            verifyInfinite(errors(row(&depthTarget(), {bad, bad}), row(&depthTarget(), {2, 0})));
            verifyInfinite(errors(row(&normalsTarget(), {bad, 0, /*y*/ 0, bad, /*z*/ 0, 1}),
                                  row(&normalsTarget(), {1, 0, /*y*/ 0, 0, /*z*/ 0, 0})));
        }
    }

    void aPredictionOfNothingIsWrongAsFarAsItIs() {
        // A depth of 0 m is 2 m off, a direction of no length at a right angle, as metrics have it.
        QCOMPARE(errors(row(&depthTarget(), {0}), row(&depthTarget(), {2}))[0], 2.0F);
        const auto angle = errors(row(&normalsTarget(), {0, /*y*/ 0, /*z*/ 0}),
                                  row(&normalsTarget(), {1, /*y*/ 0, /*z*/ 0}))[0];
        QVERIFY(std::abs(angle - 90) < 1e-4F);
    }

    void errorsAreDarkWhereThereIsNoneAndBrightAtTheLimit() {
        const Image image = drawErrors(std::vector<float>{0, 0.5F, 2, notANumber}, 1, 4, 0.5);
        QVERIFY(colorAt(image, 0, 0) == inferno(0));
        QVERIFY(colorAt(image, 0, 1) == inferno(1));
        QVERIFY(colorAt(image, 0, 2) == inferno(1));
        QVERIFY(colorAt(image, 0, 3) == UnknownColor);
    }

    void aPixelsValueIsReadWithItsUnit() {
        QCOMPARE(valueText(row(&classesTarget(), {1, -1}), 0, 0, twoClasses), "floor");
        QCOMPARE(valueText(row(&classesTarget(), {1, -1}), 0, 1, twoClasses), "–");
        QCOMPARE(valueText(row(&depthTarget(), {2.4131F}), 0, 0, {}), "2.413 m");
    }

    void classesAreCountedWithoutWhatHasNone() {
        const auto counts = classCounts(row(&classesTarget(), {1, 1, 0, -1, 7}), 3);
        QVERIFY(counts == (std::vector<std::size_t>{1, 2, 0}));
    }

    void listsAreReadFromTheGreatestScoreOn() {
        const std::vector<ClassInfo> rooms{{"bath", red}, {"bed", blue}, {"hall", red}};
        const ValueMap said{&labelTarget(), 1, 1, {0.2F, 0.7F, 0.1F}};
        const ValueMap truth{&labelTarget(), 1, 1, {0, 1, 0}};
        QCOMPARE(valueText(said, 0, 0, rooms), std::string("bed 0.70"));
        QCOMPARE(valueText(truth, 0, 0, rooms), std::string("bed"));
        const auto rows = said.kind->rows(said, rooms);
        QCOMPARE(rows.size(), std::size_t{3});
        QCOMPARE(rows[0].name, std::string("bed"));
        QVERIFY(rows[0].isSet && !rows[1].isSet);
        QCOMPARE(rows[1].text, std::string("0.20"));
        QCOMPARE(errors(said, truth), std::vector<float>{0});
        QCOMPARE(errors({&labelTarget(), 1, 1, {0.8F, 0.1F, 0.1F}}, truth), std::vector<float>{1});
        const ValueMap unknown{&labelTarget(), 1, 1, {notANumber, notANumber, notANumber}};
        QVERIFY(std::isnan(errors(said, unknown)[0]));
        QVERIFY(std::isinf(errors(unknown, truth)[0])); // what was predicted is no number
        QCOMPARE(valueText(unknown, 0, 0, rooms), std::string("–"));
        QCOMPARE(labelTarget().errorText(1), std::string("100.0 %"));
    }

    void presenceIsWrongByTheShareOfWhatIsKnown() {
        const std::vector<ClassInfo> things{{"lamp", red}, {"sofa", blue}, {"plant", red}};
        const ValueMap said{&presenceTarget(), 1, 1, {0.9F, 0.4F, 0.6F}};
        const ValueMap truth{&presenceTarget(), 1, 1, {1, 1, notANumber}};
        QCOMPARE(errors(said, truth), std::vector<float>{0.5F});
        QCOMPARE(valueText(said, 0, 0, things), std::string("lamp 0.90, plant 0.60"));
        QCOMPARE(valueText(truth, 0, 0, things), std::string("lamp, sofa"));
        QCOMPARE(valueText({&presenceTarget(), 1, 1, {0, 0, 0}}, 0, 0, things),
                 std::string("none"));
        const auto rows = truth.kind->rows(truth, things);
        QCOMPARE(rows[2].text, std::string("–")); // not known, behind those that are
        QVERIFY(!rows[2].isSet);
        const auto difference = differenceRows(said, truth, things);
        QCOMPARE(difference[0].text, std::string("0.90 → 1.00"));
        QVERIFY(std::abs(difference[0].share - 0.1) < 1e-6);
        QVERIFY(difference[2].isSet); // the truth has it, though not the prediction
    }

    void quantitiesDifferByTheMeanOfWhatIsKnown() {
        const std::vector<ClassInfo> names{{"area", red}, {"height", blue}};
        const ValueMap said{&valuesTarget(), 1, 1, {20, 3}};
        QCOMPARE(errors(said, {&valuesTarget(), 1, 1, {22, 3.5F}}), std::vector<float>{1.25F});
        QCOMPARE(errors(said, {&valuesTarget(), 1, 1, {notANumber, 2}}), std::vector<float>{1});
        QCOMPARE(valueText(said, 0, 0, names), std::string("area 20, height 3"));
    }
};

QTEST_GUILESS_MAIN(ValueMapTest)
#include "tst_value_map.moc"
