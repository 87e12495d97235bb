// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/resnet.h"

#include "core/backbones/channels.h"
#include "core/model/graph_builder.h"

#include <string>

namespace concertina {

namespace {

constexpr int widening = 4; ///< of a bottleneck's last convolution

/// Writes one network with torchvision's names: "conv1", "layer1.0.conv1", "layer1.0.downsample.0".
class ResNetWriter {
public:
    ResNetWriter(const ResNetForm& form, const Json& options, int height, int width)
        : m_form(form),
          m_width(options["width"].get<double>()),
          m_coarsest(std::stoi(options["output_stride"].get<std::string>())),
          m_builder(3, height, width) {}

    FeatureGraph write() {
        std::vector<Feature> features;
        int x = m_builder.convNormRelu("conv1", 0, form(64, 7, 2, 1));
        x = m_builder.maxPool("maxpool", x, {.size = 3, .stride = 2, .padding = 1});
        for (std::size_t s = 0; s < m_form.blocks.size(); ++s) {
            const std::string name = "layer" + std::to_string(s + 1);
            x = stage(name, x, 64 << s, m_form.blocks[s], s == 0 ? 1 : 2);
            features.push_back({s + 1 < m_form.blocks.size() ? name : "out", x, m_stride});
        }
        return {m_builder.take(), std::move(features)};
    }

private:
    LayerForm form(int channels, int kernel, int stride, int dilation) const {
        return {.channels = widened(channels, m_width),
                .kernel = kernel,
                .stride = stride,
                .dilation = dilation,
                .bias = false};
    }

    /// Where the output would become coarser than asked for, what follows is dilated in place of
    /// the stride: the first block as what comes before it, the others as their stage.
    int stage(const std::string& name, int x, int channels, int blocks, int stride) {
        const int before = m_dilation;
        if (m_stride * stride > m_coarsest) {
            m_dilation *= stride;
            stride = 1;
        }
        m_stride *= stride;
        for (int b = 0; b < blocks; ++b) {
            const std::string block = name + "." + std::to_string(b) + ".";
            x = m_form.bottleneck
                    ? bottleneck(block, x, channels, b == 0 ? stride : 1,
                                 b == 0 ? before : m_dilation)
                    : basic(block, x, channels, b == 0 ? stride : 1, b == 0 ? before : m_dilation);
        }
        return x;
    }

    int basic(const std::string& name, int input, int channels, int stride, int dilation) {
        int x = m_builder.convNormRelu(name + "conv1", input, form(channels, 3, stride, dilation));
        x = m_builder.convNorm(name + "conv2", x, form(channels, 3, 1, dilation));
        return added(name, x, input, channels, stride);
    }

    int bottleneck(const std::string& name, int input, int channels, int stride, int dilation) {
        int x = m_builder.convNormRelu(name + "conv1", input, form(channels, 1, 1, 1));
        x = m_builder.convNormRelu(name + "conv2", x, form(channels, 3, stride, dilation));
        LayerForm last = form(channels, 1, 1, 1);
        last.channels *= widening;
        x = m_builder.convNorm(name + "conv3", x, last);
        return added(name, x, input, channels, stride);
    }

    /// The block's output on its input, which passes a 1 × 1 convolution where it has another
    /// shape.
    int added(const std::string& name, int x, int input, int channels, int stride) {
        LayerForm way = form(channels, 1, stride, 1);
        way.channels = m_builder.graph().node(x).channels;
        const bool isFirst = name.ends_with(".0.");
        if (isFirst && (stride != 1 || m_form.bottleneck || channels != 64))
            input = m_builder.convNorm(name + "downsample.0", input, way);
        x = m_builder.sum(name + "add", {x, input});
        return m_builder.activation(Op::Relu, name + "relu", x);
    }

    ResNetForm m_form;
    double m_width;
    int m_coarsest; ///< stride of the output
    int m_stride = 4;
    int m_dilation = 1;
    GraphBuilder m_builder;
};

/// torchvision's name of a layer's norm: behind "convN" stands "bnN", behind "downsample.0" "….1".
std::string resNetNorm(const std::string& layer) {
    const auto dot = layer.rfind('.') + 1; // 0 where there is none
    const std::string last = layer.substr(dot);
    return layer.substr(0, dot) + (last == "0" ? "1" : "bn" + last.substr(last.size() - 1));
}

} // namespace

BackboneInfo resNet(const ResNetForm& form) {
    return {
        {.id = form.id,
         .label = form.label,
         .help = "Residual blocks of "
                 + std::string(form.bottleneck ? "1 × 1, 3 × 3 and 1 × 1" : "two 3 × 3")
                 + " convolutions with batch norm in four stages, after a 7 × 7 convolution and "
                   "a max-pooling; layers are called as torchvision's. "
                 + form.size
                 + ". Heads stand on the last stage and end at the image's size by bilinear "
                   "interpolation.",
         .source = "He 2016, arXiv 1512.03385, as in torchvision (stride in the 3 × 3); dilated "
                   "as its replace_stride_with_dilation, both convolutions of a block alike",
         .options = {widthOption("convolution"),
                     {.path = "output_stride",
                      .type = FieldType::Choice,
                      .defaultValue = "16",
                      .choices = {"32", "16", "8"},
                      .label = "Output stride",
                      .help = "Pixels of the image from one pixel of the last features to the "
                              "next. 32 is the network for classes of images; at 16 and 8 the "
                              "last stages are dilated in place of their strides: finer, with "
                              "more multiply–adds."}}},
        [form](const Json& options, int height, int width) {
            return ResNetWriter(form, options, height, width).write();
        },
        [](const Json&, int, int) { return Problems{}; },
        resNetNorm};
}

} // namespace concertina
