// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"

#include <cstddef>
#include <optional>
#include <string>

namespace concertina {

/// The spec with one of its sets as its only one, and the tasks that learn from it. What looks at
/// data looks at one set. That of another than the first keeps its name, the first has none.
ExperimentSpec withSetAlone(ExperimentSpec spec, std::size_t set);

/// Where something of the first set stands ("data.dataset.options.path") as it stands for another:
/// "data.others.0.options.path".
std::string pathInSet(const std::string& path, std::size_t set);

/// The series of how often a set has been gone through.
std::string passesSeries(const std::string& set);

/// The set that a series of no task says this of; none: it says something else.
std::optional<std::string> setOfPasses(const std::string& task, const std::string& name);

} // namespace concertina
