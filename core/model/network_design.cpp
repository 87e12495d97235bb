// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_design.h"

#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// The parametrization of each layer: the last record that matches, plain where none does.
Problems chooseKernels(const std::vector<KernelSpec>& kernels, std::span<const Layer> layers,
                       std::vector<MethodChoice>& choices) {
    Problems problems;
    choices.assign(layers.size(), MethodChoice{"plain", Json::object()});
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        bool found = false;
        for (std::size_t k = 0; k < layers.size(); ++k) {
            if (layers[k].task >= 0 || !matchesPattern(layers[k].name, kernels[i].layers))
                continue;
            choices[k] = kernels[i].method;
            found = true;
        }
        if (found)
            continue;
        std::vector<std::string> names;
        for (const Layer& layer : layers)
            if (layer.task < 0)
                names.push_back(layer.name);
        problems.push_back({"kernels.no_layer",
                            std::string(KernelsPath) + "." + std::to_string(i) + ".layers",
                            "\"" + shortened(kernels[i].layers, 80) + "\"",
                            "a pattern that matches a layer",
                            suggestion(kernels[i].layers, names)});
    }
    return problems;
}

} // namespace

int appendHead(GraphBuilder& builder, int features, const std::string& task, int outputs) {
    const int channels = builder.graph().node(features).channels;
    const int middle = builder.conv("head." + task + ".1", features, channels, 3);
    return builder.conv("head." + task + ".2", middle, outputs, 1);
}

DesignResult designNetwork(const ExperimentSpec& spec, const Catalogue& catalogue,
                           std::span<const int> outputs) {
    DesignResult result;
    NetworkDesign& design = result.design;
    const BackboneInfo& backbone = *catalogue.backbone(spec.network.backbone.id);
    const Json options = completeOptions(backbone, spec.network.backbone.options);
    result.problems = backbone.check(options, spec.data.height, spec.data.width);
    for (Problem& problem : result.problems)
        problem.path =
            problem.path.empty() ? "network.backbone" : "network.backbone.options." + problem.path;
    if (!result.problems.empty())
        return result;

    GraphBuilder builder(backbone.build(options, spec.data.height, spec.data.width));
    const int features = static_cast<int>(builder.graph().nodes.size()) - 1;
    const std::size_t shared = builder.graph().layers.size();
    std::vector<std::string> tasks;
    for (std::size_t t = 0; t < spec.tasks.size(); ++t) {
        tasks.push_back(spec.tasks[t].method.id);
        builder.startHead(static_cast<int>(t));
        builder.output(appendHead(builder, features, tasks.back(), outputs[t]));
    }
    design.graph = builder.take();

    std::vector<MethodChoice> choices;
    result.problems = chooseKernels(spec.network.kernels, design.graph.layers, choices);
    std::vector<LayerFactors> factors;
    for (std::size_t i = 0; i < design.graph.layers.size(); ++i) {
        const Layer& layer = design.graph.layers[i];
        const ParametrizationInfo& info = *catalogue.parametrization(choices[i].id);
        choices[i].options = completeOptions(info, choices[i].options);
        factors.push_back({layer.name, info.factors(layer.kernel, choices[i].options),
                           info.linearInTraining});
        design.layers.push_back({choices[i], factors.back(),
                                 info.composeCost(layer.kernel, choices[i].options)});
    }
    PlanResolution resolved = resolvePlan(spec.network.sharing, std::span(factors).first(shared),
                                          tasks, "network.sharing");
    design.plan = std::move(resolved.plan);
    for (Problem& problem : resolved.problems)
        result.problems.push_back(std::move(problem));
    if (result.problems.empty())
        design.tree = executionTree(design.graph, design.plan);
    return result;
}

Expected<NetworkDesign> withPlan(NetworkDesign design, SharingPlan plan) {
    bool fits = plan.tasks == design.plan.tasks && plan.layers.size() == design.plan.layers.size();
    for (std::size_t i = 0; fits && i < plan.layers.size(); ++i)
        fits = plan.layers[i].layer == design.plan.layers[i].layer
               && plan.layers[i].factors == design.plan.layers[i].factors;
    if (!fits)
        return failure({"plan.layers", "", "a plan of other layers, factors or tasks",
                        "a plan of this network", ""});
    design.plan = std::move(plan);
    design.tree = executionTree(design.graph, design.plan);
    return design;
}

LayerPlan NetworkDesign::layerPlan(std::size_t layer) const {
    if (layer < plan.layers.size())
        return plan.layers[layer];
    const Partition own{{taskBit(graph.layers[layer].task)}};
    return planInState(layers[layer].factors, SharingState::Tied, own);
}

bool moves(const LayerFactors& layer, const FactorInfo& factor, Moving moving) {
    return moving == Moving::All || !layer.hasCore() || factor.core == (moving == Moving::Cores);
}

Partition gradientRoutes(const NetworkDesign& design, Moving moving) {
    Partition routes = together(design.taskCount());
    for (std::size_t i = 0; i < design.plan.layers.size(); ++i) {
        const LayerPlan& layer = design.plan.layers[i];
        if (!layer.merged)
            continue;
        routes = commonRefinement(routes, layer.bias);
        for (std::size_t k = 0; k < layer.partitions.size(); ++k)
            if (moves(design.layers[i].factors, design.layers[i].factors.factors[k], moving))
                routes = commonRefinement(routes, layer.partitions[k]);
    }
    return routes;
}

} // namespace concertina
