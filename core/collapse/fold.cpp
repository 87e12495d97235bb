// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapse.h"
#include "core/collapse/collapsed_network.h"

#include "core/model/execution_tree.h"
#include "core/tensor/torch.h"

namespace concertina {

namespace {

/// Rewrites an expanded program, instruction by instruction.
///
/// The nodes of the execution tree and the instructions of the program are the same list, so
/// what `foldableNorms` says of one holds for the instruction of that index. A folded norm
/// vanishes: what read it reads the convolution before it. A norm that stays becomes a
/// ScaleShift. A fragment that becomes one kernel is one convolution in place of its last part, and
/// the others vanish. All else is copied. Tensors are numbered anew in the order in which they are
/// used.
class Folder {
public:
    /// Rounds to `type` once, at the end.
    Folder(const UnfoldedNetwork& network, torch::ScalarType type)
        : m_design(network.design),
          m_from(network.program),
          m_foldable(foldableNorms(network.design.graph, network.design.tree)),
          m_type(type),
          m_tensors(network.tensors) {}

    void run(CollapsedNetwork& to, FoldCounts& counts) {
        findFolded();
        for (std::size_t i = 0; i < m_from.instructions.size(); ++i) {
            Instruction instruction = m_from.instructions[i];
            const ExecutedNode& executed = m_design.tree.nodes[i];
            const Node& node = m_design.graph.node(executed.node);
            if (m_design.becomesOneKernel(node)) {
                counts.foldedNorms += instruction.op == Op::Norm ? 1 : 0;
                if (!m_design.endsLayer(node)) {
                    m_newIndex.push_back(-1); // read by other parts of the layer alone
                    continue;
                }
                m_newIndex.push_back(static_cast<int>(to.program.instructions.size()));
                to.program.instructions.push_back(oneOf(i, to));
                continue;
            }
            if (node.layer >= 0 && instruction.op == Op::Conv && m_design.partOf(node).kept)
                ++counts.keptParts;
            for (int& input : instruction.inputs)
                input = m_newIndex[static_cast<std::size_t>(input)];
            if (m_foldable[i]) {
                m_newIndex.push_back(instruction.inputs.front());
                ++counts.foldedNorms;
                continue;
            }
            if (instruction.op == Op::Norm) {
                instruction = scaleShift(instruction, to);
                ++counts.keptNorms;
            } else if (m_normOf[i] != nullptr) {
                instruction.tensors = foldedInto(m_from.instructions[i], *m_normOf[i], to);
            } else {
                for (int& tensor : instruction.tensors)
                    tensor = take(to, m_from.tensors[static_cast<std::size_t>(tensor)],
                                  m_tensors[static_cast<std::size_t>(tensor)]);
            }
            m_newIndex.push_back(static_cast<int>(to.program.instructions.size()));
            to.program.instructions.push_back(std::move(instruction));
        }
        for (const int output : m_from.outputs)
            to.program.outputs.push_back(m_newIndex[static_cast<std::size_t>(output)]);
        counts.kernels = kernelCount(to.program);
    }

private:
    const torch::Tensor& tensor(const Instruction& instruction, std::size_t which) const {
        return m_tensors[static_cast<std::size_t>(instruction.tensors[which])];
    }

    torch::Tensor scaleOf(const Instruction& norm) const {
        return tensor(norm, 0) / (tensor(norm, 3) + NormEpsilon).sqrt();
    }

    /// Finds the norm, if any, that is folded into each convolution.
    void findFolded() {
        m_normOf.assign(m_from.instructions.size(), nullptr);
        for (std::size_t i = 0; i < m_from.instructions.size(); ++i) {
            const Node& node = m_design.graph.node(m_design.tree.nodes[i].node);
            if (m_foldable[i] && !m_design.becomesOneKernel(node))
                m_normOf[static_cast<std::size_t>(m_from.instructions[i].inputs.front())] =
                    &m_from.instructions[i];
        }
    }

    /// A convolution's kernel and bias with the norm behind it. One kernel at a time: all of them
    /// in float64 are the most that collapsing holds.
    std::vector<int> foldedInto(const Instruction& conv, const Instruction& norm,
                                CollapsedNetwork& to) {
        const torch::Tensor scale = scaleOf(norm);
        const auto name = [&](std::size_t which) {
            return m_from.tensors[static_cast<std::size_t>(conv.tensors[which])];
        };
        const bool hasBias = conv.tensors.size() > 1;
        const torch::Tensor bias = hasBias ? tensor(conv, 1) : torch::zeros_like(scale);
        return {take(to, name(0), tensor(conv, 0) * scale.view({-1, 1, 1, 1})),
                take(to, hasBias ? name(1) : biasNamed(name(0)),
                     (bias - tensor(norm, 2)) * scale + tensor(norm, 1))};
    }

    /// The bias that a kernel is given: "l.1/kernel/a" has "l.1/bias/a".
    static std::string biasNamed(const std::string& kernel) {
        const std::string what = "/kernel";
        std::string name = kernel;
        return name.replace(name.rfind(what), what.size(), "/bias");
    }

    /// What a part of a layer is as one convolution of the layer's input.
    struct OneKernel {
        torch::Tensor kernel; ///< [Co, Ci / groups, kh, kw], in float64
        torch::Tensor bias;
    };

    /// The parts of a layer that lead to an instruction, as one convolution: sums are summed in the
    /// middle of the widest, norms scale, convolutions behind others are multiplied.
    OneKernel asOneKernel(std::size_t at, const KernelShape& layer) {
        const Instruction& now = m_from.instructions[at];
        const int ofLayer = m_design.graph.node(m_design.tree.nodes[at].node).layer;
        const auto of = [&](int input) {
            const auto before = static_cast<std::size_t>(input);
            if (m_design.graph.node(m_design.tree.nodes[before].node).layer == ofLayer)
                return asOneKernel(before, layer);
            m_layerInput = input;
            return OneKernel{identity(layer), torch::zeros(layer.in, torch::kFloat64)};
        };
        if (now.op == Op::Norm) {
            const OneKernel before = of(now.inputs.front());
            const torch::Tensor scale = scaleOf(now);
            return {before.kernel * scale.view({-1, 1, 1, 1}),
                    (before.bias - tensor(now, 2)) * scale + tensor(now, 1)};
        }
        if (now.op == Op::Conv) {
            const torch::Tensor own = now.tensors.size() > 1
                                          ? tensor(now, 1)
                                          : torch::zeros(tensor(now, 0).size(0), torch::kFloat64);
            const OneKernel before = of(now.inputs.front());
            if (m_layerInput == now.inputs.front())
                return {tensor(now, 0), own};
            const auto groups = attributesAs<Convolving>(now.attributes).groups;
            return behind(dense(tensor(now, 0), groups), own, before);
        }
        OneKernel sum;
        for (const int input : now.inputs) {
            OneKernel next = of(input);
            if (!sum.kernel.defined()) {
                sum = std::move(next);
                continue;
            }
            const bool wider = next.kernel.size(2) > sum.kernel.size(2);
            torch::Tensor widest = (wider ? next : sum).kernel.clone();
            addInMiddle(widest, (wider ? sum : next).kernel);
            sum = {widest, sum.bias + next.bias};
        }
        return sum;
    }

    /// K2 * (K1 * x + b1) + b2, where nothing is padded between.
    static OneKernel behind(const torch::Tensor& kernel, const torch::Tensor& bias,
                            const OneKernel& before) {
        const torch::Tensor product =
            torch::conv2d(before.kernel.transpose(0, 1), kernel.flip({2, 3}), {}, 1,
                          {kernel.size(2) - 1, kernel.size(3) - 1})
                .transpose(0, 1);
        return {product, torch::mv(kernel.sum({2, 3}), before.bias) + bias};
    }

    /// A grouped kernel with its zeros.
    static torch::Tensor dense(const torch::Tensor& kernel, int groups) {
        if (groups == 1)
            return kernel;
        const std::int64_t out = kernel.size(0) / groups, in = kernel.size(1);
        torch::Tensor all = torch::zeros(
            {kernel.size(0), in * groups, kernel.size(2), kernel.size(3)}, kernel.options());
        for (int g = 0; g < groups; ++g)
            all.narrow(0, g * out, out).narrow(1, g * in, in).copy_(kernel.narrow(0, g * out, out));
        return all;
    }

    Instruction oneOf(std::size_t at, CollapsedNetwork& to) {
        const ExecutedNode& executed = m_design.tree.nodes[at];
        const Node& node = m_design.graph.node(executed.node);
        const Layer& layer = m_design.graph.layer(node.layer);
        const KernelShape shape =
            m_design.fragments[static_cast<std::size_t>(node.layer)].collapsedKernel();
        m_layerInput = -1;
        const OneKernel made = asOneKernel(at, layer.kernel);
        const auto named = [&](const char* what) {
            return tensorName(layer.name, what, executed.tasks, m_design.plan.tasks);
        };
        return {
            .op = Op::Conv,
            .name = m_from.instructions[at].name,
            .inputs = {m_newIndex[static_cast<std::size_t>(m_layerInput)]},
            .tensors = {take(to, named("kernel"), made.kernel), take(to, named("bias"), made.bias)},
            .attributes = shape.applied()};
    }

    /// The 1 × 1 kernel that changes nothing.
    static torch::Tensor identity(const KernelShape& shape) {
        const std::int64_t width = shape.in / shape.groups;
        return torch::eye(width, torch::kFloat64).repeat({shape.groups, 1}).view({-1, width, 1, 1});
    }

    static void addInMiddle(const torch::Tensor& kernel, const torch::Tensor& smaller) {
        kernel.narrow(2, (kernel.size(2) - smaller.size(2)) / 2, smaller.size(2))
            .narrow(3, (kernel.size(3) - smaller.size(3)) / 2, smaller.size(3))
            .add_(smaller);
    }

    Instruction scaleShift(const Instruction& norm, CollapsedNetwork& to) {
        const torch::Tensor scale = scaleOf(norm);
        const torch::Tensor shift = tensor(norm, 1) - tensor(norm, 2) * scale;
        Instruction result{.op = Op::ScaleShift, .name = norm.name, .inputs = norm.inputs};
        result.tensors = {take(to, norm.name + "/scale", scale), take(to, norm.name + "/shift", shift)};
        return result;
    }

    /// The number of a tensor in the result; it is added where it is new.
    int take(CollapsedNetwork& to, const std::string& name, const torch::Tensor& value) {
        const auto [entry, added] =
            m_newTensor.try_emplace(name, static_cast<int>(to.program.tensors.size()));
        if (added) {
            to.program.tensors.push_back(name);
            to.tensors.push_back(value.detach().to(m_type).contiguous());
        }
        return entry->second;
    }

    const NetworkDesign& m_design;
    const Program& m_from;
    std::vector<bool> m_foldable;
    torch::ScalarType m_type;
    const std::vector<torch::Tensor>& m_tensors; ///< of `m_from`, in float64
    std::vector<const Instruction*> m_normOf;    ///< of each instruction: what is folded into it
    std::vector<int> m_newIndex;                 ///< of each instruction of `m_from`
    std::map<std::string, int> m_newTensor;
    int m_layerInput = -1; ///< of the layer that is made one kernel
};

} // namespace

std::int64_t CollapsedNetwork::parameters() const {
    std::int64_t sum = 0;
    for (const torch::Tensor& tensor : tensors)
        sum += tensor.numel();
    return sum;
}

std::vector<torch::Tensor> UnfoldedNetwork::rounded(torch::ScalarType type) const {
    std::vector<torch::Tensor> result;
    for (const torch::Tensor& tensor : tensors)
        result.push_back(tensor.to(type, false, true));
    return result;
}

UnfoldedNetwork unfoldedOf(const Network& network) {
    const torch::NoGradGuard noGrad;
    const Network wide = network.convertedTo(torch::kFloat64, Contraction::Compose);
    return {wide.design(), wide.program(), wide.compose(false).tensors};
}

CollapsedNetwork fold(const Network& network, const Checkpoint& about, FoldCounts* counts) {
    return fold(withEqualKernelsTied(unfoldedOf(network)), about,
                network.parameters().front().value.scalar_type(), counts);
}

CollapsedNetwork fold(const UnfoldedNetwork& network, const Checkpoint& about,
                      torch::ScalarType type, FoldCounts* counts) {
    CollapsedNetwork compact{.name = about.spec.name,
                             .height = about.spec.data.height,
                             .width = about.spec.data.width,
                             .normalization = about.spec.data.normalization,
                             .targets = about.targets,
                             .origin = {.steps = {about.step}}};
    const torch::NoGradGuard noGrad;
    FoldCounts own;
    Folder(network, type).run(compact, counts != nullptr ? *counts : own);
    return compact;
}

NetworkForm collapsedForm() {
    return [](const Network& network) -> NetworkForward {
        return [compact = fold(network, Checkpoint())](const torch::Tensor& images) {
            return compact.forward(images, predictionSettings());
        };
    };
}

} // namespace concertina
