// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"

#include <string>
#include <vector>

namespace concertina {

/// How a task is written where people look: in a badge, and in full.
struct TaskWords {
    std::string letter; ///< one capital, with a number where several tasks have it: "S", "S2"
    std::string label;  ///< its method's, or the name that it was given

    bool operator==(const TaskWords&) const = default;
};

/// Of each task of an experiment, in its order. One of an unknown method is its own name.
std::vector<TaskWords> taskWords(const ExperimentSpec& spec, const Catalogue& catalogue);

/// Of the task with this name; the name where there is none.
TaskWords taskWords(const ExperimentSpec& spec, const Catalogue& catalogue,
                    const std::string& name);

/// The method of the task with this name; null where there is none.
const TaskInfo* taskNamed(const ExperimentSpec& spec, const Catalogue& catalogue,
                          const std::string& name);

/// The method whose first metric has this name; null where there is none. It tells of which method
/// a task is that has a name of its own, where there is no spec to look into.
const TaskInfo* taskWithMain(const Catalogue& catalogue, const std::string& metric);

} // namespace concertina
