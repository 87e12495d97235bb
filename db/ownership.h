// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/sqlite/query.h"

#include <cstdint>
#include <optional>

namespace concertina {

// Who has a run. For the inside of db: these throw Failure, and work inside the caller's
// transaction.

/// The present, as the store keeps it.
StoreTime storeNow();

/// The owner in six columns of a query: owner_machine, owner_host, owner_boot, owner_pid,
/// owner_start, owner_heartbeat.
std::optional<RunOwner> ownerAt(Query& query, int column);

/// Whether an owner lives: seen from its own machine it is looked for, from another its
/// heartbeat must be younger than two minutes.
bool isAlive(const RunOwner& owner, const ProcessIdentity& here, StoreTime now);

/// What a state that is written in the store means, given who owns the run.
RunState stateAsRead(RunState written, const std::optional<RunOwner>& owner,
                     const ProcessIdentity& here, StoreTime now);

/// The row of a run that is not in the trash. "run.unknown".
std::int64_t runNumber(const SQLite::Database& database, const RunId& run);

/// The row of a run that `process` owns. "run.unknown", "run.lost".
std::int64_t ownedRun(const SQLite::Database& database, const RunId& run,
                      const ProcessIdentity& process);

enum class OwnRuns { Allowed, Refused };

/// "run.owned" where a live process has the run; where `own` allows it, another than `process`.
void checkFree(const SQLite::Database& database, std::int64_t number,
               const ProcessIdentity& process, OwnRuns own);

void setOwner(const SQLite::Database& database, std::int64_t number,
              const ProcessIdentity& process);
void clearOwner(const SQLite::Database& database, std::int64_t number);

/// Renews the heartbeat of every run that `process` owns.
void renewHeartbeats(const SQLite::Database& database, const ProcessIdentity& process);

/// Writes a state with its text, and the times that follow from it.
void writeState(const SQLite::Database& database, std::int64_t number, RunState state,
                std::string_view text);

} // namespace concertina
