// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_design.h"

#include "core/model/design_contraction.h"
#include "core/model/graph_builder.h"
#include "core/model/plan_change.h"
#include "core/values/spec_fields.h"
#include "core/values/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace concertina {

namespace {

/// Which record each layer's parametrization stands in: the last that matches, −1 where none
/// does and the kernel is plain.
Problems chooseKernels(const std::vector<KernelSpec>& kernels, std::span<const Layer> layers,
                       std::vector<int>& records) {
    Problems problems;
    records.assign(layers.size(), -1);
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        bool found = false;
        for (std::size_t k = 0; k < layers.size(); ++k) {
            if (layers[k].task >= 0 || !matchesPattern(layers[k].name, kernels[i].layers))
                continue;
            records[k] = static_cast<int>(i);
            found = true;
        }
        if (found)
            continue;
        std::vector<std::string> names;
        for (const Layer& layer : layers)
            if (layer.task < 0)
                names.push_back(layer.name);
        const std::string record = std::string(KernelsPath) + "." + std::to_string(i);
        const auto meant = nearestName(kernels[i].layers, names);
        problems.push_back({"kernels.no_layer", record + ".layers",
                            "\"" + shortened(kernels[i].layers, 80) + "\"",
                            "a pattern that matches a layer",
                            suggestion(kernels[i].layers, names),
                            meant ? Fix{record + ".layers", meant} : Fix{record}});
    }
    return problems;
}

/// What a parametrization has to say of one layer's kernel and of its options, of each record once.
/// Whether that was nothing.
bool checkKernel(const ParametrizationInfo& info, const Layer& layer, const Json& options,
                 int record, std::set<std::string>& reported, Problems& problems) {
    if (!info.check || record < 0)
        return true;
    bool fits = true;
    const std::string path = std::string(KernelsPath) + "." + std::to_string(record);
    for (Problem& problem : info.check(layer.kernel, options)) {
        fits = false;
        problem.path = problem.path.empty() ? path + ".id" : path + ".options." + problem.path;
        if (problem.fix)
            problem.fix->path.insert(0, path + ".options.");
        if (reported.insert(problem.path).second)
            problems.push_back(std::move(problem));
    }
    return fits;
}

/// What the layer is in training; without a norm where it has none.
Fragment fragmentOf(const ParametrizationInfo& info, const Layer& layer, const Json& options) {
    Fragment fragment =
        info.fragment ? info.fragment(layer.kernel, options)
                      : oneConvolution(layer.kernel, info.factors(layer.kernel, options).size());
    if (!layer.norm && fragment.parts.back().op == Op::Norm)
        fragment.parts.pop_back();
    return fragment;
}

/// A layer's kernel by a method with complete, checked options.
LayerDesign designLayer(const ParametrizationInfo& info, const Layer& layer, MethodChoice method,
                        const LayerPixels& pixels, const ContractionSettings& contraction) {
    LayerDesign design{.factors = {layer.name, info.factors(layer.kernel, method.options),
                                   info.composable, info.isAffine(method.options), layer.bias},
                       .composeCost = info.composeCost(layer.kernel, method.options)};
    if (info.startImages)
        design.startImages = info.startImages(method.options);
    design.fragment = fragmentOf(info, layer, method.options);
    design.stretches = chooseStretches(
        {layer.name, design.factors.factors, design.convolutions(), design.composeCost, pixels},
        contraction);
    design.method = std::move(method);
    return design;
}

/// Whether the factors that layers have in common are one tensor each.
bool checkNetworkFactors(const NetworkDesign& design, const std::vector<int>& records,
                         Problems& problems) {
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (std::size_t i = 0; i < design.layers.size(); ++i)
        for (const FactorInfo& factor : design.layers[i].factors.factors) {
            if (!factor.network
                || shapes.try_emplace(factor.name, factor.shape).first->second == factor.shape)
                continue;
            problems.push_back({"kernels.network_factor",
                                std::string(KernelsPath) + "." + std::to_string(records[i]),
                                factor.name + " of another size than in layers before",
                                "one size for the whole network",
                                "it is one tensor above all layers: give their records the same "
                                "options"});
            return false;
        }
    return true;
}

/// The layers of a design that has its graph, by the last record that matches each. False where a
/// kernel can't be made: which rules go together is decided by the factors of those that can.
bool chooseLayers(const NetworkSpec& network, const Catalogue& catalogue, NetworkDesign& design,
                  Problems& problems) {
    std::vector<int> records;
    problems = chooseKernels(network.kernels, design.backbone.layers, records);
    std::set<std::string> reported;
    bool fits = true;
    for (std::size_t i = 0; i < design.backbone.layers.size(); ++i) {
        const Layer& layer = design.backbone.layers[i];
        MethodChoice method = KernelSpec().method;
        if (records[i] >= 0)
            method = network.kernels[static_cast<std::size_t>(records[i])].method;
        const ParametrizationInfo* info = catalogue.parametrization(method.id);
        method = withCompleteOptions(catalogue, Family::Parametrization, std::move(method));
        fits = checkKernel(*info, layer, method.options, records[i], reported, problems) && fits;
        if (!fits)
            continue;
        if (!layer.norm && fragmentOf(*info, layer, method.options).hasInnerNorms()) {
            method = KernelSpec().method;
            info = catalogue.parametrization(method.id);
        }
        design.layers.push_back(designLayer(*info, layer, std::move(method),
                                            pixelsOf(design.backbone, i), design.contraction));
    }
    return fits && checkNetworkFactors(design, records, problems);
}

/// Graph and tree of a design with its layers and its plan.
void layOut(NetworkDesign& design) {
    design.fragments.clear();
    for (std::size_t i = 0; i < design.layers.size(); ++i)
        design.fragments.push_back(withStretches(design.layers[i].fragment, design.stretchesOf(i)));
    design.graph = withFragments(design.backbone, design.fragments);
    design.tree = executionTree(design.graph, design.plan);
}

} // namespace

DesignResult designNetwork(const ExperimentSpec& spec, const Catalogue& catalogue,
                           std::span<const int> outputs) {
    DesignResult result;
    NetworkDesign& design = result.design;
    const BackboneInfo& backbone = *catalogue.backbone(spec.network.backbone.id);
    const Json options = completeOptions(backbone, spec.network.backbone.options);
    result.problems = backbone.check(options, spec.data.height, spec.data.width);
    for (Problem& problem : result.problems) {
        const std::string place = "network.backbone.options.";
        problem.path = problem.path.empty() ? "network.backbone" : place + problem.path;
        if (problem.fix)
            problem.fix->path.insert(0, place);
    }
    if (!result.problems.empty())
        return result;

    FeatureGraph built = backbone.build(options, spec.data.height, spec.data.width);
    GraphBuilder builder(std::move(built.graph));
    std::vector<std::string> tasks;
    for (std::size_t t = 0; t < spec.tasks.size(); ++t) {
        const TaskInfo& task = *catalogue.task(spec.tasks[t].method.id);
        tasks.push_back(spec.tasks[t].called());
        builder.startHead(static_cast<int>(t));
        builder.output(task.head(
            builder, {.task = tasks.back(), .features = built.features, .outputs = outputs[t]},
            completeOptions(task, spec.tasks[t].method.options)));
    }
    Problems unreadable;
    const ContractionSettings contraction = contractionOf(spec, catalogue, unreadable);
    result = designLayers(builder.take(), tasks, spec.network, catalogue, contraction);
    for (Problem& problem : unreadable)
        result.problems.push_back(std::move(problem));
    if (result.problems.empty())
        result.problems = checkContractionOrder(design);
    for (std::size_t t = 0; t < spec.tasks.size(); ++t)
        if (spec.tasks[t].rests)
            design.plan.resting |= taskBit(static_cast<int>(t));
    if (result.problems.empty())
        if (auto problem = checkResting(design.plan)) {
            problem->path = problem->path.empty() ? std::string(TasksPath) : "network.sharing";
            result.problems.push_back(std::move(*problem));
        }
    for (Problem& problem :
         checkPlanChanges(spec.network, design.backbone, tasks, catalogue, design.plan.resting))
        result.problems.push_back(std::move(problem));
    return result;
}

DesignResult designLayers(LayerGraph graph, std::vector<std::string> tasks,
                          const NetworkSpec& network, const Catalogue& catalogue,
                          const ContractionSettings& contraction) {
    DesignResult result;
    NetworkDesign& design = result.design;
    design.backbone = std::move(graph);
    design.contraction = contraction;
    if (!chooseLayers(network, catalogue, design, result.problems))
        return result;
    std::vector<LayerFactors> factors; // of the shared layers
    for (std::size_t i = 0; i < design.layers.size(); ++i)
        if (design.backbone.layers[i].task < 0)
            factors.push_back(design.layers[i].factors);
    PlanResolution resolved = resolvePlan(network.sharing, factors, tasks, "network.sharing");
    design.plan = std::move(resolved.plan);
    design.routing = network.routing;
    for (Problem& problem : resolved.problems)
        result.problems.push_back(std::move(problem));
    design.graph = design.backbone; // what can be drawn of a plan that has problems
    if (result.problems.empty())
        layOut(design);
    return result;
}

Expected<NetworkDesign> withPlan(NetworkDesign design, SharingPlan plan) {
    if (auto problem = checkPlan(plan, design.sharedFactors(), design.plan.tasks))
        return failure(std::move(*problem));
    design.plan = std::move(plan);
    layOut(design);
    return design;
}

NetworkDesign composed(NetworkDesign design) {
    for (LayerDesign& layer : design.layers)
        layer.stretches.clear();
    layOut(design);
    return design;
}

Expected<NetworkDesign> designNetwork(const ExperimentSpec& spec, const Catalogue& catalogue,
                                      std::span<const int> outputs, std::size_t changes,
                                      SharingPlan plan) {
    DesignResult result = designNetwork(spec, catalogue, outputs);
    if (!result.problems.empty())
        return failure(std::move(result.problems.front()));
    changes = std::min(changes, spec.network.planChanges.size());
    return withPlan(designAfter(spec.network, changes, result.design, catalogue), std::move(plan));
}

std::vector<LayerFactors> NetworkDesign::sharedFactors() const {
    std::vector<LayerFactors> factors;
    for (std::size_t i = 0; i < plan.layers.size(); ++i)
        factors.push_back(layers[i].factors);
    return factors;
}

LayerPlan NetworkDesign::layerPlan(std::size_t layer) const {
    if (layer < plan.layers.size())
        return plan.layers[layer];
    const Partition own{{taskBit(backbone.layers[layer].task)}};
    return planInState(layers[layer].factors, SharingState::Tied, own);
}

const FragmentPart& NetworkDesign::partOf(const Node& node) const {
    return fragments[static_cast<std::size_t>(node.layer)]
        .parts[static_cast<std::size_t>(node.part)];
}

bool NetworkDesign::becomesOneKernel(const Node& node) const {
    return node.layer >= 0 && fragments[static_cast<std::size_t>(node.layer)].becomesOneKernel();
}

bool NetworkDesign::endsLayer(const Node& node) const {
    return &partOf(node) == &fragments[static_cast<std::size_t>(node.layer)].parts.back();
}

std::span<const KernelStretch> NetworkDesign::stretchesOf(std::size_t layer) const {
    const LayerPlan own = layerPlan(layer);
    if (own.merged && own.partedFactors() > 1)
        return {};
    return layers[layer].stretches;
}

bool NetworkDesign::rests(const ExecutedNode& norm) const {
    const Node& node = graph.node(norm.node);
    if (node.op != Op::Norm)
        return false;
    const auto layer = static_cast<std::size_t>(node.layer);
    return plan.rests(norm.tasks)
           || (layer < plan.layers.size() && plan.layers[layer].isFrozen(StatisticsPart));
}

bool NetworkDesign::runsStretches() const {
    return std::ranges::any_of(graph.nodes, [this](const Node& node) {
        return node.op == Op::Conv && partOf(node).stretch;
    });
}

bool NetworkDesign::hasReadings() const {
    const auto speaks = [](const FactorInfo& factor) {
        return factor.meaning != FactorMeaning::None;
    };
    return std::ranges::any_of(layers, [&](const LayerDesign& layer) {
        return std::ranges::any_of(layer.factors.factors, speaks);
    });
}

bool moves(const LayerFactors& layer, const FactorInfo& factor, Moving moving) {
    return moving == Moving::All || !layer.hasCore() || factor.core == (moving == Moving::Cores);
}

double GradientRoutes::weight(TaskSet owners) const {
    const bool all = std::ranges::all_of(
        passes.groups, [owners](TaskSet pass) { return (pass & ~owners) == 0; });
    if (turn == 0 || all)
        return 1;
    return (turn & ~owners) == 0 ? turns : 0;
}

GradientRoutes gradientRoutes(const NetworkDesign& design, Moving moving, std::int64_t step) {
    Partition routes = together(design.taskCount());
    for (std::size_t i = 0; i < design.plan.layers.size(); ++i) {
        const LayerPlan& layer = design.plan.layers[i];
        if (!layer.merged)
            continue;
        if (layer.hasBias() && !layer.isFrozen("bias"))
            routes = commonRefinement(routes, layer.bias);
        for (std::size_t k = 0; k < layer.partitions.size(); ++k)
            if (moves(design.layers[i].factors, design.layers[i].factors.factors[k], moving)
                && !layer.isFrozen(layer.factors[k]))
                routes = commonRefinement(routes, layer.partitions[k]);
    }
    const std::size_t turns = routes.groups.size();
    if (design.routing != Routing::Sampled || turns <= 2)
        return {.passes = std::move(routes)};
    const TaskSet turn = routes.groups[static_cast<std::size_t>(step) % turns];
    return {.passes = partitionOf({turn, allTasks(design.taskCount()) & ~turn}),
            .turn = turn,
            .turns = static_cast<int>(turns)};
}

} // namespace concertina
