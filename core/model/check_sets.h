// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"

#include <optional>
#include <string>

namespace concertina {

/// What is wrong with the sets of a spec and with what its tasks say of them, as far as it shows
/// without data: "data.name" (it stands in samples' names and curves), "data.twice" (two sets of
/// one name), "data.unused" (no task learns from a set), "data.weight" (some sets have a share,
/// others none), "tasks.data" (no set of the name, or one named twice).
Problems checkSets(const ExperimentSpec& spec);

/// What can be trained and is hardly meant: "data.apart" (balancing that compares tasks in one
/// batch, where tasks of different sets are in none together).
Problems doubtedSets(const ExperimentSpec& spec, const Catalogue& catalogue);

/// A name of letters of any script, digits, - and _, and none of the signs by which rules, paths
/// and patterns are read; may be empty. Its fix is to have none.
std::optional<Problem> checkName(const std::string& name, const char* code, const std::string& path,
                                 const char* hint);

} // namespace concertina
