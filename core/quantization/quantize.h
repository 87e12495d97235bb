// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/quantization/value_ranges.h"
#include "core/values/field.h"
#include "core/values/precision_report.h"
#include "core/values/report.h"

#include <torch/types.h>

#include <stop_token>
#include <string>
#include <vector>

namespace concertina {

/// How a network is held in 8 bits.
struct QuantizationChoices {
    int images = 32; ///< training images that ranges are measured on
    RangeRule ranges = RangeRule::MinMax;
    int weightBits = 8;
    bool equalize = false;
    bool correctBias = false;
    std::vector<std::string> keepFloat{}; ///< patterns of layers that stay in floats
    int floatLayers = 0;                  ///< those that lose most, beside these
};

/// These choices as options of a method.
std::vector<FieldInfo> quantizationFields();
QuantizationChoices quantizationChoices(const Json& options);

struct QuantizedNetwork {
    CollapsedNetwork network;
    std::vector<LayerPrecision> layers; ///< in the order of execution
};

/// Holds the convolutions of a network in 8 bits, with the values that they read and write but for
/// what comes to be an output: static quantization (Jacob et al. 2018, arXiv 1712.05877;
/// Krishnamoorthi 2018, arXiv 1806.08342) with a scale a channel for kernels, around 0, and a scale
/// and a zero for values. Whatever reads such a value gets it as it is held. Biases and all other
/// operations stay in floats.
///
/// `images` [N, 3, H, W] are training images, as the network takes them; of more than `how` wants
/// the first are taken. `measured`: what each layer costs is measured, as it is where some that
/// lose most are to stay in floats. Bias correction adds the mean of what a convolution's output
/// differs by, a channel, layer by layer behind those that are corrected (Nagel et al. 2019,
/// section 4.2, by images).
///
/// Problems: "quantize.images", none; "quantize.keep_float", a pattern that no layer has;
/// "quantize.nothing", no layer is left; "quantize.not_finite"; "stopped".
Expected<QuantizedNetwork> quantize(const CollapsedNetwork& network, const torch::Tensor& images,
                                    const QuantizationChoices& how, bool measured = false,
                                    const Progress& progress = {},
                                    const std::stop_token& stop = {});

/// What the weights of a network take: those of quantized kernels a byte each, and a scale a
/// channel; others as many as `type` has.
double weightBytes(const CollapsedNetwork& network, torch::ScalarType type);

} // namespace concertina
