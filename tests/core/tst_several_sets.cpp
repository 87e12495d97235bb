// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/prediction/opened_data.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"
#include "core/values/spec_sets.h"
#include "tests/core/folder_testing.h"
#include "tests/core/sets_testing.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <opencv2/core.hpp>

#include <QTest>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// A folder of 16 × 24 pictures with classes and depths, whose numbers say what is in them.
void writeFolder(const std::string& root, int train, int trainEnd, int validation,
                 int validationEnd, const char* className = "b") {
    std::filesystem::create_directories(root);
    TestFolder::writeBytes(
        root + "/dataset.json", jsonText(Json::parse(R"({
        "format": "concertina-dataset", "version": 1, "name": "Cut",
        "splits": {"train": "learn", "val": "check"},
        "image": {"path": "image/{id}.png"},
        "targets": {
            "segmentation": {"path": "label/{id}.png", "encoding": "index8", "ignore": 255,
                             "classes": [{"name": "a", "color": [1, 2, 3]},
                                         {"name": ")" + std::string(className)
                                                     + R"(", "color": [4, 5, 6]}]},
            "depth": {"path": "depth/{id}.png", "encoding": "uint16", "scale": 0.001,
                      "unit": "m", "invalid": 0}}})")));
    const auto write = [&](const std::string& split, int number) {
        cv::RNG random(static_cast<std::uint64_t>(number) + (split == "learn" ? 100 : 200));
        const std::string name = "/" + std::to_string(number) + ".png";
        cv::Mat image(16, 24, CV_8UC3), label(16, 24, CV_8UC1), depth(16, 24, CV_16UC1);
        random.fill(image, cv::RNG::UNIFORM, 0, 256);
        random.fill(label, cv::RNG::UNIFORM, 0, 2);
        random.fill(depth, cv::RNG::UNIFORM, 500, 5000);
        TestFolder::write(root + "/" + split + "/image" + name, image);
        TestFolder::write(root + "/" + split + "/label" + name, label);
        TestFolder::write(root + "/" + split + "/depth" + name, depth);
    };
    for (int i = train; i < trainEnd; ++i)
        write("learn", i);
    for (int i = validation; i < validationEnd; ++i)
        write("check", i);
}

Problem problemOf(const ExperimentSpec& spec) {
    const auto data = openRunData(spec);
    return data ? Problem{} : data.error();
}

} // namespace

class SeveralSetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void eachTaskLearnsFromItsOwnSetAlone() {
        const auto data = openRunData(twoSets(DataMix::Samples));
        QVERIFY(data);
        QCOMPARE(data->trainingPlan.batchesPerEpoch(), std::int64_t{5});
        QCOMPARE(data->training->size(), 15);
        QCOMPARE(data->validation->size(), 5);
        QCOMPARE(data->validation->name(3).substr(0, 4), std::string("far/"));
        for (const int index : {0, 8, 9, 14}) {
            const auto sample = *data->training->sample(index);
            const Sample* one = sample.get();
            const Augmentation none;
            const Batch batch = data->maker.make({&one, 1}, {&none, 1});
            QCOMPARE(data->tasks[0]->validCount(batch.targets[0]) > 0, index < 9);
            QCOMPARE(data->tasks[1]->validCount(batch.targets[1]) > 0, index >= 9);
        }
    }

    /// As a run is looked at: frames of all sets can be chosen.
    void allOfThemAreDescribedAsOne() {
        const auto summary = OpenedData().describe(twoSets(DataMix::Samples));
        QVERIFY2(summary, summary ? "" : toText(summary.error()).c_str());
        QCOMPARE(summary->splits.size(), std::size_t{2});
        QCOMPARE(summary->splits[0].samples, 15);
        QCOMPARE(summary->splits[1].samples, 5);
        const auto alone = OpenedData().describe(withSetAlone(twoSets(DataMix::Samples), 1));
        QVERIFY(alone && alone->splits[0].samples < 15);
    }

    void samplesOfASetAreWhatTheyAreAlone() {
        const ExperimentSpec spec = twoSets(DataMix::Samples);
        const auto both = openRunData(spec), far = openRunData(withSetAlone(spec, 1));
        QVERIFY(both && far);
        QCOMPARE(far->tasks.size(), std::size_t{1});
        for (int i = 0; i < 6; ++i) {
            QVERIFY((*both->training->sample(9 + i))->image == (*far->training->sample(i))->image);
            QCOMPARE(both->training->name(9 + i), "far/" + far->training->name(i));
        }
    }

    void aSetThatIsCutInTwoTrainsToTheSameBits() {
        const QTemporaryDir place;
        const std::string root = place.path().toStdString();
        writeFolder(root + "/whole", 0, 8, 0, 3);
        writeFolder(root + "/left", 0, 3, 0, 2);
        writeFolder(root + "/right", 3, 8, 2, 3);
        const auto folder = [&](const char* name) {
            return MethodChoice{"folder", {{"path", root + name}}};
        };
        ExperimentSpec whole = twoSets(DataMix::Samples);
        whole.data.dataset = folder("/whole");
        whole.data.others.clear();
        whole.tasks = {{.method = {"segmentation"}}, {.method = {"depth"}}};
        whole = withCompleteOptions(whole, catalogue());
        ExperimentSpec cut = whole;
        cut.data.dataset = folder("/left");
        cut.data.others = {{.dataset = folder("/right"), .name = "right"}};
        for (TaskSpec& task : cut.tasks)
            task.data = {"near", "right"};
        cut = withCompleteOptions(cut, catalogue());
        QCOMPARE(validate(cut, catalogue()), Problems{});
        Training one(whole), two(cut);
        const auto first = one.run(), second = two.run();
        QVERIFY2(first, toText(first ? Problem{} : first.error()).c_str());
        QVERIFY2(second, toText(second ? Problem{} : second.error()).c_str());
        QVERIFY(sameTensors(one.lastCheckpoint(), two.lastCheckpoint()));
        QCOMPARE(one.record.steps.size(), std::size_t{12});
        QVERIFY(
            sameValues(one.record.validations.back().values, two.record.validations.back().values));
        for (std::size_t i = 0; i < one.record.conflicts.size(); ++i)
            QVERIFY(one.record.conflicts[i].rows == two.record.conflicts[i].rows);
    }

    void setsOfOneTaskMustStoreItAlike() {
        const QTemporaryDir place;
        const std::string root = place.path().toStdString();
        writeFolder(root + "/left", 0, 4, 0, 2);
        writeFolder(root + "/right", 0, 4, 0, 2, "other");
        ExperimentSpec spec = twoSets(DataMix::Samples);
        spec.data.dataset = {"folder", {{"path", root + "/left"}}};
        spec.data.others[0].dataset = {"folder", {{"path", root + "/right"}}};
        spec.tasks[0].data = {"near", "far"};
        const Problem problem = problemOf(spec);
        QCOMPARE(problem.path, std::string("tasks.0.data"));
        QVERIFY2(problem.found.find("other classes") != std::string::npos, problem.found.c_str());
        spec.tasks[0].data.clear();
        QVERIFY(problemOf(spec).code.empty());
    }

    void resumesAreEqualToTheBit_data() {
        QTest::addColumn<bool>("batches");
        QTest::addColumn<bool>("weighed");
        QTest::newRow("samples") << false << false;
        QTest::newRow("samples, weighed") << false << true;
        QTest::newRow("batches") << true << false;
        QTest::newRow("batches, weighed") << true << true;
    }
    void resumesAreEqualToTheBit() {
        QFETCH(bool, batches);
        QFETCH(bool, weighed);
        ExperimentSpec spec = twoSets(batches ? DataMix::Batches : DataMix::Samples);
        if (weighed)
            spec.data.weight = spec.data.others[0].weight = 1;
        Training whole(spec), first(spec), second(spec);
        QVERIFY(whole.run());
        first.after(7, [](RunControl& control) { control.stop(); }); // in the second epoch
        QVERIFY(first.run());
        second.request.resumeAt = first.lastCheckpoint();
        second.request.spec.data.loaderThreads = 3;
        QVERIFY(second.run());
        Recorder pieces = first.record;
        const auto add = [](auto& to, const auto& more) {
            to.insert(to.end(), more.begin(), more.end());
        };
        add(pieces.steps, second.record.steps);
        add(pieces.validations, second.record.validations);
        add(pieces.conflicts, second.record.conflicts);
        QVERIFY(sameCourse(whole.record, pieces));
        QVERIFY(sameTensors(whole.lastCheckpoint(), second.lastCheckpoint()));
        QCOMPARE(whole.record.conflicts.size(), pieces.conflicts.size());
        for (std::size_t i = 0; i < pieces.conflicts.size(); ++i)
            QVERIFY(whole.record.conflicts[i].rows == pieces.conflicts[i].rows);
    }

    void byBatchesAStepHasTheLossesOfOneSet() {
        Training training(twoSets(DataMix::Batches));
        QVERIFY(training.run());
        int both = 0, none = 0;
        for (const StepEvent& step : training.record.steps) {
            const bool near = !std::isnan(valueIn(step.values, "segmentation", "loss"));
            const bool far = !std::isnan(valueIn(step.values, "depth", "loss"));
            both += near && far ? 1 : 0;
            none += !near && !far ? 1 : 0;
        }
        QCOMPARE(std::pair(both, none), std::pair(0, 0));
        // Validation has both.
        const auto& values = training.record.validations.back().values;
        QVERIFY(std::isfinite(valueIn(values, "segmentation", "loss")));
        QVERIFY(std::isfinite(valueIn(values, "depth", "loss")));
    }

    void howOftenEachSetHasBeenGoneThroughIsReported() {
        for (const DataMix mix : {DataMix::Samples, DataMix::Batches}) {
            Training training(twoSets(mix));
            QVERIFY(training.run());
            const auto at = [&](std::size_t step, const char* set) {
                return valueIn(training.record.steps[step - 1].values, "", passesSeries(set));
            };
            // Fifteen samples of batches of three: nine and six of them are an epoch of both.
            for (const std::size_t epoch : {1, 2}) {
                QCOMPARE(at(5 * epoch, "near"), double(epoch));
                QCOMPARE(at(5 * epoch, "far"), double(epoch));
            }
            for (std::size_t step = 1; step <= 12; ++step)
                QVERIFY(std::abs(at(step, "near") * 9 + at(step, "far") * 6 - 3 * double(step))
                        < 1e-9);
        }
        Training alone(tinySpec());
        QVERIFY(alone.run());
        for (const MetricValue& value : alone.record.steps.back().values)
            QVERIFY(!value.name.starts_with("epoch"));
    }

    void aTasksMetricsDoNotHangOnTheOtherSet() {
        // Nothing is shared and nothing is learned: the validation of depth is that of its set
        // alone.
        ExperimentSpec spec = twoSets(DataMix::Samples, "*: separate");
        spec.train.lr = 0;
        spec.train.steps = 1;
        spec.train.conflictEvery = 0;
        spec.data.others[0].validationSplit = "train"; // of another name, and another size
        ExperimentSpec alone = withSetAlone(spec, 1);
        // Running statistics follow what is trained on: start both as they are drawn.
        Training both(spec), one(alone);
        const auto data = openRunData(spec), own = openRunData(alone);
        QCOMPARE(data->validation->size(), 3 + 6);
        QCOMPARE(own->validation->size(), 6);
        QVERIFY(both.run() && one.run());
        QCOMPARE(both.record.validations.back().values.size(),
                 one.record.validations.back().values.size()
                     + catalogue().task("segmentation")->metrics.size() + 1);
    }

    void byBatchesConflictIsMeasuredOnABatchOfEachSet() {
        Training training(twoSets(DataMix::Batches));
        QVERIFY(training.run());
        QCOMPARE(training.record.conflicts.size(), std::size_t{3});
        for (const ConflictEvent& event : training.record.conflicts) {
            QCOMPARE(event.rows.front().estimator, std::string("exact-half-sets"));
            QCOMPARE(event.rows.front().taskA, std::string("segmentation"));
            QCOMPARE(event.rows.front().taskB, std::string("depth"));
            for (const ConflictRow& row : event.rows)
                QVERIFY(std::isfinite(row.cosine));
        }
    }

    void conflictOfTwoBatchesIsThatOfTheirGradients() {
        // Both tasks known in both batches: the mean over equal batches is the batch's own.
        const ExperimentSpec spec = tinySpec("factored", "*: tied");
        const Batch batch = firstBatch(spec);
        const auto once = learnerFor(spec).conflict(ConflictBatches{{batch}, "x"}, 1);
        const auto twice = learnerFor(spec).conflict(ConflictBatches{{batch, batch}, "x"}, 1);
        QCOMPARE(once.size(), twice.size());
        for (std::size_t i = 0; i < once.size(); ++i)
            QVERIFY(std::abs(once[i].cosine - twice[i].cosine) < 1e-4);
    }

    void tasksOfOneSetDoNotMoveInABatchOfAnother() {
        ExperimentSpec spec = twoSets(DataMix::Batches, "*: separate");
        spec.train.steps = 1;
        spec.train.conflictEvery = 0;
        Training training(spec);
        QVERIFY(training.run());
        const bool near =
            !std::isnan(valueIn(training.record.steps[0].values, "segmentation", "loss"));
        const Network start = networkFor(spec);
        const auto before = start.namedTensors();
        const auto after = readTensorFile(training.lastCheckpoint());
        int moved = 0;
        for (const auto& [name, tensor] : before) {
            if (!after->tensors.contains(name))
                continue;
            const bool same = sameBits(tensor, after->tensors.at(name));
            if (name.ends_with(near ? "/depth" : "/segmentation"))
                QVERIFY2(same, name.c_str());
            else
                moved += same ? 0 : 1;
        }
        QVERIFY(moved > 0);
    }

    void whatIsWrongWithSetsIsFoundWithoutData_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("at");
        const auto row = [](const char* path, const char* value, const char* code, const char* at) {
            QTest::addRow("%s=%s", path, value) << path << value << code << at;
        };
        row("tasks.1.data", "fair", "tasks.data", "tasks.1.data");
        row("tasks.1.data", "far,far", "tasks.data", "tasks.1.data");
        row("data.others.0.name", "near", "data.twice", "data.others.0.name");
        row("data.others.0.name", "a/b", "data.name", "data.others.0.name");
        row("tasks.1.data", "near", "data.unused", "data.others.0");
        row("tasks.0.data", "far", "data.unused", "data.dataset");
        row("data.weight", "2", "data.weight", "data.others.0.weight");
        row("data.others.0.weight", "2", "data.weight", "data.weight");
        row("data.others.0.id", "roms", "method.unknown", "data.others.0.id");
        row("train.balancing", "famo", "", "");
    }
    void whatIsWrongWithSetsIsFoundWithoutData() {
        QFETCH(QString, path);
        QFETCH(QString, value);
        QFETCH(QString, code);
        QFETCH(QString, at);
        const auto changed =
            withValue(twoSets(DataMix::Samples), path.toStdString(), value.toStdString());
        QVERIFY(changed);
        const Problems problems = validate(*changed, catalogue());
        if (code.isEmpty()) {
            QVERIFY2(problems.empty(), toText(problems).c_str());
            return;
        }
        const auto found = std::ranges::find_if(problems, [&](const Problem& problem) {
            return problem.code == code.toStdString() && problem.path == at.toStdString();
        });
        QVERIFY2(found != problems.end(), toText(problems).c_str());
        if (code == "tasks.data" && value == "fair")
            QVERIFY(found->hint.find("far") != std::string::npos);
    }

    void whatIsWrongWithTheirDataIsFoundBeforeTraining() {
        ExperimentSpec spec = twoSets(DataMix::Samples);
        spec.data.others[0].validationSplit = "none";
        QCOMPARE(problemOf(spec).path, std::string("data.others.0.val_split"));
        spec = twoSets(DataMix::Samples);
        spec.tasks[1].target = "deep";
        QCOMPARE(problemOf(spec).code, std::string("dataset.target"));
        spec = twoSets(DataMix::Samples);
        spec.tasks[1].target = "segmentation"; // of another kind
        QCOMPARE(problemOf(spec).code, std::string("dataset.target"));
        spec = twoSets(DataMix::Samples);
        spec.tasks[0].data = {"near", "far"};
        spec.data.others[0].dataset.options["classes"] = "coarse";
        QCOMPARE(problemOf(spec).path, std::string("tasks.0.data"));
        spec = twoSets(DataMix::Batches);
        spec.train.batch = 7; // the far set has six
        QCOMPARE(problemOf(spec).code, std::string("train.batch"));
        QVERIFY(problemOf(spec).expected.find("far") != std::string::npos);
        spec.data.mix = DataMix::Samples;
        QVERIFY(problemOf(spec).code.empty());
        spec = twoSets(DataMix::Samples);
        spec.data.weight = 1e6;
        spec.data.others[0].weight = 1e-6;
        QCOMPARE(problemOf(spec).code, std::string("data.weight"));
        spec = twoSets(DataMix::Samples);
        spec.data.trainSplit = spec.data.validationSplit = "train";
        QCOMPARE(problemOf(spec).code, std::string("data.splits"));
    }
};

QTEST_GUILESS_MAIN(SeveralSetsTest)
#include "tst_several_sets.moc"
