// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/job_thread.h"
#include "app/session/trained_run.h"
#include "core/prediction/frames.h"
#include "ui/services/job_service.h"

#include <filesystem>
#include <optional>

namespace concertina {

/// Jobs of the window, in one thread.
class SessionJobService : public JobService {
    Q_OBJECT

public:
    SessionJobService(std::filesystem::path store, std::optional<std::string> dataFolder,
                      QObject* parent = nullptr);

    void describeDataset(const ExperimentSpec& spec, Reply<DatasetSummary> reply) override;
    void samples(const ExperimentSpec& spec, int first, int count,
                 Reply<std::vector<Frame>> reply) override;
    void frame(const FrameChoice& choice, Reply<Frame> reply) override;
    void thumbnail(const FrameChoice& choice, int height, Reply<Image> reply) override;
    void rankFrames(const RunId& run, const std::string& split,
                    Reply<std::vector<FrameErrors>> reply) override;
    void collapseReport(const RunId& run, Reply<CollapseReport> reply) override;
    void verify(const RunId& run, Reply<VerifyReport> reply) override;
    void saveCollapsed(const RunId& run, const std::string& file,
                       Reply<CollapseReport> reply) override;

private:
    /// Does `work(progress, stop)` in the thread and tells its result, unless a newer job of
    /// `kind` has come from the same context.
    template <class T, class Work>
    void post(const char* kind, Reply<T> reply, Work work);

    /// The predictor of a run's last checkpoint; in the thread.
    Expected<FramePredictor*> predictorOf(const RunId& run);

    ExperimentSpec placed(const ExperimentSpec& spec) const;

    std::filesystem::path m_store;
    std::optional<std::string> m_dataFolder;
    std::filesystem::path m_checkpoint;        ///< of the predictor
    std::optional<FramePredictor> m_predictor; ///< kept for the next frame; in the thread
    JobThread m_thread;                        ///< last: it uses all the others
};

} // namespace concertina
