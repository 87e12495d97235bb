// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace concertina {

/// Which dataset of the catalogue a folder or a file is, with the option that says where: by what
/// its datasets say of themselves (`DatasetInfo::contents`, the endings of a file), in menu order.
/// Names alone are looked at; what is wrong inside, opening it says. A file that stands for its
/// folder (dataset.json) is that folder. Problems: "dataset.missing" where nothing is there,
/// "dataset.unrecognized".
Expected<MethodChoice> recognizeData(const Catalogue& catalogue, const std::filesystem::path& path);

/// The spec with the data of its first set at a path, or of another as "NAME=PATH", absolute; other
/// options of a dataset that it had already stay. Problems: those of `recognizeData`.
Expected<ExperimentSpec> withDataAt(const Catalogue& catalogue, const ExperimentSpec& spec,
                                    const std::string& place);

/// Which set of a spec such a place is of, by its index, and the path alone.
struct PlaceOfSet {
    std::size_t set = 0;
    std::string path;
};
PlaceOfSet placeOfSet(const ExperimentSpec& spec, const std::string& place);

/// What can be recognized: "a folder with dataset.json, or a file .csv".
std::string recognizableText(const Catalogue& catalogue);

} // namespace concertina
