// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"

#include <algorithm>
#include <string>
#include <utility>

namespace concertina {

namespace {

std::string headName(const HeadPlace& place, const std::string& layer) {
    return "head." + place.task + "." + layer;
}

int atImageSize(GraphBuilder& builder, const HeadPlace& place, int output) {
    constexpr int image = 0;
    return place.features.back().stride == 1
               ? output
               : builder.upsample(headName(place, "upsample"), output, image);
}

/// A rate that is given for features of stride 8.
int rateAt(int stride, int rate) {
    return std::max(1, rate * 8 / std::max(8, stride));
}

} // namespace

int plainHead(GraphBuilder& builder, const HeadPlace& place) {
    const int features = place.features.back().node;
    const int channels = builder.graph().node(features).channels;
    const int middle = builder.conv(headName(place, "1"), features, channels, 3);
    return atImageSize(builder, place,
                       builder.conv(headName(place, "2"), middle, place.outputs, 1));
}

int deepLabHead(GraphBuilder& builder, const HeadPlace& place, int channels) {
    const Feature& out = place.features.back();
    const auto layer = [&](const std::string& name, int input, int kernel, int dilation) {
        return builder.convNormRelu(
            headName(place, name), input,
            {.channels = channels, .kernel = kernel, .dilation = dilation, .bias = false});
    };
    std::vector<int> branches{layer("0.convs.0.0", out.node, 1, 1)};
    for (const int rate : {12, 24, 36})
        branches.push_back(layer("0.convs." + std::to_string(rate / 12) + ".0", out.node, 3,
                                 rateAt(out.stride, rate)));
    const int mean = builder.globalPool(headName(place, "0.convs.4.pool"), out.node);
    branches.push_back(builder.upsample(headName(place, "0.convs.4.upsample"),
                                        layer("0.convs.4.1", mean, 1, 1), out.node));
    int x = builder.concat(headName(place, "0.concat"), branches);
    x = layer("0.project.0", x, 1, 1);
    x = layer("1", x, 3, 1);
    return atImageSize(builder, place, builder.conv(headName(place, "4"), x, place.outputs, 1));
}

int pooledHead(GraphBuilder& builder, const HeadPlace& place) {
    const int mean = builder.globalPool(headName(place, "pool"), place.features.back().node);
    return builder.linear(headName(place, "fc"), mean, place.outputs);
}

int centerHead(GraphBuilder& builder, const HeadPlace& place, int channels) {
    constexpr int coarse = 4; // of the paper
    int x = place.features.back().node;
    int step = 0;
    for (int stride = place.features.back().stride; stride < coarse; stride *= 2)
        x = builder.convNormRelu(headName(place, "down" + std::to_string(++step)), x,
                                 {.channels = channels, .kernel = 3, .stride = 2, .bias = false});
    x = builder.convNormRelu(headName(place, "1"), x,
                             {.channels = channels, .kernel = 3, .bias = false});
    return builder.conv(headName(place, "2"), x, place.outputs, 1);
}

FieldInfo headChannelsOption(int usual, std::string help) {
    return {.path = "head_channels",
            .type = FieldType::Integer,
            .defaultValue = usual,
            .minimum = 1,
            .maximum = 4096,
            .label = "Head's channels",
            .help = std::move(help),
            .advanced = true};
}

std::vector<FieldInfo> denseHeadOptions() {
    return {{.path = "head",
             .type = FieldType::Choice,
             .defaultValue = "plain",
             .choices = {"plain", "deeplabv3"},
             .label = "Head",
             .help =
                 "plain: a 3 × 3 and a 1 × 1 convolution, as MTAN's. deeplabv3: convolutions of "
                 "several rates and the mean of the image side by side, as torchvision's "
                 "DeepLabHead, without its dropout. Both end at the image's size."},
            headChannelsOption(256, "Of each layer inside a head of deeplabv3; a plain one has "
                                    "those of its features.")};
}

int denseHead(GraphBuilder& builder, const HeadPlace& place, const Json& options) {
    return options["head"] == "deeplabv3"
               ? deepLabHead(builder, place, options["head_channels"].get<int>())
               : plainHead(builder, place);
}

} // namespace concertina
