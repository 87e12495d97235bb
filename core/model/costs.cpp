// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/costs.h"

#include "core/model/weight_owners.h"

namespace concertina {

namespace {

double convolutionCost(const KernelShape& kernel, const Node& node) {
    return static_cast<double>(kernel.weights()) * node.height * node.width;
}

/// How many of the groups have a task in `set`: backward passes that go through an executed node.
double passes(const Partition& routes, TaskSet set) {
    double count = 0;
    for (const TaskSet group : routes.groups)
        count += (group & set) != 0 ? 1 : 0;
    return count;
}

/// Composing once, and with its gradients: each product forward (`again`: for further forward
/// passes too), and backward once for the factors that all share and once for each group of tasks
/// whose gradient is routed apart.
struct ComposingCost {
    double once = 0;
    double step = 0;
};

ComposingCost composingCost(const NetworkDesign& design, const Partition& routes, double again) {
    ComposingCost cost;
    for (std::size_t i = 0; i < design.layers.size(); ++i) {
        const LayerPlan plan = design.layerPlan(i);
        const auto copies = static_cast<double>(plan.refinement().groups.size());
        const bool merged = plan.merged && copies > 1;
        double products = 0;
        for (const KernelStretch& stretch : design.stretchesOf(i))
            products +=
                stretch.composeCost
                * static_cast<double>(plan.kernels(stretch.first, stretch.count).groups.size());
        // One private factor is averaged before it is multiplied: one product. With several, the
        // products are averaged.
        if (design.stretchesOf(i).empty())
            products = design.layers[i].composeCost
                       * (merged && plan.partedFactors() <= 1 ? 1.0 : copies);
        if (plan.product) // and their copies with each other
            for (const FactorInfo& factor : design.layers[i].factors.factors)
                if (factor.core)
                    products += (copies - 1) * double(factor.size())
                                * (factor.shape.size() == 1 ? 1.0 : double(factor.shape[0]));
        const double backward = merged ? 1.0 + static_cast<double>(routes.groups.size()) : 2.0;
        cost.once += products;
        cost.step += products * (1.0 + backward + again);
    }
    return cost;
}

/// Of a design whose kernels are composed.
std::vector<double> composedMultiplyAdds(const NetworkDesign& design) {
    std::vector<double> sums(design.layers.size(), 0.0);
    for (const ExecutedNode& executed : design.tree.nodes) {
        const Node& node = design.graph.node(executed.node);
        if (node.layer < 0)
            continue;
        const auto layer = static_cast<std::size_t>(node.layer);
        // A fragment that becomes one kernel does so for each of its executed ends.
        if (design.becomesOneKernel(node))
            sums[layer] += design.endsLayer(node)
                               ? convolutionCost(design.fragments[layer].collapsedKernel(), node)
                               : 0;
        else if (node.op == Op::Conv)
            sums[layer] += convolutionCost(design.partOf(node).kernel, node);
    }
    return sums;
}

/// What balancing keeps of the tasks' gradients: a row a task, and their combination.
double gradientRows(const NetworkDesign& design, const OwnedWeights& weights) {
    return taskCount(weights.owner) > 1 ? weights.count.collapsed * (1.0 + design.taskCount()) : 0;
}

} // namespace

std::string costText(Consumes consumes) {
    switch (consumes) {
    case Consumes::Losses: return "No more than equal weights: one backward pass a step.";
    case Consumes::LossesAfterStep:
        return "One backward pass a step and one more forward pass: 4/3 of a step.";
    case Consumes::Gramian:
        return "T backward passes a step for T tasks: up to (1 + 2T) / 3 of a step.";
    }
    return "";
}

CostSettings costSettings(const TrainSpec& train, const Catalogue& catalogue) {
    CostSettings settings{.batch = train.batch,
                          .activationBytes = train.precision == Precision::Bfloat16 ? 2 : 4};
    if (const OptimizerInfo* optimizer = catalogue.optimizer(train.optimizer.id))
        settings.moments = static_cast<int>(optimizer->moments.size());
    if (const BalancingInfo* balancing = catalogue.balancing(train.balancing.id))
        settings.balancing = balancing->consumes;
    return settings;
}

std::vector<double> multiplyAddsByLayer(const NetworkDesign& design) {
    return design.runsStretches() ? composedMultiplyAdds(composed(design))
                                  : composedMultiplyAdds(design);
}

NetworkCosts networkCosts(const NetworkDesign& design, const CostSettings& settings) {
    NetworkCosts costs;
    const LayerGraph& graph = design.graph;
    const Partition routes = gradientRoutes(design, Moving::All, 0).passes;
    const bool apartTasks = settings.balancing == Consumes::Gramian;
    const Partition backward = apartTasks ? apart(design.taskCount()) : routes;
    const double forward = settings.balancing == Consumes::LossesAfterStep ? 2 : 1;
    const bool partitioned = design.routing == Routing::Partitioned;
    double plain = 0, step = 0, activations = 0;
    for (const Node& node : design.backbone.nodes)
        if (node.op == Op::Conv)
            plain += 3.0 * convolutionCost(graph.layer(node.layer).kernel, node) * settings.batch;
    for (const ExecutedNode& executed : design.tree.nodes) {
        const Node& node = graph.node(executed.node);
        // In partitioned routing an executed node runs on its tasks' images alone.
        const double images =
            settings.batch
            * (partitioned ? double(taskCount(executed.tasks)) / design.taskCount() : 1.0);
        // Relu and residual sums work in place; what a fragment sums is let go.
        const bool isInPlace = node.op == Op::Relu || (node.op == Op::Add && node.layer < 0);
        if (!isInPlace && !(node.op == Op::Norm && !design.endsLayer(node)))
            activations += double(node.channels) * node.height * node.width * images;
        if (node.op == Op::Conv)
            step += convolutionCost(design.partOf(node).kernel, node) * images
                    * (forward + 2.0 * (partitioned ? 1.0 : passes(backward, executed.tasks)));
    }
    for (const double adds : multiplyAddsByLayer(design))
        costs.multiplyAdds += adds;
    double rows = 0;
    for (const OwnedWeights& weights : ownedWeights(design)) {
        costs.trainedParameters += weights.count.expanded;
        costs.collapsedParameters += weights.count.collapsed;
        rows += apartTasks ? gradientRows(design, weights) : 0;
    }
    const ComposingCost composing = composingCost(design, routes, forward - 1);
    costs.composeMultiplyAdds = composing.once;
    costs.stepMultiplyAdds = step + composing.step;
    costs.stepAgainstPlain = costs.stepMultiplyAdds / plain;
    costs.trainingBytes = 4.0 * (costs.trainedParameters * (2 + settings.moments) + rows)
                          + settings.activationBytes * activations;
    return costs;
}

} // namespace concertina
