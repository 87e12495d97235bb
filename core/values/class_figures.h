// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/metric.h"
#include "core/values/target.h"

#include <cstdint>
#include <string>
#include <vector>

namespace concertina {

/// What a task's metrics are of each of its classes by itself.
struct ClassFigures {
    struct Row {
        std::int64_t truths = 0;    ///< pixels, objects or pictures of the class that count
        std::vector<double> values; ///< one a metric; NaN where nothing says anything of it

        bool operator==(const Row&) const = default;
    };

    std::string task; ///< what it is called
    std::vector<ClassInfo> classes;
    std::string counted; ///< "pixels", "objects", "pictures"
    std::vector<MetricInfo> metrics;
    std::vector<Row> rows; ///< by class; empty: its metrics are not of classes

    bool operator==(const ClassFigures&) const = default;
};

/// {"task", "counted", "classes": [{"name", "truths", METRIC: value or null, …}, …]}
Json toJson(const ClassFigures& figures);

/// A table for people, the classes in their order.
std::string toText(const ClassFigures& figures);

} // namespace concertina
