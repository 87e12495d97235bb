// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"

#include <array>

namespace concertina {

const BackboneInfo& segnetBackbone();
const BackboneInfo& unetBackbone();
const BackboneInfo& resNet18Backbone();
const BackboneInfo& resNet34Backbone();
const BackboneInfo& resNet50Backbone();
const BackboneInfo& resNet101Backbone();
const BackboneInfo& vgg16Backbone();
const BackboneInfo& mobileNetV2Backbone();

std::span<const BackboneInfo* const> backbones() {
    static const std::array all{&segnetBackbone(),   &unetBackbone(),       &resNet18Backbone(),
                                &resNet34Backbone(), &resNet50Backbone(),   &resNet101Backbone(),
                                &vgg16Backbone(),    &mobileNetV2Backbone()};
    return all;
}

} // namespace concertina
