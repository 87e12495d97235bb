// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"

#include <filesystem>
#include <string>

namespace concertina {

/// A folder or a file as a person writes it, made absolute: `~` and `~/…` are the home folder, what
/// is relative lies below `base`. Links stay as they are; empty stays empty.
std::string absoluteFolder(const std::string& text, const std::filesystem::path& base);

/// The option of a dataset that names its folder or file; null where it has none.
const FieldInfo* placeOption(const Catalogue& catalogue, const MethodChoice& dataset);

/// The spec with every folder and file in its methods' options, and the file that it begins from,
/// made absolute, so that it means the same wherever it is read. `base` is the folder of the spec's
/// file, or the process's own.
ExperimentSpec withAbsoluteFolders(ExperimentSpec spec, const Catalogue& catalogue,
                                   const std::filesystem::path& base);

/// The same for the process's own folder.
ExperimentSpec withAbsoluteFolders(ExperimentSpec spec, const Catalogue& catalogue);

} // namespace concertina
