// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace concertina {

/// An array of a `.mat` file as HDF5 has it: MATLAB's extents in reverse, so that its last index
/// comes first and the values of one frame lie together.
struct MatField {
    std::vector<std::int64_t> shape;
    bool real = false; ///< float or double; else whole numbers
    bool text = false; ///< cells, each of which refers to a text
    int bytes = 0;     ///< of one value

    bool operator==(const MatField&) const = default;
};

/// A file of MATLAB's version 7.3, which is HDF5, read in place: opening it reads names and shapes,
/// and each call the values that it is asked for. May be used from several threads; libhdf5 may
/// not, so they take turns, with those of all other such files.
class MatFile {
public:
    /// Problems: "mat.missing", "mat.version" (an older MAT file), "mat.format", "mat.damaged".
    static Expected<std::shared_ptr<const MatFile>> open(const std::filesystem::path& path);

    virtual ~MatFile() = default;

    virtual bool has(const std::string& field) const = 0;

    /// Problems: "mat.field", which names the fields that are there, "mat.damaged".
    virtual Expected<MatField> field(const std::string& name) const = 0;

    /// The values of frame `frame`, the first extent, of a field that has so many; numbers of other
    /// types are converted. Problem "mat.damaged".
    virtual Expected<std::vector<std::uint8_t>> bytes(const std::string& field,
                                                      std::int64_t frame) const = 0;
    virtual Expected<std::vector<std::uint16_t>> words(const std::string& field,
                                                       std::int64_t frame) const = 0;
    virtual Expected<std::vector<float>> floats(const std::string& field,
                                                std::int64_t frame) const = 0;

    /// The texts of a cell array, in order, as UTF-8. Problem "mat.damaged".
    virtual Expected<std::vector<std::string>> texts(const std::string& field) const = 0;
};

} // namespace concertina
