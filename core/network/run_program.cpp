// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/run_program.h"

#include "core/network/fused_norm.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"

#include <array>
#include <optional>

namespace concertina {

namespace {

class Runner {
public:
    Runner(const Program& program, const std::vector<torch::Tensor>& tensors,
           const RunSettings& settings)
        : m_program(program),
          m_tensors(tensors),
          m_settings(settings),
          m_last(lastUses(program)),
          m_readers(program.instructions.size()),
          m_values(program.instructions.size()),
          m_indices(program.instructions.size()),
          m_sizes(program.instructions.size()),
          m_ends(program.instructions.size()) {
        for (const Instruction& instruction : program.instructions)
            for (const int input : instruction.inputs)
                ++m_readers[index(input)];
    }

    std::vector<torch::Tensor> run(const torch::Tensor& images) {
        m_values[0] = images;
        m_sizes[0] = {images.size(2), images.size(3)};
        for (std::size_t i = 1; i < m_values.size(); ++i) {
            const Instruction& instruction = m_program.instructions[i];
            m_values[i] = execute(instruction, i);
            m_sizes[i] = {m_values[i].size(2), m_values[i].size(3)};
            if (m_settings.look)
                m_settings.look(static_cast<int>(i), m_values[i]);
            for (const int input : instruction.inputs)
                if (m_last[index(input)] == static_cast<int>(i))
                    m_values[index(input)].reset();
        }
        if (m_settings.usedIndices != nullptr)
            *m_settings.usedIndices = std::move(m_indices);
        std::vector<torch::Tensor> outputs;
        for (const int output : m_program.outputs)
            outputs.push_back(m_settings.bfloat16 ? m_values[index(output)].to(images.dtype())
                                                  : m_values[index(output)]);
        return outputs;
    }

private:
    static std::size_t index(int i) { return static_cast<std::size_t>(i); }

    const torch::Tensor& tensor(const Instruction& instruction, std::size_t which) const {
        return m_tensors[index(instruction.tensors[which])];
    }

    torch::Tensor cast(const torch::Tensor& tensor) const {
        return m_settings.bfloat16 ? tensor.to(torch::kBFloat16) : tensor;
    }

    /// Whatever follows keeps a convolution's memory format.
    torch::Tensor laidOut(const torch::Tensor& x) const {
        if (!m_settings.channelsLast)
            return x;
        return x.contiguous(x.size(1) <= WidestChannelsLast ? at::MemoryFormat::ChannelsLast
                                                            : at::MemoryFormat::Contiguous);
    }

    torch::Tensor execute(const Instruction& now, std::size_t at) {
        const torch::Tensor& x = m_values[index(now.inputs.front())];
        switch (now.op) {
        case Op::Input: break;
        case Op::Conv: {
            const auto [stride, padding, dilation, groups] =
                attributesAs<Convolving>(now.attributes);
            return convolve(laidOut(cast(x)), cast(tensor(now, 0)), cast(biasOf(now)), stride,
                            padding, dilation, groups);
        }
        case Op::Norm: return norm(x, now, at);
        case Op::ScaleShift:
            return torch::addcmul(tensor(now, 1).view({1, -1, 1, 1}), x,
                                  tensor(now, 0).view({1, -1, 1, 1}));
        case Op::Relu:
        case Op::Relu6:
            return m_ends[index(now.inputs.front())] != NormEnd::Plain ? x : cutOff(x, now, at);
        case Op::HardSwish: return torch::hardswish(x);
        case Op::Sigmoid: return torch::sigmoid(x);
        case Op::MaxPool: return pool(x, attributesAs<Pooling>(now.attributes), at);
        case Op::AveragePool: {
            const auto [size, stride, padding] = attributesAs<Pooling>(now.attributes);
            return torch::avg_pool2d(x, size, stride, padding);
        }
        case Op::GlobalPool: return x.mean({2, 3}, true);
        case Op::MaxUnpool: return unpool(x, index(now.inputs[1]));
        case Op::Upsample: return upsample(x, now);
        case Op::Concat: {
            std::vector<torch::Tensor> parts;
            for (const int input : now.inputs)
                parts.push_back(m_values[index(input)]);
            return torch::cat(parts, 1);
        }
        case Op::Add: {
            const torch::Tensor& second = m_values[index(now.inputs[1])];
            torch::Tensor sum = isLetGo(now.inputs.front(), at)
                                    ? const_cast<torch::Tensor&>(x).add_(second)
                                    : x + second;
            for (std::size_t i = 2; i < now.inputs.size(); ++i)
                sum.add_(m_values[index(now.inputs[i])]);
            return sum;
        }
        }
        TORCH_CHECK(false, "an instruction that is not executed");
    }

    /// Zeros where an instruction has none: what stands in for oneDNN needs one.
    torch::Tensor biasOf(const Instruction& conv) const {
        const torch::Tensor& kernel = tensor(conv, 0);
        return conv.tensors.size() > 1 ? tensor(conv, 1)
                                       : torch::zeros(kernel.size(0), kernel.options());
    }

    torch::Tensor norm(const torch::Tensor& x, const Instruction& now, std::size_t at) {
        // One value has no variance that running statistics could follow. A spec that makes such
        // batches is refused; the images that happen to be left for a task may still be one.
        const bool oneValue = x.numel() == x.size(1);
        const bool training = m_settings.training && !now.rests;
        const bool running = !training || (m_settings.followStatistics && !oneValue);
        const NormTensors own{tensor(now, 0), tensor(now, 1),
                              running ? tensor(now, 2) : torch::Tensor(),
                              running ? tensor(now, 3) : torch::Tensor()};
        const double momentum = m_settings.momenta.empty() ? NormMomentum : m_settings.momenta[at];
        if (training && canFuseNorm(x, own)) {
            m_ends[at] = m_settings.look ? NormEnd::Plain : endOf(at);
            return fusedNorm(x, own, momentum, NormEpsilon, m_ends[at]);
        }
        return torch::batch_norm(x, own.weight, own.bias, own.runningMean, own.runningVariance,
                                 training, momentum, NormEpsilon, false);
    }

    /// What alone reads a norm, where that can be computed with it.
    NormEnd endOf(std::size_t at) const {
        const std::size_t last = index(m_last[at]); // past the end for an output
        if (m_readers[at] != 1 || last >= m_values.size())
            return NormEnd::Plain;
        const Op op = m_program.instructions[last].op;
        return op == Op::Relu ? NormEnd::Relu : op == Op::Relu6 ? NormEnd::Relu6 : NormEnd::Plain;
    }

    /// Whether an input may be written over: nothing else reads it, and the op before does not need
    /// its output for its gradient (norms, convolutions and sums do not).
    bool isLetGo(int input, std::size_t at) const {
        const Op before = m_program.instructions[index(input)].op;
        return m_last[index(input)] == static_cast<int>(at) && m_readers[index(input)] == 1
               && (before == Op::Norm || before == Op::Conv || before == Op::ScaleShift
                   || before == Op::Add);
    }

    /// ReLU, or ReLU6.
    torch::Tensor cutOff(const torch::Tensor& x, const Instruction& now, std::size_t at) const {
        if (!isLetGo(now.inputs.front(), at))
            return now.op == Op::Relu ? torch::relu(x) : torch::hardtanh(x, 0, 6);
        auto& own = const_cast<torch::Tensor&>(x);
        return now.op == Op::Relu ? torch::relu_(own) : torch::hardtanh_(own, 0, 6);
    }

    torch::Tensor upsample(const torch::Tensor& x, const Instruction& now) const {
        const auto& size = m_sizes[index(now.inputs[1])];
        if (attributesAs<Interpolation>(now.attributes) == Interpolation::Nearest)
            return torch::upsample_nearest2d(x, {size[0], size[1]});
        return torch::upsample_bilinear2d(x, {size[0], size[1]}, false);
    }

    torch::Tensor pool(const torch::Tensor& x, const Pooling& window, std::size_t at) {
        if (m_settings.givenIndices != nullptr) {
            m_indices[at] = (*m_settings.givenIndices)[at];
            return x.flatten(2).gather(2, m_indices[at].flatten(2)).view_as(m_indices[at]);
        }
        torch::Tensor pooled;
        std::tie(pooled, m_indices[at]) =
            torch::max_pool2d_with_indices(x, window.size, window.stride, window.padding);
        return pooled;
    }

    torch::Tensor unpool(const torch::Tensor& x, std::size_t pool) const {
        const int pooled = m_program.instructions[pool].inputs.front();
        const auto& size = m_sizes[index(pooled)];
        // LibTorch 1.13 has no bfloat16 here.
        if (x.scalar_type() == torch::kBFloat16)
            return cast(torch::max_unpool2d(x.to(torch::kFloat32), m_indices[pool],
                                            {size[0], size[1]}));
        return torch::max_unpool2d(x, m_indices[pool], {size[0], size[1]});
    }

    const Program& m_program;
    const std::vector<torch::Tensor>& m_tensors;
    const RunSettings& m_settings;
    std::vector<int> m_last;
    std::vector<int> m_readers; ///< how many inputs an instruction's output is
    std::vector<torch::Tensor> m_values;
    PoolIndices m_indices;
    std::vector<std::array<std::int64_t, 2>> m_sizes;
    std::vector<NormEnd> m_ends; ///< what norms are computed with
};

} // namespace

std::vector<torch::Tensor> runProgram(const Program& program,
                                      const std::vector<torch::Tensor>& tensors,
                                      const torch::Tensor& images, const RunSettings& settings) {
    return Runner(program, tensors, settings).run(images);
}

} // namespace concertina
