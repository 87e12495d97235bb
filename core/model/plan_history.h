// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// The plans that were, from the first on, with the names of the steps between them. There is no
/// limit: what is kept of a step is which parts of which layers it changed. (A step in which 200
/// layers of 10 tasks change everything takes 11 kB.)
class PlanHistory {
public:
    explicit PlanHistory(SharingPlan start = {});

    const SharingPlan& plan() const { return m_plan; } ///< now

    /// A step behind the present one; steps that were undone are gone. An equal plan is no step.
    void add(const std::string& name, SharingPlan plan);

    bool canUndo() const { return m_position > 0; }
    bool canRedo() const { return m_position < m_steps.size(); }

    /// The step that would be undone, or done again; there must be one.
    const std::string& undoName() const { return m_steps[m_position - 1].name; }
    const std::string& redoName() const { return m_steps[m_position].name; }

    void undo();
    void redo();

    /// Steps that were done, and with those that were undone: for a list.
    std::size_t position() const { return m_position; }
    std::size_t size() const { return m_steps.size(); }
    const std::string& name(std::size_t step) const { return m_steps[step].name; }

    /// Undoes or redoes until so many steps are done.
    void go(std::size_t position);

    /// About what it takes in memory.
    std::size_t bytes() const;

private:
    /// Where a plan's number is another, and both numbers, one XOR the other.
    struct Change {
        std::uint32_t place = 0;
        std::uint32_t both = 0;
    };
    struct Step {
        std::string name;
        std::vector<Change> changes;
        /// Of plans whose layers, factors or tasks differ: the plan on the other side.
        std::unique_ptr<SharingPlan> other{};
    };

    template <class Value>
    class Numbers {
    public:
        std::uint32_t of(const Value& value) {
            const auto [at, isNew] =
                m_numbers.try_emplace(value, static_cast<std::uint32_t>(m_values.size()));
            if (isNew)
                m_values.push_back(&at->first);
            return at->second;
        }
        const Value& value(std::uint32_t number) const { return *m_values[number]; }
        const std::vector<const Value*>& all() const { return m_values; }

    private:
        std::map<Value, std::uint32_t> m_numbers;
        std::vector<const Value*> m_values;
    };

    std::vector<std::uint32_t> numbersOf(const SharingPlan& plan);
    void toggle(Step& step);

    SharingPlan m_plan;
    std::vector<std::uint32_t> m_now; ///< the plan as numbers
    std::vector<Step> m_steps;
    std::size_t m_position = 0;
    Numbers<std::vector<TaskSet>> m_partitions;
    Numbers<std::vector<std::string>> m_frozen;
};

} // namespace concertina
