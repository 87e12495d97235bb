// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/backbones/backbone.h"
#include "core/backbones/resnet.h"

namespace concertina {

const BackboneInfo& resNet50Backbone() {
    static const BackboneInfo info =
        resNet("resnet50", "ResNet-50", {{3, 4, 6, 3}, true}, "23.5 M parameters.");
    return info;
}

} // namespace concertina
