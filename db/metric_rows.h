// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/sqlite/query.h"

#include <cstdint>
#include <span>

namespace concertina {

// Rows of the metrics and the summaries of their series, which are kept true with every row.
// For the inside of db: these throw, and work inside the caller's transaction.

/// Appends rows to the series of a run; at a step that a series has already, the later row
/// stays. Fast where each series grows by steps, which is looked at once a call.
void appendMetrics(const SQLite::Database& database, std::int64_t run,
                   std::span<const MetricRow* const> rows);

/// Takes away what lies past `step` on a run's own line, and series of which nothing is left.
void removeMetricsAfter(const SQLite::Database& database, std::int64_t run, std::int64_t step);

/// Puts what lies past `step` on a run's own line into series of segment `segment`.
void splitMetricsAfter(const SQLite::Database& database, std::int64_t run, std::int64_t step,
                       std::int64_t segment);

/// The summary in seven columns of a query: row_count, last_step, last_value, lowest_step,
/// lowest, highest_step, highest.
SeriesSummary summaryAt(Query& query, int column);

} // namespace concertina
