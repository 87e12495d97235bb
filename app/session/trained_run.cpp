// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/trained_run.h"

#include "app/session/run_session.h"
#include "db/store.h"

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

} // namespace concertina
