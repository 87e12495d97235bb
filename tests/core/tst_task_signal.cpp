// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "tests/core/folder_testing.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <opencv2/core/mat.hpp>

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace concertina;
using namespace concertina::testing;

// Tasks that have nothing to learn from.

namespace {

/// Three samples to learn from, one to validate on; an epoch is one step.
ExperimentSpec folderSpec(const TestFolder& folder, int batch) {
    ExperimentSpec spec = tinySpec("factored", "*: merged");
    spec.data.dataset = {"folder", {{"path", folder.root().string()}}};
    spec.train.batch = batch;
    spec.train.steps = 6;
    spec.train.threads = 1;
    spec.train.previews = 0;
    return withCompleteOptions(spec, catalogue());
}

/// Leaves no valid pixel in a target of a sample: all labels are ignored, no depth was measured, no
/// vector is of unit length.
void empty(const TestFolder& folder, const std::string& split, const std::string& target,
           const std::string& id) {
    TestFolder::write(folder.file(split, target, id), target == "label"   ? plane(CV_8UC1, 255)
                                                      : target == "depth" ? plane(CV_16UC1, 0)
                                                                          : plane(CV_8UC3, 128));
}

void emptyAll(const TestFolder& folder, const std::string& split, const std::string& target) {
    for (const char* id : {"a", "b", "c", "d"})
        if ((split == "val") == (*id == 'd'))
            empty(folder, split, target, id);
}

const std::vector<std::string> targets{"label", "depth", "normal"};

std::vector<NoticeEvent> noticesOf(const Training& training, const std::string& code) {
    std::vector<NoticeEvent> found;
    for (const NoticeEvent& notice : training.record.notices)
        if (notice.code == code)
            found.push_back(notice);
    return found;
}

double totalOf(const StepEvent& step) {
    return std::ranges::find(step.values, std::string(), &MetricValue::task)->value;
}

} // namespace

class TaskSignalTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aTaskWithoutAValidPixelIsReportedWithinAnEpoch_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("reported");
        QTest::addColumn<QString>("split");
        QTest::addColumn<QString>("code");
        for (const auto& [split, code] :
             {std::pair{"train", "train.no_signal"}, {"val", "validation.no_pixel"}}) {
            QTest::addRow("labels, %s", split) << "label" << "segmentation (index8)" << split << code;
            QTest::addRow("depth, %s", split) << "depth" << "depth (uint16)" << split << code;
            QTest::addRow("normals, %s", split) << "normal" << "normal (rgb8)" << split << code;
        }
    }

    void aTaskWithoutAValidPixelIsReportedWithinAnEpoch() {
        QFETCH(const QString, target);
        QFETCH(const QString, reported);
        QFETCH(const QString, split);
        QFETCH(const QString, code);
        const TestFolder folder;
        emptyAll(folder, split.toStdString(), target.toStdString());
        Training training(folderSpec(folder, 3));
        const auto result = training.run();
        QVERIFY(result->state == RunState::Finished); // the other tasks learn
        QCOMPARE(training.record.notices.size(), std::size_t{1}); // once in six epochs
        const NoticeEvent& notice = training.record.notices.front();
        QCOMPARE(notice.code, code.toStdString());
        QVERIFY(notice.level == NoticeLevel::Warning);
        QVERIFY2(notice.text.find(reported.toStdString()) != std::string::npos,
                 notice.text.c_str());
        QVERIFY(notice.position.epoch <= 1);
    }

    void whatEveryTaskLacksInSomeBatchesIsNothingToReport() {
        const TestFolder folder;
        for (const std::string& target : targets)
            for (const char* id : {"a", "b"})
                empty(folder, "train", target, id);
        Training training(folderSpec(folder, 1)); // three steps an epoch, one of them with signal
        QVERIFY(training.run()->state == RunState::Finished);
        QVERIFY2(training.record.notices.empty(),
                 training.record.notices.empty() ? ""
                                                 : training.record.notices[0].text.c_str());
        // A step on nothing is no step without a loss.
        const auto silent = std::ranges::count_if(
            training.record.steps, [](const auto& step) { return std::isnan(totalOf(step)); });
        QCOMPARE(silent, 4);
    }

    void aRunInWhichNoTaskHasAPixelFailsOnceAllWasSeen() {
        const TestFolder folder;
        for (const std::string& target : targets)
            emptyAll(folder, "train", target);
        Training training(folderSpec(folder, 3));
        const auto result = training.run();
        QVERIFY(result->state == RunState::Failed);
        QCOMPARE(result->position.step, 1); // not after all six
        QCOMPARE(result->problem->code, std::string("train.no_signal"));
        const std::string text = toText(*result->problem);
        for (const char* part : {"segmentation (index8)", "depth (uint16)", "normal (rgb8)", "train"})
            QVERIFY2(text.find(part) != std::string::npos, text.c_str());
        QCOMPARE(noticesOf(training, "train.no_signal").size(), std::size_t{4}); // each, and the end
        QVERIFY(training.record.states.back().state == RunState::Failed);
        QVERIFY(training.record.checkpoints.empty());
    }

    void aRunThatSawNoneUntilItsEndFails_data() {
        QTest::addColumn<QString>("stopAfter");
        QTest::newRow("its plan") << "";
        QTest::newRow("cut") << "1 steps";
    }

    void aRunThatSawNoneUntilItsEndFails() {
        QFETCH(const QString, stopAfter);
        const TestFolder folder;
        for (const std::string& target : targets)
            emptyAll(folder, "train", target);
        ExperimentSpec spec = folderSpec(folder, 1);
        spec.train.steps = stopAfter.isEmpty() ? 2 : 9; // of three samples
        spec.train.stopAfter = stopAfter.toStdString();
        Training training(spec);
        const auto result = training.run();
        QVERIFY(result->state == RunState::Failed);
        QCOMPARE(result->problem->code, std::string("train.no_signal"));
    }

    void aResumedRunKnowsWhatWasLearnedBefore() {
        const TestFolder folder;
        emptyAll(folder, "train", "depth");
        Training first(folderSpec(folder, 3));
        first.after(2, [](RunControl& control) { control.suspend(); });
        QVERIFY(first.run()->state == RunState::Paused);
        // From here on there is nothing at all; but the run has learned.
        for (const std::string& target : targets)
            emptyAll(folder, "train", target);
        Training second(folderSpec(folder, 3));
        second.request.resumeAt = first.lastCheckpoint();
        QVERIFY(second.run()->state == RunState::Finished);
        const auto reported = noticesOf(second, "train.no_signal");
        QCOMPARE(reported.size(), std::size_t{1});
        QVERIFY2(reported[0].text.find("depth") != std::string::npos, reported[0].text.c_str());
    }

    void aResumedRunThatNeverHadAnyFails() {
        const TestFolder folder;
        for (const std::string& target : targets)
            emptyAll(folder, "train", target);
        ExperimentSpec spec = folderSpec(folder, 1);
        Training first(spec);
        first.after(1, [](RunControl& control) { control.suspend(); });
        QVERIFY(first.run()->state == RunState::Paused);
        spec.train.stopAfter = "2 steps";
        Training second(spec);
        second.request.resumeAt = first.lastCheckpoint();
        QVERIFY(second.run()->state == RunState::Failed);
    }
};

QTEST_GUILESS_MAIN(TaskSignalTest)
#include "tst_task_signal.moc"
