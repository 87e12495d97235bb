// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rule_slots.h"

#include "core/model/plan_parts.h"
#include "core/values/text.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

/// Who sets each slot of each layer, in the order of the rules.
class Writers {
public:
    explicit Writers(const std::vector<LayerSlots>& slots) {
        for (const LayerSlots& layer : slots) {
            m_offsets.push_back(m_last.size());
            m_last.resize(m_last.size() + layer.parts.size() + 1 + layer.frozen.size(), None);
        }
    }

    /// What a rule sets is told from what it leaves by two values that it is applied to.
    template <class Apply>
    void add(int rule, const std::vector<std::size_t>& layers, const std::vector<LayerSlots>& slots,
             Apply sets) {
        m_of.emplace_back();
        for (const std::size_t layer : layers) {
            const LayerSlots& values = slots[layer];
            std::size_t slot = m_offsets[layer];
            for (std::size_t p = 0; p < values.parts.size(); ++p, ++slot)
                if (sets(layer, p))
                    write(slot, rule, values.parts[p]);
            if (sets(layer, values.parts.size()))
                write(slot, rule, values.merge + (values.misfit ? 4 : 0));
            ++slot;
            for (std::size_t p = 0; p < values.frozen.size(); ++p, ++slot)
                if (sets(layer, values.parts.size() + 1 + p))
                    write(slot, rule, values.frozen[p]);
        }
    }

    bool isIdle(int rule) const {
        return std::ranges::all_of(m_of[static_cast<std::size_t>(rule)], [&](std::size_t slot) {
            const Write& last = m_writes[m_last[slot]];
            return last.rule != rule
                   || (last.before != None && m_writes[last.before].value == last.value);
        });
    }

    void remove(int rule) {
        for (const std::size_t slot : m_of[static_cast<std::size_t>(rule)]) {
            std::size_t* at = &m_last[slot];
            while (*at != None && m_writes[*at].rule != rule)
                at = &m_writes[*at].before;
            if (*at != None)
                *at = m_writes[*at].before;
        }
    }

private:
    static constexpr std::size_t None = static_cast<std::size_t>(-1);

    struct Write {
        int rule = 0;
        int value = 0;
        std::size_t before = None; ///< the write of the same slot before it
    };

    void write(std::size_t slot, int rule, int value) {
        m_writes.push_back({rule, value, std::exchange(m_last[slot], m_writes.size())});
        m_of.back().push_back(slot);
    }

    std::vector<std::size_t> m_offsets; ///< by layer
    std::vector<std::size_t> m_last;    ///< by slot: its last write
    std::vector<Write> m_writes;
    std::vector<std::vector<std::size_t>> m_of; ///< slots by rule
};

bool isShared(SharingState state) {
    return state == SharingState::Merged || state == SharingState::MergedByProduct;
}

} // namespace

RuleSlots::RuleSlots(std::span<const LayerFactors> layers, std::span<const std::string> tasks)
    : m_layers(layers), m_tasks(tasks) {
    numberOf(together(taskCount()));
    m_apart = numberOf(concertina::apart(taskCount()));
    const auto nameOf = [&](const std::string& name) {
        const auto at = std::ranges::find(m_names, name);
        if (at != m_names.end())
            return static_cast<int>(at - m_names.begin());
        m_names.push_back(name);
        return static_cast<int>(m_names.size()) - 1;
    };
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const LayerFactors& layer = layers[i];
        m_asBefore.push_back(i > 0 && layer.factors == layers[i - 1].factors
                             && layer.composable == layers[i - 1].composable
                             && layer.affine == layers[i - 1].affine
                             && layer.bias == layers[i - 1].bias);
        if (m_asBefore.back() != 0) {
            m_parts.push_back(m_parts.back());
            m_fits.push_back(m_fits.back());
            continue;
        }
        std::vector<int>& parts = m_parts.emplace_back();
        for (const FactorInfo& factor : layer.factors)
            parts.push_back(nameOf(factor.name));
        if (layer.bias)
            parts.push_back(nameOf("bias"));
        parts.push_back(nameOf("norm"));
        parts.push_back(nameOf(std::string(StatisticsPart)));
        auto& fits = m_fits.emplace_back();
        for (std::size_t state = 0; state < fits.size(); ++state)
            fits[state] = tasks.size() < 2 || !checkState(layer, static_cast<SharingState>(state));
    }
}

int RuleSlots::numberOf(const Partition& partition) {
    const auto [at, isNew] =
        m_numbers.try_emplace(partition.groups, static_cast<int>(m_partitions.size()));
    if (isNew)
        m_partitions.push_back(partition);
    return at->second;
}

const std::vector<LayerSlots>& RuleSlots::atStart() {
    if (!m_atStart.empty())
        return m_atStart;
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        m_atStart.push_back(isAsBefore(i) ? m_atStart.back()
                                          : of(planAtStart(m_layers[i], taskCount())));
    return m_atStart;
}

std::vector<LayerSlots> RuleSlots::of(const SharingPlan& plan) {
    std::vector<LayerSlots> all;
    for (const LayerPlan& layer : plan.layers)
        all.push_back(of(layer));
    return all;
}

LayerSlots RuleSlots::of(const LayerPlan& layer) {
    LayerSlots slots;
    for (const Partition& partition : layer.partitions)
        slots.parts.push_back(numberOf(partition));
    if (layer.hasBias())
        slots.parts.push_back(numberOf(layer.bias));
    slots.parts.push_back(numberOf(layer.norm));
    slots.merge = layer.product ? 2 : layer.merged ? 1 : 0;
    for (const std::string& part : concertina::partNames(layer))
        slots.frozen.push_back(layer.isFrozen(part) ? 1 : 0);
    return slots;
}

int RuleSlots::partInState(std::size_t layer, std::size_t part, SharingState state, int own) const {
    const auto& factors = m_layers[layer].factors;
    const bool isCore = part < factors.size() && factors[part].core;
    const bool isOutside = part >= factors.size();
    const bool isOwn =
        state == SharingState::Separate
        || (state != SharingState::Tied && (isCore || (isOutside && !isShared(state))));
    return isOwn ? own : Together;
}

int RuleSlots::mergeInState(SharingState state) const {
    if (taskCount() < 2 || !isShared(state))
        return 0;
    return state == SharingState::Merged ? 1 : 2;
}

const ReadRule& RuleSlots::read(const std::string& text) {
    const auto known = m_read.find(text);
    return known != m_read.end() ? known->second
                                 : m_read.emplace(text, readAnew(text)).first->second;
}

ReadRule RuleSlots::readAnew(const std::string& text) {
    ReadRule read{.text = text, .wrong = true, .rule = {}};
    auto parsed = parseSharingRule(text);
    if (!parsed)
        return read;
    read.rule = std::move(*parsed);
    read.own = m_apart;
    if (!read.rule.groups.empty()) {
        const auto groups = namedPartition(read.rule.groups, m_tasks);
        if (!groups)
            return read;
        read.own = numberOf(*groups);
    }
    if (const auto name = std::ranges::find(m_names, read.rule.factor); name != m_names.end())
        read.part = static_cast<int>(name - m_names.begin());
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        if (!matchesPattern(m_layers[i].layer, read.rule.layers))
            continue;
        read.layers.push_back(i);
        const auto part = std::ranges::find(m_parts[i], read.part);
        const bool has =
            part != m_parts[i].end() && (read.rule.frozen || part + 1 != m_parts[i].end());
        if (read.rule.state || (read.rule.frozen && read.rule.factor.empty()) || has)
            read.wrong = false;
    }
    return read;
}

void RuleSlots::apply(const ReadRule& rule, std::vector<LayerSlots>& slots) const {
    if (rule.wrong)
        return;
    for (const std::size_t layer : rule.layers) {
        LayerSlots& values = slots[layer];
        for (std::size_t p = 0; p < m_parts[layer].size(); ++p) {
            const bool isStatistics = p == values.parts.size();
            const bool named = m_parts[layer][p] == rule.part;
            if (rule.rule.frozen) {
                const bool all = rule.rule.factor.empty()
                                 && (!isStatistics || rule.rule.rests || !*rule.rule.frozen);
                if (all || named)
                    values.frozen[p] = *rule.rule.frozen ? 1 : 0;
            } else if (!isStatistics && (rule.rule.state || named)) {
                values.parts[p] =
                    rule.rule.state ? partInState(layer, p, *rule.rule.state, rule.own) : rule.own;
            }
        }
        if (rule.rule.state) {
            values.merge = mergeInState(*rule.rule.state);
            values.misfit = !fits(layer, *rule.rule.state);
        } else if (values.merge == 2) {
            const auto& factors = m_layers[layer].factors;
            for (std::size_t p = 0; p < factors.size(); ++p)
                if (!factors[p].core && values.parts[p] != Together)
                    values.misfit = true;
        }
    }
}

std::vector<std::string> RuleSlots::withoutIdle(const std::vector<std::string>& rules) {
    std::vector<LayerSlots> slots = atStart();
    Writers writers(slots);
    std::vector<const ReadRule*> all;
    for (const std::string& text : rules) {
        const ReadRule& rule = *all.emplace_back(&read(text));
        apply(rule, slots);
        const SharingRule& says = rule.rule;
        writers.add(
            static_cast<int>(all.size()) - 1, rule.wrong ? std::vector<std::size_t>() : rule.layers,
            slots, [&](std::size_t layer, std::size_t slot) {
                const std::size_t parts = slots[layer].parts.size();
                const bool isFrozenSlot = slot > parts;
                const std::size_t part = isFrozenSlot ? slot - parts - 1 : slot;
                if (says.frozen.has_value() != isFrozenSlot)
                    return false;
                if (says.state)
                    return true;
                if (slot == parts) // merged or not: a state's alone
                    return false;
                if (says.frozen && says.factor.empty())
                    return part < parts || says.rests || !*says.frozen;
                return m_parts[layer][part] == rule.part;
            });
    }
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!all[i]->wrong && writers.isIdle(static_cast<int>(i)))
            writers.remove(static_cast<int>(i));
        else
            kept.push_back(all[i]->text);
    }
    return kept;
}

} // namespace concertina
