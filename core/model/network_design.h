// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/model/contraction.h"
#include "core/model/execution_tree.h"
#include "core/model/layer_graph.h"
#include "core/model/sharing_plan.h"
#include "core/values/spec.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// How one layer's kernel is made while it trains.
struct LayerDesign {
    MethodChoice method; ///< of a parametrization, with complete options
    LayerFactors factors;
    double composeCost = 0; ///< multiply–adds of one composition
    Fragment fragment;      ///< what the layer is in training, its kernel composed
    /// What its convolution is cut into, one behind the other, the output's side first; none: the
    /// kernel is composed.
    std::vector<KernelStretch> stretches;
    int startImages = 0; ///< training images that its factors begin from

    /// Each factor as a convolution; none: always composed.
    const std::vector<KernelShape>& convolutions() const {
        return fragment.mainConvolution().convolutions;
    }
};

/// Backbone × parametrizations × plan, without weights: what is trained, drawn and costed.
/// Heads are plain and belong to their task; the plan speaks of the shared layers alone.
struct NetworkDesign {
    LayerGraph backbone; ///< with heads: each layer a convolution and its norm
    LayerGraph graph;    ///< what is run: each layer its fragment; shared layers first
    std::vector<LayerDesign> layers; ///< one a layer of the graph
    std::vector<Fragment> fragments; ///< of the layers in the graph, stretches cut
    SharingPlan plan;                ///< one entry a shared layer
    ExecutionTree tree;
    Routing routing = Routing::Exact;
    ContractionSettings contraction;

    int taskCount() const { return plan.taskCount(); }

    /// What the layers of the plan are made of, in its order.
    std::vector<LayerFactors> sharedFactors() const;

    /// The plan of any layer: a head's is its task's alone.
    LayerPlan layerPlan(std::size_t layer) const;

    /// The part of its layer's fragment that a convolution, a norm or a sum is.
    const FragmentPart& partOf(const Node& node) const;

    /// Whether a node belongs to a layer of which collapse makes one kernel, though it is more.
    bool becomesOneKernel(const Node& node) const;

    /// Whether it gives its layer's output.
    bool endsLayer(const Node& node) const;

    /// The stretches that a layer runs as, the output's side first; none where its kernel is
    /// composed: by its design, or because the plan averages products of several factors.
    std::span<const KernelStretch> stretchesOf(std::size_t layer) const;
    bool runsStretches() const; ///< any layer

    /// Whether what is executed is a norm that normalizes by its running statistics in training,
    /// too, and leaves them as they are.
    bool rests(const ExecutedNode& norm) const;
    /// Whether it has factors that say something: gates or mixtures.
    bool hasReadings() const;
};

/// A network that several hold, and none changes.
using SharedDesign = std::shared_ptr<const NetworkDesign>;

struct DesignResult {
    NetworkDesign design;
    Problems problems; ///< the design may be used only where there are none
};

/// Puts together what a spec says of the network. `outputs` are the channels of each task's head,
/// in the order of the spec's tasks. The methods that the spec names must be known and their
/// options checked (`validate` does so first). Problems: those of the backbone and of
/// `resolvePlan`, "kernels.no_layer", and "sharing.rests" where tasks rest.
DesignResult designNetwork(const ExperimentSpec& spec, const Catalogue& catalogue,
                           std::span<const int> outputs);

/// The part of it that is the same for every backbone: kernels and plan on a graph with its heads.
/// Changes of the plan that are to come are not looked at.
DesignResult designLayers(LayerGraph graph, std::vector<std::string> tasks,
                          const NetworkSpec& network, const Catalogue& catalogue,
                          const ContractionSettings& contraction = {});

/// The same network with every kernel composed before it is run: what is folded.
NetworkDesign composed(NetworkDesign design);

/// The same network under another resolved plan. Problems: those of `checkPlan`.
Expected<NetworkDesign> withPlan(NetworkDesign design, SharingPlan plan);

/// A spec's network after the first `changes` of its changes, under the resolved plan that a run
/// or a checkpoint has of it. Problems of either; of several the first.
Expected<NetworkDesign> designNetwork(const ExperimentSpec& spec, const Catalogue& catalogue,
                                      std::span<const int> outputs, std::size_t changes,
                                      SharingPlan plan);

/// Which factors move in a step: all, or, in alternating updates, the cores or the others.
/// Layers without a core, biases, norms and heads always move; what a plan freezes never does.
enum class Moving { All, Cores, NonCore };

bool moves(const LayerFactors& layer, const FactorInfo& factor, Moving moving);

/// Whose losses need a backward pass of their own in one step.
struct GradientRoutes {
    Partition passes;
    TaskSet turn = 0; ///< in sampled routing: the group whose copies move; 0: all do
    int turns = 1;    ///< how many groups take turns

    /// What the gradient of the passes inside `owners` is multiplied by for a copy in a merged
    /// layer that they own; 0: it rests in this step. Over all turns the mean is the gradient.
    double weight(TaskSet owners) const;
};

/// Exact and partitioned: the coarsest partition from whose groups the gradient of every moving
/// copy in a merged layer can be summed; one group where nothing is merged, each task its own in
/// merged cores.
/// Sampled: of these groups the one whose turn it is in step `step`, and all the others in one;
/// up to two groups that costs the same as exact, and is it.
GradientRoutes gradientRoutes(const NetworkDesign& design, Moving moving, std::int64_t step);

} // namespace concertina
