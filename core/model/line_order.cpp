// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/line_order.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace concertina {

namespace {

/// A set of tasks and how they are ordered in themselves.
struct OrderedBlock {
    TaskSet tasks = 0;
    std::vector<int> order;
};

/// `weight[i][j]`: pairs that are inverted where block i stands in front of block j.
using BlockWeights = std::vector<std::vector<int>>;

BlockWeights weightsOf(const std::vector<OrderedBlock>& blocks, const std::vector<int>& place) {
    BlockWeights weights(blocks.size(), std::vector<int>(blocks.size(), 0));
    for (std::size_t i = 0; i < blocks.size(); ++i)
        for (std::size_t j = 0; j < blocks.size(); ++j)
            for (const int a : blocks[i].order)
                for (const int b : blocks[j].order)
                    weights[i][j] +=
                        place[static_cast<std::size_t>(a)] > place[static_cast<std::size_t>(b)] ? 1
                                                                                                : 0;
    return weights;
}

using Indices = std::vector<std::size_t>;

/// The blocks in circles of strict majorities: between two circles these all go one way.
std::vector<Indices> circles(const BlockWeights& weights) {
    const std::size_t count = weights.size();
    std::vector<std::vector<char>> reaches(count, std::vector<char>(count, 0));
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < count; ++j)
            reaches[i][j] = static_cast<char>(i == j || weights[i][j] < weights[j][i]);
    for (std::size_t k = 0; k < count; ++k)
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t j = 0; reaches[i][k] != 0 && j < count; ++j)
                if (reaches[k][j] != 0)
                    reaches[i][j] = 1;
    std::vector<Indices> all;
    std::vector<char> taken(count, 0);
    for (std::size_t i = 0; i < count; ++i) {
        if (taken[i] != 0)
            continue;
        Indices circle;
        for (std::size_t j = i; j < count; ++j)
            if (reaches[i][j] != 0 && reaches[j][i] != 0) {
                circle.push_back(j);
                taken[j] = 1;
            }
        all.push_back(std::move(circle));
    }
    return all;
}

/// What is best in one circle. Bit i of a set is the i-th of the circle's blocks.
class CircleOrder {
public:
    CircleOrder(Indices circle, const BlockWeights& weights)
        : m_circle(std::move(circle)), m_weights(weights) {
        const std::size_t sets = std::size_t{1} << m_circle.size();
        m_left = sets - 1;
        m_cost.assign(sets, std::numeric_limits<int>::max());
        m_cost[0] = 0;
        for (std::size_t set = 1; set < sets; ++set)
            for (std::size_t i = 0; i < m_circle.size(); ++i)
                if (const std::size_t rest = without(set, i); rest != set)
                    m_cost[set] = std::min(m_cost[set], m_cost[rest] + inFront(i, rest));
    }

    const Indices& circle() const { return m_circle; }
    bool isLeft(std::size_t i) const { return without(m_left, i) != m_left; }

    /// Whether the best order of what is left can begin with it.
    bool mayBeNext(std::size_t i) const {
        const std::size_t rest = without(m_left, i);
        return rest != m_left && m_cost[rest] + inFront(i, rest) == m_cost[m_left];
    }
    void take(std::size_t i) { m_left = without(m_left, i); }

private:
    static std::size_t without(std::size_t set, std::size_t i) {
        return set & ~(std::size_t{1} << i);
    }
    int inFront(std::size_t first, std::size_t set) const {
        int cost = 0;
        for (std::size_t j = 0; j < m_circle.size(); ++j)
            if ((set >> j & 1U) != 0)
                cost += m_weights[m_circle[first]][m_circle[j]];
        return cost;
    }

    Indices m_circle;
    const BlockWeights& m_weights;
    std::vector<int> m_cost; ///< the least of ordering a set
    std::size_t m_left = 0;
};

/// The best order of blocks, the lexicographically smallest of the best. Blocks are sorted by the
/// task that each begins with. An order is best where it is best inside each circle and goes with
/// the majority of every pair from two circles, so the next block can be chosen greedily.
Indices searched(const std::vector<Indices>& parts, const BlockWeights& weights) {
    std::vector<CircleOrder> orders;
    for (const Indices& part : parts)
        orders.emplace_back(part, weights);
    const auto isFree = [&](std::size_t block, const CircleOrder& own) {
        for (const CircleOrder& other : orders)
            for (std::size_t j = 0; &other != &own && j < other.circle().size(); ++j)
                if (other.isLeft(j)
                    && weights[other.circle()[j]][block] < weights[block][other.circle()[j]])
                    return false;
        return true;
    };
    Indices order;
    while (order.size() < weights.size()) {
        std::size_t best = weights.size(), place = 0;
        CircleOrder* from = nullptr;
        for (CircleOrder& own : orders)
            for (std::size_t i = 0; i < own.circle().size(); ++i)
                if (own.circle()[i] < best && own.mayBeNext(i) && isFree(own.circle()[i], own)) {
                    best = own.circle()[i];
                    place = i;
                    from = &own;
                }
        from->take(place);
        order.push_back(best);
    }
    return order;
}

/// Moves one block at a time to where it inverts the fewest pairs, until none moves.
Indices improved(Indices order, const BlockWeights& weights) {
    for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t i = 0; i < order.size(); ++i) {
            int change = 0, best = 0;
            std::size_t to = i;
            for (std::size_t j = i + 1; j < order.size(); ++j) {
                change += weights[order[j]][order[i]] - weights[order[i]][order[j]];
                if (change < best) {
                    best = change;
                    to = j;
                }
            }
            change = 0;
            for (std::size_t j = i; j-- > 0;) {
                change += weights[order[i]][order[j]] - weights[order[j]][order[i]];
                if (change < best) {
                    best = change;
                    to = j;
                }
            }
            const auto at = [&](std::size_t k) { return order.begin() + std::ptrdiff_t(k); };
            if (to > i)
                std::rotate(at(i), at(i + 1), at(to + 1));
            else if (to < i)
                std::rotate(at(to), at(i), at(i + 1));
            moved = moved || to != i;
        }
    }
    return order;
}

/// The circles one behind the other, each with its majorities in front of the next, where one of
/// them is too large to be searched.
Indices inOrder(std::vector<Indices> parts, const BlockWeights& weights) {
    Indices order;
    while (!parts.empty()) {
        const auto beaten = [&](const Indices& part) {
            for (const Indices& other : parts)
                for (const std::size_t i : other)
                    for (const std::size_t j : part)
                        if (&other != &part && weights[i][j] < weights[j][i])
                            return true;
            return false;
        };
        const auto next = std::ranges::find_if_not(parts, beaten);
        order.insert(order.end(), next->begin(), next->end());
        parts.erase(next);
    }
    return improved(std::move(order), weights);
}

/// One block of several that stand together.
OrderedBlock joinedBlock(std::vector<OrderedBlock> children, const std::vector<int>& place) {
    std::ranges::sort(children, {}, [](const OrderedBlock& block) { return block.order.front(); });
    const BlockWeights weights = weightsOf(children, place);
    const std::vector<Indices> parts = circles(weights);
    const bool small = std::ranges::all_of(parts, [](const Indices& part) {
        return part.size() <= std::size_t{MostChildrenSearched};
    });
    OrderedBlock whole;
    for (const std::size_t child : small ? searched(parts, weights) : inOrder(parts, weights)) {
        const OrderedBlock& block = children[child];
        whole.tasks |= block.tasks;
        whole.order.insert(whole.order.end(), block.order.begin(), block.order.end());
    }
    return whole;
}

/// Groups that contain each other or are disjoint, each once, the smaller first.
std::vector<TaskSet> nested(int tasks, std::span<const TaskSet> groups) {
    std::vector<TaskSet> kept;
    for (TaskSet group : groups) {
        group &= allTasks(tasks);
        const bool fits = std::ranges::all_of(kept, [group](TaskSet other) {
            const TaskSet both = group & other;
            return both == 0 || both == group || both == other;
        });
        if (fits && taskCount(group) > 1 && std::ranges::find(kept, group) == kept.end())
            kept.push_back(group);
    }
    if (std::ranges::find(kept, allTasks(tasks)) == kept.end())
        kept.push_back(allTasks(tasks));
    std::ranges::stable_sort(kept, {}, [](TaskSet group) { return taskCount(group); });
    return kept;
}

} // namespace

std::vector<int> lineOrder(int tasks, std::span<const TaskSet> groups,
                           std::span<const int> before) {
    std::vector<int> start;
    for (const int task : before)
        if (task >= 0 && task < tasks && std::ranges::find(start, task) == start.end())
            start.push_back(task);
    for (int task = 0; task < tasks; ++task)
        if (std::ranges::find(start, task) == start.end())
            start.push_back(task);
    std::vector<int> place(static_cast<std::size_t>(tasks));
    for (std::size_t i = 0; i < start.size(); ++i)
        place[static_cast<std::size_t>(start[i])] = static_cast<int>(i);

    std::vector<OrderedBlock> blocks;
    for (int task = 0; task < tasks; ++task)
        blocks.push_back({taskBit(task), {task}});
    for (const TaskSet group : nested(tasks, groups)) {
        std::vector<OrderedBlock> inside, others;
        for (OrderedBlock& block : blocks)
            ((block.tasks & group) != 0 ? inside : others).push_back(std::move(block));
        others.push_back(joinedBlock(std::move(inside), place));
        blocks = std::move(others);
    }
    return blocks.empty() ? std::vector<int>() : blocks.front().order;
}

std::int64_t inversions(std::span<const int> order, std::span<const int> other) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < order.size(); ++i)
        for (std::size_t j = i + 1; j < order.size(); ++j)
            count +=
                std::ranges::find(other, order[i]) > std::ranges::find(other, order[j]) ? 1 : 0;
    return count;
}

} // namespace concertina
