// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/recorder.h"

#include "db/metric_rows.h"
#include "db/ownership.h"
#include "db/sqlite/connection.h"
#include "db/store_files.h"

#include <algorithm>

namespace concertina {

namespace {

PreviewRecord recordOf(const RunId& run, const QueuedPreview& preview) {
    PreviewRecord record{preview.step, preview.picture.sample, preview.picture.task,
                         preview.picture.kind, {}};
    record.file = previewFile(run, record);
    return record;
}

/// Before the rows that name them; a file without a row only takes room.
void writePreviews(const Connection& connection, const RunId& run,
                   std::span<const QueueItem> items) {
    for (const QueueItem& item : items) {
        const auto* preview = std::get_if<QueuedPreview>(&item);
        if (preview == nullptr)
            continue;
        const auto file = connection.folder() / recordOf(run, *preview).file;
        std::error_code error;
        std::filesystem::create_directories(file.parent_path(), error);
        error = writeWhole(file, preview->picture.png);
        if (error)
            throw Failure{problemOf(error, file)};
    }
}

/// Puts items, one after the other, into the tables of one run. Metrics are gathered, since
/// they are fastest series by series.
class Tables {
public:
    Tables(const SQLite::Database& database, const std::filesystem::path& folder, const RunId& run,
           std::int64_t number)
        : m_database(database), m_folder(folder), m_run(run), m_number(number) {}

    void operator()(const MetricRows&) const {}
    void operator()(const ConflictRows& rows) const;
    void operator()(const QueuedPreview& preview) const;
    void operator()(const QueuedCheckpoint& item) const;
    void operator()(const QueuedNotice& item) const;
    void operator()(const RunPosition& position) const;
    void operator()(const QueuedState& item) const;

private:
    const SQLite::Database& m_database;
    const std::filesystem::path& m_folder;
    const RunId& m_run;
    std::int64_t m_number;
};

void Tables::operator()(const ConflictRows& rows) const {
    Query insert(m_database,
                 "INSERT OR REPLACE INTO conflict (run, step, layer, factor, task_a, task_b,"
                 " estimator, cosine, norm_a, norm_b) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const ConflictRow& row : rows)
        insert
            .with(m_number, row.step, row.layer, row.factor, row.taskA, row.taskB, row.estimator,
                  row.cosine, row.normA, row.normB)
            .run();
}

void Tables::operator()(const QueuedPreview& preview) const {
    const PreviewRecord record = recordOf(m_run, preview);
    Query(m_database,
          "INSERT OR REPLACE INTO preview (run, step, sample, task, kind, file)"
          " VALUES (?, ?, ?, ?, ?, ?)",
          m_number, record.step, record.sample, record.task, record.kind, record.file)
        .run();
}

void Tables::operator()(const QueuedCheckpoint& item) const {
    const CheckpointEvent& checkpoint = item.checkpoint;
    const RunPosition& position = checkpoint.position;
    Query(m_database,
          "INSERT OR REPLACE INTO checkpoint (run, step, epoch, seconds, file, bytes, sha256,"
          " reason, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          m_number, position.step, position.epoch, position.seconds,
          relativeFile(m_folder, checkpoint.file), checkpoint.bytes, checkpoint.sha256,
          checkpoint.reason, item.time)
        .run();
    (*this)(position);
}

void Tables::operator()(const QueuedNotice& item) const {
    const NoticeEvent& notice = item.notice;
    Query(m_database,
          "INSERT INTO event (run, step, time, level, code, text) VALUES (?, ?, ?, ?, ?, ?)",
          m_number, notice.position.step, item.time, noticeLevelName(notice.level), notice.code,
          notice.text)
        .run();
}

void Tables::operator()(const RunPosition& position) const {
    Query(m_database, "UPDATE run SET step = ?, epoch = ?, seconds = ? WHERE number = ?",
          position.step, position.epoch, position.seconds, m_number)
        .run();
}

void Tables::operator()(const QueuedState& item) const {
    (*this)(item.state.position);
    writeState(m_database, m_number, item.state.state, item.state.text);
    if (item.ownership == Ownership::Release)
        clearOwner(m_database, m_number);
}

std::vector<const MetricRow*> metricRows(std::span<const QueueItem> items) {
    std::vector<const MetricRow*> rows;
    for (const QueueItem& item : items)
        if (const auto* part = std::get_if<MetricRows>(&item))
            for (const MetricRow& row : *part)
                rows.push_back(&row);
    return rows;
}

} // namespace

Expected<void> record(Connection& connection, const RunId& run, std::span<const QueueItem> items) {
    const bool durable = std::ranges::any_of(
        items, [](const QueueItem& item) { return std::holds_alternative<QueuedCheckpoint>(item); });
    const auto previews = connection.guarded(
        [&](SQLite::Database&) { writePreviews(connection, run, items); });
    if (!previews)
        return previews;
    return connection.write(
        [&](SQLite::Database& database) {
            const std::int64_t number = ownedRun(database, run, connection.process());
            renewHeartbeats(database, connection.process());
            appendMetrics(database, number, metricRows(items));
            const Tables tables(database, connection.folder(), run, number);
            for (const QueueItem& item : items)
                std::visit(tables, item);
        },
        durable ? Connection::Durability::Disk : Connection::Durability::Process);
}

} // namespace concertina
