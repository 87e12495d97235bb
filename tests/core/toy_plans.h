// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/catalogue.h"
#include "core/model/heads.h"
#include "core/model/network_design.h"

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace concertina::testing {

inline constexpr int toyTasks = 3;
inline constexpr int toyLayers = 4;
inline const std::vector<std::string> taskNames{"a", "b", "c"};

/// The five partitions of three tasks.
inline const std::array<Partition, 5>& partitions() {
    static const std::array<Partition, 5> all{together(toyTasks), apart(toyTasks),
                                              partitionOf({0b011, 0b100}),
                                              partitionOf({0b101, 0b010}),
                                              partitionOf({0b110, 0b001})};
    return all;
}

/// Four layers with every kind of node between them: pooling, unpooling with its indices,
/// upsampling, a node of two inputs.
inline LayerGraph toyGraph() {
    GraphBuilder builder(3, 6, 8);
    const int one = builder.convNormRelu("l.1", 0, 3, 3);
    const int pool = builder.maxPool("pool", one);
    const int two = builder.convNormRelu("l.2", pool, 3, 3);
    const int unpool = builder.maxUnpool("unpool", two, pool);
    const int three = builder.convNormRelu("l.3", unpool, 2, 3);
    const int up = builder.upsample("up", two, 0);
    const int both = builder.concat("both", {three, up});
    const int four = builder.convNormRelu("l.4", both, 3, 3);
    const Feature out{.name = "out", .node = four};
    for (int task = 0; task < toyTasks; ++task) {
        builder.startHead(task);
        builder.output(plainHead(builder, {.task = taskNames[static_cast<std::size_t>(task)],
                                           .features = {&out, 1},
                                           .outputs = 2}));
    }
    return builder.take();
}

/// All tied.
inline NetworkDesign toyDesign(const std::string& parametrization) {
    NetworkDesign design{.backbone = toyGraph(), .graph = toyGraph()};
    design.plan.tasks = taskNames;
    for (const Layer& layer : design.graph.layers) {
        const bool shared = layer.task < 0;
        const ParametrizationInfo& info =
            *catalogue().parametrization(shared ? parametrization : "plain");
        const Json options = completeOptions(info, Json::object());
        const LayerFactors factors{layer.name, info.factors(layer.kernel, options)};
        Fragment fragment = info.fragment ? info.fragment(layer.kernel, options)
                                          : oneConvolution(layer.kernel, factors.factors.size());
        if (!layer.norm)
            fragment.parts.pop_back();
        design.layers.push_back(
            {.method = {info.id, options}, .factors = factors, .fragment = std::move(fragment)});
        if (shared)
            design.plan.layers.push_back(
                planInState(factors, SharingState::Tied, together(toyTasks)));
    }
    return composed(std::move(design));
}

/// A layer's full plan from numbers below 5 for its factors, its bias and its norm.
inline LayerPlan fullPlan(LayerPlan plan, const std::vector<std::size_t>& chosen, bool merged) {
    for (std::size_t k = 0; k < plan.partitions.size(); ++k)
        plan.partitions[k] = partitions()[chosen[k]];
    plan.bias = partitions()[chosen[plan.partitions.size()]];
    plan.norm = partitions()[chosen[plan.partitions.size() + 1]];
    plan.merged = merged;
    return plan;
}

inline SharingPlan randomPlan(SharingPlan plan, std::mt19937_64& random) {
    for (LayerPlan& layer : plan.layers) {
        std::vector<std::size_t> chosen;
        for (std::size_t k = 0; k < layer.partitions.size() + 2; ++k)
            chosen.push_back(random() % partitions().size());
        layer = fullPlan(layer, chosen, random() % 2 == 0);
    }
    return plan;
}

} // namespace concertina::testing
