// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/weights_report.h"

#include "core/values/text.h"

#include <algorithm>

namespace concertina {

std::string extentsText(const std::vector<std::int64_t>& shape) {
    std::vector<std::string> parts;
    for (const std::int64_t size : shape)
        parts.push_back(std::to_string(size));
    return parts.empty() ? "one value" : join(parts, " × ");
}

std::string useOf(const WeightsReport& report, const std::string& tensor) {
    if (!report.fit)
        return {};
    const WeightsFit& fit = *report.fit;
    if (std::ranges::binary_search(fit.used, tensor))
        return "loaded";
    return std::ranges::find(fit.otherShapes, tensor, &WeightsFit::OtherShape::tensor)
                   != fit.otherShapes.end()
               ? "other shape"
               : "left";
}

std::string summaryText(const WeightsReport& report) {
    if (!report.fit)
        return report.notes.empty() ? std::to_string(report.tensors.size()) + " tensors"
                                    : report.notes.front();
    const WeightsFit& fit = *report.fit;
    return "Loads " + std::to_string(fit.used.size()) + " of "
           + std::to_string(report.tensors.size()) + " tensors into "
           + std::to_string(fit.loaded.size()) + " of " + std::to_string(fit.layers) + " layers";
}

TableRows tableRows(const WeightsReport& report, bool exact) {
    TableRows rows{{"Tensor", "shape", "type", exact ? "bytes" : "size"}};
    if (report.fit)
        rows.front().emplace_back("use");
    for (const FileTensor& tensor : report.tensors) {
        rows.push_back({tensor.name, extentsText(tensor.shape), tensor.type,
                        exact ? numberText(tensor.bytes) : bytesText(tensor.bytes)});
        if (report.fit)
            rows.back().push_back(useOf(report, tensor.name));
    }
    return rows;
}

Json toJson(const FileTensor& tensor) {
    return {{"name", tensor.name},
            {"shape", tensor.shape},
            {"type", tensor.type},
            {"bytes", tensor.bytes}};
}

Json toJson(const WeightsFit& fit) {
    Json shapes = Json::array();
    for (const WeightsFit::OtherShape& other : fit.otherShapes)
        shapes.push_back({{"layer", other.layer},
                          {"tensor", other.tensor},
                          {"in_file", other.inFile},
                          {"here", other.here}});
    return {{"layers", fit.layers},     {"loaded", fit.loaded},
            {"narrowed", fit.narrowed}, {"without_norm", fit.withoutNorm},
            {"missing", fit.missing},   {"other_shapes", std::move(shapes)},
            {"used_tensors", fit.used}, {"left_tensors", fit.left}};
}

} // namespace concertina
