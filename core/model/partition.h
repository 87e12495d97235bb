// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// A set of tasks: bit t stands for the experiment's task t.
using TaskSet = std::uint64_t;

inline constexpr int MaxTasks = 64;

constexpr TaskSet taskBit(int task) {
    return TaskSet{1} << task;
}

/// The set of the first `tasks` tasks.
constexpr TaskSet allTasks(int tasks) {
    return tasks >= MaxTasks ? ~TaskSet{0} : taskBit(tasks) - 1;
}

int taskCount(TaskSet set);
int firstTask(TaskSet set);
std::vector<int> tasksOf(TaskSet set);

/// "depth+normal": how a group is named in files and tables.
std::string groupName(TaskSet set, std::span<const std::string> tasks);

/// Disjoint groups that together cover all tasks, ordered by their first task.
struct Partition {
    std::vector<TaskSet> groups;

    bool operator==(const Partition&) const = default;
};

/// The names of each group's tasks.
std::vector<std::vector<std::string>> groupNames(const Partition& partition,
                                                 std::span<const std::string> tasks);

/// All tasks in one group.
Partition together(int tasks);

/// Each task in a group of its own.
Partition apart(int tasks);

/// Sorts groups by their first task.
Partition partitionOf(std::vector<TaskSet> groups);

/// Whether groups are not empty, disjoint, and cover the first `tasks` tasks.
bool isPartition(const Partition& partition, int tasks);

/// Two tasks are in one group of the result where they are in one group of both.
Partition commonRefinement(const Partition& a, const Partition& b);

/// The index of the group that `task` is in; −1 where none is.
int groupOf(const Partition& partition, int task);

/// The group that contains all of `set`; 0 where none does.
TaskSet groupContaining(const Partition& partition, TaskSet set);

} // namespace concertina
