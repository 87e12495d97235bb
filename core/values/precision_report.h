// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/metric.h"

#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// A layer of a collapsed network in 8 bits.
struct LayerPrecision {
    std::string layer;
    double least = 0;       ///< of its weights
    double greatest = 0;    ///< of them
    double spread = 1;      ///< the widest channel's greatest magnitude ÷ that of the narrowest
    double weightError = 0; ///< of the weights: √(Σ (w − ŵ)² / Σ w²)
    std::optional<double> outputError{}; ///< the same of the network's outputs, where this layer
                                         ///< alone is rounded; the mean over the tasks
    bool isFloat = false;                ///< it was left in floats
};

/// What a network's weights are worth in each type that they can be stored in.
struct PrecisionsReport {
    struct Metric {
        std::string task;
        MetricInfo info;
    };

    struct Precision {
        std::string name;           ///< "float32", "int8"
        double bytes = 0;           ///< of the weights, and of their scales
        std::vector<double> values; ///< one a metric; NaN without a valid pixel
    };

    std::vector<Metric> metrics;
    std::vector<Precision> precisions{};  ///< float32 first
    int images = 0;                       ///< that int8 was calibrated on
    std::vector<LayerPrecision> layers{}; ///< in the order of execution, where they were asked for

    /// A metric's change from float32 in percent of it; NaN where there is none.
    double change(std::size_t metric, std::size_t precision) const;
};

Json toJson(const LayerPrecision& layer);
Json toJson(const PrecisionsReport& report);

/// A table of metrics by precisions, and one of the layers where there are some.
std::string toText(const PrecisionsReport& report);

/// "1.2 %"; "–" for what is not known.
std::string percentText(std::optional<double> share);

} // namespace concertina
