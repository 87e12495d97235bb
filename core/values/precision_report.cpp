// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/precision_report.h"

#include "core/values/table_text.h"
#include "core/values/text.h"

#include <cmath>
#include <limits>

namespace concertina {

namespace {

constexpr const char* noValue = "–";

Json finiteOrNull(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

std::string changeText(double percent) {
    return std::isfinite(percent) ? (percent > 0 ? "+" : "") + fixedText(percent, 2) + " %"
                                  : noValue;
}

TableRows metricRows(const PrecisionsReport& report) {
    TableRows rows{{""}};
    for (const PrecisionsReport::Precision& precision : report.precisions)
        rows.front().push_back(precision.name);
    for (std::size_t p = 1; p < report.precisions.size(); ++p)
        rows.front().push_back("change by " + report.precisions[p].name);
    for (std::size_t m = 0; m < report.metrics.size(); ++m) {
        const PrecisionsReport::Metric& metric = report.metrics[m];
        std::vector<std::string>& cells =
            rows.emplace_back(std::vector{oneLine(metric.task) + " " + metric.info.label});
        for (const PrecisionsReport::Precision& precision : report.precisions)
            cells.push_back(metricText(metric.info, precision.values[m]));
        for (std::size_t p = 1; p < report.precisions.size(); ++p)
            cells.push_back(changeText(report.change(m, p)));
    }
    std::vector<std::string>& sizes = rows.emplace_back(std::vector<std::string>{"weights"});
    for (const PrecisionsReport::Precision& precision : report.precisions)
        sizes.push_back(bytesText(precision.bytes));
    for (std::size_t p = 1; p < report.precisions.size(); ++p)
        sizes.push_back(
            changeText(100 * (report.precisions[p].bytes / report.precisions.front().bytes - 1)));
    return rows;
}

TableRows layerRows(const PrecisionsReport& report) {
    TableRows rows{{"layer", "least weight", "greatest", "widest ÷ narrowest channel",
                    "weights' error", "outputs' error", "kept"}};
    for (const LayerPrecision& layer : report.layers)
        rows.push_back({oneLine(layer.layer), digitsText(layer.least, 3),
                        digitsText(layer.greatest, 3), digitsText(layer.spread, 3),
                        percentText(layer.weightError), percentText(layer.outputError),
                        layer.isFloat ? "float32" : "int8"});
    return rows;
}

} // namespace

double PrecisionsReport::change(std::size_t metric, std::size_t precision) const {
    const double before = precisions.front().values[metric];
    const double after = precisions[precision].values[metric];
    return before != 0 ? 100 * (after - before) / std::abs(before)
                       : std::numeric_limits<double>::quiet_NaN();
}

std::string percentText(std::optional<double> share) {
    return share && std::isfinite(*share) ? digitsText(100 * *share, 3) + " %" : noValue;
}

Json toJson(const LayerPrecision& layer) {
    return {{"layer", layer.layer},
            {"least", layer.least},
            {"greatest", layer.greatest},
            {"spread", layer.spread},
            {"weight_error", layer.weightError},
            {"output_error", layer.outputError ? finiteOrNull(*layer.outputError) : Json()},
            {"type", layer.isFloat ? "float32" : "int8"}};
}

Json toJson(const PrecisionsReport& report) {
    Json precisions = Json::array();
    for (const PrecisionsReport::Precision& precision : report.precisions) {
        Json metrics = Json::object();
        for (std::size_t m = 0; m < report.metrics.size(); ++m)
            metrics[metricKey(report.metrics[m].task, report.metrics[m].info.name)] =
                finiteOrNull(precision.values[m]);
        precisions.push_back({{"weights", precision.name},
                              {"bytes", precision.bytes},
                              {"metrics", std::move(metrics)}});
    }
    Json layers = Json::array();
    for (const LayerPrecision& layer : report.layers)
        layers.push_back(toJson(layer));
    return {{"precisions", std::move(precisions)},
            {"calibration_images", report.images},
            {"layers", std::move(layers)}};
}

std::string toText(const PrecisionsReport& report) {
    std::string text = tableText(metricRows(report));
    if (!report.layers.empty())
        text += "\nLayers in 8 bits; an error is the root of the squares' sum ÷ that of what is "
                "right, the outputs' where the layer alone is rounded:\n"
                + tableText(layerRows(report));
    return text;
}

} // namespace concertina
