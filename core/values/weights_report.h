// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/problem.h"
#include "core/values/table_text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// One tensor of a file of weights.
struct FileTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::string type; ///< "float32"
    double bytes = 0;

    bool operator==(const FileTensor&) const = default;
};

/// How the weights of another program fit a network's layers. Heads are never looked for.
struct WeightsFit {
    /// A layer whose kernel stands in the file in another shape.
    struct OtherShape {
        std::string layer;
        std::string tensor;
        std::vector<std::int64_t> inFile, here;

        bool operator==(const OtherShape&) const = default;
    };

    int layers = 0;                       ///< of the network
    std::vector<std::string> loaded;      ///< layers whose kernel is in the file
    std::vector<std::string> narrowed;    ///< of these, those that take some of its channels
    std::vector<std::string> withoutNorm; ///< of these, those whose norm is not in the file
    std::vector<std::string> missing;     ///< layers that are not in the file, and begin anew
    std::vector<OtherShape> otherShapes;  ///< these begin anew, too
    std::vector<std::string> used;        ///< tensors that are taken
    std::vector<std::string> left;        ///< those that are not, without counters

    bool operator==(const WeightsFit&) const = default;
};

/// What is in a file of weights, and what of it a network would begin with.
struct WeightsReport {
    std::string file;                ///< its path
    std::vector<FileTensor> tensors; ///< by name
    std::optional<WeightsFit> fit;   ///< of another program's, where a network was asked about
    std::vector<std::string> notes;  ///< on what the network begins with, in sentences
    std::optional<Problem> problem;  ///< why it can't begin with them

    bool operator==(const WeightsReport&) const = default;
};

/// "8 × 6 × 3 × 3"; "one value".
std::string extentsText(const std::vector<std::int64_t>& shape);

/// What becomes of a tensor: "loaded", "other shape", "left"; empty where nothing was asked.
std::string useOf(const WeightsReport& report, const std::string& tensor);

/// "Loads 120 of 122 tensors into 20 of 20 layers"; of this program's files the first note.
std::string summaryText(const WeightsReport& report);

/// Titles, a row a tensor with its shape, type, bytes and, where a network was asked about, its
/// use. `exact`: for programs.
TableRows tableRows(const WeightsReport& report, bool exact);

Json toJson(const FileTensor& tensor);
Json toJson(const WeightsFit& fit);

} // namespace concertina
