// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/channels.h"
#include "core/model/graph_builder.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace concertina {

namespace {

/// Convolutions of each stage, and their channels; all but the last end in a pooling.
constexpr std::array<std::pair<int, int>, 5> vggStages{
    {{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}}};

/// torchvision's features of vgg16_bn: layers are numbered there as everything is, convolution,
/// norm, ReLU, pooling. The last pooling belongs to its classifier and is left out.
FeatureGraph vggGraph(const Json& options, int height, int width) {
    GraphBuilder builder(3, height, width);
    std::vector<Feature> features;
    int x = 0, number = 0, stride = 1;
    for (std::size_t s = 0; s < vggStages.size(); ++s) {
        if (s > 0) {
            x = builder.maxPool("features." + std::to_string(number++), x);
            stride *= 2;
        }
        for (int i = 0; i < vggStages[s].first; ++i) {
            x = builder.convNormRelu("features." + std::to_string(number), x,
                                     widened(vggStages[s].second, options["width"].get<double>()),
                                     3);
            number += 3;
        }
        features.push_back(
            {s + 1 < vggStages.size() ? "stage" + std::to_string(s + 1) : "out", x, stride});
    }
    return {builder.take(), std::move(features)};
}

Problems checkVgg(const Json&, int height, int width) {
    constexpr int least = 1 << (vggStages.size() - 1);
    if (std::min(height, width) >= least)
        return {};
    return {{"vgg.size", "", std::to_string(width) + " × " + std::to_string(height),
             "at least " + std::to_string(least) + " × " + std::to_string(least)
                 + " pixels, as four poolings halve the image",
             "a larger input (data.height, data.width)"}};
}

/// "features.1" behind "features.0".
std::string vggNorm(const std::string& layer) {
    const auto dot = layer.rfind('.') + 1;
    return layer.substr(0, dot) + std::to_string(std::stoi(layer.substr(dot)) + 1);
}

} // namespace

const BackboneInfo& vgg16Backbone() {
    static const BackboneInfo info{
        {.id = "vgg16",
         .label = "VGG-16",
         .help = "Thirteen 3 × 3 convolutions with batch norm in five stages with max-pooling "
                 "between them; layers are called as in torchvision's vgg16_bn. 14.7 M parameters; "
                 "its classifier and the pooling in front of it are left out, so the last features "
                 "have a stride of 16.",
         .source = "Simonyan 2015, arXiv 1409.1556, as torchvision's vgg16_bn",
         .options = {widthOption("convolution")}},
        vggGraph,
        checkVgg,
        vggNorm};
    return info;
}

} // namespace concertina
