// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/values/problem.h"

#include <span>
#include <string>
#include <string_view>
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

/// One line of network.brackets: "enc5.1 dec5.*: U·M | V". Layers whose kernel has these factors
/// run as these links; one link with all of them: composed. Others of the layers are as they were.
struct BracketRule {
    std::vector<std::string> layers; ///< patterns
    std::vector<std::vector<std::string>> links;

    bool operator==(const BracketRule&) const = default;

    bool names(const std::string& layer) const;
    bool hasFactors(std::span<const FactorInfo> factors) const;
};

/// Problems have the code "brackets.syntax" and an empty path. "*" may stand for "·".
Expected<BracketRule> parseBracketRule(std::string_view text);

std::string toText(const BracketRule& rule);

/// What a bracketing depends on, beside the kernel.
struct BracketingSettings {
    Bracketing wanted = Bracketing::Compose;
    int batch = 1;                  ///< images of a training step
    std::vector<BracketRule> rules; ///< the later wins
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

/// How a layer's factors can be cut into links.
struct Cuttable {
    std::string layer;
    std::vector<FactorInfo> factors;
    std::vector<KernelShape>
        convolutions;       ///< one a factor (ParametrizationInfo::convolutions), or none
    double composeCost = 0; ///< of the whole kernel
    LayerPixels pixels;
};

/// The links of a layer, the output's side first; none where the whole kernel is composed: what a
/// rule says, else what is wanted.
///
/// The plan plays no part: a layer keeps its brackets, and so every bit of its output, when it is
/// parted.
std::vector<KernelLink> chooseLinks(const Cuttable& layer, const BracketingSettings& settings);

/// Factors cut into links of these sizes.
std::vector<KernelLink> linksOf(const Cuttable& layer, std::span<const std::size_t> sizes);

/// What the kernel of a link is called in `tensorName`, by its first factor: "kernel.link0".
std::string linkTensor(std::size_t firstFactor);

/// The graph in which the convolution of each layer that has links is a chain of them, the input's
/// side first; `links` has a list a layer.
LayerGraph withLinks(const LayerGraph& graph, std::span<const std::vector<KernelLink>> links);

} // namespace concertina
