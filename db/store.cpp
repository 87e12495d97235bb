// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/store.h"

#include "core/values/text.h"
#include "db/metric_rows.h"
#include "db/ownership.h"
#include "db/sqlite/connection.h"
#include "db/store_files.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

namespace concertina {

namespace {

const std::string summaryColumns =
    "id, name, notes, run_group, seed, state, state_text, created, started, ended, steps,"
    " steps_per_epoch, step, epoch, seconds, generation, trained_parameters, collapsed_parameters,"
    " owner_machine, owner_host, owner_boot, owner_pid, owner_start, owner_heartbeat, number";
constexpr int NumberColumn = 24; // in summaryColumns

RunSummary summaryOf(Query& query, const ProcessIdentity& here, StoreTime now) {
    RunSummary run;
    run.id = query.text(0);
    run.name = query.text(1);
    run.notes = query.text(2);
    run.group = query.optionalText(3);
    run.seed = query.integer(4);
    run.owner = ownerAt(query, 18);
    const auto written = runStateFromName(query.text(5));
    if (!written)
        throw Failure{{"store.damaged", "", "state \"" + query.text(5) + "\" of run " + run.id,
                       "the name of a state", ""}};
    run.state = stateAsRead(*written, run.owner, here, now);
    run.stateText = query.text(6);
    run.created = query.time(7);
    run.started = query.optionalTime(8);
    run.ended = query.optionalTime(9);
    run.steps = query.integer(10);
    run.stepsPerEpoch = query.integer(11);
    run.position = {query.integer(12), query.real(13), query.real(14)};
    run.generation = query.integer(15);
    run.trainedParameters = query.real(16);
    run.collapsedParameters = query.real(17);
    run.number = query.integer(NumberColumn);
    return run;
}

std::vector<std::string> textsOf(Query query) {
    std::vector<std::string> texts;
    while (query.next())
        texts.push_back(query.text(0));
    return texts;
}

/// What a person may have meant, when nothing has that id or name.
Problem nothingNamed(const SQLite::Database& database, const std::string& text) {
    Problem problem = unknownRun(text);
    const auto names = textsOf(
        Query(database, "SELECT name FROM run WHERE trashed IS NULL UNION"
                        " SELECT id FROM run WHERE trashed IS NULL"));
    if (const auto near = nearestName(text, names))
        problem.hint = "Did you mean \"" + *near + "\"?";
    else if (names.empty())
        problem.hint = "There are no runs in this store yet.";
    return problem;
}

Problem ambiguous(const std::string& text, std::vector<std::string> candidates) {
    constexpr std::size_t shown = 8;
    std::string list = join(std::span(candidates).first(std::min(shown, candidates.size())), ", ");
    if (candidates.size() > shown)
        list += ", …";
    return {"run.ambiguous", text, std::to_string(candidates.size()) + " runs begin like that: " + list,
            "one run", "Give more of its id or name."};
}

} // namespace

std::filesystem::path defaultStoreFolder() {
    // The base directory specification ignores a relative XDG_DATA_HOME.
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data != nullptr && data[0] == '/')
        return std::filesystem::path(data) / "concertina";
    const char* home = std::getenv("HOME");
    if (home == nullptr || home[0] == '\0') {
        const passwd* user = getpwuid(getuid());
        home = user != nullptr ? user->pw_dir : "/";
    }
    return std::filesystem::path(home) / ".local/share/concertina";
}

Store::Store(std::unique_ptr<Connection> connection) : m_connection(std::move(connection)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Expected<Store> Store::open(const std::filesystem::path& folder, StoreMode mode,
                            std::chrono::milliseconds patience) {
    auto connection = Connection::open(folder, mode, patience);
    if (!connection)
        return failure(std::move(connection.error()));
    return Store(std::move(*connection));
}

const std::filesystem::path& Store::folder() const {
    return m_connection->folder();
}

std::filesystem::path Store::checkpointFolder(const RunId& run) const {
    return folder() / runFolder(run) / "checkpoints";
}

Expected<std::int64_t> Store::changeMark() const {
    return m_connection->guarded([](SQLite::Database& database) {
        Query query(database, "PRAGMA data_version");
        query.next();
        return query.integer(0);
    });
}

Expected<std::vector<RunSummary>> Store::runs(const std::vector<SeriesKey>& columns) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        // Runs and their columns of one moment.
        SQLite::Transaction snapshot(database);
        std::vector<RunSummary> runs;
        std::unordered_map<std::int64_t, std::size_t> places;
        const StoreTime now = storeNow();
        Query query(database, "SELECT " + summaryColumns
                                  + " FROM run WHERE trashed IS NULL ORDER BY number");
        while (query.next()) {
            places.emplace(query.integer(NumberColumn), runs.size());
            runs.push_back(summaryOf(query, m_connection->process(), now));
            runs.back().columns.resize(columns.size());
        }
        for (std::size_t column = 0; column < columns.size(); ++column) {
            const SeriesKey& key = columns[column];
            Query series(database,
                         "SELECT run, row_count, last_step, last_value, lowest_step, lowest,"
                         " highest_step, highest FROM series"
                         " WHERE task = ? AND name = ? AND split = ? AND segment = 0",
                         key.task, key.name, key.split);
            while (series.next()) {
                const auto place = places.find(series.integer(0));
                if (place != places.end())
                    runs[place->second].columns[column] = summaryAt(series, 1);
            }
        }
        return runs;
    });
}

Expected<std::vector<SeriesKey>> Store::seriesKeys() const {
    return m_connection->guarded([](SQLite::Database& database) {
        std::vector<SeriesKey> keys;
        Query query(database,
                    "SELECT DISTINCT task, name, split FROM series ORDER BY task, name, split");
        while (query.next())
            keys.push_back({query.text(0), query.text(1), query.text(2)});
        return keys;
    });
}

Expected<RunId> Store::findRun(std::string_view text) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        const std::string wanted(trimmed(text));
        for (const char* sql :
             {"SELECT id FROM run WHERE trashed IS NULL AND id = ?",
              "SELECT id FROM run WHERE trashed IS NULL AND name = ?"
              " ORDER BY number DESC LIMIT 1"}) {
            Query exact(database, sql, wanted);
            if (exact.next())
                return exact.text(0);
        }
        auto begun = textsOf(Query(database,
                                   "SELECT id FROM run WHERE trashed IS NULL"
                                   " AND (substr(id, 1, length(?1)) = ?1"
                                   " OR substr(name, 1, length(?1)) = ?1) ORDER BY number",
                                   wanted));
        if (begun.empty() || wanted.empty())
            throw Failure{nothingNamed(database, wanted)};
        if (begun.size() > 1)
            throw Failure{ambiguous(wanted, std::move(begun))};
        return begun.front();
    });
}

Expected<RunRecord> Store::run(const RunId& run) const {
    return m_connection->guarded([&](SQLite::Database& database) {
        Query query(database,
                    "SELECT " + summaryColumns
                        + ", spec, plan, plan_changes, dataset, environment FROM run"
                          " JOIN document ON document.run = run.number"
                          " WHERE id = ? AND trashed IS NULL",
                    run);
        if (!query.next())
            throw Failure{unknownRun(run)};
        RunRecord record;
        record.summary = summaryOf(query, m_connection->process(), storeNow());
        record.spec = query.json(NumberColumn + 1);
        record.plan = query.json(NumberColumn + 2);
        record.planChanges = query.json(NumberColumn + 3);
        record.dataset = query.json(NumberColumn + 4);
        record.environment = query.json(NumberColumn + 5);
        return record;
    });
}

} // namespace concertina
