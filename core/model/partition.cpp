// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/partition.h"

#include "core/values/text.h"

#include <algorithm>
#include <bit>

namespace concertina {

int taskCount(TaskSet set) {
    return std::popcount(set);
}

int firstTask(TaskSet set) {
    return std::countr_zero(set);
}

std::vector<int> tasksOf(TaskSet set) {
    std::vector<int> tasks;
    for (; set != 0; set &= set - 1)
        tasks.push_back(firstTask(set));
    return tasks;
}

std::string groupName(TaskSet set, std::span<const std::string> tasks) {
    std::vector<std::string> names;
    for (const int task : tasksOf(set))
        names.push_back(tasks[static_cast<std::size_t>(task)]);
    return join(names, "+");
}

std::vector<std::vector<std::string>> groupNames(const Partition& partition,
                                                 std::span<const std::string> tasks) {
    std::vector<std::vector<std::string>> groups;
    for (const TaskSet group : partition.groups) {
        groups.emplace_back();
        for (const int task : tasksOf(group))
            groups.back().push_back(tasks[static_cast<std::size_t>(task)]);
    }
    return groups;
}

Partition together(int tasks) {
    return {{allTasks(tasks)}};
}

Partition apart(int tasks) {
    Partition partition;
    for (int task = 0; task < tasks; ++task)
        partition.groups.push_back(taskBit(task));
    return partition;
}

Partition partitionOf(std::vector<TaskSet> groups) {
    std::ranges::sort(groups, {}, firstTask);
    return {std::move(groups)};
}

bool isPartition(const Partition& partition, int tasks) {
    TaskSet covered = 0;
    for (const TaskSet group : partition.groups) {
        if (group == 0 || (covered & group) != 0)
            return false;
        covered |= group;
    }
    return covered == allTasks(tasks);
}

Partition commonRefinement(const Partition& a, const Partition& b) {
    std::vector<TaskSet> groups;
    for (const TaskSet left : a.groups)
        for (const TaskSet right : b.groups)
            if ((left & right) != 0)
                groups.push_back(left & right);
    return partitionOf(std::move(groups));
}

int groupOf(const Partition& partition, int task) {
    for (std::size_t i = 0; i < partition.groups.size(); ++i)
        if ((partition.groups[i] & taskBit(task)) != 0)
            return static_cast<int>(i);
    return -1;
}

TaskSet groupContaining(const Partition& partition, TaskSet set) {
    for (const TaskSet group : partition.groups)
        if ((group & set) == set)
            return group;
    return 0;
}

} // namespace concertina
