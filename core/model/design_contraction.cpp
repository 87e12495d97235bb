// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/design_contraction.h"

#include "core/values/text.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

constexpr const char* contractionOrderPath = "network.contraction_order";

std::vector<ContractionRule> readContractionOrder(const std::vector<std::string>& texts,
                                                  Problems& problems) {
    std::vector<ContractionRule> rules;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        auto rule = parseContractionRule(texts[i]);
        if (rule) {
            rules.push_back(std::move(*rule));
            continue;
        }
        rule.error().path = std::string(contractionOrderPath) + "." + std::to_string(i);
        rule.error().fix = Fix{rule.error().path};
        problems.push_back(std::move(rule.error()));
    }
    return rules;
}

/// Decay of a kernel joins its gradient, unless the optimizer scales what it decays: then there has
/// to be a kernel.
bool needsKernels(const TrainSpec& train, const Catalogue& catalogue) {
    const OptimizerInfo* optimizer = catalogue.optimizer(train.optimizer.id);
    return train.weightDecay > 0 && train.decayOn == DecayOn::Kernels && optimizer != nullptr
           && !optimizer->decoupledDecay;
}

} // namespace

ContractionSettings contractionOf(const ExperimentSpec& spec, const Catalogue& catalogue,
                                  Problems& problems) {
    auto rules = readContractionOrder(spec.network.contractionOrder, problems);
    if (needsKernels(spec.train, catalogue))
        return {.batch = spec.train.batch};
    return {spec.network.contraction, spec.train.batch, std::move(rules)};
}

Problems checkContractionOrder(const NetworkDesign& design) {
    Problems problems;
    for (std::size_t r = 0; r < design.contraction.rules.size(); ++r) {
        const ContractionRule& rule = design.contraction.rules[r];
        std::string have; // of a layer that it names
        bool followed = false, named = false;
        for (std::size_t i = 0; i < design.plan.layers.size(); ++i) {
            const Layer& layer = design.backbone.layers[i];
            if (!rule.names(layer.name))
                continue;
            named = true;
            const LayerDesign& how = design.layers[i];
            const bool runs = rule.stretches.size() == 1 || !how.convolutions().empty();
            followed = followed || (runs && rule.hasFactors(how.factors.factors));
            std::vector<std::string> names;
            for (const FactorInfo& factor : how.factors.factors)
                names.push_back(factor.name);
            have = layer.name + " has " + join(names, ", ")
                   + (runs ? "" : ", which are always multiplied");
        }
        if (!named)
            have = suggestion(rule.layers.front(), design.plan.layerNames());
        if (followed)
            continue;
        const std::string path = std::string(contractionOrderPath) + "." + std::to_string(r);
        problems.push_back(
            {named ? "contraction.factors" : "contraction.no_layer", path,
             "\"" + toText(rule) + "\"",
             named ? "all factors of a layer, in their order" : "a pattern that matches a layer",
             have, Fix{path}});
    }
    return problems;
}

const Node& convolutionOf(const LayerGraph& backbone, std::size_t layer) {
    return *std::ranges::find_if(backbone.nodes, [layer](const Node& node) {
        return node.op == Op::Conv && node.layer == static_cast<int>(layer);
    });
}

LayerPixels pixelsOf(const LayerGraph& backbone, std::size_t layer) {
    const auto size = [](const Node& node) { return double(node.height) * node.width; };
    const Node& node = convolutionOf(backbone, layer);
    return {size(backbone.node(node.inputs.front())), size(node)};
}

Cuttable cuttableLayer(const NetworkDesign& design, std::size_t layer) {
    const LayerDesign& how = design.layers[layer];
    return {design.backbone.layers[layer].name, how.factors.factors, how.convolutions(),
            how.composeCost, pixelsOf(design.backbone, layer)};
}

std::vector<std::string> contractionWords(const NetworkDesign& design) {
    std::vector<std::pair<std::string, std::vector<std::string>>> ways; // in words, layers
    for (std::size_t i = 0; i < design.layers.size(); ++i) {
        std::vector<std::string> stretches;
        for (const KernelStretch& stretch : design.stretchesOf(i)) {
            std::vector<std::string> factors;
            for (std::size_t k = stretch.first; k < stretch.first + stretch.count; ++k)
                factors.push_back(design.layers[i].factors.factors[k].name);
            stretches.push_back(join(factors, "·"));
        }
        if (stretches.empty())
            continue;
        const std::string way = join(stretches, " | ");
        if (ways.empty() || ways.back().first != way)
            ways.push_back({way, {}});
        ways.back().second.push_back(design.graph.layers[i].name);
    }
    std::vector<std::string> lines;
    for (const auto& [way, layers] : ways)
        lines.push_back(join(layers, " ") + ": " + way);
    return lines;
}

} // namespace concertina
