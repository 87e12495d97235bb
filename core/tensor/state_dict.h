// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace concertina {

/// Tensors on the CPU by their names. Some may share memory, as they did where they were written,
/// and have any strides: who changes one takes a copy.
using NamedTensors = std::map<std::string, torch::Tensor>;

/// The state dict of a file that `torch.save` wrote as a zip archive (PyTorch 1.6 and later), or of
/// a TorchScript archive, of which `data.pkl` alone is looked at, no code. Each storage is read
/// once; those of tensors that are not in the state dict (moments of an optimizer) are not read.
/// Values of the other byte order are turned. Problems: those of `ZipArchive`, `readPickle` and
/// `findStateDict`, "weights.zip" (an archive without `data.pkl`, of a newer version, or without a
/// storage that a tensor needs).
Expected<NamedTensors> readZippedStateDict(const std::filesystem::path& path);

/// The same of a stream as PyTorch wrote before 1.6, in which the storages follow the pickles.
/// Problems: "file.read", those of `readPickle` and `findStateDict`, "weights.stream".
Expected<NamedTensors> readStreamedStateDict(const std::filesystem::path& path);

} // namespace concertina
