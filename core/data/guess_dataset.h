// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/dataset_guess.h"
#include "core/values/json.h"
#include "core/values/problem.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace concertina {

/// Proposes the dataset.json of a folder of pictures from names and contents of its files. Splits
/// are folders called train, val, test and the like, or the folder itself; in each, pictures and
/// targets lie in folders, or beside each other with words in their names ("0001_depth.png").
/// Files that lie otherwise, as in images/train and masks/train, can't be described by the format:
/// then nothing is proposed. Problems: those of `findFiles`, "guess.known" (there is a
/// dataset.json), "guess.images" (no pictures), "guess.targets" (nothing beside them that can be
/// learned), "guess.layout" (how they would have to lie).
Expected<DatasetGuess> guessDataset(const std::filesystem::path& folder,
                                    const std::stop_token& stop = {});

/// The dataset.json that a guess proposes; classes are called "class 0" and so on.
Json layoutJson(const DatasetGuess& guess);

/// Writes it; never over a file. Returns its path. Problems: those of `readFolderLayout`,
/// "guess.name" (targets without a name, or of one), "file.exists", "file.write".
Expected<std::filesystem::path> writeLayout(const DatasetGuess& guess);

/// Samples spread over the first split, as the guess would read them, drawn at most `height` high.
/// Problems: those of `writeLayout` and of the dataset; of a sample they are in it.
Expected<std::vector<GuessedSample>> guessedSamples(const DatasetGuess& guess, int count,
                                                    int height, const std::stop_token& stop = {});

} // namespace concertina
