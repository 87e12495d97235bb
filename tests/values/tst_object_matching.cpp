// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/average_precision.h"
#include "core/values/object_matching.h"

#include <QTest>

#include <cmath>

using namespace concertina;

namespace {

ImageObject boxAt(double x, double score = 1, int label = 0) {
    const Box box{x, 0, 10, 10};
    return {.label = label, .box = box, .score = score, .area = box.area(), .points = {}};
}

const MatchMeasure boxes;

} // namespace

class ObjectMatchingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void boxesOverlapByTheSharesOfTheirAreas() {
        const Box a{0, 0, 10, 10}, b{5, 0, 10, 10};
        QCOMPARE(boxOverlap(a, b, false), 50.0 / 150);
        QCOMPARE(boxOverlap(a, b, true), 0.5); // half of what was found lies in the crowd
        QCOMPARE(boxOverlap(a, {10, 0, 10, 10}, false), 0.0); // touch
        QCOMPARE(boxOverlap({}, {}, false), 0.0);
        QCOMPARE(boxOverlap({NAN, 0, 10, 10}, a, false), 0.0);
        QCOMPARE(boxOverlap(a, {0, 0, INFINITY, 10}, false), 0.0);
    }

    void matchedMissedAndFalseAreThreeThings() {
        const std::vector truths{boxAt(0), boxAt(100), boxAt(200, 1, 1)};
        const std::vector found{boxAt(2, 0.6),   // 8/12 of the first
                                boxAt(1, 0.9),   // 9/11 of it, and a better score
                                boxAt(200, 0.8), // of another class
                                boxAt(100, 0.2)};
        const ImageMatches matches = matchObjects(truths, found, boxes, 0.5, 0.3);
        QVERIFY((matches.truths[0] == ObjectMatch{MatchState::Matched, 1, 90.0 / 110}));
        QVERIFY((matches.truths[1] == ObjectMatch{MatchState::Missed}));
        QVERIFY((matches.truths[2] == ObjectMatch{MatchState::Missed}));
        QVERIFY((matches.found[0] == ObjectMatch{MatchState::False}));
        QVERIFY((matches.found[1] == ObjectMatch{MatchState::Matched, 0, 90.0 / 110}));
        QVERIFY((matches.found[2] == ObjectMatch{MatchState::False}));
        QVERIFY((matches.found[3] == ObjectMatch{MatchState::BelowScore}));

        // With a lower threshold of the score the fourth counts; with a higher one of the overlap
        // the second does not.
        QVERIFY(matchObjects(truths, found, boxes, 0.5, 0.2).truths[1].state
                == MatchState::Matched);
        QVERIFY(matchObjects(truths, found, boxes, 0.9, 0.3).truths[0].state == MatchState::Missed);
        QVERIFY(matchObjects(truths, {}, boxes, 0.5, 0.3).truths[0].state == MatchState::Missed);
        QVERIFY(matchObjects({}, found, boxes, 0.5, 0.3).found[1].state == MatchState::False);
        // An overlap of nothing is none, whatever is asked for.
        QVERIFY(matchObjects(truths, std::vector{boxAt(50)}, boxes, 0, 0).found[0].state
                == MatchState::False);
    }

    void aCrowdTakesAnyNumberAndOnlyWhatNothingElseTakes() {
        std::vector truths{boxAt(0), boxAt(0)};
        truths[0].isCrowd = true;
        truths[0].box.width = 100;
        const std::vector found{boxAt(0, 0.9), boxAt(30, 0.8), boxAt(60, 0.7), boxAt(95, 0.6)};
        const ImageMatches matches = matchObjects(truths, found, boxes, 0.6, 0);
        QVERIFY(matches.truths[0].state == MatchState::Ignored);
        QVERIFY(matches.truths[1].state == MatchState::Matched);
        QVERIFY((matches.found[0] == ObjectMatch{MatchState::Matched, 1, 1}));
        QVERIFY((matches.found[1] == ObjectMatch{MatchState::Ignored, 0, 1}));
        QVERIFY((matches.found[2] == ObjectMatch{MatchState::Ignored, 0, 1}));
        QVERIFY(matches.found[3].state == MatchState::False); // half of it lies outside
    }

    void personsWithoutLabelledPointsNeedNotBeFound() {
        ImageObject truth = boxAt(0);
        truth.points = {{5, 5, Keypoint::State::Unknown}};
        ImageObject found = boxAt(0);
        found.points = {{6, 6, Keypoint::State::Seen}};
        const MatchMeasure points{{0.1}};
        const auto matches = matchObjects(std::vector{truth}, std::vector{found}, points, 0.5, 0);
        QVERIFY(matches.truths[0].state == MatchState::Ignored);
        QVERIFY(matches.found[0].state == MatchState::Ignored);
        truth.points[0].state = Keypoint::State::Hidden;
        QVERIFY(matchObjects(std::vector{truth}, std::vector{found}, points, 0.5, 0).truths[0].state
                == MatchState::Matched); // exp(−2 / (2 · 100 · 0.04)) = 0.78
    }

    void whatIsFoundIsSeenAsItIsCounted() {
        // Of a made image: as many are matched as the recall at 0.50 says.
        std::vector<ImageObject> truths, found;
        for (int i = 0; i < 40; ++i) {
            truths.push_back(boxAt(7.0 * i));
            found.push_back(boxAt(9.0 * i, 0.01 * (i * 17 % 40)));
        }
        AveragePrecision precision(boxPrecisionRules(), 1);
        precision.add(truths, found);
        const auto matches = matchObjects(truths, found, boxes, 0.5, 0);
        const auto matched =
            std::ranges::count(matches.truths, MatchState::Matched, &ObjectMatch::state);
        QVERIFY(matched > 5 && matched < 35); // some of each
        const auto report = precision.report();
        // Precision is that of all found at the highest recall, and below it no less.
        QVERIFY(report.classes[0].atHalf > 0);
        AveragePrecision once(PrecisionRules{{}, {{"", 0, 1e10}}, {100}}, 1);
        once.add(truths, found);
        const auto figures = once.report().figures;
        const auto recall = std::ranges::find(figures, "AR50", &PrecisionFigure::name);
        QCOMPARE(recall->value, static_cast<double>(matched) / 40);
    }
};

QTEST_APPLESS_MAIN(ObjectMatchingTest)
#include "tst_object_matching.moc"
