// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_edit.h"

#include "core/model/plan_rules.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <set>

namespace concertina {

namespace {

constexpr std::array allStates{SharingState::Tied, SharingState::Merged,
                               SharingState::FactorsShared, SharingState::Separate,
                               SharingState::MergedByProduct};

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

SharingState nextState(std::optional<SharingState> now, std::span<const SharingState> available) {
    if (!now)
        return available.front();
    const SharingState from = *now == SharingState::MergedByProduct ? SharingState::Merged : *now;
    const auto at = std::ranges::find(available, from);
    const bool last = at == available.end() || at + 1 == available.end()
                      || *(at + 1) == SharingState::MergedByProduct;
    return last ? available.front() : *(at + 1);
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
    const auto count = static_cast<int>(tasks.size());
    SharingPlan plan = resolvePlan(rules, layers, tasks, "").plan;
    bool isAny = false;
    for (const std::size_t i : chosen) {
        if (std::ranges::count(availableStates(layers[i], count), state) == 0)
            continue;
        auto frozen = std::move(plan.layers[i].frozen);
        plan.layers[i] = planInState(layers[i], state, apart(count));
        plan.layers[i].frozen = std::move(frozen);
        isAny = true;
    }
    return isAny ? rulesAfter(rules, layers, plan)
                 : std::vector<std::string>(rules.begin(), rules.end());
}

} // namespace concertina
