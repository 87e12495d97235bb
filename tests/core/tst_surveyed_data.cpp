// SPDX-License-Identifier: GPL-3.0-or-later
// What samples have, counted, and how they are looked at without a run.
#include "core/data/data_survey.h"
#include "core/data/sample_looks.h"
#include "core/data/stored_objects.h"
#include "core/prediction/opened_data.h"
#include "tests/core/folder_testing.h"
#include "tests/core/stub_dataset.h"
#include "tests/expected.h"

#include <opencv2/core.hpp>

#include <QTest>

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int everything = 1'000'000;
const Progress silent = [](double, const std::string&) {};

DataSurvey surveyOf(const Dataset& dataset, const std::string& split = "train") {
    return valueOf(surveyData(dataset, split, 0, everything, silent, {}));
}

/// Labels of a test folder, row by row, as the test writes them.
using Labels = std::array<std::uint8_t, TestFolder::height * TestFolder::width>;

void writeLabels(const TestFolder& folder, const std::string& id, Labels labels) {
    TestFolder::write(folder.file("train", "label", id),
                      cv::Mat(TestFolder::height, TestFolder::width, CV_8UC1, labels.data()));
}

ExperimentSpec specOf(const MethodChoice& choice) {
    ExperimentSpec spec;
    spec.data.dataset = choice;
    spec.data.trainSplit = "train";
    return spec;
}

ExperimentSpec specOf(const TestFolder& folder) {
    return specOf({"folder", {{"path", folder.root().string()}}});
}

float floatAt(const TargetPlane& plane, std::size_t i) {
    float value = 0;
    std::memcpy(&value, plane.bytes.data() + 4 * i, 4);
    return value;
}

} // namespace

class SurveyedDataTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// The test counts the labels that it writes: 24 pixels each, some without a class (255).
    void classesOfAFolderAreCountedPixelByPixel() {
        const TestFolder folder;
        const std::array<Labels, 3> written{
            Labels{0,   0,   0,   0,   0,   0,   0, 1, 1, 255, 255, 255,
                   255, 255, 255, 255, 255, 255, 2, 2, 2, 2,   2,   2},
            Labels{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0},
            Labels{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                   255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}};
        std::map<int, int> pixels, samples;
        for (int i = 0; i < 3; ++i) {
            writeLabels(folder, std::string(1, static_cast<char>('a' + i)),
                        written[static_cast<std::size_t>(i)]);
            std::map<int, int> own;
            for (const std::uint8_t label : written[static_cast<std::size_t>(i)])
                if (label != 255)
                    ++own[label];
            for (const auto& [label, count] : own) {
                pixels[label] += count;
                ++samples[label];
            }
        }
        const int all = pixels[0] + pixels[1] + pixels[2];
        const auto dataset = valueOf(folder.open());
        const DataSurvey survey = surveyOf(*dataset);
        QVERIFY(survey.isComplete());
        QCOMPARE(survey.samples[1].name, dataset->sampleName("train", 1));
        const auto shares = classShares(survey, 0);
        QCOMPARE(shares.size(), std::size_t{3});
        for (const ClassShare& share : shares) {
            QCOMPARE(share.share, double(pixels[share.index]) / all);
            QCOMPARE(share.samples, samples[share.index]);
        }
        QCOMPARE(survey.samples[2].targets[0].known, std::int64_t{1});
        QCOMPARE(survey.samples[0].targets[1].known, std::int64_t{24}); // depths
        QVERIFY(survey.targets[1].count == NamesCount::Nothing);
    }

    void whatASampleLacksAndWhatCannotBeReadIsNamed() {
        const TestFolder folder;
        std::filesystem::remove(folder.file("train", "depth", "b"));
        TestFolder::writeBytes(folder.file("train", "label", "c"), "no picture");
        const auto dataset = valueOf(folder.open());
        const DataSurvey survey = surveyOf(*dataset);
        QVERIFY(survey.samples[1].lacks(1) && !survey.samples[1].lacks(0));
        QCOMPARE(unreadableSamples(survey), std::vector<int>{2});
        QVERIFY(survey.samples[2].targets.empty());
        QVERIFY(QString::fromStdString(toText(*survey.samples[2].problem)).contains("c.png"));
        QCOMPARE(samplesWith(survey, 0), 2);
        QCOMPARE(samplesWith(survey, 1), 1);
    }

    void aRangeIsCountedAndAStopIsObserved() {
        const StubDataset dataset(10, {4});
        const DataSurvey part = valueOf(surveyData(dataset, "train", 3, 4, silent, {}));
        QCOMPARE(part.size, 10);
        QCOMPARE(part.samples.size(), std::size_t{4});
        QCOMPARE(part.samples[0].name, std::string("sample 3"));
        QVERIFY(part.samples[1].problem.has_value());
        QVERIFY(valueOf(surveyData(dataset, "train", 10, 4, silent, {})).samples.empty());
        QCOMPARE(surveyData(dataset, "test", 0, 4, silent, {}).error().code,
                 std::string("dataset.split"));
        std::stop_source source;
        int calls = 0;
        const auto stopped = surveyData(
            dataset, "train", 0, 10,
            [&](double, const std::string&) {
                if (++calls == 2)
                    source.request_stop();
            },
            source.get_token());
        QCOMPARE(stopped.error().code, std::string("stopped"));
        QCOMPARE(calls, 2);
    }

    /// Every kind of target, against the bytes that the dataset gives.
    void roomsAreCountedAsTheyAreMade() {
        const auto dataset = valueOf(openDataset({"rooms", {{"train_size", 6}, {"val_size", 2}}}));
        const DataSurvey survey = surveyOf(*dataset);
        QCOMPARE(survey.samples.size(), std::size_t{6});
        const auto& targets = dataset->description().targets;
        std::map<std::string, std::vector<double>> amounts;
        std::map<std::string, double> of;
        double depth = 0;
        for (int i = 0; i < 6; ++i) {
            const Sample sample =
                valueOf(dataset->sample("train", i, SurveySize.height, SurveySize.width));
            for (std::size_t t = 0; t < targets.size(); ++t) {
                const TargetPlane& plane = sample.targets[t];
                auto& sums = amounts[targets[t].name];
                sums.resize(targets[t].classes.size());
                if (targets[t].kind == &classesTarget())
                    for (const std::uint8_t index : plane.bytes)
                        ++sums[index];
                if (targets[t].kind == &labelTarget())
                    ++sums[plane.bytes[0] + 256U * plane.bytes[1]];
                if (targets[t].kind == &presenceTarget())
                    for (std::size_t c = 0; c < sums.size(); ++c)
                        sums[c] += plane.bytes[c];
                if (targets[t].kind == &boxesTarget()) {
                    std::set<int> seen;
                    for (const ImageObject& object : objectsOf(plane).objects)
                        seen.insert(object.label);
                    for (const int label : seen)
                        ++sums[static_cast<std::size_t>(label)];
                }
                if (targets[t].kind == &keypointsTarget()) {
                    std::set<std::size_t> labelled;
                    for (const ImageObject& object : objectsOf(plane).objects)
                        for (std::size_t p = 0; p < object.points.size(); ++p)
                            if (object.points[p].state != Keypoint::State::Unknown)
                                labelled.insert(p);
                    for (const std::size_t point : labelled)
                        ++sums[point];
                }
                if (targets[t].kind == &valuesTarget())
                    depth += double(floatAt(plane, 0)) / 6;
                of[targets[t].name] +=
                    targets[t].kind == &classesTarget() ? double(plane.bytes.size()) : 1;
            }
        }
        int compared = 0;
        for (std::size_t t = 0; t < targets.size(); ++t)
            for (const ClassShare& share : classShares(survey, t)) {
                const auto& name = targets[t].name;
                const double wanted =
                    amounts[name][static_cast<std::size_t>(share.index)] / of[name];
                QVERIFY2(std::abs(share.share - wanted) < 1e-12, name.c_str());
                ++compared;
            }
        QVERIFY2(compared > 20, qPrintable(QString::number(compared)));
        for (std::size_t t = 0; t < targets.size(); ++t)
            if (targets[t].kind == &valuesTarget())
                QVERIFY(std::abs(quantitySpreads(survey, t)[0].mean - depth) < 1e-5);
    }

    void aLookHasItsOwnProportionsAndEveryTarget() {
        const TestFolder folder;
        std::filesystem::remove(folder.file("train", "depth", "b"));
        OpenedData data;
        const DataSample look = valueOf(data.sample(specOf(folder), "train", 1));
        QCOMPARE(look.frame.image.height, TestFolder::height);
        QCOMPARE(look.frame.image.width, TestFolder::width);
        QCOMPARE(look.frame.tasks.size(), std::size_t{3});
        QCOMPARE(look.frame.tasks[0].task, std::string("segmentation"));
        QCOMPARE(look.frame.tasks[0].truth.at(0, 0), float('b' % 3));
        QVERIFY(look.frame.tasks[1].truth.empty());
        QCOMPARE(look.frame.tasks[2].truth.channels(), 3);
        QVERIFY(look.problems.empty());
    }

    /// 4 × 6 pixels in a room of 3 × 3: 2 × 3.
    void thumbnailsFitTheirRoom() {
        const TestFolder folder;
        TestFolder::writeBytes(folder.file("train", "image", "c"), "no picture");
        OpenedData data;
        const auto small =
            valueOf(data.thumbnails(specOf(folder), "train", {2, 0, 7, -1}, 3, 3, {}));
        QCOMPARE(small.size(), std::size_t{2});
        QCOMPARE(small[0].index, 2);
        QVERIFY(small[0].image.empty() && small[0].problem.has_value());
        QCOMPARE(small[1].index, 0);
        QVERIFY(!small[1].problem.has_value());
        QCOMPARE(small[1].image.height, 2);
        QCOMPARE(small[1].image.width, 3);
        QCOMPARE(int(small[1].image.bytes[0]), 40 + 'a');
    }

    /// A damaged target leaves the picture and the others to be seen.
    void aDamagedSampleIsShownAsFarAsItCanBeRead() {
        const TestFolder folder;
        TestFolder::writeBytes(folder.file("train", "depth", "a"), "no picture");
        OpenedData data;
        const DataSample look = valueOf(data.sample(specOf(folder), "train", 0));
        QVERIFY(!look.problems.empty());
        QVERIFY(!look.frame.image.empty());
        QVERIFY(!look.frame.tasks[0].truth.empty());
        QVERIFY(look.frame.tasks[1].truth.empty());
    }

    void anOpenedDatasetIsDescribedAnew() {
        const TestFolder folder;
        OpenedData data;
        const ExperimentSpec spec = specOf(folder);
        const DatasetSummary before = valueOf(data.describe(spec));
        QCOMPARE(before.targets[0].classes, 3);
        QVERIFY(before.targets[0].count == NamesCount::Pixels);
        QVERIFY(before.targets[1].kind == &depthTarget());
        QCOMPARE(valueOf(data.sampleNames(spec, "train")).size(), std::size_t{3});
        std::filesystem::copy_file(folder.file("train", "image", "a"),
                                   folder.file("train", "image", "e"));
        const DatasetSummary after = valueOf(data.describe(spec));
        QVERIFY(after.fingerprint != before.fingerprint);
        QCOMPARE(valueOf(data.sampleNames(spec, "train")).size(), std::size_t{4});
        QCOMPARE(data.sampleNames(spec, "trian").error().code, std::string("dataset.split"));
        QCOMPARE(data.sample(spec, "train", 4).error().code, std::string("frame.index"));
        QVERIFY(!data.survey(specOf({"folder", {{"path", "/no/such/folder"}}}), "train", 0, 4,
                             silent, {}));
    }
};

QTEST_GUILESS_MAIN(SurveyedDataTest)
#include "tst_surveyed_data.moc"
