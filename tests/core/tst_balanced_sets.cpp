// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/balancing.h"
#include "tests/core/sets_testing.h"
#include "tests/core/training_testing.h"
#include "tests/core/vector_testing.h"

#include <QTest>

#include <limits>
#include <set>

using namespace concertina;
using namespace concertina::testing;

// Balancing where a step has the losses of some tasks alone, as where several sets are mixed by
// batches.

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<Balancing> make(const std::string& id, std::size_t tasks = 3,
                                std::int64_t stepsPerEpoch = 4) {
    const BalancingEntry& entry = balancingEntry(id);
    return entry.make(completeOptions(entry.info, Json::object()),
                      {.tasks = tasks, .seed = 1, .stepsPerEpoch = stepsPerEpoch});
}

Vector weightsOf(Balancing& method, const Vector& losses, std::int64_t step = 0) {
    return method.weights({.losses = losses, .step = step, .rate = 1e-3}).weights;
}

} // namespace

class BalancedSetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void dwaSeesStepsWithALossAlone() {
        // Two tasks of sets that are mixed by batches: never in one step. As if both were in each
        // of half as many.
        const auto apart = make("dwa", 2, 8), together = make("dwa", 2, 4);
        for (int step = 0; step < 16; ++step) {
            const double first = 3.0 - 0.05 * step, second = 1.0 + 0.02 * step;
            weightsOf(*apart, {first, missing}, 2 * step);
            weightsOf(*apart, {missing, second}, 2 * step + 1);
            weightsOf(*together, {first, second}, step);
        }
        const Vector left = weightsOf(*apart, {1, missing}, 32);
        const Vector right = weightsOf(*together, {1, missing}, 16);
        QVERIFY(right[0] != right[1]);
        for (std::size_t t = 0; t < 2; ++t)
            QVERIFY(std::abs(left[t] - right[t]) < 1e-12);
    }

    void uncertaintyLearnsOfATaskInItsOwnStepsAlone() {
        const auto apart = make("uw", 2), first = make("uw", 1), second = make("uw", 1);
        for (int step = 0; step < 12; ++step) {
            const double loss = 0.5 + 0.1 * step;
            if (step % 3 == 0) {
                weightsOf(*apart, {loss, missing}, step);
                weightsOf(*first, {loss}, step);
            } else {
                weightsOf(*apart, {missing, loss}, step);
                weightsOf(*second, {loss}, step);
            }
        }
        const Vector left = weightsOf(*apart, {missing, missing}, 12);
        QCOMPARE(left[0], weightsOf(*first, {missing}, 12)[0]);
        QCOMPARE(left[1], weightsOf(*second, {missing}, 12)[0]);
        QVERIFY(left[0] != left[1]);
    }

    void famoOfOneTaskDescendsOnItsLossAndLeavesTheOthers() {
        const auto method = make("famo");
        weightsOf(*method, {1, 2, 3});
        method->stepped(Vector{0.5, 2, 3});
        const BalancingState before = method->state();
        const Vector weights = weightsOf(*method, {missing, 2, missing}, 1);
        QVERIFY(std::abs(weights[1] - 1) < 1e-12); // z / L ÷ (z / L): as without any balancing
        QCOMPARE(weights[0], 0.0);
        method->stepped(Vector{missing, 1.5, missing});
        for (const std::size_t other : {0U, 2U})
            QCOMPARE(method->state().at("w")[other], before.at("w")[other]);
    }

    void balancingThatNeverSeesTwoTasksIsDoubted() {
        ExperimentSpec spec = twoSets(DataMix::Batches);
        const auto codes = [](const ExperimentSpec& of) {
            std::set<std::string> all;
            for (const Problem& doubt : doubts(of, catalogue()))
                all.insert(doubt.code);
            return all;
        };
        QVERIFY(!codes(spec).contains("data.apart"));
        spec.train.balancing = {"mgda"};
        QVERIFY(codes(spec).contains("data.apart"));
        spec.data.mix = DataMix::Samples;
        QVERIFY(!codes(spec).contains("data.apart"));
    }

    void everyBalancingTrainsByBatchesAndResumes() {
        for (const std::string id : {"uw", "dwa", "famo", "pcgrad", "mgda"}) {
            ExperimentSpec spec = twoSets(DataMix::Batches);
            spec.train.balancing = {id};
            spec.train.conflictEvery = 0;
            spec = withCompleteOptions(spec, catalogue());
            Training whole(spec), first(spec), second(spec);
            first.after(8, [](RunControl& control) { control.stop(); });
            QVERIFY2(whole.run() && first.run(), id.c_str());
            QCOMPARE(whole.record.states.back().state, RunState::Finished);
            second.request.resumeAt = first.lastCheckpoint();
            QVERIFY(second.run());
            QVERIFY2(sameTensors(whole.lastCheckpoint(), second.lastCheckpoint()), id.c_str());
            // A missing loss has no weight among the values.
            for (const StepEvent& step : whole.record.steps)
                for (const MetricValue& value : step.values)
                    QVERIFY(value.name != "weight" || std::isfinite(value.value));
        }
    }
};

QTEST_GUILESS_MAIN(BalancedSetsTest)
#include "tst_balanced_sets.moc"
