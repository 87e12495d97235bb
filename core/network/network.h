// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/model/program.h"
#include "core/network/parameter.h"
#include "core/network/run_program.h"
#include "core/parametrizations/parametrization.h"

#include <torch/types.h>

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace concertina {

struct InitialNetwork;

/// The kernels and biases of a network, made from their factors for one or more passes, and bound
/// with everything else to the network's program.
struct ComposedNetwork {
    /// A kernel with its bias, made for one group of a layer's kernel partition: one a layer, or
    /// one a convolution of its fragment.
    struct Kernel {
        std::size_t layer = 0;
        TaskSet tasks = 0;
        torch::Tensor kernel; ///< with the graph of its factors, where gradients are wanted
        torch::Tensor bias;   ///< of a convolution that has none: undefined
        int kernelSlot = -1; ///< of `tensors`; −1: the program has none
        int biasSlot = -1;
    };

    std::vector<torch::Tensor> tensors; ///< in the order of the program's names
    std::vector<Kernel> kernels;
};

/// What there is to know of a network that begins from another.
struct BegunNotes {
    std::vector<std::string> texts;  ///< what is not as it was, for people
    std::vector<std::size_t> remade; ///< layers whose factors started from a kernel
    std::vector<std::string> folded; ///< layers whose norms the source had folded away
};

/// What is trained: a design with weights. Not a torch::nn::Module: everything is keyed by names
/// (`layer/factor/group`), which checkpoints, optimizers and changes of the plan need.
///
/// A pass has two halves. `compose` makes every distinct kernel from its factors, the whole W or
/// what a stretch runs; the program then runs on these as if they were the parameters. The way back
/// has the same two halves, in backward.h. Used from one thread at a time.
class Network {
public:
    /// New weights, on the CPU in float32: W is normal, by `start`, from `seed` and the layer's
    /// name alone, so that every parametrization and plan starts as the same network; all copies
    /// are equal, biases 0, norms the identity.
    Network(NetworkDesign design, std::uint64_t seed, StartWeights start = StartWeights::Xavier);

    /// A network that begins as a trained one, layer by layer. A layer whose kernel is made in the
    /// same way begins with the source's factors; else they start from its kernel, in float64. Each
    /// task has what the one of its name had; `from` names another one, a task each, or is empty.
    /// What tasks share begins as the mean of what they had, by their numbers; a new task counts
    /// there only where it is alone, and has the mean of all where it names none. A merged layer
    /// that is merged no longer begins as the kernel that it ran. Heads of tasks that are not in
    /// the source, or name another, are new. `notes` tell what is not as it was.
    ///
    /// Problems: "initial.layer" and "initial.shape" (a layer that the source lacks or has in
    /// another shape), "initial.kept" (it is more than a kernel), "initial.task", "initial.tensor",
    /// "network.not_finite".
    static Expected<Network> begunFrom(NetworkDesign design, std::uint64_t seed, StartWeights start,
                                       const InitialNetwork& source,
                                       std::span<const std::string> from, BegunNotes& notes);

    /// How many training images a new network wants to see before it is trained; 0: none. `layers`:
    /// of one that begins from another, those whose factors started from a kernel.
    int startImages(std::optional<std::span<const std::size_t>> layers = {}) const;

    /// Begins the layers whose parametrization asks for it once more, from the same kernels and
    /// from what they read of these images [N, 3, H, W]: by the images' own statistics, or, where
    /// `layers` says that the network begins from another, by its running ones. On the CPU, before
    /// training.
    void initializeBy(const torch::Tensor& images, std::uint64_t seed,
                      std::optional<std::span<const std::size_t>> layers = {});

    /// The weights of a file. Problems: those of `load`.
    static Expected<Network> fromTensors(NetworkDesign design,
                                         const std::map<std::string, torch::Tensor>& tensors);

    const NetworkDesign& design() const { return m_design; }
    const Program& program() const { return m_program; }

    /// In a fixed order. Gradients and states are the caller's.
    std::vector<Parameter>& parameters() { return m_parameters; }
    const std::vector<Parameter>& parameters() const { return m_parameters; }

    /// Makes the kernels, as they are at a moment of training or, by default, without. With
    /// gradients, composed kernels are cut off from their factors for the pass (a kernel that is a
    /// parameter itself is bound as it is).
    ComposedNetwork compose(bool withGradients, const ComposeMoment& moment = {}) const;

    /// Images [N, 3, H, W] to one output [N, C, H, W] a task; where it is not `wanted`, undefined:
    /// what no wanted one needs does not run.
    std::vector<torch::Tensor> forward(const ComposedNetwork& composed, const torch::Tensor& images,
                                       const RunSettings& settings,
                                       TaskSet wanted = ~TaskSet{0}) const;

    /// The same where every image is for one task alone: `images` holds each task's own (undefined:
    /// it has none, and no output). They run through what that output needs and nothing else, so
    /// norms see the statistics of one task's images at a time; running ones move towards the mean
    /// over the tasks that share them, by their numbers of images.
    std::vector<torch::Tensor> forwardApart(const ComposedNetwork& composed,
                                            std::span<const torch::Tensor> images,
                                            RunSettings settings) const;

    /// Parameters of a layer's factor, or of its biases, a copy a group of the partition.
    const std::vector<std::size_t>& copies(std::size_t layer, std::size_t factor) const;
    const std::vector<std::size_t>& biases(std::size_t layer) const;

    /// What is added to the losses for the sake of one copy of a factor; undefined: nothing.
    torch::Tensor regularizer(std::size_t layer, std::size_t factor, std::size_t copy,
                              double epoch) const;

    /// What the factors that have a meaning say: one a copy, in the order of the layers.
    std::vector<FactorReading> readings() const;

    /// How far each task's kernel of each shared layer is from the mean of the tasks', in float64;
    /// NaN where all run one. The kernels of a layer's parts count together.
    std::vector<std::vector<double>> kernelDistances() const;

    /// Multiplies every kernel by `scale`, through the first of its factors that moves (where
    /// several kernels run side by side, each); copies without a gradient rest.
    void scaleKernels(double scale, Moving moving);

    /// Moves to a device, with the moments that the optimizer keeps.
    void to(const torch::Device& device);

    /// The same network on the CPU in another floating type; without optimizer states. Where the
    /// contraction is Compose, no layer runs as stretches in it.
    Network convertedTo(torch::ScalarType type,
                        Contraction contraction = Contraction::Cheapest) const;

    /// The same network under another plan for the same layers, with what the optimizer keeps. A
    /// group that is parted: each part has a copy of what it had, so that the next outputs are
    /// equal to the bit (but where a second factor of a merged layer is parted). Groups that are
    /// joined: the mean of what they had, by their numbers of tasks, moments too; of running
    /// statistics the mean and the mean square. Where the design has another parametrization, the
    /// kernel is composed and the new factors start from it, in float64, without moments.
    ///
    /// What a plan freezes has no gradient: it does not move, nor decay, and keeps its moments and
    /// its count of steps. A frozen norm goes on to normalize by its batch and to follow it with
    /// its running statistics: these describe the data, which change with the layers before it.
    ///
    /// Problem "network.not_finite": a kernel that is made anew has a value that is not finite.
    Expected<Network> replanned(NetworkDesign design) const;

    /// Every parameter and every running statistic ("dec3.1/norm.mean/depth") by name.
    std::map<std::string, torch::Tensor> namedTensors() const;

    /// Takes values over by name. Problem "network.tensor": one is missing or has another shape.
    /// Nothing is changed then.
    Expected<void> load(const std::map<std::string, torch::Tensor>& tensors);

private:
    class Beginning;
    struct LayerWeights {
        std::unique_ptr<Parametrization> parametrization;
        std::vector<std::vector<std::size_t>> factors; ///< parameter by factor and group
        std::vector<std::size_t> biases;               ///< parameter by group
    };

    explicit Network(NetworkDesign design);

    std::size_t add(const LayerPlan& plan, const std::string& what, TaskSet owners,
                    std::span<const std::int64_t> shape, ParameterKind kind, bool core = false);
    std::size_t addFactor(const LayerPlan& plan, const FactorInfo& factor, TaskSet owners);
    void addLayer(std::size_t layer);
    void setOptions(const torch::TensorOptions& options);
    void initialize(std::uint64_t seed, StartWeights start);
    void takeFactors(std::size_t layer, const std::vector<torch::Tensor>& values,
                     TaskSet tasks = ~TaskSet{0});
    torch::Tensor kernelFor(std::size_t layer, const LayerPlan& plan, TaskSet tasks,
                            const FragmentPart& part, const ComposeMoment& moment) const;
    torch::Tensor factorFor(std::span<const std::size_t> parameters, TaskSet tasks) const;
    torch::Tensor productFor(std::span<const std::size_t> parameters) const;
    void takeParameter(Parameter& parameter, const Network& from);
    void takeProduct(std::size_t layer, std::size_t factor, const Network& from);
    Expected<void> remakeKernel(std::size_t layer, const Network& from);
    void takeStatistics(const ExecutedNode& executed, const Network& from);

    NetworkDesign m_design;
    Program m_program;
    std::map<std::string, int> m_slots; ///< of the program's tensors
    std::vector<LayerWeights> m_layers;
    std::vector<Parameter> m_parameters;
    std::map<std::string, torch::Tensor> m_statistics;
};

} // namespace concertina
