// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapse.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "core/training/run_data.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QElapsedTimer>
#include <QTest>

#include <semaphore>
#include <thread>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// 8 samples in batches of 4: two steps an epoch; six steps.
ExperimentSpec quickSpec() {
    ExperimentSpec spec = tinySpec("factored", "*: merged");
    spec.train.previews = 0;
    return spec;
}

Texts statesOf(const Recorder& record) {
    Texts states;
    for (const StateEvent& event : record.states)
        states.emplace_back(stateName(event.state));
    return states;
}

/// "step reason" of each checkpoint.
Texts checkpointsOf(const Recorder& record) {
    Texts all;
    for (const CheckpointEvent& event : record.checkpoints)
        all.push_back(std::to_string(event.position.step) + " " + event.reason);
    return all;
}

std::vector<int> validationsOf(const Recorder& record) {
    std::vector<int> steps;
    for (const ValidationEvent& event : record.validations)
        steps.push_back(static_cast<int>(event.position.step));
    return steps;
}

std::vector<std::string> keysOf(const std::vector<MetricValue>& values) {
    std::vector<std::string> keys;
    for (const MetricValue& value : values)
        keys.push_back(metricKey(value.task, value.name));
    return keys;
}

const Texts taskMetrics{
    "segmentation/loss",  "segmentation/miou",  "segmentation/pixel_accuracy",
    "depth/loss",         "depth/abs_err",      "depth/rel_err",
    "normal/loss",        "normal/mean_angle",  "normal/median_angle",
    "normal/within_11_25", "normal/within_22_5", "normal/within_30"};

} // namespace

class TrainerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRunReportsWhatItDoes() {
        ExperimentSpec spec = quickSpec();
        Training training(spec);
        const auto result = training.run();
        QVERIFY2(result, result ? "" : toText(result.error()).c_str());
        QVERIFY(result->state == RunState::Finished && !result->problem);
        QCOMPARE(result->position.step, std::int64_t{6});
        QCOMPARE(result->position.epoch, 3.0);
        const Recorder& record = training.record;
        QCOMPARE(record.starts.size(), 1U);
        QCOMPARE(record.starts[0].steps, std::int64_t{6});
        QCOMPARE(record.starts[0].stepsPerEpoch, std::int64_t{2});
        QCOMPARE(record.starts[0].position.step, std::int64_t{0});
        QCOMPARE(record.starts[0].plan["tasks"].size(), 3U);
        QVERIFY(record.starts[0].trainedParameters > record.starts[0].collapsedParameters);
        QCOMPARE(statesOf(record), (Texts{"running", "finished"}));
        QCOMPARE(record.steps.size(), 6U);
        for (std::size_t i = 0; i < 6; ++i) {
            QCOMPARE(record.steps[i].position.step, static_cast<std::int64_t>(i + 1));
            QCOMPARE(record.steps[i].position.epoch, double(i + 1) / 2);
            QCOMPARE(record.steps[i].images, 4);
            Texts expected{"loss", "lr", "grad_norm"};
            expected.insert(expected.end(), taskMetrics.begin(), taskMetrics.end());
            QCOMPARE(keysOf(record.steps[i].values), expected);
        }
        QCOMPARE(validationsOf(record), (std::vector<int>{2, 4, 6}));
        QCOMPARE(keysOf(record.validations[0].values), taskMetrics);
        QVERIFY(sameValues(result->lastValidation, record.validations.back().values));
        QCOMPARE(checkpointsOf(record), (Texts{"2 validation", "4 validation", "6 end"}));
        QVERIFY(record.notices.empty() && record.previews.empty());
    }

    void previewsShowTheNetworkBesideItsCollapsedForm() {
        ExperimentSpec spec = quickSpec();
        spec.train.previews = 2;
        Training alone(spec), both(spec);
        both.request.collapsed = collapsedForm();
        QVERIFY(alone.run() && both.run());
        // Looking at it changes nothing.
        QVERIFY(sameCourse(alone.record, both.record));
        QVERIFY(sameTensors(alone.lastCheckpoint(), both.lastCheckpoint()));
        QCOMPARE(both.record.previews.size(), 3U); // a validation each
        const auto of = [](const Training& training, const std::string& kind) {
            std::vector<PreviewImage> found;
            for (const PreviewImage& image : training.record.previews.back().images)
                if (image.kind == kind)
                    found.push_back(image);
            return found;
        };
        for (const char* kind : {"truth", "expanded", "collapsed"})
            QCOMPARE(of(both, kind).size(), 6U); // two frames, three tasks
        QCOMPARE(of(both, "image").size(), 2U);
        QVERIFY(of(alone, "collapsed").empty());
        for (std::size_t i = 0; i < 6; ++i) {
            const PreviewImage expanded = of(both, "expanded")[i];
            const PreviewImage collapsed = of(both, "collapsed")[i];
            QCOMPARE(collapsed.sample + collapsed.task, expanded.sample + expanded.task);
            QCOMPARE(collapsed.image.bytes.size(), expanded.image.bytes.size());
            // Equal but for rounding: a level of colour, or a class where two are as likely.
            std::size_t different = 0;
            for (std::size_t k = 0; k < expanded.image.bytes.size(); ++k)
                different += std::abs(expanded.image.bytes[k] - collapsed.image.bytes[k]) > 1;
            QVERIFY2(different <= expanded.image.bytes.size() / 100, collapsed.task.c_str());
        }
    }

    void validationsComeEveryNthEpochAndAtTheEnd() {
        ExperimentSpec spec = quickSpec();
        spec.train.steps = 5;
        spec.train.validateEvery = 2;
        Training training(spec);
        QVERIFY(training.run());
        QCOMPARE(validationsOf(training.record), (std::vector<int>{4, 5}));
    }

    void checkpointsComeWithValidationsByScheduleAndAtTheEnd() {
        ExperimentSpec spec = quickSpec();
        spec.train.validateEvery = 2;
        spec.train.checkpointEvery = 3;
        Training training(spec);
        QVERIFY(training.run());
        QCOMPARE(checkpointsOf(training.record), (Texts{"3 schedule", "4 validation", "6 end"}));
        for (const CheckpointEvent& event : training.record.checkpoints) {
            const auto checkpoint = loadCheckpoint(event.file);
            QVERIFY(checkpoint);
            QCOMPARE(checkpoint->step, event.position.step);
            QCOMPARE(event.bytes,
                     static_cast<std::int64_t>(std::filesystem::file_size(event.file)));
        }
    }

    void epochsComeBeforeSteps() {
        ExperimentSpec spec = quickSpec();
        spec.train.epochs = 1.5;
        Training training(spec);
        QCOMPARE(training.run()->position.step, std::int64_t{3});
    }

    void aRunIsCutAfterStepsAndItsCourseIsThatOfTheWholePlan() {
        ExperimentSpec spec = quickSpec();
        Training whole(spec);
        QVERIFY(whole.run());
        spec.train.stopAfter = "3 steps";
        Training cut(spec);
        const auto result = cut.run();
        QCOMPARE(result->state, RunState::Finished);
        QCOMPARE(result->position.step, std::int64_t{3});
        QCOMPARE(validationsOf(cut.record).back(), 3);
        QCOMPARE(checkpointsOf(cut.record).back(), std::string("3 end"));
        for (std::size_t i = 0; i < 3; ++i) // the rate and everything else of the same plan
            QVERIFY(sameValues(cut.record.steps[i].values, whole.record.steps[i].values));
        QVERIFY(std::ranges::any_of(cut.record.notices, [](const NoticeEvent& event) {
            return event.code == "train.stop_after"
                   && event.text == "Stopped after 3 steps, at step 3 of 6.";
        }));
        cut.request.resumeAt = cut.lastCheckpoint();
        QCOMPARE(cut.run()->position.step, std::int64_t{3}); // it stays cut
    }

    void aRunIsCutAfterItsTime() {
        ExperimentSpec spec = quickSpec();
        spec.train.steps = 1'000'000; // days
        spec.train.validateEvery = 1'000'000;
        spec.train.stopAfter = "0.2 s";
        Training training(spec);
        const auto result = training.run();
        QCOMPARE(result->state, RunState::Finished);
        const auto& steps = training.record.steps;
        QVERIFY(result->position.seconds >= 0.2);
        QVERIFY(steps.size() < 2 || steps[steps.size() - 2].position.seconds < 0.2);
        QCOMPARE(training.record.validations.size(), 1U);
    }

    void trainingMetricsMayBeLeftOut() {
        ExperimentSpec spec = quickSpec();
        spec.train.trainMetrics = false;
        spec.train.steps = 1;
        Training training(spec);
        QVERIFY(training.run());
        QCOMPARE(keysOf(training.record.steps[0].values),
                 (Texts{"loss", "lr", "grad_norm", "segmentation/loss", "depth/loss",
                        "normal/loss"}));
    }

    void validationMetricsAreThoseOfTheWholeSplitAtOnce() {
        // Three frames in batches of two, against one pass over all three.
        ExperimentSpec spec = quickSpec();
        spec.train.batch = 2;
        spec.train.steps = 2;
        Training training(spec);
        QVERIFY(training.run());
        const auto checkpoint = loadCheckpoint(training.lastCheckpoint());
        const auto network = networkOf(*checkpoint);
        spec.data.trainSplit = "val";
        spec.train.batch = 3;
        const auto data = openRunData(spec);
        const Batch batch = firstBatch(spec);
        const torch::NoGradGuard noGrad;
        const auto outputs = network->forward(network->compose(false), batch.images, {});
        std::vector<double> expected;
        for (std::size_t t = 0; t < 3; ++t) {
            expected.push_back(data->tasks[t]->loss(outputs[t], batch.targets[t].only()).item<double>());
            const auto metrics = data->tasks[t]->metrics();
            metrics->add(outputs[t], batch.targets[t].only());
            for (const double value : metrics->values())
                expected.push_back(value);
        }
        const auto& values = training.record.validations.back().values;
        QCOMPARE(values.size(), expected.size());
        for (std::size_t i = 0; i < values.size(); ++i) // float32 sums in another order
            QVERIFY2(std::abs(values[i].value - expected[i]) < 1e-5 * (1 + expected[i]),
                     values[i].name.c_str());
    }

    void previewsShowTheFirstFramesWithTruthAndPrediction() {
        ExperimentSpec spec = quickSpec();
        spec.train.steps = 1;
        spec.train.batch = 1;
        spec.train.previews = 2;
        Training training(spec);
        QVERIFY(training.run());
        QCOMPARE(training.record.previews.size(), 1U);
        Texts seen;
        for (const PreviewImage& preview : training.record.previews[0].images) {
            seen.push_back(preview.sample + " " + preview.task + " " + preview.kind);
            QCOMPARE(preview.image.height, 16);
            QCOMPARE(preview.image.width, 24);
            QVERIFY(std::ranges::count(preview.image.bytes, preview.image.bytes[0])
                    < static_cast<std::ptrdiff_t>(preview.image.bytes.size()));
        }
        Texts expected;
        for (const std::string frame : {"val-00000", "val-00001"}) {
            expected.push_back(frame + "  image");
            for (const std::string task : {"segmentation", "depth", "normal"})
                for (const std::string kind : {"truth", "expanded"})
                    expected.push_back(frame + " " + task + " " + kind);
        }
        QCOMPARE(seen, expected);
    }

    void aCheckpointOnRequestIsWrittenOnce() {
        ExperimentSpec spec = quickSpec();
        spec.train.validateEvery = 100;
        Training training(spec);
        training.after(3, [](RunControl& control) { control.checkpoint(); });
        QVERIFY(training.run());
        QCOMPARE(checkpointsOf(training.record), (Texts{"3 request", "6 end"}));
    }

    void requestsEndARunAsTheyShould_data() {
        QTest::addColumn<int>("request");
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("checkpoint");
        using Request = RunControl::Request;
        QTest::newRow("suspend") << int(Request::Suspend) << "paused"
                                 << "3 pause";
        QTest::newRow("stop") << int(Request::Stop) << "stopped"
                              << "3 stop";
        QTest::newRow("abort") << int(Request::Abort) << "stopped"
                               << "";
    }

    static void ask(RunControl& control, RunControl::Request request) {
        switch (request) {
        case RunControl::Request::Run: return control.resume();
        case RunControl::Request::Pause: return control.pause();
        case RunControl::Request::Suspend: return control.suspend();
        case RunControl::Request::Stop: return control.stop();
        case RunControl::Request::Abort: return control.abort();
        }
    }

    void requestsEndARunAsTheyShould() {
        QFETCH(int, request);
        QFETCH(QString, state);
        QFETCH(QString, checkpoint);
        ExperimentSpec spec = quickSpec();
        spec.train.validateEvery = 100;
        Training training(spec);
        training.after(3, [request](RunControl& control) {
            ask(control, static_cast<RunControl::Request>(request));
            control.resume(); // an end is not taken back
        });
        const auto result = training.run();
        QVERIFY(result);
        QCOMPARE(QString::fromStdString(std::string(stateName(result->state))), state);
        QCOMPARE(result->position.step, std::int64_t{3});
        const Texts expected =
            checkpoint.isEmpty() ? Texts{} : Texts{checkpoint.toStdString()};
        QCOMPARE(checkpointsOf(training.record), expected);
        QCOMPARE(statesOf(training.record).back(), state.toStdString());
    }

    void aPauseWaitsAndItsTimeDoesNotCount() {
        ExperimentSpec spec = quickSpec();
        spec.train.validateEvery = 100;
        Training free(spec);
        QVERIFY(free.run());
        Training training(spec);
        training.after(2, [](RunControl& control) { control.pause(); });
        std::binary_semaphore paused{0};
        training.record.onState = [&](const StateEvent& event) {
            if (event.state == RunState::Paused)
                paused.release();
        };
        QElapsedTimer clock;
        clock.start();
        std::optional<Expected<TrainResult>> result;
        std::jthread thread([&] { result = training.run(); });
        paused.acquire();
        constexpr int pause = 400; // ms
        QTest::qWait(pause);
        QCOMPARE(training.record.steps.size(), 2U); // it waits
        training.control.resume();
        thread.join();
        const double elapsed = static_cast<double>(clock.elapsed()) / 1000;
        QVERIFY((*result)->state == RunState::Finished);
        QCOMPARE(statesOf(training.record), (Texts{"running", "paused", "running", "finished"}));
        QCOMPARE(checkpointsOf(training.record), (Texts{"2 pause", "6 end"}));
        QVERIFY((*result)->position.seconds <= elapsed - 0.95 * pause / 1000);
        QVERIFY((*result)->position.seconds > 0);
        QVERIFY(sameCourse(training.record, free.record));
        QVERIFY(sameTensors(training.lastCheckpoint(), free.lastCheckpoint()));
    }

    void aPausedRunCanBeEnded_data() { requestsEndARunAsTheyShould_data(); }

    void aPausedRunCanBeEnded() {
        QFETCH(int, request);
        QFETCH(QString, state);
        ExperimentSpec spec = quickSpec();
        Training training(spec);
        training.after(1, [](RunControl& control) { control.pause(); });
        training.record.onState = [&](const StateEvent& event) {
            if (event.state == RunState::Paused && training.record.states.size() == 2)
                ask(training.control, static_cast<RunControl::Request>(request));
        };
        const auto result = training.run();
        QCOMPARE(QString::fromStdString(std::string(stateName(result->state))), state);
        QCOMPARE(result->position.step, std::int64_t{1});
        QCOMPARE(checkpointsOf(training.record), (Texts{"1 pause"})); // not once more
    }

    void aRequestBeforeTheFirstStepCounts() {
        Training training(quickSpec());
        training.control.stop();
        const auto result = training.run();
        QVERIFY(result->state == RunState::Stopped);
        QVERIFY(training.record.steps.empty());
        QCOMPARE(checkpointsOf(training.record), (Texts{"0 stop"}));
    }
};

QTEST_GUILESS_MAIN(TrainerTest)
#include "tst_trainer.moc"
