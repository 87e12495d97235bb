// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spread.h"
#include "ui/runs/run_filter.h"
#include "ui/runs/run_table.h"

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What a table of runs can be sorted by; a metric by its column.
enum class RunProperty { Name, State, Metric, Parameters, Duration, Created };

struct RunSorting {
    RunProperty by = RunProperty::Created;
    int metric = 0;
    bool descending = true;

    bool operator==(const RunSorting&) const = default;
};

/// A line of the arranged table: one run, or the runs of a group, which differ in their seeds or
/// are several experiments: a network for each task, say.
struct RunLine {
    std::string group; ///< empty for one run
    std::vector<int> rows;

    bool isGroup() const { return !group.empty(); }
    bool operator==(const RunLine&) const = default;
};

/// Over a group's best values; none where they are of several experiments.
struct MetricSpread : Spread {
    double lastMean = std::numeric_limits<double>::quiet_NaN();
};
MetricSpread spreadOf(const RunTable& table, const std::vector<int>& rows, int column);

/// Of a group's collapsed networks together, each experiment once.
double collapsedParametersOf(const RunTable& table, const std::vector<int>& rows);

/// The name that all rows have; the group's where they differ.
QString groupName(const RunTable& table, const RunLine& line);

/// Filters, groups and sorts. Rows inside a group are sorted likewise; what has no value stands
/// last in either direction; equal rows keep the newest first. A group of which one row is left
/// is that run.
std::vector<RunLine> arrange(const RunTable& table, const RunFilter& filter,
                             const RunSorting& sorting, bool grouped);

/// What all rows are of, as `RunFacts` names it; none where they differ.
std::optional<std::string> datasetOf(const RunTable& table, const std::vector<int>& rows);

/// The best value of each column over the lines of each dataset, a group by its mean: what is shown
/// in bold. Values on other data say nothing about each other.
std::map<std::string, std::vector<double>> bestOf(const RunTable& table,
                                                  const std::vector<RunLine>& lines);

} // namespace concertina
