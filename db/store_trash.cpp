// SPDX-License-Identifier: GPL-3.0-or-later
// Deleting runs, and having them back.
#include "db/store.h"

#include "db/ownership.h"
#include "db/sqlite/connection.h"
#include "db/store_files.h"

namespace concertina {

namespace {

/// Trash of another machine, whose process cannot be looked for, is left to it for so long.
constexpr auto foreignTrashLimit = std::chrono::hours(24);

void putIntoTrash(const SQLite::Database& database, const RunId& run,
                  const ProcessIdentity& process) {
    const std::int64_t number = runNumber(database, run);
    concertina::checkFree(database, number, process, OwnRuns::Refused);
    setOwner(database, number, process);
    Query(database, "UPDATE run SET trashed = ? WHERE number = ?", storeNow(), number).run();
}

/// Whether `process` may purge what `owner` has put into the trash.
bool mayPurge(const std::optional<RunOwner>& owner, const ProcessIdentity& process,
              StoreTime trashed) {
    if (!owner || owner->process == process)
        return true;
    const StoreTime now = storeNow();
    switch (lifeOf(owner->process, process)) {
    case ProcessLife::Alive: return false;
    case ProcessLife::Dead: return true;
    case ProcessLife::Unknown: break;
    }
    return now - trashed > foreignTrashLimit && !isAlive(*owner, process, now);
}

/// Makes what may be purged this process's own, so that no other process restores it in between.
std::vector<RunId> takeTrash(const SQLite::Database& database, const ProcessIdentity& process) {
    std::vector<RunId> runs;
    std::vector<std::int64_t> numbers;
    Query query(database,
                "SELECT owner_machine, owner_host, owner_boot, owner_pid, owner_start,"
                " owner_heartbeat, trashed, id, number FROM run WHERE trashed IS NOT NULL");
    while (query.next()) {
        if (!mayPurge(ownerAt(query, 0), process, query.time(6)))
            continue;
        runs.push_back(query.text(7));
        numbers.push_back(query.integer(8));
    }
    for (const std::int64_t number : numbers)
        setOwner(database, number, process);
    return runs;
}

/// Files first aside, then the rows, then the files: whatever is cut off in between, a run in
/// the trash can be restored whole or purged later.
std::int64_t purge(Connection& connection, const RunId& run) {
    const auto files = connection.folder() / runFolder(run);
    const auto aside = connection.folder() / trashFolder(run);
    std::error_code error;
    std::filesystem::create_directories(aside.parent_path(), error);
    std::filesystem::rename(files, aside, error);
    std::error_code unseen;
    if (error && std::filesystem::exists(files, unseen))
        throw Failure{problemOf(error, files)};
    const auto deleted = connection.write(
        [&](SQLite::Database& database) {
            Query(database, "DELETE FROM run WHERE id = ? AND trashed IS NOT NULL", run).run();
        },
        Connection::Durability::Disk);
    if (!deleted) {
        std::filesystem::rename(aside, files, error);
        throw Failure{deleted.error()};
    }
    const std::int64_t bytes = bytesIn(aside);
    std::filesystem::remove_all(aside, error);
    return bytes;
}

/// The files of runs whose rows are gone already: a purge was cut off before its last step.
std::int64_t removeLeftovers(Connection& connection, const SQLite::Database& database) {
    std::int64_t bytes = 0;
    std::error_code error;
    Query known(database, "SELECT 1 FROM run WHERE id = ?");
    for (const auto& entry :
         std::filesystem::directory_iterator(connection.folder() / "trash", error)) {
        if (known.with(entry.path().filename().string()).next())
            continue;
        bytes += bytesIn(entry.path());
        std::filesystem::remove_all(entry.path(), error);
    }
    return bytes;
}

} // namespace

Expected<std::int64_t> Store::bytesOnDisk(const RunId& run) const {
    const auto known = m_connection->guarded(
        [&](SQLite::Database& database) { return runNumber(database, run); });
    if (!known)
        return failure(known.error());
    return bytesIn(folder() / runFolder(run));
}

Expected<void> Store::trashRun(const RunId& run) {
    return m_connection->write([&](SQLite::Database& database) {
        putIntoTrash(database, run, m_connection->process());
    });
}

Expected<void> Store::restoreRun(const RunId& run) {
    return m_connection->write([&](SQLite::Database& database) {
        Query query(database, "SELECT number FROM run WHERE id = ? AND trashed IS NOT NULL", run);
        if (!query.next())
            throw Failure{unknownRun(run)};
        const std::int64_t number = query.integer(0);
        concertina::checkFree(database, number, m_connection->process(), OwnRuns::Allowed);
        // A purge that was cut off has left them there.
        const auto aside = folder() / trashFolder(run);
        std::error_code error;
        if (std::filesystem::exists(aside, error))
            std::filesystem::rename(aside, folder() / runFolder(run), error);
        if (error)
            throw Failure{problemOf(error, aside)};
        clearOwner(database, number);
        Query(database, "UPDATE run SET trashed = NULL WHERE number = ?", number).run();
    });
}

Expected<std::int64_t> Store::purgeTrash() {
    const auto runs = m_connection->write([&](SQLite::Database& database) {
        return takeTrash(database, m_connection->process());
    });
    if (!runs)
        return failure(runs.error());
    return m_connection->guarded([&](SQLite::Database& database) {
        std::int64_t bytes = 0;
        for (const RunId& run : *runs)
            bytes += purge(*m_connection, run);
        return bytes + removeLeftovers(*m_connection, database);
    });
}

Expected<std::int64_t> Store::deleteRun(const RunId& run) {
    if (const auto hidden = trashRun(run); !hidden)
        return failure(hidden.error());
    auto bytes =
        m_connection->guarded([&](SQLite::Database&) { return purge(*m_connection, run); });
    if (!bytes)
        (void)restoreRun(run); // the problem that is reported is why it could not be deleted
    return bytes;
}

} // namespace concertina
