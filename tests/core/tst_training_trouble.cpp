// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/training/checkpoint.h"
#include "tests/core/folder_testing.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

ExperimentSpec quickSpec() {
    ExperimentSpec spec = tinySpec("factored", "*: merged");
    spec.train.previews = 0;
    return spec;
}

/// Three samples in a folder, batches of two: one step an epoch.
ExperimentSpec folderSpec(const TestFolder& folder) {
    ExperimentSpec spec = quickSpec();
    spec.data.dataset = {"folder", {{"path", folder.root().string()}}};
    spec.train.batch = 2;
    spec.train.steps = 4;
    spec.train.validateEvery = 100;
    return withCompleteOptions(spec, catalogue());
}

ExperimentSpec explodingSpec(double rate) {
    ExperimentSpec spec = quickSpec();
    spec.train.optimizer = {"sgd"};
    spec.train.schedule = {"constant"};
    spec.train.lr = rate;
    spec.train.validateEvery = 100;
    return withCompleteOptions(spec, catalogue());
}

} // namespace

class TrainingTroubleTest : public QObject {
    Q_OBJECT

    /// The error before anything starts; nothing is reported to the observer.
    static Problem refusal(const ExperimentSpec& spec,
                           const std::optional<std::filesystem::path>& resumeAt = std::nullopt) {
        Training training(spec);
        training.request.resumeAt = resumeAt;
        const auto result = training.run();
        if (result)
            return {};
        const bool silent = training.record.starts.empty() && training.record.states.empty();
        return silent ? result.error() : Problem{"it had started"};
    }

private Q_SLOTS:
    void whatCannotStartIsReportedBefore() {
        ExperimentSpec spec = quickSpec();
        spec.data.dataset = {"folder", {{"path", "/no/such/folder"}}};
        QCOMPARE(refusal(spec).code, std::string("dataset.missing"));
        spec = quickSpec();
        spec.train.batch = 9; // of 8
        QCOMPARE(refusal(spec).code, std::string("train.batch"));
        spec = quickSpec();
        spec.data.validationSplit = "test";
        QCOMPARE(refusal(spec).code, std::string("dataset.split"));
        const TestFolder folder;
        std::filesystem::remove_all(folder.root() / "learn" / "normal");
        QCOMPARE(refusal(folderSpec(folder)).code, std::string("dataset.target"));
        QCOMPARE(refusal(folderSpec(folder)).path, std::string("tasks.2"));
    }

    void aDeviceThatIsNotThereIsReported() {
        if (hasCuda())
            QSKIP("this machine has a CUDA device");
        ExperimentSpec spec = quickSpec();
        spec.train.device = Device::Cuda;
        QCOMPARE(refusal(spec).code, std::string("train.device"));
    }

    void whatLibTorchThrowsEndsTheRunAsFailed_data() {
        QTest::addColumn<QString>("code");
        QTest::addColumn<bool>("full");
        QTest::newRow("an error") << "train.libtorch" << false;
        QTest::newRow("no room") << "train.memory" << true;
    }

    void whatLibTorchThrowsEndsTheRunAsFailed() {
        QFETCH(const QString, code);
        QFETCH(const bool, full);
        ExperimentSpec spec = quickSpec();
        spec.train.previews = 1;
        Training training(spec);
        training.request.collapsed = [full](const Network&) -> NetworkForward {
            if (full)
                throw std::bad_alloc();
            return [](const torch::Tensor& images) {
                return std::vector{images.view({7, 7, 7})}; // not their size
            };
        };
        const auto result = training.run();
        QVERIFY(result && result->state == RunState::Failed);
        QCOMPARE(result->problem->code, code.toStdString());
        QVERIFY2(result->problem->found.find(" after step ") != std::string::npos,
                 result->problem->found.c_str());
        QVERIFY(training.record.states.back().state == RunState::Failed);
    }

    void checkpointsThatDoNotFitAreReported() {
        const TestFolder folder; // three classes, not fourteen
        QCOMPARE(refusal(quickSpec(), folder.root() / "no.safetensors").code,
                 std::string("file.read"));
        TestFolder::writeBytes(folder.root() / "text.safetensors", "no checkpoint at all");
        QCOMPARE(refusal(quickSpec(), folder.root() / "text.safetensors").code,
                 std::string("safetensors.truncated"));
        Training first(quickSpec());
        first.after(2, [](RunControl& control) { control.stop(); });
        QVERIFY(first.run());
        QCOMPARE(refusal(folderSpec(folder), first.lastCheckpoint()).code,
                 std::string("checkpoint.targets"));
    }

    void aLossThatIsNotFiniteEndsTheRunAndNamesTheWayBack() {
        // Two good steps; then the rate is beyond all bounds.
        Training good(explodingSpec(1e-3));
        good.after(2, [](RunControl& control) { control.stop(); });
        QVERIFY(good.run());
        Training bad(explodingSpec(1e12));
        bad.request.resumeAt = good.lastCheckpoint();
        const auto result = bad.run();
        QVERIFY(result);
        QVERIFY(result->state == RunState::Failed);
        QVERIFY(result->problem);
        QCOMPARE(result->problem->code, std::string("train.not_finite"));
        QVERIFY2(result->problem->path.starts_with("loss of ")
                     || result->problem->path.starts_with("norm of"),
                 result->problem->path.c_str());
        const auto step = std::to_string(result->position.step + 1);
        QVERIFY(result->problem->found.ends_with("at step " + step));
        QVERIFY(result->problem->hint.find(good.lastCheckpoint().string()) != std::string::npos);
        QVERIFY(bad.record.states.back().state == RunState::Failed);
        QVERIFY(bad.record.states.back().text.find(result->problem->path) != std::string::npos);
        QVERIFY(bad.record.notices.back().level == NoticeLevel::Error);
        QVERIFY(bad.record.checkpoints.empty());
    }

    void theLastGoodCheckpointIsOneThatValidatedWell() {
        // Two steps an epoch, a checkpoint after each; the second validation ends the run.
        ExperimentSpec spec = quickSpec();
        spec.train.previews = 1;
        spec.train.checkpointEvery = 1;
        int validations = 0;
        const auto throwing = [&](const Network&) -> NetworkForward {
            if (++validations > 1)
                throw std::bad_alloc();
            return {};
        };
        Training training(spec);
        training.request.collapsed = throwing;
        const auto result = training.run();
        QVERIFY(result->state == RunState::Failed);
        QCOMPARE(training.record.checkpoints.size(), 3U);
        std::vector<std::int64_t> good;
        for (const CheckpointEvent& event : training.record.checkpoints)
            good.push_back(event.goodStep);
        QCOMPARE(good, (std::vector<std::int64_t>{-1, 2, 2}));
        const std::string validated = training.record.checkpoints[1].file;
        QVERIFY2(result->problem->hint.ends_with("the last good checkpoint is " + validated),
                 result->problem->hint.c_str());

        // A run that goes on from the later one knows, too; unless the file is gone.
        const auto hintOfResumed = [&] {
            Training second(spec);
            second.request.checkpointFolder = training.request.checkpointFolder;
            second.request.resumeAt = training.lastCheckpoint();
            validations = 1;
            second.request.collapsed = throwing;
            return second.run()->problem->hint;
        };
        QVERIFY(hintOfResumed().ends_with("the last good checkpoint is " + validated));
        std::filesystem::remove(validated);
        const std::string hint = hintOfResumed();
        QVERIFY2(hint.find("no checkpoint before it has validated well") != std::string::npos,
                 hint.c_str());
        QVERIFY(hint.ends_with(training.lastCheckpoint().string()));
    }

    void aValidationThatIsNotFiniteIsReportedAndItsCheckpointIsNotGood() {
        // An activation that float32 does not hold, where running statistics are used: those of the
        // batch divide it away.
        Training first(quickSpec());
        first.after(2, [](RunControl& control) { control.stop(); });
        QVERIFY(first.run());
        auto file = readTensorFile(first.lastCheckpoint());
        for (auto& [name, tensor] : file->tensors)
            if (name == "dec1.1/norm.weight/segmentation+depth+normal")
                tensor = torch::full_like(tensor, 1e3F);
            else if (name == "dec1.1/norm.mean/segmentation+depth+normal")
                tensor = torch::full_like(tensor, -3e38F); // times 1,000 float32 ends
        const auto changed = first.request.checkpointFolder / "changed.safetensors";
        QVERIFY(writeTensorFile(changed, *file));
        ExperimentSpec spec = quickSpec();
        spec.train.steps = 4;
        Training training(spec);
        training.request.resumeAt = changed;
        const auto result = training.run();
        QVERIFY2(result.has_value(), result ? "" : toText(result.error()).c_str());
        const auto reported = std::ranges::count(training.record.notices, "validation.not_finite",
                                                 &NoticeEvent::code);
        QCOMPARE(reported, 3); // each task, once
        QVERIFY(training.record.checkpoints.back().goodStep != 4);
        for (const MetricValue& value : training.record.validations.back().values)
            QVERIFY2(!std::isfinite(value.value), value.name.c_str());
    }

    void weightsThatAreNotFiniteAreNeverSaved() {
        // The first step's loss and gradient are finite, its weights are not, and a checkpoint is
        // due: it must not become the last good one.
        ExperimentSpec spec = explodingSpec(3e38); // float32 ends at 3.4e38
        for (TaskSpec& task : spec.tasks)
            task.weight = 1e4;
        spec.train.checkpointEvery = 1;
        Training training(spec);
        const auto result = training.run();
        QVERIFY(result->state == RunState::Failed);
        QCOMPARE(result->problem->code, std::string("train.not_finite"));
        QVERIFY2(result->problem->path.starts_with("weights of "), result->problem->path.c_str());
        QVERIFY(result->problem->hint.find("no checkpoint") != std::string::npos);
        QVERIFY(training.record.checkpoints.empty());
        QVERIFY(std::filesystem::is_empty(training.request.checkpointFolder));
    }

    void aDamagedSampleStopsARunThatIsToStop() {
        const TestFolder folder;
        const auto file = folder.file("train", "depth", "b");
        TestFolder::writeBytes(file, "noise");
        Training training(folderSpec(folder));
        const auto result = training.run();
        QVERIFY(result->state == RunState::Failed);
        QCOMPARE(result->problem->code, std::string("image.unreadable"));
        QCOMPARE(result->problem->path, file.string());
        QVERIFY(result->problem->hint.find("sample b") != std::string::npos);
    }

    void aDamagedSampleIsSkippedAndReportedOnce() {
        const TestFolder folder;
        const auto file = folder.file("train", "image", "c");
        TestFolder::writeBytes(file, "noise");
        ExperimentSpec spec = folderSpec(folder);
        spec.data.damaged = DamagedSamples::Skip;
        Training training(spec);
        const auto result = training.run();
        QVERIFY(result->state == RunState::Finished);
        QCOMPARE(training.record.notices.size(), 1U); // in four epochs
        const NoticeEvent& notice = training.record.notices.front();
        QVERIFY(notice.level == NoticeLevel::Warning);
        QCOMPARE(notice.code, std::string("image.unreadable"));
        QVERIFY(notice.text.find(file.string()) != std::string::npos);
        for (const StepEvent& step : training.record.steps)
            QCOMPARE(step.images, 2);
    }

    void aDamagedValidationSampleStopsOrIsLeftOut() {
        const TestFolder folder;
        TestFolder::writeBytes(folder.file("val", "label", "d"), "noise"); // the only one
        ExperimentSpec spec = folderSpec(folder);
        spec.train.previews = 2;
        Training stopping(spec);
        const auto stopped = stopping.run();
        QVERIFY(stopped->state == RunState::Failed);
        QVERIFY(stopped->problem->hint.find("sample d") != std::string::npos);
        spec.data.damaged = DamagedSamples::Skip;
        Training skipping(spec);
        QVERIFY(skipping.run()->state == RunState::Finished);
        QCOMPARE(skipping.record.validations.size(), 1U);
        for (const MetricValue& value : skipping.record.validations[0].values)
            QVERIFY2(std::isnan(value.value), value.name.c_str());
        QCOMPARE(skipping.record.notices.size(), 1U);
    }

    void partialLabelsTrain() {
        // Each sample of the batch lacks something; a task may have no pixel in a whole batch.
        const TestFolder folder;
        for (const char* id : {"a", "b"})
            std::filesystem::remove(folder.file("train", "depth", id));
        std::filesystem::remove(folder.file("train", "normal", "c"));
        Training training(folderSpec(folder));
        QVERIFY(training.run()->state == RunState::Finished);
        int withDepth = 0;
        for (const StepEvent& step : training.record.steps)
            withDepth += std::ranges::count(step.values, "depth", &MetricValue::task) > 0 ? 1 : 0;
        QVERIFY(withDepth > 0 && withDepth < 4); // batches {a, b} have none
    }

    void aFolderThatCannotBeWrittenIsReportedToo() {
        Training training(quickSpec());
        const auto file = training.request.checkpointFolder / "taken";
        TestFolder::writeBytes(file, "a file where the folder should be");
        training.request.checkpointFolder = file;
        training.record.onNotice = [&](const NoticeEvent& notice) {
            if (notice.code == "file.write")
                std::filesystem::remove(file); // mended
        };
        QVERIFY(training.run()->state == RunState::Finished);
        QCOMPARE(training.record.notices.size(), 2U);
        QCOMPARE(training.record.checkpoints.size(), 3U);
    }
};

QTEST_GUILESS_MAIN(TrainingTroubleTest)
#include "tst_training_trouble.moc"
