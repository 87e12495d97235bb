// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/trained_run.h"

#include "app/session/run_session.h"
#include "core/catalogue.h"
#include "core/data/dataset.h"
#include "db/store.h"

#include <algorithm>

namespace concertina {

Expected<TrainedRun> findTrained(const std::filesystem::path& folder, const std::string& text,
                                 const std::optional<std::string>& dataFolder) {
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
    const auto checkpoint = store->latestCheckpoint(*id);
    if (!checkpoint)
        return failure(checkpoint.error());
    if (!*checkpoint)
        return failure({"run.no_checkpoint", *id, "no checkpoint yet", "a run that has trained",
                        "wait for its first validation, or resume it"});
    return TrainedRun{*id, std::move(*spec), store->folder() / (*checkpoint)->file};
}

Expected<NetworkDesign> designOf(const RunRecord& run, const ExperimentSpec& spec) {
    std::size_t classes = 0;
    if (run.dataset.is_object() && run.dataset.contains("targets"))
        for (const Json& target : run.dataset["targets"])
            if (const auto info = targetFromJson(target))
                classes = std::max(classes, info->classes.size());
    std::vector<int> outputs;
    for (const TaskSpec& task : spec.tasks)
        outputs.push_back(catalogue().task(task.method.id)->outputs(static_cast<int>(classes)));
    auto plan = planFromJson(run.plan);
    if (!plan)
        return failure(plan.error());
    return designNetwork(spec, catalogue(), outputs, run.planChanges.size(), std::move(*plan));
}

} // namespace concertina
