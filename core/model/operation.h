// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <variant>

namespace concertina {

enum class Op {
    Input,
    Conv,
    Norm,       ///< batch normalization, eps 1e-5, momentum 0.1
    ScaleShift, ///< y = x · scale + shift a channel; what is left of a norm that could not be
                ///< folded
    Relu,
    Relu6,       ///< min(max(x, 0), 6)
    HardSwish,   ///< x · relu6(x + 3) / 6
    Sigmoid,     ///< 1 / (1 + exp(−x))
    MaxPool,     ///< of a Pooling; what is padded is never the greatest
    AveragePool, ///< of a Pooling; what is padded counts as zeros
    GlobalPool,  ///< the mean of each channel, [N, C, 1, 1]
    MaxUnpool,   ///< inputs: features, the MaxPool node whose indices and input size it takes
    Upsample,    ///< by an Interpolation; inputs: features, a node whose size it takes
    Concat,      ///< along channels
    Add,         ///< the sum of two inputs or more
};

/// "conv", "max_unpool": the name in files.
const char* opName(Op op);

/// None where no op has this name.
std::optional<Op> opFromName(const std::string& name);

/// How a kernel is applied, the same along both sides.
struct Convolving {
    int stride = 1;
    int padding = 0; ///< zeros on each side
    int dilation = 1;
    int groups = 1;

    bool operator==(const Convolving&) const = default;
};

/// What a pooling looks at, size × size, the same along both sides. Windows that do not lie in the
/// padded features as a whole are dropped: as it stands here, odd borders are.
struct Pooling {
    int size = 2;
    int stride = 2;
    int padding = 0; ///< at most half of the size

    bool operator==(const Pooling&) const = default;
};

/// Both see pixels as areas: corners are not aligned.
enum class Interpolation { Bilinear, Nearest };

/// What an operation is told beside its inputs: Conv a Convolving, MaxPool and AveragePool a
/// Pooling, Upsample an Interpolation, all others nothing.
using Attributes = std::variant<std::monostate, Convolving, Pooling, Interpolation>;

/// Of one of these kinds; what it is by default where there are others.
template <class Kind>
Kind attributesAs(const Attributes& attributes) {
    const Kind* kind = std::get_if<Kind>(&attributes);
    return kind != nullptr ? *kind : Kind{};
}

/// An operation's attributes where nothing is said of them.
Attributes defaultAttributes(Op op);

/// How long a side is behind a kernel or a window of this size; 0: it does not fit.
int sideBehind(int side, int size, const Convolving& how);
int sideBehind(int side, const Pooling& pooling);

} // namespace concertina
