// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/values/problem.h"
#include "core/values/spec_choices.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// A stretch of a layer's factors that is composed into one kernel and run as one convolution.
struct KernelStretch {
    std::size_t first = 0; ///< factor, of those in the descriptor's order: the output's side first
    std::size_t count = 0;
    KernelShape kernel;
    double composeCost = 0; ///< multiply–adds

    bool operator==(const KernelStretch&) const = default;
};

/// One line of network.contraction_order: "enc5.1 dec5.*: U·M | V". Layers whose kernel has these
/// factors run as these stretches; one stretch with all of them: composed. Layers whose
/// kernel has other factors are not concerned.
struct ContractionRule {
    std::vector<std::string> layers; ///< patterns
    std::vector<std::vector<std::string>> stretches;

    bool operator==(const ContractionRule&) const = default;

    bool names(const std::string& layer) const;
    bool hasFactors(std::span<const FactorInfo> factors) const;
};

/// Problems have the code "contraction.syntax" and an empty path. "*" may stand for "·".
Expected<ContractionRule> parseContractionRule(std::string_view text);

std::string toText(const ContractionRule& rule);

/// What a contraction depends on, beside the kernel.
struct ContractionSettings {
    Contraction wanted = Contraction::Compose;
    int batch = 1;                      ///< images of a training step
    std::vector<ContractionRule> rules; ///< the later wins
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

/// What stretches cost that run one behind the other, the output's side first: multiply–adds of a k
/// × k convolution. Composing costs what it multiplies, whatever the batch; running grows with the
/// pixels, and what lies between two stretches is written and read. Gradients triple both.
double contractionCost(std::span<const KernelShape> convolutions,
                       std::span<const KernelStretch> stretches, const LayerPixels& pixels,
                       int batch);

/// How a layer's factors can be cut into stretches.
struct Cuttable {
    std::string layer;
    std::vector<FactorInfo> factors;
    std::vector<KernelShape> convolutions; ///< one a factor (FragmentPart::convolutions), or none
    double composeCost = 0; ///< of the whole kernel
    LayerPixels pixels;
};

/// The stretches of a layer, the output's side first; none where the whole kernel is composed: what
/// a rule says, else what is wanted.
///
/// The plan plays no part: a layer keeps its contraction order, and so its output to the bit, when
/// its tasks are parted.
std::vector<KernelStretch> chooseStretches(const Cuttable& layer,
                                           const ContractionSettings& settings);

/// Factors cut into stretches of these sizes.
std::vector<KernelStretch> stretchesOf(const Cuttable& layer, std::span<const std::size_t> sizes);

/// The fragment in which the convolution of these stretches is a chain of them, the input's side
/// first, each named by its first factor: "link0". Without stretches the fragment as it is.
Fragment withStretches(Fragment fragment, std::span<const KernelStretch> stretches);

} // namespace concertina
