// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/ownership.h"

#include <cassert>

namespace concertina {

namespace {

/// A machine that sleeps or a disk that is full for longer than this loses its run to others.
constexpr auto heartbeatLimit = std::chrono::minutes(2);

std::optional<RunOwner> ownerOf(const SQLite::Database& database, std::int64_t number) {
    Query query(database,
                "SELECT owner_machine, owner_host, owner_boot, owner_pid, owner_start,"
                " owner_heartbeat FROM run WHERE number = ?",
                number);
    return query.next() ? ownerAt(query, 0) : std::nullopt;
}

} // namespace

StoreTime storeNow() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::optional<RunOwner> ownerAt(Query& query, int column) {
    if (query.null(column + 3))
        return std::nullopt;
    RunOwner owner;
    owner.process.machine = query.text(column);
    owner.process.host = query.text(column + 1);
    owner.process.boot = query.text(column + 2);
    owner.process.pid = query.integer(column + 3);
    owner.process.started = query.integer(column + 4);
    owner.heartbeat = query.time(column + 5);
    return owner;
}

bool isAlive(const RunOwner& owner, const ProcessIdentity& here, StoreTime now) {
    switch (lifeOf(owner.process, here)) {
    case ProcessLife::Alive: return true;
    case ProcessLife::Dead: return false;
    case ProcessLife::Unknown: break;
    }
    return now - owner.heartbeat <= heartbeatLimit;
}

RunState stateAsRead(RunState written, const std::optional<RunOwner>& owner,
                     const ProcessIdentity& here, StoreTime now) {
    const bool goesOn = written == RunState::Queued || written == RunState::Running
                        || written == RunState::Paused;
    if (!goesOn)
        return written;
    // A paused run whose owner gave it up waits for any process; what runs or waits in a queue does
    // so in a process.
    const bool held = owner ? isAlive(*owner, here, now) : written == RunState::Paused;
    return held ? written : RunState::Interrupted;
}

std::int64_t runNumber(const SQLite::Database& database, const RunId& run) {
    Query query(database, "SELECT number FROM run WHERE id = ? AND trashed IS NULL", run);
    if (!query.next())
        throw Failure{unknownRun(run)};
    return query.integer(0);
}

std::int64_t ownedRun(const SQLite::Database& database, const RunId& run,
                      const ProcessIdentity& process) {
    const std::int64_t number = runNumber(database, run);
    const auto owner = ownerOf(database, number);
    if (!owner || owner->process != process)
        throw Failure{{"run.lost", run,
                       owner ? toText(owner->process) + " has it" : "no process has it",
                       "a run of this process", "Resume it from its last checkpoint."}};
    return number;
}

void checkFree(const SQLite::Database& database, std::int64_t number,
               const ProcessIdentity& process, OwnRuns own) {
    const auto owner = ownerOf(database, number);
    if (!owner || !isAlive(*owner, process, storeNow()))
        return;
    if (own == OwnRuns::Allowed && owner->process == process)
        return;
    Query query(database, "SELECT id FROM run WHERE number = ?", number);
    query.next();
    throw Failure{{"run.owned", query.text(0), toText(owner->process) + " has it",
                   "a run that no process has", "Stop it there first."}};
}

void setOwner(const SQLite::Database& database, std::int64_t number,
              const ProcessIdentity& process) {
    Query(database,
          "UPDATE run SET owner_machine = ?, owner_host = ?, owner_boot = ?, owner_pid = ?,"
          " owner_start = ?, owner_heartbeat = ? WHERE number = ?",
          process.machine, process.host, process.boot, process.pid, process.started, storeNow(),
          number)
        .run();
}

void clearOwner(const SQLite::Database& database, std::int64_t number) {
    Query(database,
          "UPDATE run SET owner_machine = NULL, owner_host = NULL, owner_boot = NULL,"
          " owner_pid = NULL, owner_start = NULL, owner_heartbeat = NULL WHERE number = ?",
          number)
        .run();
}

void renewHeartbeats(const SQLite::Database& database, const ProcessIdentity& process) {
    Query(database,
          "UPDATE run SET owner_heartbeat = ? WHERE owner_pid = ? AND owner_start = ?"
          " AND owner_boot = ? AND owner_machine = ?",
          storeNow(), process.pid, process.started, process.boot, process.machine)
        .run();
}

void writeState(const SQLite::Database& database, std::int64_t number, RunState state,
                std::string_view text) {
    assert(state != RunState::Interrupted);
    const bool over = state == RunState::Finished || state == RunState::Stopped
                      || state == RunState::Failed;
    const std::optional<StoreTime> now = storeNow();
    Query(database,
          "UPDATE run SET state = ?, state_text = ?, ended = ?, started = coalesce(started, ?)"
          " WHERE number = ?",
          stateName(state), text, over ? now : std::nullopt,
          state == RunState::Running ? now : std::nullopt, number)
        .run();
}

} // namespace concertina
