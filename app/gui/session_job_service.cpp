// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/session_job_service.h"

#include "app/session/initial_run.h"
#include "app/session/run_session.h"
#include "app/session/trial.h"
#include "core/catalogue.h"
#include "core/collapse/collapse.h"
#include "core/collapse/initial.h"
#include "core/data/guess_dataset.h"
#include "core/exports/export.h"
#include "core/exports/precisions.h"
#include "core/model/spec_paths.h"
#include "core/prediction/predict.h"
#include "core/runners/timing.h"
#include "core/values/initial_source.h"
#include "widgets/qt_text.h"

#include <cstdint>
#include <utility>

namespace concertina {

SessionJobService::SessionJobService(std::filesystem::path store,
                                     std::optional<DataFolder> dataFolder, QObject* parent)
    : JobService(parent), m_store(std::move(store)), m_dataFolder(std::move(dataFolder)) {}

template <class T, class Work>
void SessionJobService::post(JobThread& thread, const char* kind, Reply<T> reply, Work work) {
    QObject* const asker = reply.context.data();
    const std::string ending = " " + std::to_string(reinterpret_cast<std::uintptr_t>(asker));
    if (asker != nullptr && m_askers.insert(asker).second)
        connect(asker, &QObject::destroyed, this, [this, asker, ending] {
            m_askers.erase(asker);
            m_looks.stop(ending);
            m_long.stop(ending);
            m_surveys.stop(ending);
            m_predictions.stop(ending);
        });
    thread.post(kind + ending, [this, reply = std::move(reply),
                                work = std::move(work)](const std::stop_token& stop) {
        // The context may be gone by now: only the GUI thread may look.
        const Progress progress = [&](double share, const std::string& what) {
            if (!reply.progress)
                return;
            QMetaObject::invokeMethod(
                this,
                [reply, stop, share, text = toQt(what)] {
                    if (reply.context && !stop.stop_requested())
                        reply.progress(share, text);
                },
                Qt::QueuedConnection);
        };
        Expected<T> result = work(progress, stop);
        QMetaObject::invokeMethod(
            this,
            [reply, stop, result = std::move(result)]() mutable {
                if (reply.context && !stop.stop_requested())
                    reply.done(std::move(result));
            },
            Qt::QueuedConnection);
    });
}

ExperimentSpec SessionJobService::placed(const ExperimentSpec& spec) const {
    if (m_dataFolder)
        if (auto changed = withDataFolder(spec, *m_dataFolder))
            return *changed;
    return withAbsoluteFolders(spec, catalogue());
}

void SessionJobService::describeDataset(const ExperimentSpec& spec, Reply<DatasetSummary> reply) {
    post(m_looks, "describe", std::move(reply),
         [this, spec = placed(spec)](const auto&, const auto&) { return m_data.describe(spec); });
}

void SessionJobService::sampleNames(const ExperimentSpec& spec, const std::string& split,
                                    Reply<std::vector<std::string>> reply) {
    post(m_looks, "names", std::move(reply),
         [this, spec = placed(spec), split](const auto&, const auto&) {
             return m_data.sampleNames(spec, split);
         });
}

void SessionJobService::sampleThumbnails(const ExperimentSpec& spec, const std::string& split,
                                         const std::vector<int>& samples, int height, int width,
                                         Reply<std::vector<SampleThumbnail>> reply) {
    post(m_looks, "thumbnails", std::move(reply),
         [this, spec = placed(spec), split, samples, height, width](const auto&,
                                                                    const std::stop_token& stop) {
             return m_data.thumbnails(spec, split, samples, height, width, stop);
         });
}

void SessionJobService::dataSample(const ExperimentSpec& spec, const std::string& split, int index,
                                   Reply<DataSample> reply) {
    post(m_looks, "sample", std::move(reply),
         [this, spec = placed(spec), split, index](const auto&, const auto&) {
             return m_data.sample(spec, split, index);
         });
}

void SessionJobService::survey(const ExperimentSpec& spec, const std::string& split, int first,
                               int count, Reply<DataSurvey> reply) {
    post(m_surveys, "survey", std::move(reply),
         [this, spec = placed(spec), split, first, count](const Progress& progress,
                                                          const std::stop_token& stop) {
             return m_data.survey(spec, split, first, count, progress, stop);
         });
}

void SessionJobService::weights(const ExperimentSpec& spec, Reply<WeightsReport> reply) {
    post(m_long, "weights", std::move(reply),
         [spec = placed(spec)](const auto&, const auto&) -> Expected<WeightsReport> {
             const auto source = initialSourceFrom(spec.network.initial);
             return source ? weightsReport(source->place, &spec) : failure(source.error());
         });
}

void SessionJobService::guessDataset(const std::string& folder, Reply<DatasetGuess> reply) {
    post(m_looks, "guess", std::move(reply), [folder](const auto&, const std::stop_token& stop) {
        return concertina::guessDataset(folder, stop);
    });
}

void SessionJobService::guessedSamples(const DatasetGuess& guess, int count, int height,
                                       Reply<std::vector<GuessedSample>> reply) {
    post(m_looks, "guessed samples", std::move(reply),
         [guess, count, height](const auto&, const std::stop_token& stop) {
             return concertina::guessedSamples(guess, count, height, stop);
         });
}

void SessionJobService::writeLayout(const DatasetGuess& guess, Reply<std::string> reply) {
    post(m_looks, "layout", std::move(reply),
         [guess](const auto&, const auto&) -> Expected<std::string> {
             const auto written = concertina::writeLayout(guess);
             return written ? Expected<std::string>(written->string()) : failure(written.error());
         });
}

void SessionJobService::samples(const ExperimentSpec& spec, int first, int count,
                                Reply<std::vector<Frame>> reply) {
    post(m_looks, "samples", std::move(reply),
         [spec = placed(spec), first, count](const auto&, const std::stop_token& stop) {
             return trainingSamples(spec, first, count, stop);
         });
}

Expected<FramePredictor*> SessionJobService::predictorOf(Predictors& predictors,
                                                        const RunId& run) const {
    const auto trained = findTrained(m_store, run, m_dataFolder);
    if (!trained)
        return failure(trained.error());
    if (!predictors.predictor || predictors.checkpoint != trained->checkpoint) {
        predictors.predictor.reset();
        auto loaded = FramePredictor::load(trained->checkpoint, trained->spec);
        if (!loaded)
            return failure(loaded.error());
        predictors.predictor.emplace(std::move(*loaded));
        predictors.checkpoint = trained->checkpoint;
    }
    return &*predictors.predictor;
}

void SessionJobService::frame(const FrameChoice& choice, Reply<Frame> reply) {
    post(m_looks, "frame", std::move(reply),
         [this, choice](const auto&, const auto&) -> Expected<Frame> {
             const auto predictor = predictorOf(m_looked, choice.run);
             if (!predictor)
                 return failure(predictor.error());
             return choice.file.empty() ? (*predictor)->frame(choice.split, choice.index)
                                        : (*predictor)->picture(choice.file);
         });
}

void SessionJobService::thumbnail(const FrameChoice& choice, int height, Reply<Image> reply) {
    post(m_looks, "thumbnail", std::move(reply),
         [this, choice, height](const auto&, const auto&) -> Expected<Image> {
             const auto predictor = predictorOf(m_looked, choice.run);
             if (!predictor)
                 return failure(predictor.error());
             return choice.file.empty()
                        ? (*predictor)->thumbnail(choice.split, choice.index, height)
                        : (*predictor)->thumbnail(choice.file, height);
         });
}

void SessionJobService::rankFrames(const RunId& run, const std::string& split,
                                   Reply<std::vector<FrameErrors>> reply) {
    post(m_long, "rank", std::move(reply),
         [this, run, split](const Progress& progress,
                            const std::stop_token& stop) -> Expected<std::vector<FrameErrors>> {
             const auto predictor = predictorOf(m_ranked, run);
             if (!predictor)
                 return failure(predictor.error());
             return (*predictor)->rank(split, progress, stop);
         });
}

void SessionJobService::classFigures(const RunId& run, Reply<std::vector<ClassFigures>> reply) {
    post(m_long, "classes", std::move(reply),
         [this, run](const Progress& progress,
                     const std::stop_token& stop) -> Expected<std::vector<ClassFigures>> {
             const auto predictor = predictorOf(m_ranked, run);
             if (!predictor)
                 return failure(predictor.error());
             return (*predictor)->classFigures(progress, stop);
         });
}

void SessionJobService::precisions(const RunId& run, Reply<PrecisionsReport> reply) {
    post(m_long, "precisions", std::move(reply),
         [this, run](const Progress& progress,
                     const std::stop_token& stop) -> Expected<PrecisionsReport> {
             const auto trained = findTrained(m_store, run, m_dataFolder);
             if (!trained)
                 return failure(trained.error());
             return concertina::precisions(
                 {.checkpoint = trained->checkpoint, .spec = trained->spec}, progress, stop);
         });
}

Expected<ComparedSide> SessionJobService::sideOf(const NetworkPick& pick) const {
    ComparedSide side{.name = pick.name.toStdString(), .file = pick.file};
    if (!pick.file.empty())
        return side;
    const auto trained = findTrained(m_store, pick.run, m_dataFolder);
    if (!trained)
        return failure(trained.error());
    side.checkpoint = trained->checkpoint;
    side.expanded = pick.expanded;
    side.spec = trained->spec;
    return side;
}

void SessionJobService::difference(const NetworkPick& left, const NetworkPick& right,
                                   Reply<NetworkDifference> reply) {
    post(m_long, "difference", std::move(reply),
         [this, left, right](const Progress& progress,
                             const std::stop_token& stop) -> Expected<NetworkDifference> {
             auto here = sideOf(left);
             if (!here)
                 return failure(here.error());
             auto there = sideOf(right);
             if (!there)
                 return failure(there.error());
             return compareNetworks({std::move(*here), std::move(*there)}, progress, stop);
         });
}

void SessionJobService::planned(const RunId& run, Reply<PlannedNetwork> reply) {
    post(m_looks, "planned", std::move(reply),
         [this, run](const auto&, const auto&) { return plannedNetwork(m_store, run); });
}

void SessionJobService::readings(const RunId& run, Reply<FactorReadings> reply) {
    post(m_looks, "readings", std::move(reply),
         [this, run](const auto&, const auto&) -> Expected<FactorReadings> {
             const auto trained = findTrained(m_store, run, m_dataFolder);
             return trained ? readingsOf(*trained) : failure(trained.error());
         });
}

void SessionJobService::distances(const RunId& run, Reply<KernelDistances> reply) {
    post(m_looks, "distances", std::move(reply),
         [this, run](const auto&, const auto&) -> Expected<KernelDistances> {
             const auto trained = findTrained(m_store, run, m_dataFolder);
             return trained ? distancesOf(*trained) : failure(trained.error());
         });
}

void SessionJobService::tryPlan(const RunId& run, const std::vector<std::string>& rules, int steps,
                                Reply<Trial> reply) {
    post(m_long, "try", std::move(reply),
         [this, request = TrialRequest{run, rules, steps, m_dataFolder}](
             const Progress& progress, const std::stop_token& stop) {
             return concertina::tryPlan(m_store, request, progress, stop);
         });
}

void SessionJobService::collapseReport(const RunId& run, Reply<CollapseReport> reply) {
    post(m_long, "report", std::move(reply),
         [this, run](const Progress& progress,
                     const std::stop_token& stop) -> Expected<CollapseReport> {
             const auto trained = findTrained(m_store, run, m_dataFolder);
             if (!trained)
                 return failure(trained.error());
             return collapse({.checkpoint = trained->checkpoint}, progress, stop);
         });
}

void SessionJobService::runnerTimes(const RunId& run, Reply<RunnerTimes> reply) {
    post(m_long, "runners", std::move(reply),
         [this, run](const Progress& progress,
                     const std::stop_token& stop) -> Expected<RunnerTimes> {
             const auto trained = findTrained(m_store, run, m_dataFolder);
             if (!trained)
                 return failure(trained.error());
             return timeNetwork({.network = trained->checkpoint}, progress, stop);
         });
}

void SessionJobService::saveCollapsed(const RunId& run, const MethodChoice& format,
                                      const std::string& place, Reply<WrittenNetwork> reply) {
    post(m_long, "save", std::move(reply),
         [this, run, format, place](const Progress& progress,
                                    const std::stop_token& stop) -> Expected<WrittenNetwork> {
             const auto trained = findTrained(m_store, run, m_dataFolder);
             if (!trained)
                 return failure(trained.error());
             auto writer = networkWriter(place, format, exportSamples(trained->spec, 4),
                                         calibrationImages(trained->spec));
             if (!writer)
                 return failure(writer.error());
             auto report = collapse(
                 {.checkpoint = trained->checkpoint, .write = std::move(*writer), .timed = false},
                 progress, stop);
             if (!report)
                 return failure(report.error());
             return std::move(*report->written);
         });
}

void SessionJobService::predictFiles(const std::optional<RunId>& run, const PredictRequest& request,
                                     Reply<Predictions> reply) {
    post(m_predictions, "predict", std::move(reply),
         [this, run, request](const Progress& progress,
                              const std::stop_token& stop) -> Expected<Predictions> {
             PredictRequest wanted = request;
             if (run) {
                 const auto trained = findTrained(m_store, *run, m_dataFolder);
                 if (!trained)
                     return failure(trained.error());
                 wanted.network = trained->checkpoint;
             }
             return predict(wanted, progress, stop);
         });
}

void SessionJobService::verify(const RunId& run, bool layers, Reply<VerifyReport> reply) {
    post(m_long, "verify", std::move(reply),
         [this, run, layers](const Progress& progress,
                             const std::stop_token& stop) -> Expected<VerifyReport> {
             const auto trained = findTrained(m_store, run, m_dataFolder);
             if (!trained)
                 return failure(trained.error());
             return concertina::verify(
                 {.checkpoint = trained->checkpoint, .spec = trained->spec, .layers = layers},
                 progress, stop);
         });
}

} // namespace concertina
