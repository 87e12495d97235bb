// SPDX-License-Identifier: GPL-3.0-or-later
// A network that begins as another did end.
#include "core/model/sharing_edit.h"
#include "core/network/initial_network.h"
#include "core/network/mean.h"
#include "core/network/network.h"
#include "core/network/owned_copies.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"
#include "core/values/text_hash.h"

#include <algorithm>

namespace concertina {

namespace {

std::string sizesText(at::IntArrayRef sizes) {
    std::vector<std::string> parts;
    for (const std::int64_t size : sizes)
        parts.push_back(std::to_string(size));
    return join(parts, " × ");
}

} // namespace

/// Fills a new network, layer by layer, and notes what a person would not expect.
class Network::Beginning {
public:
    Beginning(Network& network, const InitialNetwork& source, std::span<const std::string> from)
        : m_network(network), m_design(network.m_design), m_source(source), m_from(from) {}

    Expected<BegunNotes> run(std::uint64_t seed) {
        if (auto problem = readSource())
            return failure(std::move(*problem));
        if (auto problem = checkTasks())
            return failure(std::move(*problem));
        // What is made anew comes first: a factor of the whole network that other layers have stays
        // as it was trained.
        for (const bool alike : {false, true})
            for (std::size_t i = 0; i < m_design.layers.size(); ++i)
                if (isMadeAlike(i) == alike)
                    if (auto problem = begin(i, seed))
                        return failure(std::move(*problem));
        return BegunNotes{notes(), std::move(m_remade), std::move(m_folded)};
    }

private:
    std::optional<Problem> readSource() {
        auto kernels = OwnedCopies::of(m_source.kernels, m_source.tasks, m_source.name);
        if (!kernels)
            return std::move(kernels.error());
        m_kernels = std::move(*kernels);
        if (!m_source.trained)
            return std::nullopt;
        auto trained = OwnedCopies::of(m_source.trained->tensors, m_source.tasks, m_source.name);
        if (!trained)
            return std::move(trained.error());
        m_trained = std::move(*trained);
        return std::nullopt;
    }

    TaskSet bitOf(const std::string& task) const {
        const auto found = std::ranges::find(m_source.tasks, task);
        return found == m_source.tasks.end()
                   ? 0
                   : taskBit(static_cast<int>(found - m_source.tasks.begin()));
    }

    std::optional<Problem> checkTasks() const {
        for (std::size_t t = 0; t < m_design.plan.tasks.size(); ++t) {
            const std::string& name = m_design.plan.tasks[t];
            const bool rests = m_design.plan.rests(taskBit(static_cast<int>(t)));
            const std::string& wanted = m_from[t].empty() && rests ? name : m_from[t];
            if (!wanted.empty() && bitOf(wanted) == 0)
                return Problem{"initial.task",
                               "tasks." + std::to_string(t) + (rests ? ".rests" : ".from"),
                               "no task " + wanted + " in " + m_source.name,
                               m_source.ofOthers ? "a run, or a network of this program"
                                                 : "one of: " + join(m_source.tasks, ", "),
                               ""};
        }
        return std::nullopt;
    }

    /// Whether a task begins as the one of its name, its head too.
    bool isKnown(int task) const {
        const auto t = static_cast<std::size_t>(task);
        return m_from[t].empty() && bitOf(m_design.plan.tasks[t]) != 0;
    }

    /// The source's tasks whose copies some tasks begin with: their own; where none of them is in
    /// the source, those that they name, or all.
    TaskSet sourcesOf(TaskSet tasks) const {
        TaskSet own = 0, named = 0;
        for (const int task : tasksOf(tasks)) {
            const auto t = static_cast<std::size_t>(task);
            if (isKnown(task))
                own |= bitOf(m_design.plan.tasks[t]);
            else
                named |= m_from[t].empty() ? everyone() : bitOf(m_from[t]);
        }
        return own != 0 ? own : named;
    }

    TaskSet everyone() const { return allTasks(static_cast<int>(m_source.tasks.size())); }

    std::optional<Problem> begin(std::size_t index, std::uint64_t seed) {
        const Layer& layer = m_design.graph.layers[index];
        if (layer.task >= 0 && !isKnown(layer.task)) {
            m_new.push_back(layer.name);
            return std::nullopt;
        }
        if (m_source.ofOthers && m_kernels.find(layer.name, "kernel").empty())
            return std::nullopt; // its notes say so
        m_used.push_back(layer.name);
        const bool same = isMadeAlike(index);
        if (auto problem = same ? std::nullopt : checkShape(layer))
            return problem;
        const OwnedCopies& copies = same ? m_trained : m_kernels;
        // A merged layer that is merged no longer begins as the one kernel that it ran.
        const bool asOne = sourcePlan(layer.name).merged && !m_design.layerPlan(index).merged;
        if (same)
            takeFactors(index, asOne);
        else
            makeFactors(index, seed);
        for (const std::size_t bias : m_network.m_layers[index].biases)
            take(bias, copies.find(layer.name, "bias"), asOne);
        takeNorms(layer, copies, same);
        if (!same && layer.norm && isFolded(layer.name))
            m_folded.push_back(layer.name);
        return std::nullopt;
    }

    /// Whether the source has a layer's norm folded into its kernel, or as a scale and a shift.
    bool isFolded(const std::string& layer) const {
        if (!m_source.trained)
            return !m_source.ofOthers || m_kernels.find(layer, "norm.mean").empty();
        const NetworkDesign& design = m_source.trained->design;
        for (std::size_t i = 0; i < design.layers.size(); ++i)
            if (design.graph.layers[i].name == layer)
                return design.layers[i].fragment.becomesOneKernel();
        return false;
    }

    /// None where the source's kernel of a layer fits.
    std::optional<Problem> checkShape(const Layer& layer) const {
        const std::vector<std::int64_t> here{layer.kernel.out,
                                             layer.kernel.in / layer.kernel.groups,
                                             layer.kernel.height, layer.kernel.width};
        const auto kernels = m_kernels.find(layer.name, "kernel");
        const bool head = layer.task >= 0;
        const std::string hint =
            head ? "tasks." + std::to_string(layer.task)
                       + ".from = " + m_design.plan.tasks[static_cast<std::size_t>(layer.task)]
                       + " begins with a new head"
                 : "the backbone and its width must be the same";
        if (kernels.empty() || (layer.bias && m_kernels.find(layer.name, "bias").empty()))
            return Problem{"initial.layer", layer.name, "no such layer in " + m_source.name,
                           "a kernel " + sizesText(here), hint};
        if (m_kernels.keepsMore(layer.name))
            return Problem{"initial.kept", layer.name,
                           "more than a kernel and a norm in " + m_source.name,
                           "a layer that is its kernel, or that is made in the same way",
                           "its parametrization keeps convolutions behind the kernel: begin with "
                           "that one"};
        for (const OwnedCopy& copy : kernels)
            if (copy.value.sizes() != at::IntArrayRef(here))
                return Problem{"initial.shape", layer.name,
                               sizesText(copy.value.sizes()) + " in " + m_source.name,
                               sizesText(here) + ", as here", hint};
        return std::nullopt;
    }

    /// Where the source was trained: the plan that it had for a layer.
    LayerPlan sourcePlan(const std::string& layer) const {
        if (!m_source.trained)
            return {};
        const NetworkDesign& design = m_source.trained->design;
        for (std::size_t i = 0; i < design.graph.layers.size(); ++i)
            if (design.graph.layers[i].name == layer)
                return design.layerPlan(i);
        return {};
    }

    /// Whether a layer's kernel is made of the same factors as in the source, copies of which are
    /// what its own begin with.
    bool isMadeAlike(std::size_t index) const {
        if (!m_source.trained)
            return false;
        const LayerDesign& here = m_design.layers[index];
        const NetworkDesign& there = m_source.trained->design;
        const std::string& name = m_design.graph.layers[index].name;
        for (std::size_t i = 0; i < there.layers.size(); ++i) {
            if (there.graph.layers[i].name != name)
                continue;
            const LayerPlan plan = there.layerPlan(i);
            // The mean of kernels with several parted factors is a kernel, but has none.
            const LayerPlan own = m_design.layerPlan(index);
            const bool isMean = plan.merged && plan.partedFactors() > 1 && !own.merged;
            // Nor are copies that are multiplied what copies that are averaged are.
            if (plan.product != own.product && (own.merged || !plan.product))
                return false;
            return there.layers[i].method == here.method
                   && there.layers[i].factors.factors == here.factors.factors && !isMean;
        }
        return false;
    }

    /// The mean of what the sources of its owners have; of all where they had one kernel, or their
    /// product where it was made of that.
    void take(std::size_t index, const std::vector<OwnedCopy>& copies, bool asOne,
              bool asProduct = false) {
        Parameter& parameter = m_network.m_parameters[index];
        const UsedCopies owned(copies, asOne ? everyone() : sourcesOf(parameter.owners));
        if (!owned.values.empty())
            parameter.value.copy_(asProduct ? owned.product() : owned.mean());
    }

    /// Those of a factor in the source, whose place in names is the layer's or the network's.
    std::vector<OwnedCopy> factorCopies(const LayerFactors& layer, std::size_t k) const {
        const FactorInfo& factor = layer.factors[k];
        return m_trained.find(factorPlace(layer.layer, factor), factor.name);
    }

    void takeFactors(std::size_t index, bool asOne) {
        const LayerFactors& factors = m_design.layers[index].factors;
        for (std::size_t k = 0; k < factors.factors.size(); ++k)
            for (const std::size_t copy : m_network.copies(index, k))
                take(copy, factorCopies(factors, k), asOne,
                     asOne && sourcePlan(factors.layer).product);
        const LayerPlan plan = m_design.layerPlan(index);
        for (std::size_t k = 0; k < plan.partitions.size() && !asOne; ++k)
            for (const TaskSet group : plan.partitions[k].groups)
                if (UsedCopies(factorCopies(factors, k), sourcesOf(group)).areSeveral())
                    noteMean(plan.layer);
        const LayerPlan before = sourcePlan(plan.layer);
        if (plan.merged && !before.merged && before.kernels().groups.size() > 1)
            noteMean(plan.layer);
    }

    /// Factors that start from the kernels, as they start from new ones.
    void makeFactors(std::size_t index, std::uint64_t seed) {
        const Layer& layer = m_design.graph.layers[index];
        const std::uint64_t key = seed ^ textHash(layer.name);
        const auto kernels = m_kernels.find(layer.name, "kernel");
        for (const TaskSet tasks : m_design.layerPlan(index).joined().groups) {
            const UsedCopies owned(kernels, sourcesOf(tasks));
            if (owned.areSeveral())
                noteMean(layer.name);
            m_network.takeFactors(index,
                                  m_network.m_layers[index].parametrization->initialize(
                                      owned.mean(), {.seed = key + 1}),
                                  tasks);
        }
        m_remade.push_back(index);
        if (m_source.trained)
            m_made.push_back(layer.name);
    }

    /// γ, β and running statistics. What was folded into a kernel begins as a norm that does
    /// nothing: μ = 0, σ² = 1, γ = √(σ² + ε), β = 0, or the bias where the layer has none.
    void takeNorms(const Layer& layer, const OwnedCopies& copies, bool same) {
        if (!layer.norm)
            return;
        const bool folded = copies.find(layer.name, "norm.mean").empty();
        const std::string prefix = layer.name + "/";
        for (std::size_t p = 0; p < m_network.m_parameters.size(); ++p) {
            Parameter& parameter = m_network.m_parameters[p];
            if (parameter.kind != ParameterKind::Norm || !parameter.name.starts_with(prefix))
                continue;
            const std::string what =
                parameter.name.substr(prefix.size(), parameter.name.rfind('/') - prefix.size());
            if (!folded || same)
                take(p, copies.find(layer.name, what), false);
            else if (what == "norm.weight")
                parameter.value.fill_(std::sqrt(1 + NormEpsilon));
            else if (what == "norm.bias" && !layer.bias)
                take(p, copies.find(layer.name, "bias"), false);
        }
        for (const ExecutedNode& executed : m_design.tree.nodes) {
            const Node& node = m_design.graph.node(executed.node);
            if (node.op == Op::Norm && m_design.graph.layer(node.layer).name == layer.name)
                takeStatistics(layer.name, executed, copies);
        }
    }

    void takeStatistics(const std::string& layer, const ExecutedNode& executed,
                        const OwnedCopies& copies) {
        const FragmentPart& norm = m_design.partOf(m_design.graph.node(executed.node));
        const auto statistic = [&](const char* what) -> torch::Tensor& {
            return m_network.m_statistics.at(
                tensorName(layer, normTensor(norm, what), executed.tasks, m_design.plan.tasks));
        };
        const TaskSet tasks = sourcesOf(executed.tasks);
        const UsedCopies means(copies.find(layer, normTensor(norm, "mean")), tasks);
        const UsedCopies variances(copies.find(layer, normTensor(norm, "var")), tasks);
        if (means.values.empty() || means.values.size() != variances.values.size())
            return;
        const auto [mean, variance] =
            joinedStatistics(means.values, variances.values, means.shares);
        statistic("mean").copy_(mean);
        statistic("var").copy_(variance);
    }

    void noteMean(const std::string& layer) {
        if (m_means.empty() || m_means.back() != layer)
            m_means.push_back(layer);
    }

    /// Names of layers as short patterns.
    std::string patterns(const std::vector<std::string>& layers) const {
        std::vector<std::string> names;
        std::vector<std::size_t> chosen;
        for (const Layer& layer : m_design.graph.layers) {
            if (layer.task >= 0)
                continue;
            if (std::ranges::find(layers, layer.name) != layers.end())
                chosen.push_back(names.size());
            names.push_back(layer.name);
        }
        std::vector<std::string> texts =
            chosen.empty() ? std::vector<std::string>() : layerPatterns(names, chosen);
        for (const std::string& layer : layers) // heads
            if (std::ranges::find(names, layer) == names.end())
                texts.push_back(layer);
        return join(texts, ", ");
    }

    std::vector<std::string> notes() const {
        std::vector<std::string> texts{"Begins as " + m_source.name + ": "
                                       + std::to_string(m_used.size()) + " layers of "
                                       + std::to_string(m_design.graph.layers.size()) + "."};
        texts.insert(texts.end(), m_source.notes.begin(), m_source.notes.end());
        if (!m_made.empty())
            texts.push_back("Their factors are made anew from the kernel, as another "
                            "parametrization has them: "
                            + patterns(m_made) + ".");
        if (!m_means.empty())
            texts.push_back("Begin as the mean of several tasks' copies: " + patterns(m_means)
                            + ".");
        if (!m_new.empty())
            texts.push_back("New: " + join(m_new, ", ") + ".");
        std::vector<std::string> left;
        for (const std::string& layer : m_kernels.layers())
            if (std::ranges::find(m_used, layer) == m_used.end())
                left.push_back(layer);
        if (!left.empty())
            texts.push_back("Not taken over: " + join(left, ", ") + ".");
        return texts;
    }

    Network& m_network;
    const NetworkDesign& m_design;
    const InitialNetwork& m_source;
    std::span<const std::string> m_from;
    OwnedCopies m_kernels, m_trained;
    std::vector<std::string> m_used, m_made, m_means, m_new; ///< layers
    std::vector<std::size_t> m_remade;
    std::vector<std::string> m_folded;
};

Expected<Network> Network::begunFrom(NetworkDesign design, std::uint64_t seed, StartWeights start,
                                     const InitialNetwork& source,
                                     std::span<const std::string> from, BegunNotes& notes) {
    const torch::NoGradGuard noGrad;
    Network network(std::move(design), seed, start);
    auto made = Beginning(network, source, from).run(seed);
    if (!made)
        return failure(made.error());
    notes = std::move(*made);
    return network;
}

} // namespace concertina
