// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/resnet.h"

namespace concertina {

const BackboneInfo& resNet50Backbone() {
    static const BackboneInfo info = resNet({.id = "resnet50",
                                             .label = "ResNet-50",
                                             .blocks = {{3, 4, 6, 3}},
                                             .bottleneck = true,
                                             .size = "23.5 M parameters"});
    return info;
}

} // namespace concertina
