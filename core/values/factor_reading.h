// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace concertina {

/// What the few numbers of a small factor say to people.
enum class FactorMeaning {
    None,    ///< weights, which say nothing one by one
    Gate,    ///< a score: the tasks that it is of claim the layer where it reaches a threshold
    Mixture, ///< shares of parts, 1 in sum
};

/// What one copy of such a factor says.
struct FactorReading {
    FactorMeaning meaning = FactorMeaning::Gate;
    std::string layer{};              ///< empty: one above the whole network
    std::string factor{};             ///< "s"
    std::vector<std::string> tasks{}; ///< ids of those that it is of
    std::vector<double> values{};     ///< Gate: the score; Mixture: a share a part
    double threshold = 0;             ///< Gate
    bool open = false;                ///< Gate: the score reaches it
    std::string part{};               ///< Mixture: what is mixed: "skill"

    bool operator==(const FactorReading&) const = default;

    bool isOf(const std::string& task) const;
};

/// All of a network, as it was at a step.
struct FactorReadings {
    std::int64_t step = 0;
    std::vector<std::string> tasks; ///< of the network
    std::vector<FactorReading> copies{};

    bool operator==(const FactorReadings&) const = default;

    /// The gate of a layer for a task; null: it has none.
    const FactorReading* gate(const std::string& layer, const std::string& task) const;

    /// What a task mixes, of a layer or (empty) above the network; null: nothing.
    const FactorReading* mixture(const std::string& layer, const std::string& task) const;

    std::vector<std::string> gatedLayers() const; ///< in the network's order
};

/// How many of the layers that have gates a task claims.
struct LayerClaims {
    std::string task;
    std::vector<std::string> layers; ///< those that it claims
    int gated = 0;
};

/// A task each, in the network's order; none where no layer has a gate.
std::vector<LayerClaims> layerClaims(const FactorReadings& readings);

Json toJson(const FactorReadings& readings);

/// By task: the layers that it claims; an empty object without gates.
Json toJson(const std::vector<LayerClaims>& claims);

/// "segmentation 5 of 6 layers, depth 2, normal 0"; empty without gates.
std::string toText(const std::vector<LayerClaims>& claims);

/// "27.3 %", "not finite".
std::string shareText(double share);

/// A table of the network's mixtures, a line a task; empty without.
std::string mixturesText(const FactorReadings& readings);

} // namespace concertina
