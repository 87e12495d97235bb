// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/class_figures.h"

#include "core/values/table_text.h"

#include <cmath>

namespace concertina {

Json toJson(const ClassFigures& figures) {
    Json classes = Json::array();
    for (std::size_t c = 0; c < figures.rows.size(); ++c) {
        const ClassFigures::Row& row = figures.rows[c];
        Json& item =
            classes.emplace_back(Json{{"name", figures.classes[c].name}, {"truths", row.truths}});
        for (std::size_t m = 0; m < figures.metrics.size(); ++m)
            item[figures.metrics[m].name] =
                std::isfinite(row.values[m]) ? Json(row.values[m]) : Json();
    }
    return {{"task", figures.task}, {"counted", figures.counted}, {"classes", std::move(classes)}};
}

std::string toText(const ClassFigures& figures) {
    TableRows rows{{figures.task, figures.counted}};
    for (const MetricInfo& metric : figures.metrics)
        rows.front().push_back(metric.label);
    for (std::size_t c = 0; c < figures.rows.size(); ++c) {
        std::vector<std::string>& cells = rows.emplace_back();
        cells = {figures.classes[c].name, std::to_string(figures.rows[c].truths)};
        for (std::size_t m = 0; m < figures.metrics.size(); ++m)
            cells.push_back(metricText(figures.metrics[m], figures.rows[c].values[m]));
    }
    return tableText(rows);
}

} // namespace concertina
