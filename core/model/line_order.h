// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/partition.h"

#include <cstdint>
#include <span>
#include <vector>

namespace concertina {

/// The order of the tasks' lines on the map, from the top.
///
/// Lines don't cross where the tasks of every group stand next to each other. Groups that contain
/// each other or are disjoint form a tree, and all orders in which each group stands together are
/// those that order the children of every node of it. Of these the result has the fewest
/// inversions, pairs of tasks that stood the other way round in `before`; of several such orders it
/// is the lexicographically smallest, so that the tasks' own order decides.
///
/// How the children of one node are ordered adds up over nodes, so each is solved alone: pairs of
/// children weigh what the one in front of the other costs. Where most pairs of tasks say that one
/// child stands in front of another, it does so in every best order, unless such majorities go
/// round in a circle; a circle of up to `MostChildrenSearched` children is searched by dynamic
/// programming over its subsets. With a larger circle children are moved one by one while that
/// helps, and the inversions may then be more than the fewest.
///
/// A group that overlaps an earlier one in `groups` without containing it counts for nothing: what
/// must not cross comes first. `before` may lack tasks, which then follow behind it in their order,
/// and may name others, which are dropped.
std::vector<int> lineOrder(int tasks, std::span<const TaskSet> groups, std::span<const int> before);

inline constexpr int MostChildrenSearched = 14;

/// Pairs of tasks that stand the other way round in the other order. Both have the same tasks.
std::int64_t inversions(std::span<const int> order, std::span<const int> other);

} // namespace concertina
