// SPDX-License-Identifier: GPL-3.0-or-later
// The life of a run: made, claimed, started, given up; what people write on it.
#include "db/store.h"

#include "core/values/text.h"
#include "db/ownership.h"
#include "db/sqlite/connection.h"
#include "db/store_files.h"

#include <cassert>
#include <random>

namespace concertina {

namespace {

/// 2^40 ids, read aloud without l, o, 0 and 1; begins with a letter, so that it is no number.
RunId newId() {
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
    constexpr std::size_t onlyLetters = 24;
    std::random_device random;
    RunId id;
    for (int i = 0; i < 8; ++i)
        id += letters[random() % (i == 0 ? onlyLetters : letters.size())];
    return id;
}

void makeFolders(const std::filesystem::path& folder) {
    for (const char* name : {"checkpoints", "previews"}) {
        std::error_code error;
        std::filesystem::create_directories(folder / name, error);
        if (error)
            throw Failure{problemOf(error, folder / name)};
    }
}

/// The name that is kept; "run.name" where nothing is left of it.
std::string checkedName(const RunId& run, std::string_view name) {
    const std::string kept(trimmed(name));
    if (kept.empty())
        throw Failure{{"run.name", run, "an empty name", "at least one letter", ""}};
    return kept;
}

} // namespace

Expected<RunId> Store::createRun(const NewRun& run) {
    const RunId id = newId();
    const auto runFiles = folder() / runFolder(id);
    auto result = m_connection->write([&](SQLite::Database& database) {
        makeFolders(runFiles);
        Query(database,
              "INSERT INTO run (id, name, notes, run_group, seed, state, created, steps)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
              id, checkedName(id, run.spec.name), run.spec.notes, run.group, run.spec.seed,
              stateName(RunState::Queued), storeNow(), run.steps)
            .run();
        const std::int64_t number = database.getLastInsertRowid();
        Query(database,
              "INSERT INTO document (run, spec, plan, dataset, environment)"
              " VALUES (?, ?, 'null', 'null', ?)",
              number, jsonText(toJson(run.spec)), jsonText(run.environment))
            .run();
        setOwner(database, number, m_connection->process());
        return id;
    });
    if (!result) {
        std::error_code ignored;
        std::filesystem::remove_all(runFiles, ignored);
    }
    return result;
}

Expected<void> Store::rename(const RunId& run, std::string_view name) {
    return m_connection->write([&](SQLite::Database& database) {
        const std::int64_t number = runNumber(database, run);
        Query(database, "UPDATE run SET name = ? WHERE number = ?", checkedName(run, name), number)
            .run();
    });
}

Expected<void> Store::setNotes(const RunId& run, std::string_view notes) {
    return m_connection->write([&](SQLite::Database& database) {
        const std::int64_t number = runNumber(database, run);
        Query(database, "UPDATE run SET notes = ? WHERE number = ?", notes, number).run();
    });
}

Expected<void> Store::claim(const RunId& run) {
    return m_connection->write([&](SQLite::Database& database) {
        const std::int64_t number = runNumber(database, run);
        concertina::checkFree(database, number, m_connection->process(), OwnRuns::Allowed);
        setOwner(database, number, m_connection->process());
    });
}

Expected<void> Store::heartbeat(const RunId& run) {
    return m_connection->write([&](SQLite::Database& database) {
        const auto& process = m_connection->process();
        setOwner(database, ownedRun(database, run, process), process);
    });
}

Expected<void> Store::recordStart(const RunId& run, const RunStart& start) {
    return m_connection->write([&](SQLite::Database& database) {
        const std::int64_t number = ownedRun(database, run, m_connection->process());
        Query(database,
              "UPDATE run SET steps = ?, steps_per_epoch = ?, trained_parameters = ?,"
              " collapsed_parameters = ?, started = coalesce(started, ?) WHERE number = ?",
              start.steps, start.stepsPerEpoch, start.trainedParameters, start.collapsedParameters,
              storeNow(), number)
            .run();
        Query(database,
              "UPDATE document SET spec = ?, plan = ?, dataset = ?, environment = ? WHERE run = ?",
              jsonText(toJson(start.spec)), jsonText(start.plan), jsonText(start.dataset),
              jsonText(start.environment), number)
            .run();
    });
}

Expected<void> Store::recordPlan(const RunId& run, const RunPlan& plan) {
    return m_connection->write(
        [&](SQLite::Database& database) {
            const std::int64_t number = ownedRun(database, run, m_connection->process());
            Query(database,
                  "UPDATE document SET spec = ?, plan = ?, plan_changes = ? WHERE run = ?",
                  jsonText(toJson(plan.spec)), jsonText(plan.plan), jsonText(plan.changes), number)
                .run();
            Query(database,
                  "UPDATE run SET trained_parameters = ?, collapsed_parameters = ?"
                  " WHERE number = ?",
                  plan.trainedParameters, plan.collapsedParameters, number)
                .run();
        },
        Connection::Durability::Disk);
}

Expected<void> Store::setState(const RunId& run, RunState state, std::string_view text) {
    return m_connection->write([&](SQLite::Database& database) {
        writeState(database, ownedRun(database, run, m_connection->process()), state, text);
    });
}

Expected<void> Store::release(const RunId& run, RunState state, std::string_view text) {
    assert(state != RunState::Queued && state != RunState::Running);
    return m_connection->write([&](SQLite::Database& database) {
        const std::int64_t number = ownedRun(database, run, m_connection->process());
        writeState(database, number, state, text);
        clearOwner(database, number);
    });
}

} // namespace concertina
