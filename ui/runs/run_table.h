// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/metric.h"
#include "db/store.h"
#include "ui/runs/run_facts.h"

#include <QString>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace concertina {

struct Catalogue;

/// The main metric of a task as a column of the table of runs.
struct MetricColumn {
    std::string task;
    QString taskLabel;
    MetricInfo info;
    int color = 0; ///< of the task
    /// What it may be called in the store: validation splits differ from run to run.
    std::vector<SeriesKey> keys;
    QString letter{}; ///< of the task

    bool operator==(const MetricColumn&) const = default;
};

/// A run's value in such a column; NaN where it has none.
struct MetricCell {
    double best = std::numeric_limits<double>::quiet_NaN();
    double last = std::numeric_limits<double>::quiet_NaN();
    std::int64_t bestStep = 0;
    std::int64_t lastStep = -1; ///< −1 where there is no row
};

struct RunRow {
    RunSummary run; ///< its columns are in `metrics`
    QString name;
    std::vector<MetricCell> metrics; ///< one a column
    RunFacts facts{};
};

/// Whether a table shows the same of both.
bool looksSame(const RunRow& a, const RunRow& b);

/// All runs with what a table shows of them.
struct RunTable {
    std::vector<MetricColumn> columns;
    std::vector<RunRow> rows; ///< in the order of creation
    bool isWhole = true;      ///< the facts of all rows are known; else more come with another reading
};

/// Reads the store; takes some tens of milliseconds with ten thousand runs, whose facts come a part
/// at a time, the newest first.
Expected<RunTable> readRunTable(const Store& store, const Catalogue& catalogue,
                                RunFactsReader& facts);

/// The course of each column of one run at a few points, for sparklines.
struct RunLines {
    RunId run;
    std::vector<std::int64_t> lastSteps; ///< of the row that was read, as in `MetricCell`
    std::vector<std::vector<double>> lines;
};

/// Runs that are gone are left out.
Expected<std::vector<RunLines>> readLines(const Store& store, const std::vector<RunId>& runs,
                                          const std::vector<MetricColumn>& columns);

} // namespace concertina
