// SPDX-License-Identifier: GPL-3.0-or-later
// Changes of the sharing of a run that is not being trained.
#include "app/session/run_session.h"
#include "core/catalogue.h"
#include "core/model/costs.h"
#include "core/model/plan_change.h"
#include "core/model/validate.h"
#include "core/training/checkpoint_file.h"
#include "core/values/stop_after.h"
#include "db/store.h"
#include "db/store_writer.h"

#include <algorithm>
#include <functional>

namespace concertina {

namespace {

/// A run of a store that can go on and that nothing trains.
struct IdleRun {
    Store store;
    RunRecord record;
    ExperimentSpec spec;
    std::vector<CheckpointRecord> checkpoints;

    /// The step before which it goes on.
    std::int64_t next() const { return checkpoints.empty() ? 0 : checkpoints.back().position.step; }
};

Expected<IdleRun> openIdle(const std::filesystem::path& folder, const RunId& run) {
    auto store = Store::open(folder, StoreMode::ReadWrite);
    if (!store)
        return failure(store.error());
    auto record = store->run(run);
    if (!record)
        return failure(record.error());
    auto spec = specOf(*record, std::nullopt);
    if (!spec)
        return failure(spec.error());
    const RunSummary& summary = record->summary;
    const RunState state = summary.state;
    if (state == RunState::Finished
        && !wasCut(spec->train, summary.stepsPerEpoch, summary.position.step))
        return failure({"run.finished", run, "a finished run", "one with steps left", ""});
    if (summary.owner && state != RunState::Interrupted)
        return failure({"run.busy", run, "a run that is being trained", "one that is paused",
                        "pause it first, or change it in the window that trains it"});
    auto checkpoints = store->checkpoints(run);
    if (!checkpoints)
        return failure(checkpoints.error());
    return IdleRun{std::move(*store), std::move(*record), std::move(*spec),
                   std::move(*checkpoints)};
}

/// Writes what `write` does as the run's owner, and gives the run up again.
Expected<void> asOwner(IdleRun& idle, const std::function<Expected<void>()>& write) {
    const RunId& run = idle.record.summary.id;
    if (auto claimed = idle.store.claim(run); !claimed)
        return claimed;
    const auto written = write();
    // What a dead process left behind is as good as paused: its checkpoint is whole.
    const RunState state = idle.record.summary.state;
    const bool kept = state == RunState::Stopped || state == RunState::Failed
                      || state == RunState::Finished; // cut before its plan
    const auto released = idle.store.release(run, kept ? state : RunState::Paused,
                                             idle.record.summary.stateText);
    return written ? released : written;
}

RunPlan planOf(const IdleRun& idle) {
    return {.spec = idle.spec,
            .plan = idle.record.plan,
            .changes = idle.record.planChanges,
            .trainedParameters = idle.record.summary.trainedParameters,
            .collapsedParameters = idle.record.summary.collapsedParameters};
}

/// The same under the plan of a checkpoint, for the changes before it.
Expected<RunPlan> planAt(const IdleRun& idle, const CheckpointRecord& record) {
    const auto design = checkpointDesign(idle.store.folder() / record.file);
    if (!design)
        return failure(design.error());
    const NetworkCosts costs = networkCosts(*design, {});
    Json changes = Json::array(); // those before it
    for (const Json& change : idle.record.planChanges)
        if (change["step"] < record.position.step)
            changes.push_back(change);
    return RunPlan{.spec = idle.spec,
                   .plan = toJson(design->plan),
                   .changes = std::move(changes),
                   .trainedParameters = costs.trainedParameters,
                   .collapsedParameters = costs.collapsedParameters};
}

Expected<void> reportUndone(const IdleRun& idle, const CheckpointRecord& to,
                            const std::string& change, int segment) {
    auto writer = StoreWriter::open(idle.store.folder(), idle.record.summary.id, {});
    if (!writer)
        return failure(writer.error());
    const auto noted = (*writer)->notice(
        {to.position, NoticeLevel::Info, "undo",
         "Taken back: " + change + ". What came after step " + std::to_string(to.position.step)
             + " is kept as undone line " + std::to_string(segment) + "."});
    const auto closed = (*writer)->close();
    return noted ? closed : noted;
}

} // namespace

Expected<ExperimentSpec> changePlan(const std::filesystem::path& folder, const RunId& run,
                                    std::optional<std::int64_t> at,
                                    const std::vector<std::string>& rules) {
    auto idle = openIdle(folder, run);
    if (!idle)
        return failure(idle.error());
    const std::int64_t step = at.value_or(idle->next());
    if (step < idle->next())
        return failure({"plan_change.past", "--at", "step " + std::to_string(step),
                        "at least " + std::to_string(idle->next()) + ", where the run goes on", ""});
    const PlanChange change{step, rules};
    if (const auto parsed = parsePlanChange(toText(change)); !parsed)
        return failure(parsed.error());
    addChange(idle->spec.network, change);
    if (const Problems problems = validate(idle->spec, catalogue()); !problems.empty())
        return failure(problems.front());
    const auto done = asOwner(*idle, [&] { return idle->store.recordPlan(run, planOf(*idle)); });
    if (!done)
        return failure(done.error());
    return idle->spec;
}

Expected<UndonePlan> undoPlan(const std::filesystem::path& folder, const RunId& run) {
    auto idle = openIdle(folder, run);
    if (!idle)
        return failure(idle.error());
    const std::int64_t next = idle->next();
    const std::size_t until = changesBefore(idle->spec.network, next + 1);
    if (until == 0)
        return failure({"undo.nothing", run, "no change of the sharing so far", "one to take back",
                        ""});
    const PlanChange change = planChangesOf(idle->spec.network)[until - 1];
    removeChange(idle->spec.network, until - 1);
    UndonePlan undone{.change = toText(change), .step = change.step};
    Expected<void> done;
    if (change.step == next) { // no step since
        done = asOwner(*idle, [&] { return idle->store.recordPlan(run, planOf(*idle)); });
    } else {
        const auto& all = idle->checkpoints;
        const auto to = std::ranges::find(all, change.step, [](const CheckpointRecord& record) {
            return record.position.step;
        });
        if (to == all.end())
            return failure({"undo.no_checkpoint", run,
                            "no checkpoint of step " + std::to_string(change.step),
                            "the one from before the change", ""});
        const auto plan = planAt(*idle, *to);
        if (!plan)
            return failure(plan.error());
        done = asOwner(*idle, [&]() -> Expected<void> {
            const auto segment = idle->store.goBack(run, change.step);
            if (!segment)
                return failure(segment.error());
            undone.segment = *segment;
            if (auto recorded = idle->store.recordPlan(run, *plan); !recorded)
                return recorded;
            return reportUndone(*idle, *to, undone.change, *segment);
        });
    }
    if (!done)
        return failure(done.error());
    undone.spec = std::move(idle->spec);
    return undone;
}

} // namespace concertina
