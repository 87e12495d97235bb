// SPDX-License-Identifier: GPL-3.0-or-later
// Going back to a checkpoint, and which checkpoints stay.
#include "db/store.h"

#include "db/metric_rows.h"
#include "db/ownership.h"
#include "db/sqlite/connection.h"

#include <algorithm>

namespace concertina {

namespace {

/// The files of the rows that `query` gives.
std::vector<std::string> filesOf(Query query) {
    std::vector<std::string> files;
    while (query.next())
        files.push_back(query.text(0));
    return files;
}

/// After their rows are gone for good; a file that cannot be removed only takes room.
void removeFiles(const std::filesystem::path& folder, const std::vector<std::string>& files) {
    for (const std::string& file : files) {
        std::error_code ignored;
        std::filesystem::remove(folder / file, ignored);
    }
}

/// Takes away checkpoints and previews past `step`; the files that they were. A run that goes on
/// from there writes files of the same names.
std::vector<std::string> removeFilesAfter(const SQLite::Database& database, std::int64_t run,
                                          std::int64_t step) {
    auto removed = filesOf(Query(database,
                                 "SELECT file FROM preview"
                                 " WHERE run = ?1 AND segment = 0 AND step > ?2 UNION ALL"
                                 " SELECT file FROM checkpoint"
                                 " WHERE run = ?1 AND segment = 0 AND step > ?2",
                                 run, step));
    for (const char* table : {"checkpoint", "preview"})
        Query(database,
              std::string("DELETE FROM ") + table
                  + " WHERE run = ? AND segment = 0 AND step > ?",
              run, step)
            .run();
    return removed;
}

/// A run's position is that of its checkpoint of step `step`; readers begin anew.
void writePosition(const SQLite::Database& database, std::int64_t run, std::int64_t step) {
    Query(database,
          "UPDATE run SET generation = generation + 1, step = ?2,"
          " (epoch, seconds) = (SELECT coalesce(max(epoch), 0), coalesce(max(seconds), 0)"
          "  FROM checkpoint WHERE run = ?1 AND segment = 0 AND step = ?2)"
          " WHERE number = ?1",
          run, step)
        .run();
}

} // namespace

namespace {

void checkUnchanged(const SQLite::Database& database, std::int64_t number, const RunSummary& seen) {
    Query query(database, "SELECT generation, step FROM run WHERE number = ?", number);
    query.next();
    if (query.integer(0) != seen.generation || query.integer(1) != seen.position.step)
        throw Failure{{"run.changed", seen.id, "trained by another process meanwhile",
                       "the run as it was", "Try it again: it goes on from where it is now."}};
}

} // namespace

Expected<void> Store::checkFree(const RunId& run) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        concertina::checkFree(database, runNumber(database, run), m_connection->process(),
                              OwnRuns::Allowed);
    });
}

Expected<void> Store::reopen(const RunId& run, std::int64_t step,
                             const std::optional<RunSummary>& seen) {
    const auto& process = m_connection->process();
    // A file goes only when the disk knows that its row is gone.
    const auto files = m_connection->write(
        [&](SQLite::Database& database) {
            const std::int64_t number = runNumber(database, run);
            concertina::checkFree(database, number, process, OwnRuns::Allowed);
            if (seen)
                checkUnchanged(database, number, *seen);
            setOwner(database, number, process);
            writeState(database, number, RunState::Running, "");
            auto removed = removeFilesAfter(database, number, step);
            removeMetricsAfter(database, number, step);
            for (const char* table : {"conflict", "event"})
                Query(database,
                      std::string("DELETE FROM ") + table
                          + " WHERE run = ? AND segment = 0 AND step > ?",
                      number, step)
                    .run();
            writePosition(database, number, step);
            return removed;
        },
        Connection::Durability::Disk);
    if (!files)
        return failure(files.error());
    removeFiles(folder(), *files);
    return {};
}

Expected<int> Store::goBack(const RunId& run, std::int64_t step) {
    int made = 0;
    const auto files = m_connection->write(
        [&](SQLite::Database& database) {
            const std::int64_t number = ownedRun(database, run, m_connection->process());
            Query last(database,
                       "SELECT max(segment) FROM (SELECT segment FROM series WHERE run = ?1"
                       " UNION ALL SELECT segment FROM event WHERE run = ?1"
                       " UNION ALL SELECT segment FROM conflict WHERE run = ?1"
                       " UNION ALL SELECT 0)",
                       number);
            last.next();
            const std::int64_t segment = last.integer(0) + 1;
            auto removed = removeFilesAfter(database, number, step);
            splitMetricsAfter(database, number, step, segment);
            for (const char* table : {"conflict", "event"})
                Query(database,
                      std::string("UPDATE ") + table
                          + " SET segment = ?3 WHERE run = ?1 AND segment = 0 AND step > ?2",
                      number, step, segment)
                    .run();
            writePosition(database, number, step);
            made = static_cast<int>(segment);
            return removed;
        },
        Connection::Durability::Disk);
    if (!files)
        return failure(files.error());
    removeFiles(folder(), *files);
    return made;
}

Expected<int> Store::pruneCheckpoints(const RunId& run, int keep,
                                      std::span<const std::int64_t> always) {
    std::string others = "run = ?1 AND segment = 0 AND step NOT IN (-1";
    for (const std::int64_t step : always)
        others += ", " + std::to_string(step);
    others += ")";
    const auto files = m_connection->write(
        [&](SQLite::Database& database) {
            const std::int64_t number = ownedRun(database, run, m_connection->process());
            auto older = filesOf(Query(database,
                                       "SELECT file FROM checkpoint WHERE " + others
                                           + " ORDER BY step DESC LIMIT -1 OFFSET ?2",
                                       number, std::max(keep, 0)));
            Query(database,
                  "DELETE FROM checkpoint WHERE run = ?1 AND segment = 0 AND step IN"
                  " (SELECT step FROM checkpoint WHERE "
                      + others + " ORDER BY step DESC LIMIT -1 OFFSET ?2)",
                  number, std::max(keep, 0))
                .run();
            return older;
        },
        Connection::Durability::Disk);
    if (!files)
        return failure(files.error());
    removeFiles(folder(), *files);
    return static_cast<int>(files->size());
}

} // namespace concertina
