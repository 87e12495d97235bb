// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"

#include <span>
#include <string>
#include <vector>

namespace concertina {

/// One operation of what a layer is in training: a convolution, a norm, or a sum.
struct FragmentPart {
    /// As an input: what the layer reads.
    static constexpr int LayerInput = -1;

    Op op = Op::Conv;
    std::string name;        ///< in names of nodes and tensors: "1x1"; empty: the layer's own
    std::vector<int> inputs; ///< earlier parts, or LayerInput

    /// Conv: its kernel is made of these factors, of those in the descriptor's order. A factor
    /// alone among others is the kernel itself; several are composed. The part with the first
    /// factor has the layer's bias.
    std::size_t firstFactor = 0;
    std::size_t factorCount = 0;
    bool biasFactor = false; ///< Conv: the last of its factors is its bias
    KernelShape kernel;      ///< Conv
    /// Conv: each factor as a convolution, where running one behind the other from the last to the
    /// first is this one; at most one of them is more than a 1 × 1 kernel of stride 1. Empty: the
    /// kernel is composed.
    std::vector<KernelShape> convolutions;
    bool stretch = false; ///< Conv: one of those that a part was cut into; made of `convolutions`

    double scale = 1;  ///< Norm: γ at the start
    bool kept = false; ///< it runs in the collapsed network too

    bool operator==(const FragmentPart&) const = default;

    /// Factors of the kernel, without the bias.
    std::size_t kernelFactors() const { return factorCount - (biasFactor ? 1 : 0); }
};

/// What a layer becomes in training: a small graph in place of its convolution and its norm. The
/// last part gives the layer's output.
struct Fragment {
    std::vector<FragmentPart> parts;

    bool operator==(const Fragment&) const = default;

    /// Whether collapse makes one convolution of all of it, where it is more than a convolution and
    /// the norm behind it.
    bool becomesOneKernel() const;

    /// That convolution: of one behind the other, as wide as both together.
    KernelShape collapsedKernel() const;

    /// Norms of its own, beside the layer's: it can't stand where a layer has none.
    bool hasInnerNorms() const;

    /// The part whose kernel is composed of several factors, or the first convolution: what a
    /// contraction cuts.
    const FragmentPart& mainConvolution() const;
};

/// One convolution of all factors, and the norm behind it: what a layer is where its
/// parametrization has no fragment. `convolutions`: each factor as one.
Fragment oneConvolution(const KernelShape& kernel, std::size_t factors,
                        std::vector<KernelShape> convolutions = {});

/// The graph in which each layer is its fragment, where its convolution and its norm were;
/// `fragments` has one a layer. A layer's convolution must be read by its norm alone.
LayerGraph withFragments(const LayerGraph& graph, std::span<const Fragment> fragments);

/// What a part's tensors are called in `tensorName`: "kernel", "kernel.1x1", "bias".
std::string kernelTensor(const FragmentPart& part);
std::string biasTensor(const FragmentPart& part);

/// The same for "weight", "bias", "mean" and "var" of a norm: "norm.mean", "norm.1x1.mean".
std::string normTensor(const FragmentPart& part, const std::string& what);

} // namespace concertina
