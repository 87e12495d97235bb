// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of a run: reading.
#include "db/store.h"

#include "db/metric_rows.h"
#include "db/ownership.h"
#include "db/sqlite/connection.h"

#include <limits>

namespace concertina {

namespace {

std::int64_t lastSegment(Lines lines) {
    return lines == Lines::Own ? 0 : std::numeric_limits<std::int64_t>::max();
}

MetricPoint pointAt(Query& query) {
    return {query.integer(0), query.real(1), query.real(2), query.real(3)};
}

CheckpointRecord checkpointAt(Query& query) {
    return {{query.integer(0), query.real(1), query.real(2)},
            query.text(3),
            query.integer(4),
            query.text(5),
            query.text(6),
            query.time(7)};
}

} // namespace

Expected<std::vector<SeriesInfo>> Store::series(const RunId& run, Lines lines) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        std::vector<SeriesInfo> all;
        Query query(database,
                    "SELECT id, task, name, split, row_count, last_step, last_value, lowest_step,"
                    " lowest, highest_step, highest, segment FROM series"
                    " WHERE run = ? AND segment <= ? ORDER BY segment, task, name, split",
                    runNumber(database, run), lastSegment(lines));
        while (query.next())
            all.push_back({query.integer(0),
                           {query.text(1), query.text(2), query.text(3)},
                           summaryAt(query, 4),
                           static_cast<int>(query.integer(11))});
        return all;
    });
}

Expected<std::vector<MetricPoint>> Store::points(SeriesId series, std::int64_t after,
                                                 std::int64_t limit) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        std::vector<MetricPoint> points;
        Query query(database,
                    "SELECT step, epoch, seconds, value FROM metric WHERE series = ? AND step > ?"
                    " ORDER BY step LIMIT ?",
                    series, after, limit);
        while (query.next())
            points.push_back(pointAt(query));
        return points;
    });
}

Expected<std::vector<MetricPoint>> Store::sampledPoints(SeriesId series, int count) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        std::vector<MetricPoint> points;
        SQLite::Transaction snapshot(database);
        Query ends(database, "SELECT min(step), max(step) FROM metric WHERE series = ?", series);
        ends.next();
        if (ends.null(0) || count < 2)
            return points;
        const std::int64_t first = ends.integer(0);
        const double distance = static_cast<double>(ends.integer(1) - first) / (count - 1);
        Query next(database, "SELECT step, epoch, seconds, value FROM metric"
                             " WHERE series = ? AND step >= ? ORDER BY step LIMIT 1");
        for (int i = 0; i < count; ++i) {
            const auto from = i == count - 1 ? ends.integer(1)
                                             : first + static_cast<std::int64_t>(distance * i);
            next.with(series, from);
            if (next.next() && (points.empty() || points.back().step < next.integer(0)))
                points.push_back(pointAt(next));
        }
        return points;
    });
}

Expected<std::vector<CheckpointRecord>> Store::checkpoints(const RunId& run) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        std::vector<CheckpointRecord> all;
        Query query(database,
                    "SELECT step, epoch, seconds, file, bytes, sha256, reason, time"
                    " FROM checkpoint WHERE run = ? AND segment = 0 ORDER BY step",
                    runNumber(database, run));
        while (query.next())
            all.push_back(checkpointAt(query));
        return all;
    });
}

Expected<std::optional<CheckpointRecord>> Store::latestCheckpoint(const RunId& run) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        Query query(database,
                    "SELECT step, epoch, seconds, file, bytes, sha256, reason, time"
                    " FROM checkpoint WHERE run = ? AND segment = 0 ORDER BY step DESC LIMIT 1",
                    runNumber(database, run));
        return query.next() ? std::optional(checkpointAt(query)) : std::nullopt;
    });
}

Expected<std::vector<PreviewRecord>> Store::previews(const RunId& run, std::int64_t after) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        std::vector<PreviewRecord> all;
        Query query(database,
                    "SELECT step, sample, task, kind, file FROM preview"
                    " WHERE run = ? AND segment = 0 AND step > ? ORDER BY step, sample, task, kind",
                    runNumber(database, run), after);
        while (query.next())
            all.push_back({query.integer(0), query.text(1), query.text(2), query.text(3),
                           query.text(4)});
        return all;
    });
}

Expected<std::vector<EventRecord>> Store::events(const RunId& run, std::int64_t after,
                                                 Lines lines) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        std::vector<EventRecord> all;
        Query query(database,
                    "SELECT number, step, time, level, code, text, segment FROM event"
                    " WHERE run = ? AND segment <= ? AND number > ? ORDER BY number",
                    runNumber(database, run), lastSegment(lines), after);
        while (query.next())
            all.push_back({query.integer(0), query.integer(1), query.time(2),
                           noticeLevelFromName(query.text(3)).value_or(NoticeLevel::Error),
                           query.text(4), query.text(5), static_cast<int>(query.integer(6))});
        return all;
    });
}

Expected<std::vector<ConflictRow>> Store::conflicts(const RunId& run, std::int64_t after,
                                                    std::int64_t last) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        std::vector<ConflictRow> all;
        Query query(database,
                    "SELECT step, layer, factor, task_a, task_b, estimator, cosine, norm_a, norm_b"
                    " FROM conflict WHERE run = ?1 AND segment = 0 AND step > ?2 AND step >="
                    "  (SELECT min(step) FROM (SELECT DISTINCT step FROM conflict"
                    "   WHERE run = ?1 AND segment = 0 ORDER BY step DESC LIMIT ?3))"
                    " ORDER BY step, layer, factor, task_a, task_b, estimator",
                    runNumber(database, run), after, last);
        while (query.next())
            all.push_back({query.integer(0), query.text(1), query.text(2), query.text(3),
                           query.text(4), query.text(5), query.real(6), query.real(7),
                           query.real(8)});
        return all;
    });
}

} // namespace concertina
