// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/channels.h"
#include "core/model/graph_builder.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace concertina {

namespace {

struct Stage {
    int channels = 0;
    int convolutions = 0;
};

std::vector<Stage> stages(const Json& options) {
    const auto channels = scaledChannels(options);
    std::vector<Stage> all;
    for (std::size_t i = 0; i < channels.size(); ++i)
        all.push_back({channels[i], options["convolutions"][i].get<int>()});
    return all;
}

std::string layerName(const char* side, std::size_t stage, int convolution) {
    return side + std::to_string(stage + 1) + "." + std::to_string(convolution + 1);
}

/// Encoder stages end in a pooling whose indices the decoder's stage of the same number unpools
/// with. Each decoder stage gives the channels of the stage before it; the first gives its own.
FeatureGraph build(const Json& options, int height, int width) {
    const auto all = stages(options);
    GraphBuilder builder(3, height, width);
    int x = 0;
    std::vector<int> pools;
    for (std::size_t s = 0; s < all.size(); ++s) {
        for (int i = 0; i < all[s].convolutions; ++i)
            x = builder.convNormRelu(layerName("enc", s, i), x, all[s].channels, 3);
        x = builder.maxPool("pool" + std::to_string(s + 1), x);
        pools.push_back(x);
    }
    for (std::size_t s = all.size(); s-- > 0;) {
        x = builder.maxUnpool("unpool" + std::to_string(s + 1), x, pools[s]);
        const int channels = all[s == 0 ? 0 : s - 1].channels;
        for (int i = 0; i < all[s].convolutions; ++i)
            x = builder.convNormRelu(layerName("dec", s, i), x, channels, 3);
    }
    return {builder.take(), {{.name = "out", .node = x}}};
}

Problems checkStages(const Json& options, int height, int width) {
    Problems problems;
    const std::size_t count = options["channels"].size();
    if (count < 1 || count > 9)
        problems.push_back({"segnet.stages", "channels", std::to_string(count) + " stages",
                            "1 to 9 stages", "", asLongAs(options, "channels", count < 1 ? 1 : 9)});
    if (options["convolutions"].size() != count)
        problems.push_back({"segnet.stages", "convolutions",
                            std::to_string(options["convolutions"].size()) + " numbers",
                            std::to_string(count) + ", as many as channels", "",
                            asLongAs(options, "convolutions", count)});
    const auto most = static_cast<std::size_t>(std::log2(std::min(height, width)));
    if (problems.empty() && count > most)
        problems.push_back({"segnet.size", "channels",
                            std::to_string(count) + " stages, each of which halves the image",
                            "at most " + std::to_string(most) + " for " + std::to_string(width)
                                + " × " + std::to_string(height),
                            "fewer stages or a larger input", asLongAs(options, "channels", most)});
    return problems;
}

std::vector<FieldInfo> segnetOptions() {
    auto options = channelOptions({64, 128, 256, 512, 512}, "stage");
    options.insert(options.begin() + 1,
                   {.path = "convolutions",
                    .type = FieldType::Integers,
                    .defaultValue = {2, 2, 3, 3, 3},
                    .minimum = 1,
                    .maximum = 16,
                    .label = "Convolutions",
                    .help = "Of each stage, in the encoder and again in the decoder."});
    return options;
}

} // namespace

const BackboneInfo& segnetBackbone() {
    static const BackboneInfo info{
        {.id = "segnet",
         .label = "SegNet",
         .help = "An encoder of stages that end in max-pooling and a decoder that mirrors them and "
                 "unpools with the same indices; 3 × 3 convolutions with batch norm. The default is "
                 "MTAN's: 13 + 13 convolutions, 24.9 M parameters.",
         .source = "Badrinarayanan 2017, as in MTAN's repository (Liu 2019)",
         .options = segnetOptions()},
        build,
        checkStages};
    return info;
}

} // namespace concertina
