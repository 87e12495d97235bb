// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"

#include <array>
#include <string>

namespace concertina {

/// What one ResNet is: blocks of each of its four stages, of two convolutions or of three with a
/// bottleneck.
struct ResNetForm {
    std::array<int, 4> blocks{};
    bool bottleneck = false;
};

/// A ResNet (He 2016) with torchvision's layers and names, at any width, dilated for output strides
/// of 16 and 8. `size` is a sentence of its help.
BackboneInfo resNet(const std::string& id, const std::string& label, const ResNetForm& form,
                    const std::string& size);

} // namespace concertina
