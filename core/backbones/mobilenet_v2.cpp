// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/channels.h"
#include "core/model/graph_builder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace concertina {

namespace {

/// A row of the paper's Table 2: `blocks` that widen their input `expansion` times and give
/// `channels`, the first with `stride`.
struct BlockRow {
    int expansion = 1, channels = 0, blocks = 1, stride = 1;
};

constexpr std::array<BlockRow, 7> blockRows{{{1, 16, 1, 1},
                                             {6, 24, 2, 2},
                                             {6, 32, 3, 2},
                                             {6, 64, 4, 2},
                                             {6, 96, 3, 1},
                                             {6, 160, 3, 2},
                                             {6, 320, 1, 1}}};
constexpr int firstChannels = 32;
constexpr int lastChannels = 1280;

/// Channels × width as the authors round them: the nearest multiple of 8, the next where that is
/// less than nine tenths.
int inEights(int channels, double width) {
    const double wanted = channels * width;
    const int rounded = std::max(8, static_cast<int>(wanted + 4) / 8 * 8);
    return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

/// Writes one network with torchvision's names: "features.0.0", "features.2.conv.1.0",
/// "features.2.conv.2", "features.18.0".
class MobileNetWriter {
public:
    MobileNetWriter(const Json& options, int height, int width)
        : m_width(options["width"].get<double>()),
          m_coarsest(std::stoi(options["output_stride"].get<std::string>())),
          m_hasLast(options["last_convolution"].get<bool>()),
          m_builder(3, height, width) {}

    FeatureGraph write() {
        int x = activated("features.0.0", 0,
                          {.channels = inEights(firstChannels, m_width), .kernel = 3, .stride = 2});
        int number = 0;
        std::vector<Feature> features;
        for (const BlockRow& row : blockRows)
            for (int b = 0; b < row.blocks; ++b) {
                const int stride = b == 0 ? row.stride : 1;
                if (stride > 1) // before it becomes coarser
                    features.push_back({nameOf(number), x, m_stride});
                x = block(nameOf(++number) + ".conv.", x, row, stride);
            }
        if (m_hasLast)
            x = activated(nameOf(++number) + ".0", x,
                          {.channels = inEights(lastChannels, std::max(1.0, m_width))});
        features.push_back({"out", x, m_stride});
        return {m_builder.take(), std::move(features)};
    }

private:
    static std::string nameOf(int number) { return "features." + std::to_string(number); }

    int activated(const std::string& layer, int input, LayerForm form) {
        form.bias = false;
        const int x = m_builder.convNorm(layer, input, form);
        return m_builder.activation(Op::Relu6, layer + ".relu6", x);
    }

    /// An inverted residual: 1 × 1 to more channels, a depthwise 3 × 3, 1 × 1 back, and the input
    /// added where it has the output's shape. Where the output would become coarser than asked for,
    /// what follows is dilated in place of the stride; this block as what comes before it.
    int block(const std::string& name, int input, const BlockRow& row, int stride) {
        const int before = m_dilation;
        const bool isCoarser = stride > 1;
        if (m_stride * stride > m_coarsest) {
            m_dilation *= stride;
            stride = 1;
        }
        m_stride *= stride;
        const int from = m_builder.graph().node(input).channels;
        const int wide = from * row.expansion, to = inEights(row.channels, m_width);
        int part = 0;
        int x = input;
        if (row.expansion > 1)
            x = activated(name + std::to_string(part++) + ".0", x, {.channels = wide});
        x = activated(
            name + std::to_string(part++) + ".0", x,
            {.channels = wide, .kernel = 3, .stride = stride, .dilation = before, .groups = wide});
        x = m_builder.convNorm(name + std::to_string(part), x, {.channels = to, .bias = false});
        return isCoarser || from != to ? x : m_builder.sum(name + "add", {x, input});
    }

    double m_width;
    int m_coarsest; ///< stride of the output
    bool m_hasLast;
    int m_stride = 2;
    int m_dilation = 1;
    GraphBuilder m_builder;
};

/// Everything is numbered: the norm stands behind its convolution.
std::string mobileNetNorm(const std::string& layer) {
    const auto dot = layer.rfind('.') + 1;
    return layer.substr(0, dot) + std::to_string(std::stoi(layer.substr(dot)) + 1);
}

std::vector<FieldInfo> mobileNetOptions() {
    FieldInfo width = widthOption("convolution");
    width.help = "Multiplies the channels of every convolution, which are rounded to multiples of "
                 "8 as the authors do; 1280, of the last convolution, grows alone.";
    return {std::move(width),
            {.path = "output_stride",
             .type = FieldType::Choice,
             .defaultValue = "16",
             .choices = {"32", "16", "8"},
             .label = "Output stride",
             .help = "Pixels of the image from one pixel of the last features to the next. 32 is "
                     "the network for classes of images; at 16 and 8 the last depthwise "
                     "convolutions are dilated in place of their strides: finer, with more "
                     "multiply–adds."},
            {.path = "last_convolution",
             .type = FieldType::Boolean,
             .defaultValue = false,
             .label = "Last convolution",
             .help = "The 1 × 1 convolution to 1280 channels that classifiers of images read. "
                     "Without it, as in the paper's DeepLab, heads stand on the last block, of 320 "
                     "channels at width 1: a head of pixels has a 3 × 3 kernel from all channels "
                     "to as many."}};
}

} // namespace

const BackboneInfo& mobileNetV2Backbone() {
    static const BackboneInfo info{
        {.id = "mobilenet_v2",
         .label = "MobileNetV2",
         .help = "Seventeen inverted residual blocks: a 1 × 1 convolution to six times the "
                 "channels, a depthwise 3 × 3 and a 1 × 1 back, which has no ReLU behind it; "
                 "layers are called as torchvision's. 1.8 M parameters, 2.2 M with the last "
                 "convolution. Heads stand on the last block and end at the image's size by "
                 "bilinear interpolation.",
         .source = "Sandler 2018, arXiv 1801.04381, as in torchvision; dilated as its §6.3, a "
                   "stride's own convolution as those before it",
         .options = mobileNetOptions()},
        [](const Json& options, int height, int width) {
            return MobileNetWriter(options, height, width).write();
        },
        [](const Json&, int, int) { return Problems{}; },
        mobileNetNorm};
    return info;
}

} // namespace concertina
