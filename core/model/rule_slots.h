// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace concertina {

// What rules set, as numbers, so that writing rules for a plan of hundreds of layers takes no time
// that a person notices. Internal to plan_rules.

/// What a layer's rules set: equal numbers are equal partitions.
struct LayerSlots {
    std::vector<int>
        parts; ///< a partition a factor, then of the bias, where there is one, and the norm
    int merge = 0;          ///< 1 by mean, 2 by product
    bool misfit = false;    ///< a state that the layer cannot be in: a problem until another comes
    std::vector<char> frozen; ///< of the same, then of the statistics

    bool operator==(const LayerSlots&) const = default;
};

/// A rule's text, and what of it a network understands.
struct ReadRule {
    std::string text;
    bool wrong = false; ///< it sets nothing, and is its writer's to mend
    SharingRule rule;
    int own = 0;   ///< its groups
    int part = -1; ///< the name that it sets, by its index; −1: none that a layer has
    std::vector<std::size_t> layers{};
};

class RuleSlots {
public:
    static constexpr int Together = 0;

    RuleSlots(std::span<const LayerFactors> layers, std::span<const std::string> tasks);

    int numberOf(const Partition& partition);
    int apart() const { return m_apart; }
    const Partition& partition(int number) const {
        return m_partitions[static_cast<std::size_t>(number)];
    }
    std::span<const LayerFactors> layers() const { return m_layers; }
    std::span<const std::string> tasks() const { return m_tasks; }
    int taskCount() const { return static_cast<int>(m_tasks.size()); }

    /// The names of all parts, of which `parts(layer)` has the indices, in the layer's order.
    const std::vector<std::string>& partNames() const { return m_names; }
    const std::vector<int>& parts(std::size_t layer) const { return m_parts[layer]; }

    /// Whether rules do the same to a layer as to the one before it.
    bool isAsBefore(std::size_t layer) const { return m_asBefore[layer] != 0; }

    const std::vector<LayerSlots>& atStart();
    std::vector<LayerSlots> of(const SharingPlan& plan);

    /// What a state gives the layer's part, a copy of `own` where it says "own".
    int partInState(std::size_t layer, std::size_t part, SharingState state, int own) const;
    int mergeInState(SharingState state) const;
    bool fits(std::size_t layer, SharingState state) const {
        return m_fits[layer][static_cast<std::size_t>(state)];
    }

    const ReadRule& read(const std::string& text); ///< stays as long as this
    void apply(const ReadRule& rule, std::vector<LayerSlots>& slots) const;

    /// Without rules that decide nothing: later ones replace what they set, or earlier ones say the
    /// same. That "*: tied" says what is so without it does not make it idle: it says it to people.
    std::vector<std::string> withoutIdle(const std::vector<std::string>& rules);

private:
    LayerSlots of(const LayerPlan& layer);
    ReadRule readAnew(const std::string& text);

    std::span<const LayerFactors> m_layers;
    std::span<const std::string> m_tasks;
    std::map<std::vector<TaskSet>, int> m_numbers;
    std::vector<Partition> m_partitions;
    int m_apart = 0;
    std::vector<std::string> m_names;
    std::vector<std::vector<int>> m_parts;
    std::vector<std::array<bool, 5>> m_fits;
    std::vector<char> m_asBefore;
    std::vector<LayerSlots> m_atStart;
    std::map<std::string, ReadRule> m_read; ///< the same rules are looked at many times
};

} // namespace concertina
