// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"

#include <vector>

namespace concertina {

/// For each instruction, those that read its values; −1 stands for being an output. Of their second
/// inputs unpooling and upsampling take the size, or where the greatest values were, and no values.
std::vector<std::vector<int>> valueReaders(const Program& program);

/// Whether what an instruction writes comes to be an output without another convolution.
bool leadsToOutput(const Program& program, const std::vector<std::vector<int>>& readers, int at);

} // namespace concertina
