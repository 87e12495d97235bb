// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/job_service.h"

#include <string>
#include <utility>
#include <vector>

namespace concertina::testing {

/// What was asked of a job, for a test to answer: `job.answer(value)`.
template <class Question, class Answer>
struct FakeJob {
    Question question;
    Reply<Answer> reply;

    void answer(Expected<Answer> value) const {
        if (reply.context)
            reply.done(std::move(value));
    }
};

/// Does nothing until a test answers what was asked; the newest is last.
class FakeJobService : public JobService {
public:
    struct SamplesQuestion {
        ExperimentSpec spec;
        int first = 0;
        int count = 0;
    };
    struct SplitQuestion {
        ExperimentSpec spec;
        std::string split;
        std::vector<int> samples; ///< an index; or from the first, and how many
    };
    std::vector<FakeJob<ExperimentSpec, DatasetSummary>> described;
    std::vector<FakeJob<ExperimentSpec, WeightsReport>> weighed;
    std::vector<FakeJob<std::string, DatasetGuess>> guessed;
    std::vector<FakeJob<DatasetGuess, std::vector<GuessedSample>>> drawn;
    std::vector<FakeJob<DatasetGuess, std::string>> written;
    std::vector<FakeJob<SplitQuestion, std::vector<std::string>>> named;
    std::vector<FakeJob<SplitQuestion, std::vector<SampleThumbnail>>> small;
    std::vector<FakeJob<SplitQuestion, DataSample>> looked;
    std::vector<FakeJob<SplitQuestion, DataSurvey>> surveyed;
    std::vector<FakeJob<SamplesQuestion, std::vector<Frame>>> sampled;
    std::vector<FakeJob<FrameChoice, Frame>> framed;
    std::vector<FakeJob<FrameChoice, Image>> thumbnails;
    std::vector<FakeJob<std::pair<RunId, std::string>, std::vector<FrameErrors>>> ranked;
    std::vector<FakeJob<RunId, std::vector<ClassFigures>>> figured;
    std::vector<FakeJob<RunId, PrecisionsReport>> weighedInTypes;
    std::vector<FakeJob<RunId, NetworkDifference>> differed;
    std::vector<FakeJob<RunId, PlannedNetwork>> begun;
    std::vector<FakeJob<RunId, FactorReadings>> read;
    std::vector<FakeJob<RunId, KernelDistances>> apart;
    std::vector<FakeJob<std::pair<RunId, std::vector<std::string>>, Trial>> tried;
    std::vector<FakeJob<RunId, CollapseReport>> reported;
    std::vector<FakeJob<RunId, VerifyReport>> verified;
    std::vector<FakeJob<RunId, RunnerTimes>> timed;
    std::vector<FakeJob<std::pair<RunId, std::string>, WrittenNetwork>> saved;
    std::vector<FakeJob<PredictRequest, Predictions>> predicted;

    void describeDataset(const ExperimentSpec& spec, Reply<DatasetSummary> reply) override {
        described.push_back({spec, std::move(reply)});
    }
    void weights(const ExperimentSpec& spec, Reply<WeightsReport> reply) override {
        weighed.push_back({spec, std::move(reply)});
    }
    void guessDataset(const std::string& folder, Reply<DatasetGuess> reply) override {
        guessed.push_back({folder, std::move(reply)});
    }
    void guessedSamples(const DatasetGuess& guess, int, int,
                        Reply<std::vector<GuessedSample>> reply) override {
        drawn.push_back({guess, std::move(reply)});
    }
    void writeLayout(const DatasetGuess& guess, Reply<std::string> reply) override {
        written.push_back({guess, std::move(reply)});
    }
    void samples(const ExperimentSpec& spec, int first, int count,
                 Reply<std::vector<Frame>> reply) override {
        sampled.push_back({{spec, first, count}, std::move(reply)});
    }
    void sampleNames(const ExperimentSpec& spec, const std::string& split,
                     Reply<std::vector<std::string>> reply) override {
        named.push_back({{spec, split, {}}, std::move(reply)});
    }
    void sampleThumbnails(const ExperimentSpec& spec, const std::string& split,
                          const std::vector<int>& samples, int, int,
                          Reply<std::vector<SampleThumbnail>> reply) override {
        small.push_back({{spec, split, samples}, std::move(reply)});
    }
    void dataSample(const ExperimentSpec& spec, const std::string& split, int index,
                    Reply<DataSample> reply) override {
        looked.push_back({{spec, split, {index}}, std::move(reply)});
    }
    void survey(const ExperimentSpec& spec, const std::string& split, int first, int count,
                Reply<DataSurvey> reply) override {
        surveyed.push_back({{spec, split, {first, count}}, std::move(reply)});
    }
    void frame(const FrameChoice& choice, Reply<Frame> reply) override {
        framed.push_back({choice, std::move(reply)});
    }
    void thumbnail(const FrameChoice& choice, int, Reply<Image> reply) override {
        thumbnails.push_back({choice, std::move(reply)});
    }
    void rankFrames(const RunId& run, const std::string& split,
                    Reply<std::vector<FrameErrors>> reply) override {
        ranked.push_back({{run, split}, std::move(reply)});
    }
    void classFigures(const RunId& run, Reply<std::vector<ClassFigures>> reply) override {
        figured.push_back({run, std::move(reply)});
    }
    void precisions(const RunId& run, Reply<PrecisionsReport> reply) override {
        weighedInTypes.push_back({run, std::move(reply)});
    }
    void difference(const NetworkPick& left, const NetworkPick&,
                    Reply<NetworkDifference> reply) override {
        differed.push_back({left.run, std::move(reply)});
    }
    void planned(const RunId& run, Reply<PlannedNetwork> reply) override {
        begun.push_back({run, std::move(reply)});
    }
    void readings(const RunId& run, Reply<FactorReadings> reply) override {
        read.push_back({run, std::move(reply)});
    }
    void distances(const RunId& run, Reply<KernelDistances> reply) override {
        apart.push_back({run, std::move(reply)});
    }
    void tryPlan(const RunId& run, const std::vector<std::string>& rules, int,
                 Reply<Trial> reply) override {
        tried.push_back({{run, rules}, std::move(reply)});
    }
    void collapseReport(const RunId& run, Reply<CollapseReport> reply) override {
        reported.push_back({run, std::move(reply)});
    }
    void verify(const RunId& run, bool, Reply<VerifyReport> reply) override {
        verified.push_back({run, std::move(reply)});
    }
    void runnerTimes(const RunId& run, Reply<RunnerTimes> reply) override {
        timed.push_back({run, std::move(reply)});
    }
    void saveCollapsed(const RunId& run, const MethodChoice&, const std::string& place,
                       Reply<WrittenNetwork> reply) override {
        saved.push_back({{run, place}, std::move(reply)});
    }
    void predictFiles(const std::optional<RunId>&, const PredictRequest& request,
                      Reply<Predictions> reply) override {
        predicted.push_back({request, std::move(reply)});
    }
};

} // namespace concertina::testing
