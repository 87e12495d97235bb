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

/// How one layer's kernel W is made of factors while it trains. Knows one kernel's shape and its
/// options; nothing of plans, copies or backbones.
class Parametrization {
public:
    virtual ~Parametrization() = default;

    /// Factors, in the descriptor's order, whose product is `kernel` [Co, Ci / groups, kh, kw] to
    /// rounding of the kernel's own type, or near it where options say so. `seed` is for whatever
    /// the kernel leaves open.
    virtual std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                                  std::uint64_t seed) const = 0;

    /// W of factors of any floating type, differentiable in each of them. With the others held it
    /// is linear in the first and in cores, so that scaling one of these scales W, and affine in
    /// every factor, so that the W of a mean of copies is the mean of their W. Where the layer has
    /// several branches their kernels are factors themselves, and this is the first branch's.
    virtual torch::Tensor compose(std::span<const torch::Tensor> factors) const = 0;

    /// What is added to the loss for the sake of one factor, by its place in the descriptor; a
    /// scalar, undefined where there is nothing.
    virtual torch::Tensor regularizer(std::size_t factor, const torch::Tensor& value) const;
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
