// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/runner_times.h"

#include "core/values/table_text.h"
#include "core/values/text.h"

#include <algorithm>
#include <limits>

namespace concertina {

Json toJson(const RunnerTimes& times) {
    Json rows = Json::array();
    for (const RunnerTime& row : times.rows) {
        Json& json = rows.emplace_back(
            Json{{"runner", row.runner}, {"precision", row.precision}, {"batch", row.batch}});
        if (row.why.empty())
            json.update({{"median_ms", row.median}, {"p95_ms", row.late}, {"bytes", row.memory}});
        else
            json["why"] = row.why;
    }
    return {{"network", times.network},
            {"height", times.height},
            {"width", times.width},
            {"threads", times.threads},
            {"rows", std::move(rows)}};
}

std::string toText(const RunnerTimes& times) {
    std::vector<std::vector<std::string>> table{
        {"runner", "precision", "batch", "median", "95 %", "memory", "÷ the quickest"}};
    std::string left;
    for (const RunnerTime& row : times.rows) {
        const std::string name = row.runner + ", " + row.precision;
        if (!row.why.empty()) {
            left += "  " + name + ", batch " + std::to_string(row.batch) + ": " + row.why + "\n";
            continue;
        }
        table.push_back({row.runner, row.precision, std::to_string(row.batch),
                         digitsText(row.median, 3) + " ms", digitsText(row.late, 3) + " ms",
                         bytesText(row.memory),
                         fixedText(row.median / quickestTime(times, row.batch), 2)});
    }
    return "An image of " + std::to_string(times.height) + " × " + std::to_string(times.width)
           + ", " + std::to_string(times.threads) + (times.threads == 1 ? " thread" : " threads")
           + ":\n" + tableText(table) + (left.empty() ? "" : "Not measured:\n" + left);
}

double quickestTime(const RunnerTimes& times, int batch) {
    double least = std::numeric_limits<double>::infinity();
    for (const RunnerTime& row : times.rows)
        if (row.why.empty() && row.batch == batch)
            least = std::min(least, row.median);
    return least;
}

} // namespace concertina
