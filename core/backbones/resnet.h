// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"

#include <array>
#include <string>

namespace concertina {

/// What one ResNet is: blocks of each of its four stages, of two convolutions or of three with a
/// bottleneck.
struct ResNetForm {
    std::string id;
    std::string label;
    std::array<int, 4> blocks{};
    bool bottleneck = false;
    std::string size; ///< "11.2 M parameters"
};

/// A ResNet (He 2016) with torchvision's layers and names, at any width, dilated for output strides
/// of 16 and 8.
BackboneInfo resNet(const ResNetForm& form);

} // namespace concertina
