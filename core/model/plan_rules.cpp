// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_rules.h"

#include "core/model/sharing_edit.h"
#include "core/values/text.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace concertina {

namespace {

/// What stands behind the colon of one rule or of several for the same layers.
using Tails = std::vector<std::string>;

/// Writes the plan of one layer.
class LayerWriter {
public:
    LayerWriter(const LayerPlan& plan, const LayerFactors& factors,
                const std::vector<std::string>& tasks)
        : m_plan(plan),
          m_factors(factors),
          m_tasks(tasks),
          m_apart(concertina::apart(static_cast<int>(tasks.size()))) {}

    Tails sharing() const {
        if (auto state = namedState())
            return {std::move(*state)};
        // A state that is near, and what it leaves to say.
        const SharingState near = m_plan.product  ? SharingState::MergedByProduct
                                  : m_plan.merged ? SharingState::Merged
                                                  : SharingState::Tied;
        Tails tails{std::string(stateName(near))};
        const LayerPlan base = planInState(m_factors, near, m_apart);
        const auto add = [&](const std::string& part, const Partition& is, const Partition& was) {
            if (is != was)
                tails.push_back(toText(
                    SharingRule{.layers = "", .factor = part, .groups = groupNames(is, m_tasks)}));
        };
        for (std::size_t k = 0; k < m_plan.factors.size(); ++k)
            add(m_plan.factors[k], m_plan.partitions[k], base.partitions[k]);
        add("bias", m_plan.bias, base.bias);
        add("norm", m_plan.norm, base.norm);
        for (std::size_t i = 1; i < tails.size(); ++i)
            tails[i].erase(0, tails[i].find_first_not_of(": "));
        return tails;
    }

    /// Beside what rests from the start.
    Tails frozen() const {
        const std::vector<std::string> start = m_factors.frozenAtStart();
        if (m_plan.frozen == start)
            return {};
        if (m_plan.rests())
            return {"rest"};
        if (m_plan.isAllFrozen())
            return {"freeze"};
        Tails tails;
        for (const std::string& part : m_plan.frozen)
            if (std::ranges::find(start, part) == start.end())
                tails.push_back("freeze " + part);
        for (const std::string& part : start)
            if (!m_plan.isFrozen(part))
                tails.push_back("unfreeze " + part);
        return tails;
    }

private:
    /// "tied", "factors shared", "{a, b} | {c} separate"; none where no named state fits.
    std::optional<std::string> namedState() const {
        LayerPlan bare = m_plan;
        bare.frozen.clear();
        std::vector<Partition> owns{m_apart, m_plan.bias, m_plan.norm};
        owns.insert(owns.end(), m_plan.partitions.begin(), m_plan.partitions.end());
        for (const auto state :
             {SharingState::Tied, SharingState::Merged, SharingState::FactorsShared,
              SharingState::Separate, SharingState::MergedByProduct})
            for (const Partition& own : owns)
                if (planInState(m_factors, state, own) == bare
                    && (state == SharingState::Tied || state == SharingState::Separate
                        || m_factors.hasCore() || m_tasks.size() == 1)) {
                    const bool all = state == SharingState::Tied || own == m_apart;
                    std::string text =
                        toText(SharingRule{.layers = "",
                                           .state = state,
                                           .groups = all ? std::vector<std::vector<std::string>>()
                                                         : groupNames(own, m_tasks)});
                    return text.substr(text.find_first_not_of(": "));
                }
        return std::nullopt;
    }

    const LayerPlan& m_plan;
    const LayerFactors& m_factors;
    const std::vector<std::string>& m_tasks;
    Partition m_apart;
};

/// Layers with the same tails, those with the most first.
class Gathered {
public:
    void add(const Tails& tails, std::size_t layer) {
        const auto known = std::ranges::find(m_all, tails, [](const auto& e) { return e.first; });
        if (known != m_all.end())
            known->second.push_back(layer);
        else
            m_all.push_back({tails, {layer}});
    }

    /// `everywhere`: the first stand for all layers, as those behind replace them.
    void write(std::span<const std::string> names, bool everywhere,
               std::vector<std::string>& rules) {
        std::ranges::stable_sort(m_all, std::ranges::greater(),
                                 [](const auto& entry) { return entry.second.size(); });
        for (std::size_t i = 0; i < m_all.size(); ++i) {
            const auto& [tails, layers] = m_all[i];
            for (const std::string& pattern : i == 0 && everywhere ? std::vector<std::string>{"*"}
                                                                   : layerPatterns(names, layers))
                for (const std::string& tail : tails)
                    rules.push_back(std::string(pattern).append(": ").append(tail));
        }
    }

private:
    std::vector<std::pair<Tails, std::vector<std::size_t>>> m_all;
};

} // namespace

std::vector<std::string> rulesOf(const SharingPlan& plan, std::span<const LayerFactors> layers) {
    Gathered sharing, frozen;
    for (std::size_t i = 0; i < plan.layers.size(); ++i) {
        const LayerWriter writer(plan.layers[i], layers[i], plan.tasks);
        sharing.add(writer.sharing(), i);
        if (Tails tails = writer.frozen(); !tails.empty())
            frozen.add(tails, i);
    }
    std::vector<std::string> rules;
    const std::vector<std::string> names = plan.layerNames();
    sharing.write(names, true, rules);
    frozen.write(names, false, rules);
    return rules;
}

} // namespace concertina
