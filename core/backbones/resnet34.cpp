// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/resnet.h"

namespace concertina {

const BackboneInfo& resNet34Backbone() {
    static const BackboneInfo info = resNet({.id = "resnet34",
                                             .label = "ResNet-34",
                                             .blocks = {{3, 4, 6, 3}},
                                             .bottleneck = false,
                                             .size = "21.3 M parameters"});
    return info;
}

} // namespace concertina
