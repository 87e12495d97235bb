// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"

#include <filesystem>
#include <string>

namespace concertina {

/// Which dataset of the catalogue a folder or a file is, with the option that says where: by what
/// its datasets say of themselves (`DatasetInfo::contents`, the endings of a file), in menu order.
/// Names alone are looked at; what is wrong inside, opening it says. A file that stands for its
/// folder (dataset.json) is that folder. Problems: "dataset.missing" where nothing is there,
/// "dataset.unrecognized".
Expected<MethodChoice> recognizeData(const Catalogue& catalogue, const std::filesystem::path& path);

/// The spec on the data at `path`, absolute; other options of a dataset that it had already stay.
/// Problems: those of `recognizeData`.
Expected<ExperimentSpec> withDataAt(const Catalogue& catalogue, const ExperimentSpec& spec,
                                    const std::string& path);

/// What can be recognized: "a folder with dataset.json, or a file .csv".
std::string recognizableText(const Catalogue& catalogue);

} // namespace concertina
