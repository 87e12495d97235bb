// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/channels.h"
#include "core/model/graph_builder.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace concertina {

namespace {

/// Levels but the coarsest go down by max-pooling; on the way up each is joined by what the same
/// level gave on the way down.
FeatureGraph unetGraph(const Json& options, int height, int width) {
    const auto channels = scaledChannels(options);
    const int convolutions = options["convolutions"].get<int>();
    GraphBuilder builder(3, height, width);
    const auto block = [&](const std::string& name, int x, int outputs) {
        for (int i = 0; i < convolutions; ++i)
            x = builder.convNormRelu(name + "." + std::to_string(i + 1), x, outputs, 3);
        return x;
    };
    std::vector<int> skips;
    int x = 0;
    for (std::size_t level = 0; level < channels.size(); ++level) {
        const std::string number = std::to_string(level + 1);
        if (level > 0)
            x = builder.maxPool("pool" + std::to_string(level), x);
        x = block("enc" + number, x, channels[level]);
        skips.push_back(x);
    }
    for (std::size_t level = channels.size() - 1; level-- > 0;) {
        const std::string number = std::to_string(level + 1);
        x = builder.upsample("up" + number, x, skips[level]);
        x = builder.concat("skip" + number, {skips[level], x});
        x = block("dec" + number, x, channels[level]);
    }
    return {builder.take(), {{.name = "out", .node = x}}};
}

Problems checkLevels(const Json& options, int height, int width) {
    const std::size_t count = options["channels"].size();
    if (count < 2 || count > 9)
        return {{"unet.levels", "channels", std::to_string(count) + " levels", "2 to 9 levels", "",
                 asLongAs(options, "channels", count < 2 ? 2 : 9)}};
    const auto most = static_cast<std::size_t>(std::log2(std::min(height, width))) + 1;
    if (count > most)
        return {{"unet.size", "channels",
                 std::to_string(count) + " levels, each but the first of which halves the image",
                 "at most " + std::to_string(most) + " for " + std::to_string(width) + " × "
                     + std::to_string(height),
                 "fewer levels or a larger input", asLongAs(options, "channels", most)}};
    return {};
}

std::vector<FieldInfo> unetOptions() {
    auto options = channelOptions({64, 128, 256, 512, 1024}, "level");
    options.insert(options.begin() + 1,
                   {.path = "convolutions",
                    .type = FieldType::Integer,
                    .defaultValue = 2,
                    .minimum = 1,
                    .maximum = 16,
                    .label = "Convolutions",
                    .help = "Of each level, on the way down and again on the way up."});
    return options;
}

} // namespace

const BackboneInfo& unetBackbone() {
    static const BackboneInfo info{
        {.id = "unet",
         .label = "U-Net",
         .help = "Levels of 3 × 3 convolutions with batch norm, down by max-pooling and up by "
                 "bilinear interpolation; each level on the way up also sees what the same level "
                 "gave on the way down. The paper's 2 × 2 up-convolutions are left out and its "
                 "convolutions padded, so that outputs have the image's size.",
         .source = "Ronneberger 2015, arXiv 1505.04597; bilinear as in common reimplementations",
         .options = unetOptions()},
        unetGraph,
        checkLevels};
    return info;
}

} // namespace concertina
