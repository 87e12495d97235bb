// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/values/spec.h"

#include <torch/types.h>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace concertina {

/// What factors begin from, beside a kernel.
struct KernelStart {
    std::uint64_t seed = 0; ///< for whatever the kernel leaves open
    /// What the layer reads on the first training images, [N, Ci, H, W], where the descriptor asks
    /// for some and the network is trained; else undefined.
    torch::Tensor inputs{};
};

/// What a kernel may depend on beside its factors. By default: not in training.
struct ComposeMoment {
    bool training = false;
    std::int64_t step = 0;
    std::uint64_t seed = 0;  ///< of the run
    std::uint64_t tasks = 0; ///< whose kernel it is, a bit a task
};

/// What a regularizer may depend on beside its factor.
struct RegularizerMoment {
    double epoch = 0; ///< steps ÷ steps of an epoch
    int layers = 1;   ///< of the network with this parametrization
};

/// How one layer's kernel W is made of factors while it trains. Knows one kernel's shape and its
/// options; nothing of plans, copies or backbones.
class Parametrization {
public:
    virtual ~Parametrization() = default;

    /// Factors, in the descriptor's order, of a layer that computes what `kernel` [Co, Ci / groups,
    /// kh, kw] does, to rounding of the kernel's own type, or near it where options say so.
    virtual std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                                  const KernelStart& start) const = 0;

    /// The kernel of the fragment's convolution that is made of several factors, of these, of any
    /// floating type; differentiable in each of them. Linear in those that the descriptor says
    /// scale it, the others held; where it says `affine`, affine in every one, so that the W of a
    /// mean of copies is the mean of their W.
    virtual torch::Tensor compose(std::span<const torch::Tensor> factors,
                                  const ComposeMoment& moment = {}) const = 0;

    /// What is added to the loss for the sake of one factor, by its place in the descriptor; a
    /// scalar, undefined where there is nothing.
    virtual torch::Tensor regularizer(std::size_t factor, const torch::Tensor& value,
                                      const RegularizerMoment& moment = {}) const;
};

/// How a parametrization is made: complete, checked options of its descriptor.
struct ParametrizationEntry {
    ParametrizationInfo info;
    std::function<std::unique_ptr<Parametrization>(const KernelShape&, const Json& options)> make;
};

/// All parametrizations, in menu order.
std::span<const ParametrizationEntry* const> parametrizations();

/// By its id, which must be known.
std::unique_ptr<Parametrization> makeParametrization(const MethodChoice& method,
                                                     const KernelShape& kernel);

} // namespace concertina
