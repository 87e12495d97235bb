// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include <string>

namespace concertina {

struct ExportSamples {
    torch::Tensor images; ///< [N, 3, H, W] as the network takes them
    std::string text;     ///< "4 images of the split "val""
};

} // namespace concertina
