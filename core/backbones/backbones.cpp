// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"

#include <array>

namespace concertina {

const BackboneInfo& segnetBackbone();

std::span<const BackboneInfo* const> backbones() {
    static const std::array all{&segnetBackbone()};
    return all;
}

} // namespace concertina
