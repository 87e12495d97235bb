// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/network.h"

#include "core/network/mean.h"
#include "core/parametrizations/stretches.h"
#include "core/tensor/torch.h"
#include "core/values/text_hash.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

torch::Tensor newKernel(const KernelShape& kernel, StartWeights start, std::uint64_t seed) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    const double area = kernel.height * kernel.width;
    const int in = start == StartWeights::Xavier ? kernel.in / kernel.groups : 0;
    const double deviation = std::sqrt(2.0 / (area * (in + kernel.out)));
    return torch::empty({kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width})
        .normal_(0.0, deviation, generator);
}

/// A factor that is a kernel by itself.
torch::Tensor asKernel(const torch::Tensor& factor, const KernelShape& shape) {
    const std::vector<std::int64_t> sizes{shape.out, shape.in / shape.groups, shape.height,
                                          shape.width};
    return factor.sizes() == at::IntArrayRef(sizes) ? factor : factor.view(sizes);
}

} // namespace

Network::Network(NetworkDesign design) : m_design(std::move(design)), m_program(programOf(m_design)) {
    for (std::size_t i = 0; i < m_program.tensors.size(); ++i)
        m_slots[m_program.tensors[i]] = static_cast<int>(i);
    for (std::size_t i = 0; i < m_design.layers.size(); ++i)
        addLayer(i);
    for (const ExecutedNode& executed : m_design.tree.nodes) {
        const Node& node = m_design.graph.node(executed.node);
        if (node.op != Op::Norm)
            continue;
        const std::string& layer = m_design.graph.layer(node.layer).name;
        const auto name = [&](const char* what) {
            return tensorName(layer, normTensor(m_design.partOf(node), what), executed.tasks,
                              m_design.plan.tasks);
        };
        m_statistics[name("mean")] = torch::zeros(node.channels);
        m_statistics[name("var")] = torch::ones(node.channels);
    }
}

Network::Network(NetworkDesign design, std::uint64_t seed, StartWeights start)
    : Network(std::move(design)) {
    initialize(seed, start);
}

Expected<Network> Network::fromTensors(NetworkDesign design,
                                       const std::map<std::string, torch::Tensor>& tensors) {
    Network network(std::move(design));
    if (auto loaded = network.load(tensors); !loaded)
        return failure(loaded.error());
    return network;
}

std::size_t Network::add(const LayerPlan& plan, const std::string& what, TaskSet owners,
                         std::span<const std::int64_t> shape, ParameterKind kind, bool core) {
    const auto& tasks = m_design.plan.tasks;
    const bool frozen = plan.isFrozen(kind == ParameterKind::Norm ? std::string("norm") : what)
                        || m_design.plan.rests(owners);
    m_parameters.push_back({.name = tensorName(plan.layer, what, owners, tasks),
                            .value = torch::zeros(at::IntArrayRef(shape.data(), shape.size()))
                                         .requires_grad_(!frozen),
                            .owners = owners,
                            .kind = kind,
                            .core = core,
                            .frozen = frozen});
    return m_parameters.size() - 1;
}

void Network::addLayer(std::size_t index) {
    const Layer& layer = m_design.graph.layers[index];
    const LayerDesign& how = m_design.layers[index];
    const LayerPlan plan = m_design.layerPlan(index);
    const std::vector<std::int64_t> channels{layer.kernel.out};
    LayerWeights weights{.parametrization = makeParametrization(how.method, layer.kernel)};
    for (std::size_t k = 0; k < how.factors.factors.size(); ++k) {
        const FactorInfo& factor = how.factors.factors[k];
        auto& copies = weights.factors.emplace_back();
        for (const TaskSet group : plan.partitions[k].groups)
            copies.push_back(addFactor(plan, factor, group));
    }
    for (const TaskSet group : plan.bias.groups)
        weights.biases.push_back(add(plan, "bias", group, channels, ParameterKind::Bias));
    const torch::NoGradGuard noGrad;
    for (const FragmentPart& part : how.fragment.parts)
        for (const char* what : {"weight", "bias"})
            for (const TaskSet group : plan.norm.groups) {
                if (part.op != Op::Norm)
                    continue;
                const auto added =
                    add(plan, normTensor(part, what), group, channels, ParameterKind::Norm);
                if (what == std::string_view("weight"))
                    m_parameters[added].value.fill_(part.scale);
            }
    m_layers.push_back(std::move(weights));
}

/// One of the network's is there once for all the layers that read it, and rests where all of them
/// freeze it.
std::size_t Network::addFactor(const LayerPlan& plan, const FactorInfo& factor, TaskSet owners) {
    const std::string name =
        tensorName(factorPlace(plan.layer, factor), factor.name, owners, m_design.plan.tasks);
    const auto known = factor.network ? std::ranges::find(m_parameters, name, &Parameter::name)
                                      : m_parameters.end();
    if (known != m_parameters.end()) {
        known->frozen =
            known->frozen && (plan.isFrozen(factor.name) || m_design.plan.rests(owners));
        known->value.requires_grad_(!known->frozen);
        return static_cast<std::size_t>(known - m_parameters.begin());
    }
    const auto added = add(plan, factor.name, owners, factor.shape,
                           factor.bias ? ParameterKind::Bias : ParameterKind::Factor, factor.core);
    m_parameters[added].name = name;
    m_parameters[added].rate = factor.rate;
    return added;
}

void Network::initialize(std::uint64_t seed, StartWeights start) {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const Layer& layer = m_design.graph.layers[i];
        const std::uint64_t key = seed ^ textHash(layer.name);
        takeFactors(i, m_layers[i].parametrization->initialize(newKernel(layer.kernel, start, key),
                                                               {.seed = key + 1}));
    }
}

void Network::takeFactors(std::size_t layer, const std::vector<torch::Tensor>& values,
                          TaskSet tasks) {
    const bool product = m_design.layerPlan(layer).product;
    for (std::size_t k = 0; k < values.size(); ++k) {
        const auto& copies = m_layers[layer].factors[k];
        for (const std::size_t copy : copies)
            if ((m_parameters[copy].owners & tasks) != 0) // of a product: it, and identities
                m_parameters[copy].value.copy_(
                    product && copy != copies.front() ? identityLike(values[k]) : values[k]);
    }
}

torch::Tensor Network::factorFor(std::span<const std::size_t> parameters, TaskSet tasks) const {
    std::vector<torch::Tensor> copies;
    std::vector<int> weights; // a task's share is the same for all
    for (const std::size_t index : parameters) {
        const Parameter& parameter = m_parameters[index];
        if ((parameter.owners & tasks) == 0)
            continue;
        copies.push_back(parameter.value);
        weights.push_back(taskCount(parameter.owners));
    }
    return weightedMean(copies, weights);
}

/// Of all copies, in the order of their first task.
torch::Tensor Network::productFor(std::span<const std::size_t> parameters) const {
    std::vector<torch::Tensor> copies;
    for (const std::size_t index : parameters)
        copies.push_back(m_parameters[index].value);
    return productOf(copies);
}

torch::Tensor Network::kernelFor(std::size_t layer, const LayerPlan& plan, TaskSet tasks,
                                 const FragmentPart& part, const ComposeMoment& moment) const {
    const LayerWeights& weights = m_layers[layer];
    const auto compose = [&](TaskSet group) {
        ComposeMoment own = moment;
        own.tasks = group;
        std::vector<torch::Tensor> factors;
        for (std::size_t k = part.firstFactor; k < part.firstFactor + part.kernelFactors(); ++k)
            factors.push_back(plan.product ? productFor(weights.factors[k])
                                           : factorFor(weights.factors[k], group));
        if (part.stretch)
            return composeStretch(factors, part.convolutions);
        return factors.size() == 1 && weights.factors.size() > 1
                   ? asKernel(factors.front(), part.kernel)
                   : weights.parametrization->compose(factors, own);
    };
    // Where at most one factor has several copies, W is linear in them: the copies are averaged
    // before they are multiplied. Otherwise the kernels are.
    if (part.stretch || !plan.merged || plan.partedFactors() <= 1)
        return compose(tasks);
    Partition copies = plan.partitions.front();
    for (const Partition& partition : plan.partitions)
        copies = commonRefinement(copies, partition);
    std::vector<torch::Tensor> kernels;
    std::vector<int> shares;
    for (const TaskSet group : copies.groups) {
        kernels.push_back(compose(group));
        shares.push_back(taskCount(group));
    }
    return weightedMean(kernels, shares);
}

ComposedNetwork Network::compose(bool withGradients, const ComposeMoment& moment) const {
    const torch::AutoGradMode mode(withGradients);
    ComposedNetwork composed;
    composed.tensors.resize(m_program.tensors.size());
    const auto bind = [&](const std::string& name, const torch::Tensor& tensor) {
        const auto slot = m_slots.find(name);
        if (slot == m_slots.end())
            return -1;
        const bool cut = withGradients && tensor.requires_grad() && !tensor.is_leaf();
        composed.tensors[static_cast<std::size_t>(slot->second)] =
            cut ? tensor.detach().requires_grad_() : tensor;
        return slot->second;
    };
    const auto& names = m_design.plan.tasks;
    const auto addKernel = [&](std::size_t layer, const LayerPlan& plan, TaskSet tasks,
                               const FragmentPart& part) {
        const std::string& name = m_design.graph.layers[layer].name;
        ComposedNetwork::Kernel made{
            .layer = layer, .tasks = tasks, .kernel = kernelFor(layer, plan, tasks, part, moment)};
        made.kernelSlot = bind(tensorName(name, kernelTensor(part), tasks, names), made.kernel);
        const bool ofLayer = part.firstFactor == 0 && plan.hasBias();
        if (ofLayer || part.biasFactor) {
            const std::size_t last = part.firstFactor + part.factorCount - 1;
            made.bias =
                factorFor(ofLayer ? m_layers[layer].biases : m_layers[layer].factors[last], tasks);
            const std::string what = ofLayer ? "bias" : biasTensor(part);
            made.biasSlot = bind(tensorName(name, what, tasks, names), made.bias);
        }
        composed.kernels.push_back(std::move(made));
    };
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const LayerPlan plan = m_design.layerPlan(i);
        for (const FragmentPart& part : m_design.fragments[i].parts)
            if (part.op == Op::Conv)
                for (const TaskSet tasks : plan.kernels(part.firstFactor, part.factorCount).groups)
                    addKernel(i, plan, tasks, part);
    }
    for (const Parameter& parameter : m_parameters)
        if (parameter.kind == ParameterKind::Norm)
            bind(parameter.name, parameter.value);
    for (const auto& [name, tensor] : m_statistics)
        bind(name, tensor);
    return composed;
}

std::vector<torch::Tensor> Network::forward(const ComposedNetwork& composed,
                                            const torch::Tensor& images,
                                            const RunSettings& settings, TaskSet wanted) const {
    const TaskSet all = allTasks(m_design.taskCount());
    if ((wanted & all) == all)
        return runProgram(m_program, composed.tensors, images, settings);
    const Program part = programFor(m_program, wanted);
    auto own = runProgram(part, composed.tensors, images, settings);
    std::vector<torch::Tensor> outputs(m_program.outputs.size());
    for (std::size_t t = 0, next = 0; t < outputs.size(); ++t)
        if ((wanted & taskBit(static_cast<int>(t))) != 0)
            outputs[t] = std::move(own[next++]);
    return outputs;
}

std::vector<torch::Tensor> Network::forwardApart(const ComposedNetwork& composed,
                                                 std::span<const torch::Tensor> images,
                                                 RunSettings settings) const {
    const std::vector<TaskSet> served = tasksServed(m_program);
    const auto count = [&](TaskSet tasks) {
        double sum = 0;
        for (const int task : tasksOf(tasks))
            if (const torch::Tensor& own = images[static_cast<std::size_t>(task)]; own.defined())
                sum += static_cast<double>(own.size(0));
        return sum;
    };
    std::vector<torch::Tensor> outputs(images.size());
    for (std::size_t t = 0; t < images.size(); ++t) {
        if (!images[t].defined())
            continue;
        const TaskSet own = taskBit(static_cast<int>(t));
        settings.momenta.clear();
        // One update after the other, so that together they make (1 − μ) r + μ Σ n_t x_t / Σ n_t.
        for (const TaskSet tasks : served) {
            const TaskSet later = tasks & ~(own | (own - 1));
            if ((tasks & own) != 0)
                settings.momenta.push_back(NormMomentum * count(own)
                                           / (count(tasks) - NormMomentum * count(later)));
        }
        outputs[t] =
            runProgram(programFor(m_program, own), composed.tensors, images[t], settings).front();
    }
    return outputs;
}

torch::Tensor Network::regularizer(std::size_t layer, std::size_t factor, std::size_t copy,
                                   double epoch) const {
    const auto isLike = [&](const LayerDesign& other) {
        return other.method.id == m_design.layers[layer].method.id;
    };
    const auto like = static_cast<int>(std::ranges::count_if(m_design.layers, isLike));
    return m_layers[layer].parametrization->regularizer(factor, m_parameters[copy].value,
                                                        {.epoch = epoch, .layers = like});
}

const std::vector<std::size_t>& Network::copies(std::size_t layer, std::size_t factor) const {
    return m_layers[layer].factors[factor];
}

const std::vector<std::size_t>& Network::biases(std::size_t layer) const {
    return m_layers[layer].biases;
}

void Network::scaleKernels(double scale, Moving moving) {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const LayerFactors& layer = m_design.layers[i].factors;
        const LayerPlan plan = m_design.layerPlan(i);
        const bool allMove = plan.frozen.empty() && m_design.plan.resting == 0;
        for (const FragmentPart& part : m_design.layers[i].fragment.parts) {
            const std::size_t end =
                part.op == Op::Conv ? part.firstFactor + part.kernelFactors() : 0;
            TaskSet scaled = 0;
            for (std::size_t k = part.firstFactor; k < end; ++k) {
                const FactorInfo& factor = layer.factors[k];
                // Beside frozen ones, those that take the part of the first: cores.
                const bool stands = allMove || factor.core || k == part.firstFactor;
                if (!moves(layer, factor, moving) || !stands || !factor.scales)
                    continue;
                TaskSet here = 0;
                for (const std::size_t copy : m_layers[i].factors[k]) {
                    Parameter& parameter = m_parameters[copy];
                    if (parameter.frozen || (parameter.owners & scaled) != 0)
                        continue;
                    here |= plan.product ? ~TaskSet{0} : parameter.owners;
                    if (!parameter.grad.defined())
                        continue;
                    parameter.value.mul_(scale);
                    if (plan.product)
                        break; // of a product one is enough
                }
                scaled |= here;
            }
        }
    }
}

void Network::setOptions(const torch::TensorOptions& options) {
    for (Parameter& parameter : m_parameters)
        parameter.value =
            parameter.value.detach().to(options).requires_grad_(!parameter.frozen);
    for (auto& [name, tensor] : m_statistics)
        tensor = tensor.to(options);
}

void Network::to(const torch::Device& device) {
    setOptions(torch::TensorOptions(device));
    for (Parameter& parameter : m_parameters)
        for (auto& [name, tensor] : parameter.state)
            if (tensor.is_floating_point()) // step counts stay where they are read
                tensor = tensor.to(device);
}

Network Network::convertedTo(torch::ScalarType type, Contraction contraction) const {
    // Its tensors are in the same order, whatever runs as stretches.
    Network other(contraction == Contraction::Compose ? composed(m_design) : m_design);
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        Parameter& parameter = other.m_parameters[i];
        parameter.value = m_parameters[i].value.detach().to(torch::kCPU, type, false, true);
        parameter.value.requires_grad_(!parameter.frozen);
    }
    for (auto& [name, tensor] : other.m_statistics)
        tensor = m_statistics.at(name).to(torch::kCPU, type, false, true);
    return other;
}

std::map<std::string, torch::Tensor> Network::namedTensors() const {
    std::map<std::string, torch::Tensor> tensors = m_statistics;
    for (const Parameter& parameter : m_parameters)
        tensors[parameter.name] = parameter.value.detach();
    return tensors;
}

Expected<void> Network::load(const std::map<std::string, torch::Tensor>& tensors) {
    const auto own = namedTensors();
    for (const auto& [name, tensor] : own) {
        const auto found = tensors.find(name);
        if (found == tensors.end())
            return failure({"network.tensor", name, "no such tensor in the file", "it",
                            "the file belongs to another network"});
        if (found->second.sizes() != tensor.sizes() || !found->second.is_floating_point())
            return failure({"network.tensor", name, "another shape or type in the file",
                            c10::str(tensor.sizes()), "the file belongs to another network"});
    }
    for (const auto& [name, tensor] : own)
        tensor.copy_(tensors.at(name));
    return {};
}

} // namespace concertina
