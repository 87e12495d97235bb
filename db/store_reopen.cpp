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

} // namespace

Expected<void> Store::reopen(const RunId& run, std::int64_t step) {
    const auto& process = m_connection->process();
    // A file goes only when the disk knows that its row is gone.
    const auto files = m_connection->write(
        [&](SQLite::Database& database) {
            const std::int64_t number = runNumber(database, run);
            checkFree(database, number, process, OwnRuns::Allowed);
            setOwner(database, number, process);
            writeState(database, number, RunState::Running, "");
            auto removed = filesOf(Query(database,
                                         "SELECT file FROM preview"
                                         " WHERE run = ?1 AND segment = 0 AND step > ?2 UNION ALL"
                                         " SELECT file FROM checkpoint"
                                         " WHERE run = ?1 AND segment = 0 AND step > ?2",
                                         number, step));
            removeMetricsAfter(database, number, step);
            for (const char* table : {"conflict", "checkpoint", "preview", "event"})
                Query(database,
                      std::string("DELETE FROM ") + table
                          + " WHERE run = ? AND segment = 0 AND step > ?",
                      number, step)
                    .run();
            Query(database,
                  "UPDATE run SET generation = generation + 1, step = ?2,"
                  " (epoch, seconds) = (SELECT coalesce(max(epoch), 0), coalesce(max(seconds), 0)"
                  "  FROM checkpoint WHERE run = ?1 AND segment = 0 AND step = ?2)"
                  " WHERE number = ?1",
                  number, step)
                .run();
            return removed;
        },
        Connection::Durability::Disk);
    if (!files)
        return failure(files.error());
    removeFiles(folder(), *files);
    return {};
}

Expected<int> Store::pruneCheckpoints(const RunId& run, int keep) {
    const auto files = m_connection->write(
        [&](SQLite::Database& database) {
            const std::int64_t number = ownedRun(database, run, m_connection->process());
            auto older = filesOf(Query(database,
                                       "SELECT file FROM checkpoint WHERE run = ? AND segment = 0"
                                       " ORDER BY step DESC LIMIT -1 OFFSET ?",
                                       number, std::max(keep, 0)));
            Query(database,
                  "DELETE FROM checkpoint WHERE run = ?1 AND segment = 0 AND step IN"
                  " (SELECT step FROM checkpoint WHERE run = ?1 AND segment = 0"
                  "  ORDER BY step DESC LIMIT -1 OFFSET ?2)",
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
