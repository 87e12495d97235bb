// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/job_thread.h"
#include "app/session/run_session.h"
#include "app/session/trained_run.h"
#include "core/exports/network_comparison.h"
#include "core/prediction/frames.h"
#include "core/prediction/opened_data.h"
#include "ui/services/job_service.h"

#include <filesystem>
#include <optional>
#include <set>

namespace concertina {

/// Jobs of the window. What a person looks at is made in one thread, what takes long in another, so
/// that a frame never waits for a ranking; samples are counted in a third, and a fourth writes
/// predictions, as a video may take hours.
class SessionJobService : public JobService {
    Q_OBJECT

public:
    SessionJobService(std::filesystem::path store, std::optional<DataFolder> dataFolder,
                      QObject* parent = nullptr);

    void describeDataset(const ExperimentSpec& spec, Reply<DatasetSummary> reply) override;
    void weights(const ExperimentSpec& spec, Reply<WeightsReport> reply) override;
    void guessDataset(const std::string& folder, Reply<DatasetGuess> reply) override;
    void guessedSamples(const DatasetGuess& guess, int count, int height,
                        Reply<std::vector<GuessedSample>> reply) override;
    void writeLayout(const DatasetGuess& guess, Reply<std::string> reply) override;
    void samples(const ExperimentSpec& spec, int first, int count,
                 Reply<std::vector<Frame>> reply) override;
    void sampleNames(const ExperimentSpec& spec, const std::string& split,
                     Reply<std::vector<std::string>> reply) override;
    void sampleThumbnails(const ExperimentSpec& spec, const std::string& split,
                          const std::vector<int>& samples, int height, int width,
                          Reply<std::vector<SampleThumbnail>> reply) override;
    void dataSample(const ExperimentSpec& spec, const std::string& split, int index,
                    Reply<DataSample> reply) override;
    void survey(const ExperimentSpec& spec, const std::string& split, int first, int count,
                Reply<DataSurvey> reply) override;
    void frame(const FrameChoice& choice, Reply<Frame> reply) override;
    void thumbnail(const FrameChoice& choice, int height, Reply<Image> reply) override;
    void rankFrames(const RunId& run, const std::string& split,
                    Reply<std::vector<FrameErrors>> reply) override;
    void classFigures(const RunId& run, Reply<std::vector<ClassFigures>> reply) override;
    void precisions(const RunId& run, Reply<PrecisionsReport> reply) override;
    void difference(const NetworkPick& left, const NetworkPick& right,
                    Reply<NetworkDifference> reply) override;
    void planned(const RunId& run, Reply<PlannedNetwork> reply) override;
    void readings(const RunId& run, Reply<FactorReadings> reply) override;
    void distances(const RunId& run, Reply<KernelDistances> reply) override;
    void tryPlan(const RunId& run, const std::vector<std::string>& rules, int steps,
                 Reply<Trial> reply) override;
    void collapseReport(const RunId& run, Reply<CollapseReport> reply) override;
    void runnerTimes(const RunId& run, Reply<RunnerTimes> reply) override;
    void verify(const RunId& run, bool layers, Reply<VerifyReport> reply) override;
    void saveCollapsed(const RunId& run, const MethodChoice& format, const std::string& place,
                       Reply<WrittenNetwork> reply) override;
    void predictFiles(const std::optional<RunId>& run, const PredictRequest& request,
                      Reply<Predictions> reply) override;

private:
    /// Does `work(progress, stop)` in the thread and replies with its result, unless a newer job of
    /// `kind` has come from the same context, or that is gone.
    template <class T, class Work>
    void post(JobThread& thread, const char* kind, Reply<T> reply, Work work);

    /// Keeps the predictor of the last checkpoint that was asked for; of one thread.
    struct Predictors {
        std::filesystem::path checkpoint;
        std::optional<FramePredictor> predictor;
    };

    /// The predictor of a run's last checkpoint.
    Expected<FramePredictor*> predictorOf(Predictors& predictors, const RunId& run) const;

    Expected<ComparedSide> sideOf(const NetworkPick& pick) const;
    ExperimentSpec placed(const ExperimentSpec& spec) const;

    std::set<QObject*> m_askers; ///< whose jobs end with them
    std::filesystem::path m_store;
    std::optional<DataFolder> m_dataFolder;
    Predictors m_looked; ///< in the thread of looks
    Predictors m_ranked; ///< in the long one
    OpenedData m_data;
    // Last: they use all the others.
    JobThread m_looks;
    JobThread m_long;
    JobThread m_surveys;
    JobThread m_predictions;
};

} // namespace concertina
