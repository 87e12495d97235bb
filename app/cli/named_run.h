// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/console.h"
#include "db/store.h"

#include <filesystem>
#include <string>

namespace concertina {

/// The run that a word names (`Store::findRun`). Where several runs have the name, a line on stderr
/// says which was taken.
Expected<RunId> namedRun(const Store& store, const std::string& word, Console& console);

/// That line alone, for what finds its run itself; problems of the store are that one's to report.
void noteNamesakes(const Store& store, const std::string& word, const RunId& taken,
                   Console& console);
void noteNamesakes(const std::filesystem::path& store, const std::string& word, const RunId& taken,
                   Console& console);

/// Why no run was found for a word that might as well name a file: "network.unknown" for
/// "run.unknown", else as it is.
Problem noNetwork(const std::string& word, const Problem& noRun);

} // namespace concertina
