// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/problem.h"

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace concertina {

/// A header of our own and named tensors: checkpoints and collapsed networks. On the disk one
/// safetensors file; the header stands in its metadata as `concertina`, beside `sha256`, which is
/// taken over the whole file with its own 64 digits set to 0.
struct TensorFile {
    Json header = Json::object();
    std::map<std::string, torch::Tensor> tensors;
};

struct WrittenFile {
    std::int64_t bytes = 0;
    std::string sha256;
};

/// Writes beside `path`, flushes to the disk, renames: either the whole new file is there
/// afterwards or what was there before. Equal contents give equal bytes. Problems: those of
/// `placeToWrite`, "file.write", and "disk.full" where there was no room.
Expected<WrittenFile> writeTensorFile(const std::filesystem::path& path, const TensorFile& file);

/// Reads and checks all of a file, and keeps those of its tensors that are wanted, or all; they are
/// on the CPU. Problems: "file.read", "safetensors.*", "file.checksum".
Expected<TensorFile>
readTensorFile(const std::filesystem::path& path,
               const std::function<bool(const std::string& name)>& wanted = {});

/// All tensors of a safetensors file of any program, on the CPU: no checksum is asked for, and no
/// header. Problems: "file.read", "safetensors.*".
Expected<std::map<std::string, torch::Tensor>> readTensors(const std::filesystem::path& path);

/// The SHA-256 that a file says it has, which reading it checks. Problems: "file.read",
/// "safetensors.*", "file.checksum" (none).
Expected<std::string> tensorFileSum(const std::filesystem::path& path);

/// Writes bytes in the same way.
Expected<void> writeFileAtomically(const std::filesystem::path& path,
                                   std::span<const std::string_view> pieces);

} // namespace concertina
