// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/resnet.h"

namespace concertina {

const BackboneInfo& resNet18Backbone() {
    static const BackboneInfo info = resNet({.id = "resnet18",
                                             .label = "ResNet-18",
                                             .blocks = {{2, 2, 2, 2}},
                                             .bottleneck = false,
                                             .size = "11.2 M parameters"});
    return info;
}

} // namespace concertina
