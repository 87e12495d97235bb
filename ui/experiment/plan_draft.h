// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/values/conflict.h"
#include "db/records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// Changes of the sharing of a run that are tried before they are made: rules on top of the
/// network as it is, and the network that they give.
class PlanDraft {
public:
    /// `idleFrom` is the step from which a run that is not being trained would go on: its changes
    /// that wait for that are part of what it is. None: the run is trained, or waits in memory.
    /// Empty where the run's record cannot be read. The catalogue must outlive it.
    static std::optional<PlanDraft>
    of(const RunRecord& record, std::optional<std::int64_t> idleFrom, const Catalogue& catalogue);

    const ExperimentSpec& spec() const { return m_spec; }
    const SharedDesign& before() const { return m_before; }
    const SharedDesign& after() const { return m_after; }
    const std::vector<std::string>& rules() const { return m_rules; } ///< each changes something

    /// The change that would be taken back first: "300: dec1.*: separate".
    const std::optional<std::string>& lastChange() const { return m_lastChange; }

    /// All of the rules, or none: why one is refused, and "plan_change.nothing" where none of them
    /// changes anything.
    Expected<void> add(const std::vector<std::string>& rules);

    /// Puts layers of the plan into a state, which may be their own. A rule takes the place of one
    /// for the same layers where nothing between the two depends on it.
    Expected<void> setState(const std::vector<std::size_t>& layers, SharingState state);

    /// These rules in place of those that there are; all of them or none. One that changes nothing
    /// is left out.
    Expected<void> setRules(const std::vector<std::string>& rules);

    /// Rules for a plan of the network as it would be: those of kernels stay, the others are
    /// written anew.
    Expected<void> setPlan(const SharingPlan& plan);

    /// Takes one of the rules out. The others stay: where one of those after it would be refused or
    /// would change nothing any more, nothing is done, and its problem returned.
    Expected<void> remove(std::size_t rule);

    void clear();

private:
    /// Why a rule is refused.
    std::optional<Problem> take(const std::string& rule);

    const Catalogue* m_catalogue = nullptr;
    std::int64_t m_step = 0;
    ExperimentSpec m_spec; ///< with the changes that are in effect alone
    NetworkSpec m_network; ///< with the rules
    SharedDesign m_before; ///< never null, as the next
    SharedDesign m_after;
    std::vector<std::string> m_rules;
    std::optional<std::string> m_lastChange;
};

} // namespace concertina
