// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/balancing.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace concertina {

const BalancingEntry& equalBalancing();
const BalancingEntry& uncertaintyBalancing();
const BalancingEntry& dwaBalancing();
const BalancingEntry& famoBalancing();
const BalancingEntry& pcgradBalancing();
const BalancingEntry& mgdaBalancing();

std::span<const BalancingEntry* const> balancings() {
    static const std::array all{&equalBalancing(), &uncertaintyBalancing(), &dwaBalancing(),
                                &famoBalancing(),  &pcgradBalancing(),      &mgdaBalancing()};
    return all;
}

const BalancingEntry& balancingEntry(const std::string& id) {
    const auto found = std::ranges::find_if(
        balancings(), [&](const BalancingEntry* entry) { return entry->info.id == id; });
    assert(found != balancings().end() && "validate() refuses unknown methods");
    return **found;
}

std::unique_ptr<Balancing> makeBalancing(const ExperimentSpec& spec, std::int64_t stepsPerEpoch) {
    const MethodChoice& choice = spec.train.balancing;
    return balancingEntry(choice.id).make(choice.options,
                                          {.tasks = spec.tasks.size(),
                                           .seed = static_cast<std::uint64_t>(spec.seed),
                                           .stepsPerEpoch = stepsPerEpoch});
}

bool Balancing::restore(const BalancingState& state) {
    const bool fits = std::ranges::equal(m_state, state, [](const auto& own, const auto& other) {
        return own.first == other.first && own.second.size() == other.second.size();
    });
    if (fits)
        m_state = state;
    return fits;
}

} // namespace concertina
