// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/json.h"
#include "core/values/spec.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace concertina {

/// How many classes or quantities each target of a dataset has, by the target's name; 0: its values
/// have no names.
using ClassCounts = std::map<std::string, int>;

/// Of a target whose dataset is not read yet: as many as NYUv2's segmentation has.
inline constexpr int AssumedClasses = 13;

/// From what a run keeps of its dataset; what cannot be read is left out.
ClassCounts classCounts(const Json& dataset);

/// The same under the names that a spec's tasks have for the targets, where they name the set that
/// is the only one.
ClassCounts classCounts(const Json& dataset, const ExperimentSpec& spec);

/// Adds what is known of one set of a spec, by its index: its own targets by their names; where
/// there are several sets, under the names that tasks have for them (`TaskSpec::targetName`).
void addClasses(ClassCounts& all, const ExperimentSpec& spec, std::size_t set,
                const ClassCounts& own);

/// Whether a task's head depends on a number of classes that is not among these.
bool lacksClasses(const TaskSpec& task, const Catalogue& catalogue, const ClassCounts& classes);

/// Channels of each task's head, by the target that the task learns: the one of its name. `unknown`
/// classes where that target is not known. The spec's tasks must be known.
std::vector<int> headOutputs(const ExperimentSpec& spec, const Catalogue& catalogue,
                             const ClassCounts& classes, int unknown = 1);

} // namespace concertina
