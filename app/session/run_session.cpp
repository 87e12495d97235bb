// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/run_session.h"

#include "app/session/initial_run.h"
#include "app/session/store_observer.h"
#include "core/catalogue.h"
#include "core/collapse/collapse.h"
#include "core/model/recognize_data.h"
#include "core/model/spec_paths.h"
#include "core/model/validate.h"
#include "core/training/checkpoint_file.h"
#include "core/training/environment.h"
#include "core/values/stop_after.h"
#include "core/values/text.h"

#include <cmath>
#include <functional>

namespace concertina {

namespace {

/// Where a run can go on from.
struct ResumePoint {
    std::optional<std::filesystem::path> file;
    std::int64_t step = 0;
    double seconds = 0;
    Problems damaged; ///< later checkpoints that cannot be read
};

/// The last checkpoint that is whole; the start where there is none at all. That all are damaged
/// is a problem: going back to the start must be requested.
Expected<ResumePoint> findResumePoint(const Store& store, const RunId& run) {
    auto checkpoints = store.checkpoints(run);
    if (!checkpoints)
        return failure(checkpoints.error());
    ResumePoint point;
    for (auto record = checkpoints->rbegin(); record != checkpoints->rend(); ++record) {
        const auto file = store.folder() / record->file;
        if (auto problem = checkCheckpointFile(file)) {
            point.damaged.push_back(std::move(*problem));
            continue;
        }
        point.file = file;
        point.step = record->position.step;
        point.seconds = record->position.seconds;
        return point;
    }
    if (!point.damaged.empty())
        return failure(point.damaged.front());
    return point;
}

TrainRequest requestFor(const Store& store, const RunId& run, const ExperimentSpec& spec,
                        const ResumePoint& from) {
    return {.spec = spec,
            .checkpointFolder = store.checkpointFolder(run),
            .resumeAt = from.file,
            .fileRecord = store.checkpointFolder(run).parent_path() / FileRecordName,
            .secondsBefore = from.seconds,
            .initial = initialReaderFor(store.folder(), spec),
            .collapsed = collapsedForm()};
}

/// Trains and closes the books in every case.
Expected<TrainResult>
trainRecorded(Store& store, const RunRecord& before, const ExperimentSpec& spec,
              const ResumePoint& from, RunControl& control, RunObserver& observer,
              const std::function<Expected<TrainResult>(RunObserver&)>& training) {
    auto recorder = StoreObserver::open(store, before, spec, control, observer);
    if (!recorder)
        return failure(recorder.error());
    for (const Problem& problem : from.damaged)
        (*recorder)->noticed({{from.step, 0, from.seconds}, NoticeLevel::Warning, problem.code,
                              toText(problem) + " Going on from the checkpoint before it."});
    auto result = training(**recorder);
    const RunState state = result ? result->state : RunState::Failed;
    const std::string text = !result           ? toText(result.error())
                             : result->problem ? toText(*result->problem)
                                               : std::string();
    const auto storeProblem = (*recorder)->finish(state, text);
    if (result && storeProblem) {
        result->state = RunState::Failed;
        result->problem = storeProblem;
    }
    return result;
}

} // namespace

Expected<RunId> createRun(const std::filesystem::path& folder, const ExperimentSpec& spec,
                          std::optional<std::string> group) {
    auto store = Store::open(folder, StoreMode::ReadWrite);
    if (!store)
        return failure(store.error());
    auto found = withInitialFound(*store, withAbsoluteFolders(spec, catalogue()));
    if (!found)
        return failure(found.error());
    return store->createRun({.spec = std::move(*found),
                             .group = std::move(group),
                             .environment = environment(spec.train.threads)});
}

Expected<TrainResult> trainRun(const std::filesystem::path& folder, const RunId& run,
                               const ExperimentSpec& spec, RunControl& control,
                               RunObserver& observer) {
    auto store = Store::open(folder, StoreMode::ReadWrite);
    if (!store)
        return failure(store.error());
    const auto before = store->run(run);
    if (!before)
        return failure(before.error());
    // Owned from here on: getting ready may take its time.
    ExperimentSpec placed = withAbsoluteFolders(spec, catalogue());
    placed.network.initial = readSpec(before->spec).spec.network.initial; // as it was found
    return trainRecorded(*store, *before, placed, {}, control, observer,
                         [&](RunObserver& recorder) {
                             return train(requestFor(*store, run, placed, {}), control, recorder);
                         });
}

std::optional<Problem> checkResumable(const RunRecord& run, const ExperimentSpec& spec,
                                      const std::optional<std::string>& until) {
    const RunPosition& at = run.summary.position;
    const std::string where = "step " + std::to_string(at.step);
    if (run.summary.state == RunState::Finished) {
        if (!wasCut(spec.train, run.summary.stepsPerEpoch, at.step))
            return Problem{"run.finished", run.summary.id, "a finished run", "one with steps left",
                           "train its spec anew to go on further"};
        if (!until)
            return Problem{
                "run.finished", run.summary.id,
                "a run that train.stop_after (" + spec.train.stopAfter + ") ended at " + where
                    + " of " + std::to_string(plannedSteps(spec.train, run.summary.stepsPerEpoch)),
                "how far it is to go",
                "\"concertina-cli resume " + run.summary.id
                    + " --until end\" goes on to its planned end"};
    }
    const auto stop = stopAfterFromText(until.value_or("")).value_or(StopAfter{});
    if ((stop.steps > 0 && stop.steps <= at.step)
        || (stop.seconds > 0 && stop.seconds <= at.seconds))
        return Problem{
            "resume.until", "--until", *until,
            "more than "
                + (stop.steps > 0 ? where : numberText(std::ceil(at.seconds)) + " s of training")
                + ", where the run is",
            ""};
    return std::nullopt;
}

Expected<TrainResult> resumeRun(const std::filesystem::path& folder, const RunId& run,
                                const ResumeChoice& choice, RunControl& control,
                                RunObserver& observer) {
    auto store = Store::open(folder, StoreMode::ReadWrite);
    if (!store)
        return failure(store.error());
    const auto before = store->run(run);
    if (!before)
        return failure(before.error());
    if (auto free = store->checkFree(run); !free)
        return failure(free.error());
    auto spec = specOf(*before, choice.dataFolder);
    if (!spec)
        return failure(spec.error());
    if (auto problem = checkResumable(*before, *spec, choice.until))
        return failure(std::move(*problem));
    if (choice.until)
        spec->train.stopAfter = *choice.until;
    const auto from = findResumePoint(*store, run);
    if (!from)
        return failure(from.error());
    const auto ready = prepareTraining(requestFor(*store, run, *spec, *from), control);
    if (!ready)
        return failure(ready.error());
    if (auto reopened = store->reopen(run, from->step, before->summary); !reopened)
        return failure(reopened.error());
    return trainRecorded(*store, *before, *spec, *from, control, observer,
                         [&](RunObserver& recorder) { return train(*ready, control, recorder); });
}

Expected<ExperimentSpec> specOf(const RunRecord& run, const std::optional<DataFolder>& dataFolder) {
    SpecReading reading = readSpec(run.spec);
    if (reading.problems.empty())
        reading.problems = validate(reading.spec, catalogue());
    if (!reading.problems.empty())
        return failure(reading.problems.front());
    ExperimentSpec spec = withCompleteOptions(std::move(reading.spec), catalogue());
    return dataFolder ? withDataFolder(spec, *dataFolder) : spec;
}

Expected<ExperimentSpec> withDataFolder(const ExperimentSpec& spec, const DataFolder& folder) {
    ExperimentSpec placed = spec;
    for (const std::string& place : folder.places) {
        const PlaceOfSet where = placeOfSet(spec, place);
        // A set beside the first that is looked at alone (`withSetAlone`): the path is not its own.
        if (!folder.forEverySpec && where.path == place && spec.data.others.empty()
            && !spec.data.name.empty())
            continue;
        const MethodChoice dataset = spec.data.sets()[where.set].dataset;
        if (placeOption(catalogue(), dataset) != nullptr) {
            auto changed = withDataAt(catalogue(), placed, place);
            if (!changed)
                return changed;
            placed = std::move(*changed);
        } else if (folder.forEverySpec) {
            return failure({"dataset.path", "--data", where.path,
                            "nothing, as dataset " + dataset.id + " makes its samples",
                            "it is for runs on data of files"});
        }
    }
    return placed;
}

} // namespace concertina
