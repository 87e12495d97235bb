// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/state_dict.h"
#include "core/values/problem.h"

#include <filesystem>
#include <string>

namespace concertina {

/// The tensors of a file of weights of any program: a state dict that `torch.save` wrote in
/// either of its forms, a TorchScript archive, or safetensors. What it is shows by its contents,
/// whatever its name. Problems: "file.read", "weights.format" (none of these; what it seems to be),
/// and those of `readZippedStateDict`, `readStreamedStateDict` and `readTensors`.
Expected<NamedTensors> readWeights(const std::filesystem::path& path);

/// The SHA-256 of all of a file's bytes. Problem: "file.read".
Expected<std::string> fileSum(const std::filesystem::path& path);

} // namespace concertina
