// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace concertina {

// How runs stand together: in the window's table and in the command line's.

/// What the runs of a group have in common: a name, and when they were begun in local time,
/// "tied 2026-05-01 12:00:00".
std::string groupNameAt(const std::string& name, std::time_t begun);

/// The name in a `groupNameAt`; any other text as it is.
std::string nameOfGroup(const std::string& group);

/// Places of runs in a list.
using Places = std::vector<std::size_t>;

/// Of runs that stand together, those of each experiment: runs of one name differ in their seeds.
/// In the order in which they come.
std::vector<Places> experimentsOf(std::span<const std::string> names);

/// The name that all have; the group's where they are several experiments.
std::string nameTogether(std::span<const std::string> names, const std::string& group);

/// What runs cost together, each experiment once: the most that one of its runs says, as it says 0
/// before it has begun.
double costTogether(std::span<const std::string> names, std::span<const double> costs);

/// What decides in which line of a table a run stands.
struct GroupedRun {
    std::optional<std::string> group;
    std::string name;
    std::string onlyTask; ///< empty where it has several
};

/// The runs of each line. Of a group those of one name stand together, and those with a single task
/// each, a network for each of several tasks: together they do what a multitask network does. A run
/// that is in no group stands alone.
std::vector<Places> tableLines(std::span<const GroupedRun> runs);

} // namespace concertina
