// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// What one value of a NumPy array is.
enum class NpyType {
    Bool,
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float16,
    Float32,
    Float64
};

constexpr std::size_t bytesOf(NpyType type) {
    switch (type) {
    case NpyType::Bool:
    case NpyType::Int8:
    case NpyType::UInt8: return 1;
    case NpyType::Int16:
    case NpyType::UInt16:
    case NpyType::Float16: return 2;
    case NpyType::Int32:
    case NpyType::UInt32:
    case NpyType::Float32: return 4;
    case NpyType::Int64:
    case NpyType::UInt64:
    case NpyType::Float64: return 8;
    }
    return 0;
}

constexpr bool isReal(NpyType type) {
    return type == NpyType::Float16 || type == NpyType::Float32 || type == NpyType::Float64;
}

/// An array of a `.npy` file (NumPy's format, versions 1 to 3) where it lies in the file's bytes;
/// nothing is copied.
struct NpyArray {
    NpyType type = NpyType::Float32;
    std::vector<std::int64_t> shape;
    bool columnsFirst = false; ///< Fortran's order: the first index runs fastest
    std::span<const std::byte> data;

    std::int64_t size() const;
};

/// Whether a file begins as `.npy` files do.
bool isNpy(std::span<const std::byte> file);

/// The array of a file that lies in memory as a whole. Refused, each with what to do, are
/// big-endian values, objects (they would be code), records, texts, complex numbers, and data of
/// another length than the shape says. Problems, with an empty path: "npy.header", "npy.version",
/// "npy.type", "npy.truncated".
Expected<NpyArray> readNpy(std::span<const std::byte> file);

/// Values [first, first + count) in C's order, the last index fastest, as floats: integers above
/// 2^24 and float64 are rounded. `first + count` is at most the array's size.
std::vector<float> npyValues(const NpyArray& array, std::int64_t first, std::int64_t count);

/// "288 × 384 × 3 of float32", for problems.
std::string toText(const NpyArray& array);

} // namespace concertina
