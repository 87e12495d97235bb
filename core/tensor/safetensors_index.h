// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/problem.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// Where one tensor lies in a safetensors file.
struct TensorEntry {
    std::string dtype; ///< "F32", "F64", "BF16", "I64", "U8", "BOOL", …
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0; ///< from the start of the data, as are all offsets of the format
    std::uint64_t end = 0;

    bool operator==(const TensorEntry&) const = default;
};

/// A safetensors file without its data: 8 bytes length (little endian), a JSON header, the data.
struct SafetensorsIndex {
    std::map<std::string, TensorEntry> tensors;
    std::map<std::string, std::string> metadata; ///< the header's `__metadata__`
    std::uint64_t dataStart = 0;                 ///< from the start of the file

    bool operator==(const SafetensorsIndex&) const = default;
};

/// Bytes of one value; 0 for a type that this program does not read.
std::size_t dtypeSize(const std::string& dtype);

/// How many bytes of a file its index needs, by its first eight: length and header. No more than
/// the file has, nor than the format allows.
std::uint64_t safetensorsHeadSize(std::span<const std::byte> eight, std::uint64_t fileSize);

/// Reads the index of a file from its first `safetensorsHeadSize` bytes, or more. Every offset is
/// checked against the file's size and the tensor's shape; data must be contiguous, as the format
/// says. Problems: "safetensors.truncated", "safetensors.header", "safetensors.tensor",
/// "safetensors.type" (one that this program does not read), with an empty path.
Expected<SafetensorsIndex> readSafetensorsIndex(std::span<const std::byte> head,
                                                std::uint64_t fileSize);

/// The same of a file that lies in memory as a whole.
Expected<SafetensorsIndex> readSafetensorsIndex(std::span<const std::byte> file);

/// The bytes before the data: length and header, padded with spaces to a multiple of 8. Tensors
/// must be given with their final offsets.
std::string safetensorsHeader(const SafetensorsIndex& index);

} // namespace concertina
