// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/metric_rows.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace concertina {

namespace {

/// A series as a row names it, without copies of the three texts.
struct KeyView {
    std::string_view task;
    std::string_view name;
    std::string_view split;

    bool operator==(const KeyView&) const = default;
};

struct KeyHash {
    std::size_t operator()(const KeyView& key) const {
        const std::hash<std::string_view> hash;
        return (hash(key.task) * 31 + hash(key.name)) * 31 + hash(key.split);
    }
};

struct OpenSeries {
    SeriesId id = 0;
    SeriesSummary summary;
    bool overwritten = false; ///< a row came that was not past the last one
    std::vector<const MetricRow*> rows;
};

OpenSeries openSeries(const SQLite::Database& database, std::int64_t run, const KeyView& key) {
    Query known(database,
                "SELECT id, row_count, last_step, last_value, lowest_step, lowest, highest_step,"
                " highest FROM series"
                " WHERE run = ? AND segment = 0 AND task = ? AND name = ? AND split = ?",
                run, key.task, key.name, key.split);
    if (known.next())
        return {known.integer(0), summaryAt(known, 1), false, {}};
    Query(database, "INSERT INTO series (run, task, name, split) VALUES (?, ?, ?, ?)", run,
          key.task, key.name, key.split)
        .run();
    return {database.getLastInsertRowid(), {}, false, {}};
}

void add(SeriesSummary& summary, const MetricRow& row) {
    ++summary.rows;
    summary.lastStep = row.step;
    summary.last = row.value;
    if (!std::isfinite(row.value))
        return;
    if (!summary.lowest || row.value < summary.lowest->value)
        summary.lowest = {row.step, row.value};
    if (!summary.highest || row.value > summary.highest->value)
        summary.highest = {row.step, row.value};
}

void writeSummary(const SQLite::Database& database, const OpenSeries& series) {
    using Step = std::optional<std::int64_t>;
    using Value = std::optional<double>;
    const SeriesSummary& summary = series.summary;
    const auto step = [](const auto& extreme) { return extreme ? Step(extreme->step) : Step(); };
    const auto value = [](const auto& extreme) { return extreme ? Value(extreme->value) : Value(); };
    Query(database,
          "UPDATE series SET row_count = ?, last_step = ?, last_value = ?, lowest_step = ?,"
          " lowest = ?, highest_step = ?, highest = ? WHERE id = ?",
          summary.rows, summary.lastStep, summary.last, step(summary.lowest),
          value(summary.lowest), step(summary.highest), value(summary.highest), series.id)
        .run();
}

/// Reads a series through; for what its last summary does not show.
void summarizeAgain(const SQLite::Database& database, SeriesId series) {
    Query(database,
          "UPDATE series SET (row_count, last_step, lowest, highest) ="
          " (SELECT count(*), coalesce(max(step), 0),"
          "  min(value) FILTER (WHERE abs(value) <= ?2), max(value) FILTER (WHERE abs(value) <= ?2)"
          "  FROM metric WHERE series = ?1) WHERE id = ?1",
          series, std::numeric_limits<double>::max())
        .run();
    Query(database,
          "UPDATE series SET"
          " last_value = (SELECT value FROM metric WHERE series = ?1 AND step = last_step),"
          " lowest_step = (SELECT min(step) FROM metric WHERE series = ?1 AND value = lowest),"
          " highest_step = (SELECT min(step) FROM metric WHERE series = ?1 AND value = highest)"
          " WHERE id = ?1",
          series)
        .run();
}

} // namespace

void appendMetrics(const SQLite::Database& database, std::int64_t run,
                   std::span<const MetricRow* const> rows) {
    // Series by series: each has its own page of the table, which then is at hand.
    std::unordered_map<KeyView, OpenSeries, KeyHash> all;
    for (const MetricRow* row : rows) {
        const KeyView key{row->task, row->name, row->split};
        auto found = all.find(key);
        if (found == all.end())
            found = all.emplace(key, openSeries(database, run, key)).first;
        found->second.rows.push_back(row);
    }
    Query insert(database,
                 "INSERT INTO metric (series, step, epoch, seconds, value) VALUES (?, ?, ?, ?, ?)"
                 " ON CONFLICT (series, step) DO UPDATE SET epoch = excluded.epoch,"
                 " seconds = excluded.seconds, value = excluded.value");
    for (auto& [key, series] : all) {
        for (const MetricRow* row : series.rows) {
            insert.with(series.id, row->step, row->epoch, row->seconds, row->value).run();
            if (series.summary.rows > 0 && row->step <= series.summary.lastStep)
                series.overwritten = true;
            add(series.summary, *row);
        }
        if (series.overwritten)
            summarizeAgain(database, series.id);
        else
            writeSummary(database, series);
    }
}

void splitMetricsAfter(const SQLite::Database& database, std::int64_t run, std::int64_t step,
                       std::int64_t segment) {
    Query(database,
          "INSERT INTO series (run, segment, task, name, split)"
          " SELECT run, ?3, task, name, split FROM series"
          " WHERE run = ?1 AND segment = 0 AND last_step > ?2",
          run, step, segment)
        .run();
    std::vector<std::pair<SeriesId, SeriesId>> pairs; // on the line, beside it
    Query beside(database,
                 "SELECT line.id, beside.id FROM series AS line JOIN series AS beside"
                 " USING (run, task, name, split)"
                 " WHERE line.run = ?1 AND line.segment = 0 AND beside.segment = ?2",
                 run, segment);
    while (beside.next())
        pairs.emplace_back(beside.integer(0), beside.integer(1));
    for (const auto& [from, to] : pairs) {
        Query(database, "UPDATE metric SET series = ?2 WHERE series = ?1 AND step > ?3", from, to,
              step)
            .run();
        summarizeAgain(database, from);
        summarizeAgain(database, to);
    }
    Query(database, "DELETE FROM series WHERE run = ? AND segment = 0 AND row_count = 0", run).run();
}

void removeMetricsAfter(const SQLite::Database& database, std::int64_t run, std::int64_t step) {
    std::vector<SeriesId> shortened;
    Query longer(database,
                 "SELECT id FROM series WHERE run = ? AND segment = 0 AND last_step > ?", run, step);
    while (longer.next())
        shortened.push_back(longer.integer(0));
    for (const SeriesId series : shortened) {
        Query(database, "DELETE FROM metric WHERE series = ? AND step > ?", series, step).run();
        summarizeAgain(database, series);
    }
    Query(database, "DELETE FROM series WHERE run = ? AND segment = 0 AND row_count = 0", run).run();
}

SeriesSummary summaryAt(Query& query, int column) {
    SeriesSummary summary;
    summary.rows = query.integer(column);
    summary.lastStep = query.integer(column + 1);
    summary.last = query.real(column + 2);
    if (!query.null(column + 3))
        summary.lowest = {query.integer(column + 3), query.real(column + 4)};
    if (!query.null(column + 5))
        summary.highest = {query.integer(column + 5), query.real(column + 6)};
    return summary;
}

} // namespace concertina
