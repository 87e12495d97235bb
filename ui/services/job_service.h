// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_difference.h"
#include "core/model/task_change.h"
#include "core/values/class_figures.h"
#include "core/values/data_survey.h"
#include "core/values/dataset_guess.h"
#include "core/values/factor_reading.h"
#include "core/values/kernel_distance.h"
#include "core/values/precision_report.h"
#include "core/values/predictions.h"
#include "core/values/problem.h"
#include "core/values/report.h"
#include "core/values/runner_times.h"
#include "core/values/spec.h"
#include "core/values/trial.h"
#include "core/values/weights_report.h"
#include "ui/services/frame.h"

#include <QObject>
#include <QPointer>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// Where a result goes, in the GUI thread; not at all once `context` is gone.
template <class T>
struct Reply {
    QPointer<QObject> context;
    std::function<void(Expected<T>)> done;
    std::function<void(double share, const QString& what)> progress = {};
};

/// A network that is set beside another: of a run's last checkpoint, or of a collapsed one's file.
struct NetworkPick {
    std::string run{}; ///< its id
    bool expanded = false;
    std::string file{}; ///< where it is not empty, this in place of a run
    QString name{};     ///< for people
};

/// One-off work for the window in threads of its own. A newer job of a kind stops the older one
/// of the same context, which then gets no reply; so does the context's end. GUI thread only; every
/// call returns at once.
class JobService : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    virtual void describeDataset(const ExperimentSpec& spec, Reply<DatasetSummary> reply) = 0;

    /// What is in the file that a spec's network begins from (`network.initial`, which names one),
    /// and what the network takes of it.
    virtual void weights(const ExperimentSpec& spec, Reply<WeightsReport> reply) = 0;

    /// What dataset.json a folder's files suggest.
    virtual void guessDataset(const std::string& folder, Reply<DatasetGuess> reply) = 0;

    /// `count` samples as a guess would read them, drawn `height` high.
    virtual void guessedSamples(const DatasetGuess& guess, int count, int height,
                                Reply<std::vector<GuessedSample>> reply) = 0;

    /// Writes the dataset.json of a guess, never over a file; its path.
    virtual void writeLayout(const DatasetGuess& guess, Reply<std::string> reply) = 0;

    /// `count` samples of the training split from `first`, with their truths.
    virtual void samples(const ExperimentSpec& spec, int first, int count,
                         Reply<std::vector<Frame>> reply) = 0;

    // Looks at a spec's dataset, in splits of it.

    /// The samples of a split by their names, in its order.
    virtual void sampleNames(const ExperimentSpec& spec, const std::string& split,
                             Reply<std::vector<std::string>> reply) = 0;

    /// Pictures of some samples, at most `height` pixels high and `width` wide.
    virtual void sampleThumbnails(const ExperimentSpec& spec, const std::string& split,
                                  const std::vector<int>& samples, int height, int width,
                                  Reply<std::vector<SampleThumbnail>> reply) = 0;

    /// A sample with every target of its dataset, large.
    virtual void dataSample(const ExperimentSpec& spec, const std::string& split, int index,
                            Reply<DataSample> reply) = 0;

    /// What `count` samples have from `first` on; in a thread of its own, as it takes long.
    virtual void survey(const ExperimentSpec& spec, const std::string& split, int first, int count,
                        Reply<DataSurvey> reply) = 0;

    /// Predictions of a run's last checkpoint, expanded and collapsed.
    virtual void frame(const FrameChoice& choice, Reply<Frame> reply) = 0;

    /// The frame's picture alone, at most `height` pixels high; nothing is predicted.
    virtual void thumbnail(const FrameChoice& choice, int height, Reply<Image> reply) = 0;

    /// Errors of every frame of a split, in its order.
    virtual void rankFrames(const RunId& run, const std::string& split,
                            Reply<std::vector<FrameErrors>> reply) = 0;

    /// What the metrics of the validation split are of each class, by the collapsed network of a
    /// run's last checkpoint.
    virtual void classFigures(const RunId& run, Reply<std::vector<ClassFigures>> reply) = 0;

    /// What the collapsed network of a run's last checkpoint is worth with its weights in each
    /// type.
    virtual void precisions(const RunId& run, Reply<PrecisionsReport> reply) = 0;

    /// Two networks side by side: structure, parameters, outputs.
    virtual void difference(const NetworkPick& left, const NetworkPick& right,
                            Reply<NetworkDifference> reply) = 0;

    /// The network of a run's last checkpoint, under the plan that it had there: what another
    /// experiment begins from.
    virtual void planned(const RunId& run, Reply<PlannedNetwork> reply) = 0;

    /// What the gates and mixtures of a run's last checkpoint say.
    virtual void readings(const RunId& run, Reply<FactorReadings> reply) = 0;

    /// How far the tasks' kernels of a run's last checkpoint are apart.
    virtual void distances(const RunId& run, Reply<KernelDistances> reply) = 0;

    /// Trains a run's last checkpoint on for some steps with and without a change of its sharing;
    /// the run may wait in memory meanwhile.
    virtual void tryPlan(const RunId& run, const std::vector<std::string>& rules, int steps,
                         Reply<Trial> reply) = 0;

    /// What collapsing changes (measured; nothing is written).
    virtual void collapseReport(const RunId& run, Reply<CollapseReport> reply) = 0;
    /// How far both networks are apart; `layers`: of every layer, too, which takes twice as long.
    virtual void verify(const RunId& run, bool layers, Reply<VerifyReport> reply) = 0;

    /// How long every runner takes for the collapsed network of a run's last checkpoint.
    virtual void runnerTimes(const RunId& run, Reply<RunnerTimes> reply) = 0;

    /// Writes the collapsed network of a run's last checkpoint in one of the catalogue's exports,
    /// to a file or into a folder.
    virtual void saveCollapsed(const RunId& run, const MethodChoice& format,
                               const std::string& place, Reply<WrittenNetwork> reply) = 0;

    /// Writes what a network predicts for pictures, folders and videos. It is that of the run's
    /// last checkpoint, or the exported one that the request names; then there is no run.
    virtual void predictFiles(const std::optional<RunId>& run, const PredictRequest& request,
                              Reply<Predictions> reply) = 0;
};

} // namespace concertina
