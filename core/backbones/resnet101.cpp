// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/resnet.h"

namespace concertina {

const BackboneInfo& resNet101Backbone() {
    static const BackboneInfo info = resNet({.id = "resnet101",
                                             .label = "ResNet-101",
                                             .blocks = {{3, 4, 23, 3}},
                                             .bottleneck = true,
                                             .size = "42.5 M parameters"});
    return info;
}

} // namespace concertina
