// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantization/equalize.h"

#include "core/quantization/value_readers.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <optional>

namespace concertina {

namespace {

std::size_t index(int i) {
    return static_cast<std::size_t>(i);
}

/// f(s · x) = s · f(x) a channel, for s > 0.
bool keepsFactors(Op op) {
    switch (op) {
    case Op::Relu:
    case Op::MaxPool:
    case Op::AveragePool:
    case Op::GlobalPool:
    case Op::MaxUnpool:
    case Op::Upsample: return true;
    default: return false;
    }
}

/// Two convolutions, by their instructions.
struct EqualizedPair {
    const Instruction* first = nullptr;
    const Instruction* second = nullptr;
};

class PairFinder {
public:
    explicit PairFinder(const Program& program)
        : m_program(program), m_readers(valueReaders(program)), m_uses(program.tensors.size()) {
        for (const Instruction& now : program.instructions)
            for (const int tensor : now.tensors)
                ++m_uses[index(tensor)];
    }

    std::vector<EqualizedPair> found() const {
        std::vector<EqualizedPair> pairs;
        for (std::size_t i = 0; i < m_program.instructions.size(); ++i) {
            const Instruction& first = m_program.instructions[i];
            if (!isOwnConvolution(first))
                continue;
            if (const Instruction* second = onlyConvolutionBehind(i))
                pairs.push_back({&first, second});
        }
        return pairs;
    }

private:
    bool isOwnConvolution(const Instruction& now) const {
        return now.op == Op::Conv
               && std::ranges::all_of(now.tensors, [&](int t) { return m_uses[index(t)] == 1; });
    }

    const Instruction* onlyConvolutionBehind(std::size_t at) const {
        while (m_readers[at].size() == 1 && m_readers[at].front() >= 0) {
            at = index(m_readers[at].front());
            const Instruction& reader = m_program.instructions[at];
            if (isOwnConvolution(reader))
                return &reader;
            if (!keepsFactors(reader.op))
                return nullptr;
        }
        return nullptr;
    }

    const Program& m_program;
    std::vector<std::vector<int>> m_readers; ///< of each instruction
    std::vector<int> m_uses;                 ///< of each tensor
};

/// A kernel [O, I / groups, k, k] with its input channels side by side: [groups, O / groups,
/// I / groups, k, k].
torch::Tensor byInputs(const torch::Tensor& kernel, const Instruction& conv) {
    const std::int64_t groups = attributesAs<Convolving>(conv.attributes).groups;
    return kernel.view(
        {groups, kernel.size(0) / groups, kernel.size(1), kernel.size(2), kernel.size(3)});
}

/// Makes the ranges of a pair's channels alike; how far the greatest factor was from 1.
double equalize(const EqualizedPair& pair, std::vector<torch::Tensor>& tensors) {
    torch::Tensor& first = tensors[index(pair.first->tensors[0])];
    torch::Tensor& second = tensors[index(pair.second->tensors[0])];
    const torch::Tensor of1 = first.abs().amax({1, 2, 3});
    const torch::Tensor of2 = byInputs(second, *pair.second).abs().amax({1, 3, 4}).flatten();
    constexpr double least = 1e-8; // of the widest: what has died stays as it is
    const torch::Tensor lives = (of1 > least * of1.max()).logical_and(of2 > least * of2.max());
    const torch::Tensor factor = torch::where(lives, (of1 / of2).sqrt(), torch::ones_like(of1));
    first = first / factor.view({-1, 1, 1, 1});
    if (pair.first->tensors.size() > 1) {
        torch::Tensor& bias = tensors[index(pair.first->tensors[1])];
        bias = bias / factor;
    }
    const torch::Tensor rows = byInputs(second, *pair.second);
    second = (rows * factor.view({rows.size(0), 1, rows.size(2), 1, 1})).view(second.sizes());
    return (factor - 1).abs().max().item<double>();
}

} // namespace

CollapsedNetwork equalized(const CollapsedNetwork& network, int* pairs) {
    const torch::NoGradGuard noGrad;
    const std::vector<EqualizedPair> found = PairFinder(network.program).found();
    if (pairs != nullptr)
        *pairs = static_cast<int>(found.size());
    std::vector<torch::Tensor> wide;
    for (const torch::Tensor& tensor : network.tensors)
        wide.push_back(tensor.to(torch::kFloat64));
    constexpr int mostRounds = 50;
    constexpr double nothing = 1e-3;
    double change = 1;
    for (int round = 0; round < mostRounds && change > nothing; ++round) {
        change = 0;
        for (const EqualizedPair& pair : found)
            change = std::max(change, equalize(pair, wide));
    }
    CollapsedNetwork result = network;
    for (std::size_t i = 0; i < wide.size(); ++i)
        result.tensors[i] = wide[i].to(network.tensors[i].scalar_type());
    return result;
}

} // namespace concertina
