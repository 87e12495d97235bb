// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/channels.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace concertina {

std::vector<FieldInfo> channelOptions(std::vector<int> channels, const std::string& of) {
    return {{.path = "channels",
             .type = FieldType::Integers,
             .defaultValue = std::move(channels),
             .minimum = 1,
             .maximum = 4096,
             .label = "Channels",
             .help = "Of each " + of + ", the finest first, before the width multiplier."},
            {.path = "width",
             .type = FieldType::Real,
             .defaultValue = 1.0,
             .minimum = 0.01,
             .maximum = 8,
             .label = "Width",
             .help = "Multiplies the channels of every " + of + "; the result is rounded."}};
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

std::vector<int> scaledChannels(const Json& options) {
    std::vector<int> scaled;
    for (const Json& channels : options["channels"])
        scaled.push_back(std::max(
            1, static_cast<int>(std::lround(channels.get<double>()
                                            * options["width"].get<double>()))));
    return scaled;
}

} // namespace concertina
