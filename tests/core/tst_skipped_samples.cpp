// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/collapse/collapse.h"
#include "core/data/image_files.h"
#include "core/model/validate.h"
#include "core/prediction/frames.h"
#include "core/prediction/predict.h"
#include "tests/core/folder_testing.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

// What training skips (data.damaged), everything after it skips and counts.

namespace {

const Progress quiet = [](double, const std::string&) {};

} // namespace

class SkippedSamplesTest : public QObject {
    Q_OBJECT

    TestFolder m_dataset; ///< "c" of three is damaged, "e" of d to h
    std::optional<Training> m_training;
    QTemporaryDir m_folder;

    ExperimentSpec specWith(DamagedSamples damaged) const {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.data.dataset = {"folder", {{"path", m_dataset.root().string()}}};
        spec.data.damaged = damaged;
        spec.train.batch = 3;
        spec.train.steps = 2;
        spec.train.previews = 0;
        return withCompleteOptions(spec, catalogue());
    }

    VerifyRequest verifying(DamagedSamples damaged, int images) const {
        return {.checkpoint = m_training->lastCheckpoint(),
                .spec = specWith(damaged),
                .images = images};
    }

    SheetRequest sheet(DamagedSamples damaged, int frames) const {
        return {m_training->lastCheckpoint(), specWith(damaged), frames,
                m_folder.filePath("sheet.png").toStdString()};
    }

    CollapseRequest collapsing(DamagedSamples damaged) const {
        return {.checkpoint = m_training->lastCheckpoint(),
                .averaging = {.normBatches = 3},
                .spec = specWith(damaged)};
    }

private Q_SLOTS:
    void initTestCase() {
        for (const char* id : {"e", "f", "g", "h"})
            for (const char* part : {"image", "label", "depth", "normal"})
                std::filesystem::copy(m_dataset.file("val", part, "d"),
                                      m_dataset.file("val", part, id));
        TestFolder::writeBytes(m_dataset.file("val", "image", "e"), "noise");
        TestFolder::writeBytes(m_dataset.file("train", "depth", "c"), "noise");
        m_training.emplace(specWith(DamagedSamples::Skip));
        const auto result = m_training->run();
        QVERIFY2(result.has_value(), result ? "" : toText(result.error()).c_str());
        QVERIFY(result->state == RunState::Finished);
    }

    void networksAreComparedOnTheImagesThatAreLeft() {
        const auto all = verify(verifying(DamagedSamples::Skip, 32), quiet, {});
        QVERIFY2(all.has_value(), all ? "" : toText(all.error()).c_str());
        QCOMPARE(all->images, 4);
        QCOMPARE(all->skipped, 1);
        QVERIFY(all->passed);
        QVERIFY(toText(*all).find("1 image skipped") != std::string::npos);
        QVERIFY(toJson(*all)["skipped_images"] == Json(1));
        // As many as were asked for, where there are.
        const auto two = verify(verifying(DamagedSamples::Skip, 2), quiet, {});
        QCOMPARE(two->images, 2);
        QCOMPARE(two->skipped, 1);
        const auto one = verify(verifying(DamagedSamples::Skip, 1), quiet, {});
        QCOMPARE(one->images, 1);
        QCOMPARE(one->skipped, 0);
        QVERIFY(toText(*one).find("skipped") == std::string::npos);
    }

    void aSheetShowsFramesThatCanBeRead() {
        const auto drawn = drawSheet(sheet(DamagedSamples::Skip, 5), quiet, {});
        QVERIFY2(drawn.has_value(), drawn ? "" : toText(drawn.error()).c_str());
        QCOMPARE(drawn->skipped, 1);
        const int four = readImage(drawn->files.front())->height;
        const auto whole = drawSheet(sheet(DamagedSamples::Skip, 1), quiet, {});
        const int one = readImage(whole->files.front())->height;
        const auto three = drawSheet(sheet(DamagedSamples::Skip, 3), quiet, {});
        QCOMPARE(readImage(three->files.front())->height, one + 2 * (four - one) / 3);
    }

    void newStatisticsOfNormsComeFromWhatTrainingSaw() {
        const auto report = collapse(collapsing(DamagedSamples::Skip), quiet, {});
        QVERIFY2(report.has_value(), report ? "" : toText(report.error()).c_str());
        QCOMPARE(report->skipped, 1); // in three epochs
        QVERIFY(toText(*report).find("1 image skipped") != std::string::npos);
        QVERIFY(toJson(*report)["skipped_images"] == Json(1));
    }

    void rankedFramesKeepTheirPlaces() {
        auto predictor =
            FramePredictor::load(m_training->lastCheckpoint(), specWith(DamagedSamples::Skip));
        QVERIFY(predictor.has_value());
        const auto ranked = predictor->rank("val", quiet, {});
        QVERIFY2(ranked.has_value(), ranked ? "" : toText(ranked.error()).c_str());
        QCOMPARE(ranked->size(), std::size_t{5});
        for (int i = 0; i < 5; ++i) {
            QCOMPARE(ranked->at(static_cast<std::size_t>(i)).index, i);
            QCOMPARE(ranked->at(static_cast<std::size_t>(i)).errors.size(), i == 1 ? 0U : 3U);
        }
        QCOMPARE(ranked->at(1).name, std::string("e"));
    }

    void whatIsToStopStops() {
        for (const Problem& problem :
             {verify(verifying(DamagedSamples::Stop, 32), quiet, {}).error(),
              drawSheet(sheet(DamagedSamples::Stop, 5), quiet, {}).error(),
              collapse(collapsing(DamagedSamples::Stop), quiet, {}).error(),
              FramePredictor::load(m_training->lastCheckpoint(), specWith(DamagedSamples::Stop))
                  ->rank("val", quiet, {})
                  .error()})
            QCOMPARE(problem.code, std::string("image.unreadable"));
    }

    void whereNothingIsLeftTheReasonIsReported() {
        for (const char* id : {"d", "f", "g", "h"})
            TestFolder::writeBytes(m_dataset.file("val", "image", id), "noise");
        QCOMPARE(verify(verifying(DamagedSamples::Skip, 32), quiet, {}).error().code,
                 std::string("image.unreadable"));
        QCOMPARE(drawSheet(sheet(DamagedSamples::Skip, 5), quiet, {}).error().code,
                 std::string("image.unreadable"));
    }
};

QTEST_GUILESS_MAIN(SkippedSamplesTest)
#include "tst_skipped_samples.moc"
