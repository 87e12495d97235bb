// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/initial_run.h"

#include "app/session/run_session.h"
#include "core/collapse/initial.h"
#include "core/model/plan_change.h"
#include "core/training/checkpoint_file.h"
#include "core/values/initial_source.h"
#include "core/values/text.h"

#include <utility>

namespace concertina {

namespace {

constexpr const char* field = "network.initial";

/// Where a source lies, and how a run keeps it.
struct FoundSource {
    std::filesystem::path file;
    InitialSource source;
    std::string name; ///< for people
};

/// The checkpoint of a step, or the last.
Expected<CheckpointRecord> checkpointOf(const Store& store, const RunId& run,
                                        std::optional<std::int64_t> step) {
    const auto all = store.checkpoints(run);
    if (!all)
        return failure(all.error());
    if (all->empty())
        return failure({"run.no_checkpoint", run, "no checkpoint", "a run that has trained",
                        "wait for its first validation, or resume it"});
    if (!step)
        return all->back();
    std::vector<std::string> kept;
    for (const CheckpointRecord& record : *all) {
        if (record.position.step == *step)
            return record;
        kept.push_back(std::to_string(record.position.step));
    }
    return failure({"initial.gone_checkpoint", run,
                    "no checkpoint of step " + std::to_string(*step),
                    "one that is kept: step " + join(kept, ", "), ""});
}

Expected<FoundSource> findSource(const Store& store, const std::string& text) {
    auto source = initialSourceFrom(text);
    if (!source)
        return failure(source.error());
    FoundSource found{.source = std::move(*source)};
    if (found.source.isFile()) {
        found.file = found.source.place;
        found.name = found.file.filename().string();
        return found;
    }
    auto run = store.findRun(found.source.place);
    if (!run) {
        Problem problem = run.error();
        if (problem.code == "run.unknown") {
            problem.code = "initial.run";
            problem.hint = "it was deleted, or is in another store; a file is named by its path";
        }
        problem.path = field;
        return failure(std::move(problem));
    }
    const auto record = checkpointOf(store, *run, found.source.step);
    if (!record)
        return failure(record.error());
    if (!found.source.sha256.empty() && found.source.sha256 != record->sha256)
        return failure(
            {"initial.changed", field,
             "another checkpoint of " + *run + " at step " + std::to_string(record->position.step),
             "sha256 " + found.source.sha256.substr(0, 12) + "…, as the run began from",
             "the run has been trained anew; without sha256:… what is there now is "
             "taken"});
    found.file = store.folder() / record->file;
    found.source = {.place = *run, .step = record->position.step, .sha256 = record->sha256};
    found.name = toText(InitialSource{.place = *run, .step = record->position.step});
    return found;
}

} // namespace

Expected<ExperimentSpec> withInitialFound(const Store& store, ExperimentSpec spec) {
    if (trimmed(spec.network.initial).empty())
        return spec;
    auto found = findSource(store, spec.network.initial);
    if (!found)
        return failure(found.error());
    const auto sum = checkInitial(found->file, found->name, found->source.sha256, spec);
    if (!sum)
        return failure(sum.error());
    found->source.sha256 = *sum;
    spec.network.initial = toText(found->source);
    return spec;
}

InitialReader initialReaderFor(const std::filesystem::path& folder, const ExperimentSpec& spec) {
    if (trimmed(spec.network.initial).empty())
        return {};
    return
        [folder, text = spec.network.initial]() -> Expected<std::shared_ptr<const InitialNetwork>> {
            const auto store = Store::open(folder, StoreMode::ReadOnly);
            if (!store)
                return failure(store.error());
            const auto found = findSource(*store, text);
            if (!found)
                return failure(found.error());
            return readInitial(found->file, found->name, found->source.sha256);
        };
}

Expected<PlannedNetwork> plannedNetwork(const std::filesystem::path& folder, const std::string& run,
                                        std::optional<std::int64_t> step) {
    const auto store = Store::open(folder, StoreMode::ReadOnly);
    if (!store)
        return failure(store.error());
    const auto id = store->findRun(run);
    if (!id)
        return failure(id.error());
    const auto record = store->run(*id);
    if (!record)
        return failure(record.error());
    auto spec = specOf(*record, std::nullopt);
    if (!spec)
        return failure(spec.error());
    const auto checkpoint = checkpointOf(*store, *id, step);
    if (!checkpoint)
        return failure(checkpoint.error());
    const auto design = checkpointDesign(store->folder() / checkpoint->file);
    if (!design)
        return failure(design.error());
    const std::int64_t at = checkpoint->position.step;
    const std::size_t changes = changesBefore(spec->network, at);
    return PlannedNetwork{.spec = std::move(*spec),
                          .changes = changes,
                          .plan = design->plan,
                          .initial = toText(InitialSource{.place = *id, .step = at})};
}

} // namespace concertina
