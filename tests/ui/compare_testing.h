// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "db/store.h"
#include "tests/ui/fake_dialogs.h"
#include "tests/ui/fake_run_service.h"
#include "ui/experiment/experiment_draft.h"
#include "ui/services/job_service.h"
#include "ui/store/store_access.h"
#include "ui/window/page_context.h"

#include <QSettings>
#include <QSize>
#include <QStringList>
#include <QTemporaryDir>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace concertina::testing {

extern const std::vector<ClassInfo> madeUpClasses;

Problem unreadableFrame(int frame);

/// Predicts a made-up room: three tasks with their truths; the expanded network is wrong here and
/// there, the collapsed one is the same but for rounding. Answers come by the event loop, unless
/// they are held back.
class FakePredictions : public JobService {
    Q_OBJECT

public:
    QSize size{64, 48};
    int samples_ = 12; ///< of the split "val"
    std::set<int> damaged; ///< of these, those that can't be read
    bool hold = false;
    std::optional<Problem> problem; ///< what every job answers, where there is one
    bool exact = true;
    FactorReadings read; ///< what every run's checkpoint says
    QStringList asked; ///< "frame RUN val 3", "rank RUN val", …
    std::vector<std::string> savedTo;
    std::vector<MethodChoice> savedAs;
    std::vector<std::pair<std::optional<RunId>, PredictRequest>> predictedFor;
    Predictions predictions; ///< what is answered

    void release(); ///< answers what was held back

    void describeDataset(const ExperimentSpec& spec, Reply<DatasetSummary> reply) override;
    // Never answered.
    void weights(const ExperimentSpec&, Reply<WeightsReport>) override {}
    void guessDataset(const std::string&, Reply<DatasetGuess>) override {}
    void guessedSamples(const DatasetGuess&, int, int, Reply<std::vector<GuessedSample>>) override {
    }
    void writeLayout(const DatasetGuess&, Reply<std::string>) override {}
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
    void classFigures(const RunId& run, Reply<std::vector<ClassFigures>> reply) override;
    void rankFrames(const RunId& run, const std::string& split,
                    Reply<std::vector<FrameErrors>> reply) override;
    void precisions(const RunId& run, Reply<PrecisionsReport> reply) override;
    void difference(const NetworkPick& left, const NetworkPick& right,
                    Reply<NetworkDifference> reply) override;
    void planned(const RunId& run, Reply<PlannedNetwork> reply) override;
    void readings(const RunId& run, Reply<FactorReadings> reply) override;
    void distances(const RunId&, Reply<KernelDistances>) override {} // never answered
    void tryPlan(const RunId& run, const std::vector<std::string>& rules, int steps,
                 Reply<Trial> reply) override;
    void collapseReport(const RunId& run, Reply<CollapseReport> reply) override;
    void verify(const RunId& run, bool layers, Reply<VerifyReport> reply) override;
    void runnerTimes(const RunId& run, Reply<RunnerTimes> reply) override;
    void saveCollapsed(const RunId& run, const MethodChoice& format, const std::string& place,
                       Reply<WrittenNetwork> reply) override;
    void predictFiles(const std::optional<RunId>& run, const PredictRequest& request,
                      Reply<Predictions> reply) override;

    Frame makeFrame(const FrameChoice& choice) const;

private:
    int sizeOf(const std::string& split) const;

    template <class T>
    void answer(const QString& what, Reply<T> reply, std::function<Expected<T>()> value);

    std::vector<std::function<void()>> m_held;
};

template <class T>
void FakePredictions::answer(const QString& what, Reply<T> reply,
                             std::function<Expected<T>()> value) {
    asked << what;
    auto deliver = [this, reply = std::move(reply), value = std::move(value)] {
        if (reply.context)
            reply.done(problem ? Expected<T>(failure(*problem)) : value());
    };
    if (hold)
        m_held.push_back(deliver);
    else
        QMetaObject::invokeMethod(this, deliver, Qt::QueuedConnection);
}

/// What a Compare page is given: a store of its own with runs as a test makes them.
class CompareDesk {
public:
    CompareDesk();

    PageContext context();
    Store open() const; ///< another handle, as another process has one

    /// A finished run with validations and a checkpoint at `step`; 0: no checkpoint, and running.
    RunId makeRun(const std::string& name, std::int64_t step = 1200,
                  DamagedSamples damaged = DamagedSamples::Stop);
    void addCheckpoint(const RunId& run, std::int64_t step);

    QTemporaryDir folder;
    Catalogue catalogue;
    QSettings settings;
    std::unique_ptr<StoreAccess> store;
    FakeRunService runs;
    FakePredictions jobs;
    FakeDialogs dialogs;
    FakeNavigator navigator;
    std::unique_ptr<ExperimentDraft> draft;
};

} // namespace concertina::testing
