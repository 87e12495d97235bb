// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/setup_testing.h"
#include "ui/setup/data_facts.h"
#include "ui/setup/sample_browser.h"
#include "ui/setup/samples_card.h"

#include <QTest>
#include <QToolButton>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace concertina::testing {

inline const std::vector<ClassInfo> threeClasses{
    {"wall", {200, 200, 200}}, {"bed", {60, 110, 180}}, {"lamp", {250, 210, 40}}};

/// 100 samples to learn from, 10 to check with.
inline DatasetSummary summaryOf(const char* fingerprint = "one") {
    DatasetSummary summary = rooms();
    summary.splits = {{"train", 100}, {"val", 10}};
    summary.targets[0].classes = 3;
    summary.fingerprint = fingerprint;
    return summary;
}

/// Every sample has 60 pixels of walls and 30 of a bed, every tenth also 10 of a lamp; sample 7
/// can't be read, sample 8 has no depth.
inline DataSurvey surveyOf(const std::string& split, int first, int count, int size = 100) {
    DataSurvey survey{.split = split, .size = size};
    survey.targets = {{"segmentation", &classesTarget(), NamesCount::Pixels, threeClasses},
                      {"depth", &depthTarget(), NamesCount::Nothing, {}},
                      {"normal", &normalsTarget(), NamesCount::Nothing, {}}};
    for (int i = first; i < std::min(first + count, size); ++i) {
        SurveyedSample sample{.name = "room " + std::to_string(i), .targets = {}, .problem = {}};
        if (i == 7) {
            sample.problem =
                Problem{"image.unreadable", "train/image/7.png", "noise", "a picture", ""};
        } else {
            SurveyedTarget classes{true, 90, {{0, 60}, {1, 30}}};
            if (i % 10 == 0)
                classes = {true, 100, {{0, 60}, {1, 30}, {2, 10}}};
            sample.targets = {classes, {i != 8, 100, {}}, {true, 100, {}}};
        }
        survey.samples.push_back(std::move(sample));
    }
    return survey;
}

inline DataSample lookOf(int index) {
    ValueMap truth{&classesTarget(), 4, 4, std::vector<float>(16, 0)};
    truth.values[0] = 2;
    DataSample look;
    look.frame.name = "room " + std::to_string(index);
    look.frame.image = blankImage(4, 4, 90);
    look.frame.tasks = {{"segmentation", &classesTarget(), threeClasses, truth, {}, {}},
                        {"depth", &depthTarget(), {}, {}, {}, {}}};
    return look;
}

/// Set-up with a dataset that is known, and its browser.
class BrowserBench : public Bench {
public:
    explicit BrowserBench(int samples = 100) : Bench(false) {
        DatasetSummary summary = summaryOf();
        summary.splits[0].samples = samples;
        answerDataset(std::move(summary));
    }

    SampleBrowser& open() {
        find<SamplesCard>()->browseButton()->click();
        SampleBrowser& opened = page->browser();
        if (!QTest::qWaitForWindowExposed(&opened))
            qFatal("the browser did not open");
        return opened;
    }

    void answerNames(int count) {
        QVERIFY(!desk.jobs.named.empty());
        std::vector<std::string> names;
        for (int i = 0; i < count; ++i)
            names.push_back("room " + std::to_string(i));
        desk.jobs.named.back().answer(std::move(names));
    }

    /// Answers what is asked for until nothing more is; the parts.
    int answerSurvey(int most = 100) {
        int parts = 0;
        auto& asked = desk.jobs.surveyed;
        while (parts < most && m_surveyed < asked.size()) {
            m_surveyed = asked.size();
            const auto job = asked.back();
            const auto& range = job.question.samples;
            job.answer(surveyOf(job.question.split, range[0], range[1],
                                job.question.split == "val" ? 10 : 100));
            ++parts;
        }
        return parts;
    }

    /// The same of thumbnails; the samples that were asked for.
    std::set<int> answerThumbnails() {
        std::set<int> samples;
        auto& asked = desk.jobs.small;
        for (int calm = 0; calm < 3; ++calm) {
            QTest::qWait(40); // the grid looks what it misses once it rests
            while (m_thumbnails < asked.size()) {
                calm = 0;
                m_thumbnails = asked.size();
                const auto job = asked.back();
                std::vector<SampleThumbnail> thumbnails;
                for (const int sample : job.question.samples) {
                    samples.insert(sample);
                    thumbnails.push_back({sample, blankImage(96, 128, 90), {}});
                    if (sample == 7)
                        thumbnails.back() = {7,
                                             {},
                                             Problem{"image.unreadable", "train/image/7.png",
                                                     "noise", "a picture", ""}};
                }
                job.answer(std::move(thumbnails));
            }
        }
        return samples;
    }

    DataFacts& facts() { return *forms().dataFacts(); }

private:
    std::size_t m_surveyed = 0;
    std::size_t m_thumbnails = 0;
};

} // namespace concertina::testing
