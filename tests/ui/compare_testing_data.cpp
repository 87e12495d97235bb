// SPDX-License-Identifier: GPL-3.0-or-later
// What the made-up rooms are as a dataset.
#include "tests/ui/compare_testing.h"

#include <algorithm>

namespace concertina::testing {

void FakePredictions::describeDataset(const ExperimentSpec&, Reply<DatasetSummary> reply) {
    answer<DatasetSummary>(QStringLiteral("describe"), std::move(reply), [this] {
        DatasetSummary summary;
        summary.name = "made-up rooms";
        for (const char* split : {"train", "val", "test"})
            summary.splits.push_back({split, sizeOf(split), {}});
        summary.targets = {{"segmentation", static_cast<int>(madeUpClasses.size()),
                            &classesTarget(), NamesCount::Pixels},
                           {"depth", 0, &depthTarget()},
                           {"normal", 0, &normalsTarget()}};
        return summary;
    });
}

int FakePredictions::sizeOf(const std::string& split) const {
    return split == "train" ? 800 : split == "val" ? samples_ : 0;
}

void FakePredictions::sampleNames(const ExperimentSpec&, const std::string& split,
                                  Reply<std::vector<std::string>> reply) {
    answer<std::vector<std::string>>(QStringLiteral("names"), std::move(reply), [this, split] {
        std::vector<std::string> names;
        for (int i = 0; i < sizeOf(split); ++i)
            names.push_back(split + "_" + std::to_string(i));
        return names;
    });
}

void FakePredictions::sampleThumbnails(const ExperimentSpec&, const std::string& split,
                                       const std::vector<int>& samples, int height, int width,
                                       Reply<std::vector<SampleThumbnail>> reply) {
    answer<std::vector<SampleThumbnail>>(
        QStringLiteral("thumbnails"), std::move(reply), [this, split, samples, height, width] {
            FakePredictions small;
            small.size = {width, height};
            std::vector<SampleThumbnail> all;
            for (const int i : samples)
                if (damaged.contains(i))
                    all.push_back({i, {}, unreadableFrame(i)});
                else
                    all.push_back({i, small.makeFrame({{}, split, i, {}}).image, {}});
            return all;
        });
}

void FakePredictions::dataSample(const ExperimentSpec&, const std::string& split, int index,
                                 Reply<DataSample> reply) {
    answer<DataSample>(QStringLiteral("sample %1").arg(index), std::move(reply),
                       [this, split, index] {
                           FakePredictions large;
                           large.size = {320, 240};
                           DataSample sample{large.makeFrame({{}, split, index, {}}), {}};
                           if (damaged.contains(index)) {
                               sample.frame.tasks[1].truth = {};
                               sample.problems = {unreadableFrame(index)};
                           }
                           return sample;
                       });
}

void FakePredictions::survey(const ExperimentSpec&, const std::string& split, int first, int count,
                             Reply<DataSurvey> reply) {
    answer<DataSurvey>(
        QStringLiteral("survey %1").arg(first), std::move(reply), [this, split, first, count] {
            DataSurvey survey{.split = split, .size = sizeOf(split)};
            survey.targets = {{"segmentation", &classesTarget(), NamesCount::Pixels, madeUpClasses},
                              {"depth", &depthTarget(), NamesCount::Nothing, {}},
                              {"normal", &normalsTarget(), NamesCount::Nothing, {}}};
            for (int i = first; i < std::min(first + count, survey.size); ++i) {
                SurveyedSample& sample =
                    survey.samples.emplace_back(SurveyedSample{split + "_" + std::to_string(i)});
                if (damaged.contains(i)) {
                    sample.problem = unreadableFrame(i);
                    continue;
                }
                FakePredictions small;
                small.size = {32, 24};
                const Frame frame = small.makeFrame({{}, split, i, {}});
                const auto counts = classCounts(frame.tasks[0].truth, madeUpClasses.size());
                SurveyedTarget found{.has = true};
                for (std::size_t c = 0; c < counts.size(); ++c)
                    if (counts[c] > 0) {
                        found.known += static_cast<std::int64_t>(counts[c]);
                        found.names.push_back(
                            {static_cast<int>(c), static_cast<double>(counts[c])});
                    }
                sample.targets = {found, {true, 768, {}}, {true, 768, {}}};
            }
            return survey;
        });
}

} // namespace concertina::testing
