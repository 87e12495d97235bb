// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/stop_after.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

class StopAfterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void epochsComeBeforeSteps() {
        QCOMPARE(plannedSteps({.steps = 70}, 10), 70);
        QCOMPARE(plannedSteps({.steps = 70, .epochs = 2.5}, 10), 25);
        QCOMPARE(plannedSteps({.steps = 70, .epochs = 0.01}, 10), 1); // at least one
    }

    void stepsAndTimesAreRead() {
        QVERIFY(stopAfterFromText("") == StopAfter{});
        QVERIFY(stopAfterFromText("500 steps") == StopAfter{.steps = 500});
        QVERIFY(stopAfterFromText("1 step") == StopAfter{.steps = 1});
        QVERIFY(stopAfterFromText("90 s") == StopAfter{.seconds = 90});
        QVERIFY(stopAfterFromText("1.5min") == StopAfter{.seconds = 90});
        QVERIFY(stopAfterFromText("2 h") == StopAfter{.seconds = 7200});
        QVERIFY(stopAfterFromText(stopAfterSteps(7)) == StopAfter{.steps = 7});
    }

    void howFarARunGoesOnIsReadAsTheFieldAndMore() {
        QVERIFY(stopAfterUntil("end") == std::string());
        QVERIFY(stopAfterFromText(*stopAfterUntil("500")) == StopAfter{.steps = 500});
        QVERIFY(stopAfterFromText(*stopAfterUntil("500 steps")) == StopAfter{.steps = 500});
        QVERIFY(stopAfterFromText(*stopAfterUntil("90 s")) == StopAfter{.seconds = 90});
        for (const char* text : {"", "0", "-5", "2.5", "End", "soon", "99999999999999999999"})
            QVERIFY2(!stopAfterUntil(text), text);
    }

    void whatEndedBeforeItsPlanWasCut() {
        const TrainSpec cut{.steps = 70, .stopAfter = "20 steps"};
        QVERIFY(wasCut(cut, 10, 20));
        QVERIFY(!wasCut(cut, 10, 70)); // longer than the plan: nothing was cut
        QVERIFY(!wasCut({.steps = 70}, 10, 70));
        QVERIFY(wasCut({.steps = 70, .epochs = 2.5, .stopAfter = "2 h"}, 10, 24));
        QVERIFY(!wasCut({.steps = 70, .epochs = 2.5, .stopAfter = "2 h"}, 10, 25));
    }

    void aCutIsCalledByItsStepAndThePlan() {
        const TrainSpec cut{.steps = 10, .stopAfter = "3 steps"};
        QCOMPARE(cutText(cut, 5, 3), std::string("cut at step 3 of 10"));
        QCOMPARE(cutText(cut, 5, 10), std::string());
        QCOMPARE(cutText({.steps = 10}, 5, 10), std::string());
        const TrainSpec epochs{.epochs = 2, .stopAfter = "10 min"};
        QCOMPARE(cutText(epochs, 30, 48), std::string("cut at step 48 of 60"));
        QCOMPARE(cutText(epochs, 0, 48), std::string("cut at step 48")); // of an unknown length
    }

    void anythingElseIsRefused() {
        for (const char* text : {"500", "0 s", "-1 min", "nan s", "inf s", "2.5 steps", "10 days",
                                 "s", " 5 s", "1e300 h", "5 s "})
            QVERIFY2(!stopAfterFromText(text), text);
    }
};

QTEST_GUILESS_MAIN(StopAfterTest)
#include "tst_stop_after.moc"
