// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/trial.h"

#include "core/catalogue.h"
#include "core/model/plan_change.h"
#include "core/training/checkpoint_file.h"
#include "core/training/run_control.h"
#include "core/training/trainer.h"
#include "core/values/stop_after.h"
#include "db/store.h"

#include <algorithm>

namespace concertina {

namespace {

constexpr int Never = 1'000'000; // epochs: the end validates anyhow

/// The last checkpoint of a run that is whole, and how it was trained up to there.
struct TrialStart {
    ExperimentSpec spec;
    std::filesystem::path file;
    std::int64_t step = 0;
    std::int64_t left = 0; ///< planned steps from there
};

Expected<TrialStart> startOf(const std::filesystem::path& folder, const TrialRequest& request) {
    const auto store = Store::open(folder, StoreMode::ReadOnly);
    if (!store)
        return failure(store.error());
    const auto record = store->run(request.run);
    if (!record)
        return failure(record.error());
    auto spec = specOf(*record, request.dataFolder);
    if (!spec)
        return failure(spec.error());
    const auto checkpoints = store->checkpoints(request.run);
    if (!checkpoints)
        return failure(checkpoints.error());
    TrialStart start{.spec = std::move(*spec)};
    const std::int64_t planned = plannedSteps(start.spec.train, record->summary.stepsPerEpoch);
    for (auto at = checkpoints->rbegin(); at != checkpoints->rend(); ++at) {
        const auto file = store->folder() / at->file;
        if (checkCheckpointFile(file))
            continue;
        start.file = file;
        start.step = at->position.step;
        start.left = planned - start.step;
        if (start.left <= 0)
            return failure({"trial.no_steps", request.run,
                            "a run that is at its end, step " + std::to_string(start.step),
                            "one with steps left", ""});
        return start;
    }
    return failure({"trial.no_checkpoint", request.run, "no checkpoint that can be read",
                    "one to begin from", "pause the run, which writes one"});
}

/// What only a run needs costs a trial nothing.
ExperimentSpec trialSpec(ExperimentSpec spec, std::int64_t end) {
    spec.train.stopAfter = stopAfterSteps(end);
    spec.train.validateEvery = Never;
    spec.train.checkpointEvery = 0;
    spec.train.conflictEvery = 0;
    spec.train.previews = 0;
    return spec;
}

class TrialObserver : public RunObserver {
public:
    TrialObserver(TriedPlan& plan, std::int64_t from, std::int64_t steps,
                  std::function<void(double)> progress)
        : m_plan(plan), m_from(from), m_steps(steps), m_progress(std::move(progress)) {}

    void stepped(const StepEvent& event) override {
        m_plan.steps.push_back(event);
        m_progress(static_cast<double>(event.position.step - m_from)
                   / static_cast<double>(m_steps));
    }
    void validated(const ValidationEvent& event) override { m_plan.validation = event.values; }

private:
    TriedPlan& m_plan;
    std::int64_t m_from;
    std::int64_t m_steps;
    std::function<void(double)> m_progress;
};

/// Fills `plan`; the error is what kept it from being tried at all.
Expected<void> trainTrial(const TrialStart& start, const ExperimentSpec& spec, TriedPlan& plan,
                          const std::function<void(double)>& progress,
                          const std::stop_token& stop) {
    RunControl control;
    const std::stop_callback whenStopped(stop, [&control] { control.abort(); });
    const std::int64_t end = stopAfterFromText(spec.train.stopAfter).value().steps;
    TrialObserver observer(plan, start.step, end - start.step, progress);
    const auto result =
        train({.spec = spec, .checkpointFolder = {}, .resumeAt = start.file}, control, observer);
    if (!result)
        return failure(result.error());
    plan.problem = result->problem;
    return {};
}

} // namespace

Expected<Trial> tryPlan(const std::filesystem::path& store, const TrialRequest& request,
                        const Progress& progress, const std::stop_token& stop) {
    const auto start = startOf(store, request);
    if (!start)
        return failure(start.error());
    const auto design = checkpointDesign(start->file);
    if (!design)
        return failure(design.error());
    const std::int64_t end =
        start->step + std::min<std::int64_t>(std::max(request.steps, 1), start->left);
    const ExperimentSpec now = trialSpec(start->spec, end);
    ExperimentSpec changed = now;
    auto network = withPlanChange(now.network, {start->step, request.rules}, *design, catalogue());
    if (!network)
        return failure(network.error());
    changed.network = std::move(*network);
    Trial trial{.step = start->step, .now = {}, .changed = {.rules = request.rules}};
    const auto half = [&](double from, const char* what) {
        return [&progress, from, what](double share) { progress(from + share / 2, what); };
    };
    if (auto done = trainTrial(*start, now, trial.now, half(0, "as it is"), stop); !done)
        return failure(done.error());
    if (!stop.stop_requested())
        if (auto done = trainTrial(*start, changed, trial.changed, half(0.5, "changed"), stop);
            !done)
            return failure(done.error());
    if (stop.stop_requested())
        return failure(stoppedProblem(request.run));
    return trial;
}

} // namespace concertina
