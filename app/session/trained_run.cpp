// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/trained_run.h"

#include "core/catalogue.h"
#include "core/model/head_outputs.h"
#include "core/training/checkpoint_file.h"
#include "db/store.h"

#include <algorithm>

namespace concertina {

Expected<TrainedRun> findTrained(const std::filesystem::path& folder, const std::string& text,
                                 const std::optional<DataFolder>& dataFolder) {
    const auto store = Store::open(folder, StoreMode::ReadOnly);
    if (!store)
        return failure(store.error());
    const auto id = store->findRun(text);
    if (!id)
        return failure(id.error());
    const auto record = store->run(*id);
    if (!record)
        return failure(record.error());
    auto spec = specOf(*record, dataFolder);
    if (!spec)
        return failure(spec.error());
    const auto checkpoints = store->checkpoints(*id);
    if (!checkpoints)
        return failure(checkpoints.error());
    if (checkpoints->empty())
        return failure({"run.no_checkpoint", *id, "no checkpoint yet", "a run that has trained",
                        "wait for its first validation, or resume it"});
    TrainedRun run{.id = *id, .spec = std::move(*spec)};
    for (const CheckpointRecord& checkpoint : *checkpoints)
        run.checkpoints.push_back(
            {checkpoint.position.step, store->folder() / checkpoint.file});
    run.checkpoint = run.checkpoints.back().file;
    return run;
}

Expected<FactorReadings> readingsOf(const TrainedRun& run) {
    return checkpointReadings(run.checkpoint);
}

Expected<KernelDistances> distancesOf(const TrainedRun& run) {
    return checkpointDistances(run.checkpoint);
}

Expected<ChosenCheckpoints> lastCheckpoints(const TrainedRun& run, int count) {
    const auto kept = static_cast<int>(run.checkpoints.size());
    if (count > kept)
        return failure({"run.few_checkpoints", run.id,
                        std::to_string(kept) + (kept == 1 ? " checkpoint" : " checkpoints"),
                        std::to_string(count) + " to average",
                        "average fewer, or train with a larger train.keep_checkpoints ("
                            + std::to_string(run.spec.train.keepCheckpoints) + " here)"});
    ChosenCheckpoints chosen{.last = run.checkpoint};
    for (int i = kept - count; i < kept - 1; ++i)
        chosen.earlier.push_back(run.checkpoints[static_cast<std::size_t>(i)].file);
    return chosen;
}

Expected<ChosenCheckpoints> checkpointsAt(const TrainedRun& run,
                                          const std::vector<std::int64_t>& steps) {
    if (steps.empty())
        return ChosenCheckpoints{.last = run.checkpoint};
    ChosenCheckpoints chosen;
    for (const std::int64_t step : steps) {
        const auto found = std::ranges::find(run.checkpoints, step, &TrainedRun::Kept::step);
        if (found == run.checkpoints.end())
            return failure({"run.gone_checkpoint", run.id,
                            "no checkpoint of step " + std::to_string(step),
                            "the checkpoints that the file was made from",
                            "it was made by another run, or its checkpoint is no longer kept; "
                            "collapse the run anew"});
        chosen.earlier.push_back(found->file);
    }
    chosen.last = std::move(chosen.earlier.back());
    chosen.earlier.pop_back();
    return chosen;
}

Expected<NetworkDesign> designOf(const RunRecord& run, const ExperimentSpec& spec) {
    const auto outputs = headOutputs(spec, catalogue(), classCounts(run.dataset, spec));
    auto plan = planFromJson(run.plan);
    if (!plan)
        return failure(plan.error());
    return designNetwork(spec, catalogue(), outputs, run.planChanges.size(), std::move(*plan));
}

} // namespace concertina
