// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_edit.h"

#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace concertina {

namespace {

constexpr std::array allStates{SharingState::Tied, SharingState::Merged,
                               SharingState::FactorsShared, SharingState::Separate,
                               SharingState::MergedByProduct};

using Rules = std::vector<std::string>;

std::string ruleText(const std::string& pattern, SharingState state) {
    return toText(SharingRule{.layers = pattern, .state = state});
}

/// Patterns worth trying: of a stage ("enc1.*") and of the letters before its number ("enc*").
std::vector<std::string> widerPatterns(std::span<const std::string> names) {
    std::vector<std::string> patterns;
    const auto add = [&](std::string pattern) {
        if (std::ranges::find(patterns, pattern) == patterns.end())
            patterns.push_back(std::move(pattern));
    };
    for (const std::string& name : names) {
        const auto letters = name.find_first_of("0123456789");
        if (letters != std::string::npos && letters > 0)
            add(name.substr(0, letters) + "*");
        if (const auto dot = name.rfind('.'); dot != std::string::npos)
            add(name.substr(0, dot) + ".*");
    }
    return patterns;
}

/// Rules are read by one network, and compared by what they come to in it.
class Editor {
public:
    Editor(std::span<const LayerFactors> layers, std::span<const std::string> tasks)
        : m_layers(layers), m_tasks(tasks) {
        for (const LayerFactors& layer : layers)
            m_names.push_back(layer.layer);
    }

    const std::vector<std::string>& names() const { return m_names; }
    int taskCount() const { return static_cast<int>(m_tasks.size()); }

    SharingPlan plan(const Rules& rules) const {
        return resolvePlan(rules, m_layers, m_tasks, "").plan;
    }

    /// What the rules come to where all layers were separate before.
    SharingPlan planOverSeparate(Rules rules) const {
        rules.insert(rules.begin(), ruleText("*", SharingState::Separate));
        return plan(rules);
    }

    /// Which rules are wrong in themselves, whatever the layers they match can be.
    std::set<std::size_t> wrong(const Rules& rules) const {
        std::set<std::size_t> indices;
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const auto alone = resolvePlan(std::span(&rules[i], 1), m_layers, m_tasks, "");
            if (std::ranges::any_of(alone.problems, [](const Problem& problem) {
                    return problem.code != "sharing.no_core"
                           && problem.code != "sharing.not_linear";
                }))
                indices.insert(i);
        }
        return indices;
    }

    /// Without rules that decide nothing, as later ones replace them. That "*: tied" says what is
    /// so without it does not make it idle: it says it to people.
    Rules pruned(Rules rules) const {
        const SharingPlan target = plan(rules);
        const SharingPlan elsewhere = planOverSeparate(rules);
        std::set<std::size_t> kept = wrong(rules);
        for (std::size_t i = 0; i < rules.size();) {
            Rules fewer = rules;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
            if (kept.contains(i) || fewer.empty() || plan(fewer) != target
                || planOverSeparate(fewer) != elsewhere) {
                ++i;
                continue;
            }
            rules = std::move(fewer);
            kept = wrong(rules);
        }
        return rules;
    }

    /// The fewest rules of named states for a plan; none where a layer is in no named state, or
    /// something is frozen.
    std::optional<Rules> written(const SharingPlan& target) const {
        std::vector<SharingState> states;
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            const auto state = stateOf(target.layers[i], m_layers[i]);
            if (!state || target.layers[i].frozen != m_layers[i].frozenAtStart())
                return std::nullopt;
            states.push_back(*state);
        }
        std::optional<Rules> best;
        for (const SharingState base : allStates) {
            if (std::ranges::find(states, base) == states.end())
                continue;
            Rules rules{ruleText("*", base)};
            for (const SharingState state : allStates) {
                std::vector<std::size_t> chosen;
                for (std::size_t i = 0; i < states.size(); ++i)
                    if (states[i] == state)
                        chosen.push_back(i);
                if (state != base && !chosen.empty())
                    for (const std::string& pattern : layerPatterns(m_names, chosen))
                        rules.push_back(ruleText(pattern, state));
            }
            if (!best || rules.size() < best->size())
                best = std::move(rules);
        }
        return best;
    }

private:
    std::span<const LayerFactors> m_layers;
    std::span<const std::string> m_tasks;
    std::vector<std::string> m_names;
};

} // namespace

std::vector<SharingState> availableStates(const LayerFactors& layer, int tasks) {
    if (tasks < 2)
        return {SharingState::Tied};
    if (!layer.hasCore())
        return {SharingState::Tied, SharingState::Separate};
    if (!layer.affine)
        return {SharingState::Tied, SharingState::FactorsShared, SharingState::Separate};
    return {allStates.begin(), allStates.end() - (layer.hasSquareCore() ? 0 : 1)};
}

std::vector<std::string> layerPatterns(std::span<const std::string> names,
                                       std::span<const std::size_t> chosen) {
    std::set<std::size_t> left(chosen.begin(), chosen.end());
    if (left.size() == names.size() && !left.empty())
        return {"*"};
    const std::set<std::size_t> wanted = left;
    const std::vector<std::string> wider = widerPatterns(names);
    std::vector<std::string> patterns;
    while (!left.empty()) {
        std::string best = names[*left.begin()];
        std::size_t most = 1;
        for (const std::string& pattern : wider) {
            std::size_t covered = 0;
            bool exact = true;
            for (std::size_t i = 0; i < names.size() && exact; ++i)
                if (matchesPattern(names[i], pattern)) {
                    exact = wanted.contains(i);
                    covered += left.contains(i) ? 1 : 0;
                }
            if (exact && covered > most) {
                best = pattern;
                most = covered;
            }
        }
        std::erase_if(left, [&](std::size_t i) { return matchesPattern(names[i], best); });
        patterns.push_back(std::move(best));
    }
    return patterns;
}

std::vector<std::string> rulesWithState(std::span<const std::string> rules,
                                        std::span<const LayerFactors> layers,
                                        std::span<const std::string> tasks,
                                        std::span<const std::size_t> chosen, SharingState state) {
    const Editor editor(layers, tasks);
    std::vector<std::size_t> able;
    for (const std::size_t layer : chosen)
        if (std::ranges::count(availableStates(layers[layer], editor.taskCount()), state) > 0)
            able.push_back(layer);
    Rules edited(rules.begin(), rules.end());
    if (able.empty())
        return edited;
    for (const std::string& pattern : layerPatterns(editor.names(), able))
        edited.push_back(ruleText(pattern, state));
    edited = editor.pruned(std::move(edited));
    if (editor.wrong(edited).empty())
        if (auto written = editor.written(editor.plan(edited));
            written && written->size() < edited.size())
            return *written;
    return edited;
}

} // namespace concertina
