// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/channels.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace concertina {

FieldInfo widthOption(const std::string& of) {
    return {.path = "width",
            .type = FieldType::Real,
            .defaultValue = 1.0,
            .minimum = 0.01,
            .maximum = 8,
            .label = "Width",
            .help = "Multiplies the channels of every " + of + "; the result is rounded."};
}

std::vector<FieldInfo> channelOptions(std::vector<int> channels, const std::string& of) {
    return {{.path = "channels",
             .type = FieldType::Integers,
             .defaultValue = std::move(channels),
             .minimum = 1,
             .maximum = 4096,
             .label = "Channels",
             .help = "Of each " + of + ", the finest first, before the width multiplier."},
            widthOption(of)};
}

Fix asLongAs(const Json& options, const std::string& list, std::size_t count) {
    Json numbers = options[list];
    const Json last = numbers.empty() ? Json(1) : numbers.back();
    while (numbers.size() > count)
        numbers.erase(numbers.size() - 1);
    while (numbers.size() < count)
        numbers.push_back(last);
    return {list, valueText(numbers)};
}

int widened(int channels, double width) {
    return std::max(1, static_cast<int>(std::lround(channels * width)));
}

std::vector<int> scaledChannels(const Json& options) {
    std::vector<int> scaled;
    for (const Json& channels : options["channels"])
        scaled.push_back(widened(channels.get<int>(), options["width"].get<double>()));
    return scaled;
}

} // namespace concertina
