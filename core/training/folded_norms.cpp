// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/folded_norms.h"

#include "core/tensor/torch.h"

#include <algorithm>
#include <map>

namespace concertina {

namespace {

constexpr std::int64_t mostBatches = 8;

/// What a channel's values add up to, in float64.
struct Sums {
    torch::Tensor values, squares;
    double count = 0;

    void add(const torch::Tensor& x) {
        const torch::Tensor wide = x.to(torch::kFloat64);
        const torch::Tensor sum = wide.sum({0, 2, 3});
        const torch::Tensor square = wide.square().sum({0, 2, 3});
        values = values.defined() ? values + sum : sum;
        squares = squares.defined() ? squares + square : square;
        count += static_cast<double>(x.numel() / x.size(1));
    }
    torch::Tensor mean() const { return values / count; }
    torch::Tensor variance() const { return (squares / count - mean().square()).clamp_min(0); }
};

/// The norms of some layers whose γ and β no other has.
std::vector<const Instruction*> loneNorms(const Program& program,
                                          std::span<const std::string> layers) {
    const auto isWanted = [&](int tensor) {
        const std::string& name = program.tensors[static_cast<std::size_t>(tensor)];
        return std::ranges::find(layers, name.substr(0, name.find('/'))) != layers.end();
    };
    std::map<int, int> users;
    for (const Instruction& instruction : program.instructions)
        if (instruction.op == Op::Norm)
            ++users[instruction.tensors[0]];
    std::vector<const Instruction*> norms;
    for (const Instruction& instruction : program.instructions)
        if (instruction.op == Op::Norm && users[instruction.tensors[0]] == 1
            && isWanted(instruction.tensors[0]))
            norms.push_back(&instruction);
    return norms;
}

} // namespace

std::optional<Problem> settleFoldedNorms(Network& network, std::span<const std::string> folded,
                                         const RunData& data, bool skipsDamaged) {
    const torch::NoGradGuard noGrad;
    const std::vector<const Instruction*> norms = loneNorms(network.program(), folded);
    if (norms.empty())
        return std::nullopt;
    std::map<int, Sums> sums; // by the instruction whose output a norm reads
    for (const Instruction* norm : norms)
        sums[norm->inputs.front()] = {};
    RunSettings settings;
    settings.look = [&](int instruction, const torch::Tensor& output) {
        if (const auto wanted = sums.find(instruction); wanted != sums.end())
            wanted->second.add(output);
    };
    const std::int64_t batches = std::min(mostBatches, data.trainingPlan.batchesPerEpoch());
    Loader loader(
        data.training, data.maker, data.trainingPlan,
        {.end = batches, .threads = 1, .damaged = skipsDamaged ? Damaged::Replace : Damaged::Stop});
    const ComposedNetwork composed = network.compose(false);
    for (std::int64_t i = 0; i < batches; ++i) {
        const LoadedBatch loaded = loader.next();
        if (!loaded.batch)
            return loaded.batch.error();
        network.forward(composed, loaded.batch->images, settings);
    }
    for (const Instruction* norm : norms) {
        const auto tensor = [&](std::size_t which) {
            return composed.tensors[static_cast<std::size_t>(norm->tensors[which])].detach();
        };
        const Sums& seen = sums.at(norm->inputs.front());
        const torch::Tensor mean = seen.mean(), variance = seen.variance();
        const torch::Tensor gain =
            tensor(0).to(torch::kFloat64) / (tensor(3).to(torch::kFloat64) + NormEpsilon).sqrt();
        const torch::Tensor offset =
            tensor(1).to(torch::kFloat64) - tensor(2).to(torch::kFloat64) * gain;
        tensor(0).copy_(gain * (variance + NormEpsilon).sqrt());
        tensor(1).copy_(offset + gain * mean);
        tensor(2).copy_(mean);
        tensor(3).copy_(variance);
    }
    return std::nullopt;
}

} // namespace concertina
