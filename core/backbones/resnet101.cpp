// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/resnet.h"

namespace concertina {

const BackboneInfo& resNet101Backbone() {
    static const BackboneInfo info =
        resNet("resnet101", "ResNet-101", {{3, 4, 23, 3}, true}, "42.5 M parameters.");
    return info;
}

} // namespace concertina
