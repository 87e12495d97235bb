// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/model/sharing_plan.h"
#include "core/values/spec.h"

#include <cstddef>
#include <optional>
#include <string>

namespace concertina {

/// A trained network as what is made of it sees it: its spec, how many of the spec's changes of the
/// plan are in effect, and the plan that it has.
struct PlannedNetwork {
    ExperimentSpec spec;
    std::size_t changes = 0;
    SharingPlan plan;
    std::string initial; ///< what `network.initial` calls it: "k7f3m2qd@1000"
};

/// A task that a trained network is to learn beside its own.
struct AddedTask {
    std::string id;
    /// Layers of which it has copies of its own, as `state` says; it has some wherever the others
    /// have theirs. Empty: only there.
    std::string layers{};
    SharingState state = SharingState::FactorsShared;
    std::string from{}; ///< the task whose copies its own begin with; empty: the mean of all
};

/// A spec that begins as a trained network and trains its tasks on, by the plan that it has now.
/// Problems of `designNetwork`.
Expected<ExperimentSpec> withInitial(const PlannedNetwork& network, const Catalogue& catalogue);

/// A spec that begins as a trained network and adds a task: all that its tasks use rests, and what
/// the new one has alone is trained, its head at least. Merged layers run the one kernel that they
/// ran, tied. The recipe is the network's. Problems: "tasks.twice", "method.unknown", "tasks.from"
/// (no task of it), "sharing.no_layer", "sharing.no_core", and those of `designNetwork`.
Expected<ExperimentSpec> withTaskAdded(const PlannedNetwork& network, const AddedTask& task,
                                       const Catalogue& catalogue);

/// A spec that begins as a trained network without one of its tasks: each of the others gives what
/// it gave, and all of it is trained on. Merged layers are tied. Problems: "tasks.unknown",
/// "tasks.none", and those of `designNetwork`.
Expected<ExperimentSpec> withTaskDropped(const PlannedNetwork& network, const std::string& task,
                                         const Catalogue& catalogue);

} // namespace concertina
