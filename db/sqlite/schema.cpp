// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/sqlite/schema.h"

#include "db/sqlite/query.h"

#include <SQLiteCpp/Transaction.h>

#include <charconv>

namespace concertina {

namespace {

constexpr std::int64_t applicationId = 1131307892; // "Cnct", see 0001-initial.sql

std::int64_t pragma(const SQLite::Database& database, const char* sql) {
    Query query(database, sql);
    return query.next() ? query.integer(0) : 0;
}

int userVersion(const SQLite::Database& database) {
    return static_cast<int>(pragma(database, "PRAGMA user_version"));
}

int minReader(SQLite::Database& database, int version) {
    if (!database.tableExists("meta"))
        return version;
    Query query(database, "SELECT value FROM meta WHERE key = 'min_reader'");
    if (!query.next())
        return version;
    const std::string text = query.text(0);
    int reader = version;
    std::from_chars(text.data(), text.data() + text.size(), reader);
    return reader;
}

/// The copy counts only when it is whole: written under another name first. One that is there, of
/// an earlier try or of a store that was put back, stays.
void copyBefore(SQLite::Database& database, const std::filesystem::path& file, int target) {
    const std::string base = file.stem().string() + "-before-v" + std::to_string(target);
    std::string name = base;
    const auto named = [&](const char* ending) { return file.parent_path() / (name + ending); };
    std::error_code error;
    for (int number = 2; std::filesystem::exists(named(".db"), error); ++number)
        name = base + "-" + std::to_string(number);
    std::filesystem::remove(named(".part"), error);
    try {
        Query(database, "VACUUM INTO ?", named(".part").string()).run();
    } catch (const SQLite::Exception&) {
        std::filesystem::remove(named(".part"), error);
        throw;
    }
    std::filesystem::rename(named(".part"), named(".db"), error);
    if (error)
        throw Failure{problemOf(error, named(".db"))};
}

} // namespace

int schemaVersion() {
    return static_cast<int>(schemaSteps().size());
}

int versionOf(SQLite::Database& database, const std::filesystem::path& file) {
    const int version = userVersion(database);
    const bool empty = version == 0 && pragma(database, "SELECT count(*) FROM sqlite_schema") == 0;
    if (!empty && pragma(database, "PRAGMA application_id") != applicationId)
        throw Failure{{"store.foreign", file.string(), "a database of another program",
                       "a store of Concertina", "Choose another folder for the store."}};
    return version;
}

void checkVersion(SQLite::Database& database, const std::filesystem::path& file, int version,
                  bool forWriting) {
    const int known = schemaVersion();
    if (version <= known)
        return;
    const bool readable = minReader(database, version) <= known;
    if (readable && !forWriting)
        return;
    throw Failure{{"store.newer", file.string(), "store version " + std::to_string(version),
                   "version " + std::to_string(known) + " or older",
                   readable ? "This program can only read it; use the newer one that made it."
                            : "Use the newer program that made it."}};
}

void migrate(SQLite::Database& database, const std::filesystem::path& file,
             std::span<const EmbeddedText> steps) {
    const int target = static_cast<int>(steps.size());
    const int found = userVersion(database);
    if (found >= target)
        return;
    if (found > 0)
        copyBefore(database, file, target);
    // A step may rebuild a table that others refer to.
    database.exec("PRAGMA foreign_keys = OFF");
    for (int version = found + 1; version <= target; ++version) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        // Another process may have been faster.
        if (userVersion(database) >= version)
            continue;
        database.exec(std::string(steps[static_cast<std::size_t>(version - 1)].text));
        database.exec("PRAGMA user_version = " + std::to_string(version));
        transaction.commit();
    }
}

} // namespace concertina
