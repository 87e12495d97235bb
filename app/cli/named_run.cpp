// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/named_run.h"

#include "core/values/table_text.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

Expected<RunId> namedRun(const Store& store, const std::string& word, Console& console) {
    auto found = store.findRun(word);
    if (found)
        noteNamesakes(store, word, *found, console);
    return found;
}

void noteNamesakes(const Store& store, const std::string& word, const RunId& taken,
                   Console& console) {
    const auto runs = store.runs({});
    if (!runs || taken == word)
        return;
    const auto named = std::ranges::count(*runs, std::string(trimmed(word)), &RunSummary::name);
    if (named > 1)
        console.note(oneLine(word) + ": " + std::to_string(named)
                     + " runs have this name; the newest, " + taken + ", is taken");
}

Problem noNetwork(const std::string& word, const Problem& noRun) {
    if (noRun.code != "run.unknown")
        return noRun;
    return {"network.unknown", word, "neither a file nor a run", "one of these",
            "\"concertina-cli runs\" lists the runs"};
}

void noteNamesakes(const std::filesystem::path& store, const std::string& word, const RunId& taken,
                   Console& console) {
    if (const auto opened = Store::open(store, StoreMode::ReadOnly))
        noteNamesakes(*opened, word, taken, console);
}

} // namespace concertina
