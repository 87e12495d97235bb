// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantization/layer_rounding.h"

#include "core/quantization/value_readers.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concertina {

namespace {

/// A kernel's scales [O], so that its greatest magnitude a channel is the greatest whole number.
/// They are not so small that a bias, a whole multiple of the kernel's and the input's scale in
/// files, needs more than 31 bits.
torch::Tensor kernelScales(const torch::Tensor& kernel, const torch::Tensor& bias, float input,
                           int bits) {
    const double most = std::exp2(bits - 1) - 1;
    torch::Tensor scales = kernel.abs().amax({1, 2, 3}).to(torch::kFloat64) / most;
    if (bias.defined())
        scales = torch::maximum(scales, bias.abs().to(torch::kFloat64)
                                            / (static_cast<double>(input) * std::exp2(30)));
    scales =
        torch::where(scales > std::numeric_limits<float>::min(), scales, torch::ones_like(scales));
    return scales.to(torch::kFloat32);
}

torch::Tensor roundedTo(const torch::Tensor& kernel, const torch::Tensor& scales, int bits) {
    const double most = std::exp2(bits - 1) - 1;
    const torch::Tensor each = scales.view({-1, 1, 1, 1});
    return (kernel / each).round_().clamp_(-most, most).mul_(each);
}

/// Pooling takes the first of equal values. A reader that pools in whole numbers, as ONNX Runtime
/// does, finds more of them equal: where an unpooling takes their places, what is pooled is rounded
/// before. The greatest values are the same.
void roundBeforePooling(const Program& program, std::vector<ValueScale>& values) {
    for (const Instruction& unpool : program.instructions) {
        if (unpool.op != Op::MaxUnpool)
            continue;
        const auto pool = static_cast<std::size_t>(unpool.inputs[1]);
        ValueScale& pooled = values[pool];
        ValueScale& before = values[static_cast<std::size_t>(program.instructions[pool].inputs[0])];
        if (pooled.isFloat())
            continue;
        if (before.isFloat())
            before = pooled;
        else
            pooled = before; // another convolution reads it
    }
}

/// Biases beside kernels in 8 bits are whole multiples of the product of the kernel's scales and
/// the input's in files, as sums of such products are; so they are here, or values between two
/// levels would go to another. A bias that is added to several such sums stays as it is.
void roundBiases(CollapsedNetwork& network) {
    const Quantization& how = network.quantization;
    std::vector<torch::Tensor> steps(network.tensors.size());
    std::vector<bool> differs(network.tensors.size());
    for (const Instruction& now : network.program.instructions) {
        if (now.op != Op::Conv || now.tensors.size() < 2)
            continue;
        const auto bias = static_cast<std::size_t>(now.tensors[1]);
        const torch::Tensor& kernel = how.kernels[static_cast<std::size_t>(now.tensors[0])];
        if (!kernel.defined())
            continue;
        const torch::Tensor step =
            kernel * how.values[static_cast<std::size_t>(now.inputs[0])].scale;
        if (steps[bias].defined() && !torch::equal(steps[bias], step))
            differs[bias] = true;
        steps[bias] = step;
    }
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (steps[i].defined() && !differs[i]) {
            const torch::Tensor step = steps[i].to(torch::kFloat64);
            network.tensors[i] = ((network.tensors[i].to(torch::kFloat64) / step).round() * step)
                                     .to(torch::kFloat32);
        }
}

double rootOf(double wrong, double right) {
    return right > 0 ? std::sqrt(wrong / right) : 0;
}

double squares(const torch::Tensor& values) {
    return values.to(torch::kFloat64).square().sum().item<double>();
}

/// The mean of each channel of [N, C, H, W].
torch::Tensor channelMeans(const torch::Tensor& value) {
    return value.mean({0, 2, 3}, false, torch::kFloat64);
}

} // namespace

std::string layerOf(const Program& program, const Instruction& instruction) {
    if (instruction.op != Op::Conv)
        return {};
    const std::string& kernel = program.tensors[static_cast<std::size_t>(instruction.tensors[0])];
    return kernel.substr(0, kernel.find("/kernel"));
}

std::vector<std::string> layersOf(const Program& program) {
    std::vector<std::string> layers;
    for (const Instruction& instruction : program.instructions)
        if (const std::string layer = layerOf(program, instruction);
            !layer.empty() && std::ranges::find(layers, layer) == layers.end())
            layers.push_back(layer);
    return layers;
}

std::vector<bool> valuesHeld(const Program& program,
                             const std::function<bool(const std::string& layer)>& chosen) {
    const auto readers = valueReaders(program);
    std::vector<bool> held(program.instructions.size());
    for (std::size_t i = 0; i < program.instructions.size(); ++i) {
        const Instruction& now = program.instructions[i];
        if (now.op != Op::Conv || !chosen(layerOf(program, now)))
            continue;
        held[static_cast<std::size_t>(now.inputs[0])] = true;
        auto end = static_cast<int>(i);
        if (readers[i].size() == 1 && readers[i].front() >= 0) {
            const Op op = program.instructions[static_cast<std::size_t>(readers[i].front())].op;
            if (op == Op::Relu || op == Op::Relu6)
                end = readers[i].front();
        }
        if (!leadsToOutput(program, readers, end))
            held[static_cast<std::size_t>(end)] = true;
    }
    return held;
}

CollapsedNetwork withRounded(const CollapsedNetwork& network, const std::vector<ValueScale>& scales,
                             int weightBits,
                             const std::function<bool(const std::string& layer)>& chosen) {
    const Program& program = network.program;
    CollapsedNetwork result = network;
    result.quantization.values.assign(program.instructions.size(), {});
    const std::vector<bool> held = valuesHeld(program, chosen);
    for (std::size_t i = 0; i < held.size(); ++i)
        if (held[i])
            result.quantization.values[i] = scales[i];
    result.quantization.kernels.assign(program.tensors.size(), {});
    for (const Instruction& now : program.instructions) {
        if (now.op != Op::Conv || !chosen(layerOf(program, now)))
            continue;
        const auto from = static_cast<std::size_t>(now.inputs[0]);
        const auto kernel = static_cast<std::size_t>(now.tensors[0]);
        torch::Tensor& own = result.quantization.kernels[kernel];
        const torch::Tensor bias = now.tensors.size() > 1
                                       ? network.tensors[static_cast<std::size_t>(now.tensors[1])]
                                       : torch::Tensor();
        const torch::Tensor wanted =
            kernelScales(network.tensors[kernel], bias, scales[from].scale, weightBits);
        own = own.defined() ? torch::maximum(own, wanted) : wanted; // several may run it
    }
    for (std::size_t i = 0; i < program.tensors.size(); ++i)
        if (const torch::Tensor& own = result.quantization.kernels[i]; own.defined())
            result.tensors[i] = roundedTo(network.tensors[i], own, weightBits);
    roundBeforePooling(program, result.quantization.values);
    roundBiases(result);
    return result;
}

LayerPrecision weightPrecision(const CollapsedNetwork& network, const CollapsedNetwork& rounded,
                               const std::string& layer) {
    LayerPrecision result{.layer = layer};
    double wrong = 0, right = 0;
    double narrowest = std::numeric_limits<double>::infinity(), widest = 0;
    for (std::size_t i = 0; i < network.tensors.size(); ++i) {
        if (!rounded.quantization.kernels[i].defined()
            || !network.program.tensors[i].starts_with(layer + "/kernel"))
            continue;
        const torch::Tensor& kernel = network.tensors[i];
        result.least = std::min(result.least, kernel.min().item<double>());
        result.greatest = std::max(result.greatest, kernel.max().item<double>());
        const torch::Tensor channels = kernel.abs().amax({1, 2, 3});
        if (const torch::Tensor living = channels.masked_select(channels > 0); living.numel() > 0) {
            narrowest = std::min(narrowest, living.min().item<double>());
            widest = std::max(widest, living.max().item<double>());
        }
        wrong += squares(kernel - rounded.tensors[i]);
        right += squares(kernel);
    }
    result.spread = widest > 0 ? widest / narrowest : 1;
    result.weightError = rootOf(wrong, right);
    return result;
}

double outputError(const std::vector<torch::Tensor>& right,
                   const std::vector<torch::Tensor>& found) {
    double sum = 0;
    for (std::size_t t = 0; t < right.size(); ++t)
        sum += rootOf(squares(right[t] - found[t]), squares(right[t]));
    return sum / static_cast<double>(right.size());
}

void correctBiases(CollapsedNetwork& quantized, const CollapsedNetwork& inFloats,
                   const torch::Tensor& images) {
    const Program& program = quantized.program;
    const auto isMoved = [&](const Instruction& now) {
        return now.op == Op::Conv && now.tensors.size() > 1
               && quantized.quantization.kernels[static_cast<std::size_t>(now.tensors[0])]
                      .defined();
    };
    std::vector<torch::Tensor> wanted(program.instructions.size());
    RunSettings settings;
    settings.look = [&](int i, const torch::Tensor& value) {
        if (isMoved(program.instructions[static_cast<std::size_t>(i)]))
            wanted[static_cast<std::size_t>(i)] = channelMeans(value);
    };
    inFloats.forward(images, settings);
    // One pass over all images: each output is moved before the next layer reads it. It would be
    // rounded before, where another convolution reads it with nothing between.
    std::vector<torch::Tensor> moves(program.tensors.size());
    std::vector<double> counts(program.tensors.size());
    CollapsedNetwork moved = quantized;
    const Quantization& how = quantized.quantization;
    moved.quantization = {};
    torch::Tensor input = images.clone();
    if (!how.values.front().isFloat())
        how.values.front().round(input);
    settings.look = [&](int i, const torch::Tensor& value) {
        const auto at = static_cast<std::size_t>(i);
        const Instruction& now = program.instructions[at];
        torch::Tensor own = value;
        if (isMoved(now)) {
            const auto bias = static_cast<std::size_t>(now.tensors[1]);
            const torch::Tensor move = wanted[at] - channelMeans(own);
            own.add_(move.to(torch::kFloat32).view({1, -1, 1, 1}));
            moves[bias] = moves[bias].defined() ? moves[bias] + move : move;
            counts[bias] += 1;
        }
        if (!how.values[at].isFloat())
            how.values[at].round(own);
    };
    moved.forward(input, settings);
    for (std::size_t i = 0; i < moves.size(); ++i)
        if (moves[i].defined())
            quantized.tensors[i] = (quantized.tensors[i].to(torch::kFloat64) + moves[i] / counts[i])
                                       .to(torch::kFloat32);
    roundBiases(quantized);
}

} // namespace concertina
