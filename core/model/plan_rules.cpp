// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_rules.h"

#include "core/model/pattern_tree.h"
#include "core/model/rule_slots.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace concertina {

namespace {

using Rules = std::vector<std::string>;
using Slots = std::vector<LayerSlots>;

constexpr std::array everyState{SharingState::Tied, SharingState::Merged,
                                SharingState::FactorsShared, SharingState::Separate,
                                SharingState::MergedByProduct};

/// How many of the last rules are tried to be written anew, one more each time.
constexpr std::size_t MostRewritten = 12;

/// A rule of a state, and rules of single parts behind it for the same layers.
struct StateLabel {
    SharingState state = SharingState::Tied;
    int own = 0;
    std::vector<std::pair<int, int>> parts{}; ///< name and partition

    bool operator==(const StateLabel&) const = default;
};

/// Writes one plan, over layers as other rules leave them or from nothing.
class RuleWriter {
public:
    RuleWriter(RuleSlots& slots, const PatternTree& tree, Slots target)
        : m_slots(slots), m_tree(tree), m_target(std::move(target)) {
        const auto isAsBefore = [this](std::size_t i) {
            return m_slots.isAsBefore(i) && m_target[i] == m_target[i - 1];
        };
        for (std::size_t i = 0; i < m_target.size(); ++i)
            if (!isAsBefore(i))
                addLabels(i);
        const std::size_t labels = m_labels.size();
        m_costs.resize(m_target.size() * labels);
        for (std::size_t i = 0; i < m_target.size(); ++i)
            for (std::size_t c = 0; c < labels; ++c)
                m_costs[i * labels + c] =
                    isAsBefore(i) ? m_costs[(i - 1) * labels + c] : misses(i, m_labels[c]);
    }

    const Slots& target() const { return m_target; }

    /// `anew`: what stands there before counts for nothing.
    Rules over(const Slots& before, bool anew) const {
        Rules best;
        bool isFirst = true;
        // What a part's own rules will take is not known before states are chosen: once for
        // everything that is left, as if rules were for one layer, and as if they were for many.
        for (const double part : {1.0, 0.4, 0.01}) {
            Rules rules = sharing(before, anew, part);
            if (isFirst || rules.size() < best.size())
                best = std::move(rules);
            isFirst = false;
        }
        const Rules frozen = freezes(before);
        best.insert(best.end(), frozen.begin(), frozen.end());
        return best;
    }

private:
    int partition(const StateLabel& label, std::size_t layer, std::size_t part) const {
        const int name = m_slots.parts(layer)[part];
        for (const auto& [named, partition] : label.parts)
            if (named == name)
                return partition;
        return m_slots.partInState(layer, part, label.state, label.own);
    }

    /// How many parts are not as a label makes them; `NoWay` where that cannot be mended by parts.
    double misses(std::size_t layer, const StateLabel& label) const {
        const LayerSlots& wanted = m_target[layer];
        if (m_slots.mergeInState(label.state) != wanted.merge
            || (!m_slots.fits(layer, label.state) && wanted.merge == 0))
            return NoWay;
        double count = 0;
        for (std::size_t p = 0; p < wanted.parts.size(); ++p) {
            const int made = partition(label, layer, p);
            if (made == wanted.parts[p])
                continue;
            // A product must not meet another parted factor, not even on the way.
            if (wanted.merge == 2 && made != RuleSlots::Together && isOtherFactor(layer, p))
                return NoWay;
            ++count;
        }
        return count;
    }

    bool isOtherFactor(std::size_t layer, std::size_t part) const {
        const auto& factors = m_slots.layers()[layer].factors;
        return part < factors.size() && !factors[part].core;
    }

    void add(StateLabel label) {
        if (std::ranges::find(m_labels, label) == m_labels.end())
            m_labels.push_back(std::move(label));
    }

    /// The states that are nearest to a layer, alone and with what is left to say.
    void addLabels(std::size_t layer) {
        const LayerSlots& wanted = m_target[layer];
        std::vector<int> owns{m_slots.apart()};
        for (const int part : wanted.parts)
            if (part != RuleSlots::Together && std::ranges::find(owns, part) == owns.end())
                owns.push_back(part);
        double least = NoWay;
        std::vector<StateLabel> nearest;
        for (const SharingState state : everyState)
            for (const int own : owns) {
                StateLabel label{state, state == SharingState::Tied ? m_slots.apart() : own};
                const double count = misses(layer, label);
                if (count < least)
                    nearest.clear();
                least = std::min(least, count);
                if (count == least && count != NoWay)
                    nearest.push_back(std::move(label));
            }
        for (const StateLabel& label : nearest) {
            add(label);
            StateLabel whole = label;
            for (std::size_t p = 0; p < wanted.parts.size(); ++p)
                if (partition(label, layer, p) != wanted.parts[p])
                    whole.parts.emplace_back(m_slots.parts(layer)[p], wanted.parts[p]);
            if (!whole.parts.empty())
                add(std::move(whole));
        }
    }

    double missesOf(const LayerSlots& before, const LayerSlots& wanted) const {
        if (before.merge != wanted.merge || (before.misfit && wanted.merge == 0))
            return NoWay;
        double count = 0;
        for (std::size_t p = 0; p < wanted.parts.size(); ++p)
            count += before.parts[p] != wanted.parts[p] ? 1 : 0;
        return count;
    }

    /// `part`: what a part that a state leaves to be said is taken to cost.
    Rules sharing(const Slots& before, bool anew, double part) const {
        const std::size_t labels = m_labels.size();
        LabelCosts costs{.contexts = static_cast<int>(labels) + 1,
                         .start = static_cast<int>(labels)};
        for (const StateLabel& label : m_labels)
            costs.weights.push_back(1 + static_cast<double>(label.parts.size()));
        costs.weights.push_back(NoWay);
        costs.layers.reserve(m_target.size() * (labels + 1));
        for (std::size_t i = 0; i < m_target.size(); ++i) {
            for (std::size_t c = 0; c < labels; ++c)
                costs.layers.push_back(part * m_costs[i * labels + c]);
            costs.layers.push_back(anew ? NoWay : part * missesOf(before[i], m_target[i]));
        }
        const Labels found = cheapestLabels(m_tree, costs);
        Rules rules;
        for (const PlacedLabel& placed : found.placed)
            write(placed.node, m_labels[static_cast<std::size_t>(placed.context)], rules);
        Slots made = before;
        for (std::size_t i = 0; i < m_target.size(); ++i)
            if (const auto c = static_cast<std::size_t>(found.contexts[i]); c < labels)
                for (std::size_t p = 0; p < made[i].parts.size(); ++p)
                    made[i].parts[p] = partition(m_labels[c], i, p);
        for (std::size_t name = 0; name < m_slots.partNames().size(); ++name)
            writePart(static_cast<int>(name), made, rules);
        return rules;
    }

    std::vector<std::vector<std::string>> groups(int partition) const {
        return groupNames(m_slots.partition(partition), m_slots.tasks());
    }

    const std::string& pattern(int node) const {
        return m_tree.nodes[static_cast<std::size_t>(node)].pattern;
    }

    void write(int node, const StateLabel& label, Rules& rules) const {
        const bool grouped = label.state != SharingState::Tied && label.own != m_slots.apart();
        rules.push_back(
            toText(SharingRule{.layers = pattern(node),
                               .state = label.state,
                               .factor = {},
                               .groups = grouped ? groups(label.own) : decltype(groups(0)){}}));
        for (const auto& [name, partition] : label.parts)
            rules.push_back(partRule(node, name, partition));
    }

    std::string partRule(int node, int name, int partition) const {
        return toText(SharingRule{.layers = pattern(node),
                                  .state = {},
                                  .factor = m_slots.partNames()[static_cast<std::size_t>(name)],
                                  .groups = groups(partition)});
    }

    /// Where in a layer a part of this name is; −1: nowhere.
    int placeOf(std::size_t layer, int name) const {
        const auto& parts = m_slots.parts(layer);
        const auto at = std::ranges::find(parts, name);
        return at == parts.end() ? -1 : static_cast<int>(at - parts.begin());
    }

    /// Rules for one factor, bias or norm, where layers are not as they should be.
    void writePart(int name, const Slots& made, Rules& rules) const {
        std::vector<int> seen; // partitions: the contexts, behind them how layers are
        bool differs = false;
        for (std::size_t i = 0; i < m_target.size(); ++i)
            if (const int p = placeOf(i, name); p >= 0 && p < std::ssize(made[i].parts)) {
                const int wanted = m_target[i].parts[static_cast<std::size_t>(p)];
                differs = differs || made[i].parts[static_cast<std::size_t>(p)] != wanted;
                if (std::ranges::find(seen, wanted) == seen.end())
                    seen.push_back(wanted);
            }
        if (!differs)
            return;
        LabelCosts costs{.contexts = static_cast<int>(seen.size()) + 1,
                         .start = static_cast<int>(seen.size())};
        costs.weights.assign(seen.size(), 1);
        costs.weights.push_back(NoWay);
        for (std::size_t i = 0; i < m_target.size(); ++i) {
            const int p = placeOf(i, name);
            const bool has = p >= 0 && p < std::ssize(made[i].parts);
            const auto place = static_cast<std::size_t>(std::max(p, 0));
            const int wanted = has ? m_target[i].parts[place] : 0;
            for (const int partition : seen) {
                costs.layers.push_back(has && partition != wanted ? NoWay : 0);
                costs.entering.push_back(has && m_target[i].merge == 2 && isOtherFactor(i, place)
                                                 && partition != RuleSlots::Together
                                             ? NoWay
                                             : 0);
            }
            costs.layers.push_back(has && made[i].parts[place] != wanted ? NoWay : 0);
            costs.entering.push_back(0);
        }
        for (const PlacedLabel& placed : cheapestLabels(m_tree, costs).placed)
            rules.push_back(
                partRule(placed.node, name, seen[static_cast<std::size_t>(placed.context)]));
    }

    Rules freezes(const Slots& before) const {
        Rules best;
        if (std::ranges::equal(before, m_target, {}, &LayerSlots::frozen, &LayerSlots::frozen))
            return best;
        for (const double part : {1.0, 0.01}) {
            Rules rules = freezes(before, part);
            if (part == 1.0 || rules.size() < best.size())
                best = std::move(rules);
        }
        return best;
    }

    /// What the rules that freeze or unfreeze all of a layer make of one of its parts: left as it
    /// is, frozen, rests, unfrozen, unfrozen and then frozen.
    static char frozenIn(int context, bool isStatistics, char before) {
        switch (context) {
        case 1: return isStatistics ? before : char{1};
        case 2: return 1;
        case 3: return 0;
        case 4: return isStatistics ? 0 : 1;
        default: return before;
        }
    }

    Rules freezes(const Slots& before, double part) const {
        LabelCosts costs{.contexts = 5, .start = 0};
        costs.weights = {NoWay, NoWay, 1, 1, 2};
        costs.step = {1, 1, 2, 4, 4};
        for (std::size_t i = 0; i < m_target.size(); ++i)
            for (int context = 0; context < 5; ++context) {
                double count = 0;
                const auto& wanted = m_target[i].frozen;
                for (std::size_t p = 0; p < wanted.size(); ++p)
                    count +=
                        frozenIn(context, p + 1 == wanted.size(), before[i].frozen[p]) != wanted[p]
                            ? 1
                            : 0;
                costs.layers.push_back(part * count);
            }
        Rules rules;
        const Labels found = cheapestLabels(m_tree, costs);
        for (const PlacedLabel& placed : found.placed) {
            const SharingRule unfreeze{.layers = pattern(placed.node),
                                       .state = {},
                                       .factor = {},
                                       .groups = {},
                                       .frozen = false};
            SharingRule freeze = unfreeze;
            freeze.frozen = true;
            freeze.rests = !placed.step && placed.context == 2;
            if (!placed.step && placed.context > 2)
                rules.push_back(toText(unfreeze));
            if (placed.step || placed.context != 3)
                rules.push_back(toText(freeze));
        }
        for (std::size_t name = 0; name < m_slots.partNames().size(); ++name)
            freezePart(static_cast<int>(name), before, found.contexts, rules);
        return rules;
    }

    void freezePart(int name, const Slots& before, const std::vector<int>& contexts,
                    Rules& rules) const {
        LabelCosts costs{.contexts = 3, .start = 2};
        costs.weights = {1, 1, NoWay};
        for (std::size_t i = 0; i < m_target.size(); ++i) {
            const int p = placeOf(i, name);
            if (p < 0) {
                costs.layers.insert(costs.layers.end(), 3, 0.0);
                continue;
            }
            const auto place = static_cast<std::size_t>(p);
            const auto& wanted = m_target[i].frozen;
            const char made =
                frozenIn(contexts[i], place + 1 == wanted.size(), before[i].frozen[place]);
            for (const char is : {char{0}, char{1}, made})
                costs.layers.push_back(is == wanted[place] ? 0 : NoWay);
        }
        for (const PlacedLabel& placed : cheapestLabels(m_tree, costs).placed)
            rules.push_back(
                toText(SharingRule{.layers = pattern(placed.node),
                                   .state = {},
                                   .factor = m_slots.partNames()[static_cast<std::size_t>(name)],
                                   .groups = {},
                                   .frozen = placed.context == 1}));
    }

    RuleSlots& m_slots;
    const PatternTree& m_tree;
    Slots m_target;
    std::vector<StateLabel> m_labels;
    std::vector<double> m_costs; ///< by layer and label: `misses`
};

} // namespace

std::vector<std::string> rulesOf(const SharingPlan& plan, std::span<const LayerFactors> layers) {
    if (layers.empty())
        return {};
    RuleSlots slots(layers, plan.tasks);
    const PatternTree tree(plan.layerNames());
    return RuleWriter(slots, tree, slots.of(plan)).over(slots.atStart(), true);
}

std::vector<std::string> rulesAfter(std::span<const std::string> rules,
                                    std::span<const LayerFactors> layers, const SharingPlan& plan) {
    if (layers.empty())
        return {rules.begin(), rules.end()};
    RuleSlots slots(layers, plan.tasks);
    const PatternTree tree(plan.layerNames());
    const RuleWriter writer(slots, tree, slots.of(plan));
    const std::size_t fewest = rules.size() > MostRewritten ? rules.size() - MostRewritten : 1;
    std::vector<Slots> before{slots.atStart()}; // of each count of kept rules, from `fewest` on
    bool isWrong = false;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const ReadRule& rule = slots.read(rules[i]);
        isWrong = isWrong || rule.wrong;
        if (i >= fewest)
            before.push_back(before.back());
        slots.apply(rule, before.back());
    }
    const auto beforeOf = [&](std::size_t count) -> const Slots& {
        return before[count - std::min(count, fewest)];
    };
    if (std::ranges::equal(before.back(), writer.target(), [](const auto& is, const auto& wanted) {
            return is.parts == wanted.parts && is.merge == wanted.merge
                   && is.frozen == wanted.frozen;
        }))
        return {rules.begin(), rules.end()};
    const auto keeping = [&](std::size_t count) {
        Rules all(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(count));
        const Rules added = writer.over(beforeOf(count), false);
        all.insert(all.end(), added.begin(), added.end());
        return slots.withoutIdle(all);
    };
    Rules best = keeping(rules.size());
    if (isWrong)
        return best;
    const auto consider = [&](Rules other) {
        if (other.size() < best.size())
            best = std::move(other);
    };
    for (std::size_t count = rules.size(); count-- > fewest;)
        consider(keeping(count));
    if (!rules.empty())
        consider(writer.over(slots.atStart(), true));
    return best;
}

} // namespace concertina
