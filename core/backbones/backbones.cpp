// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"

#include <array>

namespace concertina {

const BackboneInfo& segnetBackbone();
const BackboneInfo& unetBackbone();

std::span<const BackboneInfo* const> backbones() {
    static const std::array all{&segnetBackbone(), &unetBackbone()};
    return all;
}

} // namespace concertina
