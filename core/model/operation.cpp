// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/operation.h"

#include <array>
#include <utility>

namespace concertina {

namespace {

constexpr std::array<std::pair<Op, const char*>, 15> opNames{{
    {Op::Input, "input"},
    {Op::Conv, "conv"},
    {Op::Norm, "norm"},
    {Op::ScaleShift, "scale_shift"},
    {Op::Relu, "relu"},
    {Op::Relu6, "relu6"},
    {Op::HardSwish, "hard_swish"},
    {Op::Sigmoid, "sigmoid"},
    {Op::MaxPool, "max_pool"},
    {Op::AveragePool, "average_pool"},
    {Op::GlobalPool, "global_pool"},
    {Op::MaxUnpool, "max_unpool"},
    {Op::Upsample, "upsample"},
    {Op::Concat, "concat"},
    {Op::Add, "add"},
}};

} // namespace

const char* opName(Op op) {
    for (const auto& [candidate, name] : opNames)
        if (candidate == op)
            return name;
    return "";
}

std::optional<Op> opFromName(const std::string& name) {
    for (const auto& [op, candidate] : opNames)
        if (name == candidate)
            return op;
    return std::nullopt;
}

Attributes defaultAttributes(Op op) {
    switch (op) {
    case Op::Conv: return Convolving{};
    case Op::MaxPool:
    case Op::AveragePool: return Pooling{};
    case Op::Upsample: return Interpolation::Bilinear;
    default: return {};
    }
}

int sideBehind(int side, int size, const Convolving& how) {
    const int room = side + 2 * how.padding - how.dilation * (size - 1) - 1;
    return room < 0 ? 0 : room / how.stride + 1;
}

int sideBehind(int side, const Pooling& pooling) {
    return sideBehind(side, pooling.size, {.stride = pooling.stride, .padding = pooling.padding});
}

} // namespace concertina
