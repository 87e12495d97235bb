// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"

#include <span>
#include <string>
#include <vector>

namespace concertina {

/// A stretch of a layer's factors that is composed into one kernel and run as one convolution.
struct KernelLink {
    std::size_t first = 0; ///< factor, of those in the descriptor's order: the output's side first
    std::size_t count = 0;
    KernelShape kernel;
    double composeCost = 0; ///< multiply–adds

    bool operator==(const KernelLink&) const = default;
};

/// How a product of factors meets its input. Whatever the brackets, the input is padded once and the
/// network computes the same, to rounding.
enum class Bracketing {
    Cheapest, ///< what costs least, layer by layer
    Compose,  ///< one kernel, one convolution
    Run,      ///< a convolution for each factor, where factors are convolutions
};

/// What the cost of a bracketing depends on, beside the kernel.
struct BracketingSettings {
    Bracketing wanted = Bracketing::Compose;
    int batch = 1; ///< images of a training step
};

/// What a layer's convolution reads and gives, an image.
struct LayerPixels {
    double input = 0;
    double output = 0;
};

/// The kernel that a stretch of convolutions, one behind the other, is.
KernelShape kernelOf(std::span<const KernelShape> stretch);

/// Multiply–adds of composing it from the output's side on.
double composeCostOf(std::span<const KernelShape> stretch);

/// What links cost that run one behind the other, the output's side first: multiply–adds of a k × k
/// convolution. Composing costs what it multiplies, whatever the batch; running grows with the
/// pixels, and what lies between two links is written and read. Gradients triple both.
double bracketingCost(std::span<const KernelShape> convolutions, std::span<const KernelLink> links,
                      const LayerPixels& pixels, int batch);

/// The links of a layer, the output's side first; none where the whole kernel is composed.
/// `convolutions` has one a factor (ParametrizationInfo::convolutions), `composeCost` is that of
/// the whole kernel.
///
/// The plan plays no part: a layer keeps its brackets, and so every bit of its output, when it is
/// parted.
std::vector<KernelLink> chooseLinks(std::span<const KernelShape> convolutions, double composeCost,
                                    const LayerPixels& pixels, const BracketingSettings& settings);

/// What the kernel of a link is called in `tensorName`, by its first factor: "kernel.link0".
std::string linkTensor(std::size_t firstFactor);

/// The graph in which the convolution of each layer that has links is a chain of them, the input's
/// side first; `links` has a list a layer.
LayerGraph withLinks(const LayerGraph& graph, std::span<const std::vector<KernelLink>> links);

} // namespace concertina
