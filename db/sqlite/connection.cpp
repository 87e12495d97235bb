// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/sqlite/connection.h"

#include "db/sqlite/schema.h"

#include <sqlite3.h>
#include <unistd.h>

#include <thread>

namespace concertina {

namespace {

/// A path for SQLite's `file:` form, in which some characters mean something.
std::string fileUri(const std::filesystem::path& file) {
    std::string uri = "file:";
    for (const char c : file.string()) {
        if (c == '%' || c == '?' || c == '#')
            uri += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
        else
            uri += c;
    }
    return uri;
}

/// Whether commits wait in the log beside the database.
bool hasLog(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file.string() + "-wal", error);
    return !error && size > 0;
}

void checkpointOnClose(const SQLite::Database& database, bool allowed) {
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, allowed ? 0 : 1,
                      nullptr);
}

void makeFolder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw Failure{problemOf(error, folder)};
}

} // namespace

Expected<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& folder,
                                                       StoreMode mode,
                                                       std::chrono::milliseconds patience) {
    const auto file = folder / "experiments.db";
    try {
        return std::unique_ptr<Connection>(new Connection(folder, mode, patience));
    } catch (const Failure& caught) {
        return failure(caught.problem);
    } catch (const SQLite::Exception& caught) {
        return failure(problemOf(caught, file, 0));
    }
}

Connection::Connection(const std::filesystem::path& folder, StoreMode mode,
                       std::chrono::milliseconds patience)
    : m_folder(std::filesystem::absolute(folder).lexically_normal()),
      m_file(m_folder / "experiments.db"), m_mode(mode), m_patience(patience) {
    std::error_code error;
    if (mode == StoreMode::ReadWrite)
        makeFolder(m_folder);
    else if (!std::filesystem::exists(m_file, error))
        throw Failure{{"store.missing", m_file.string(), "no store", "a store of experiments",
                       "Train something first, or choose another folder for the store."}};
    checkNotCut();
    connect();
}

/// What SQLite would not notice: a file of no byte, or of one, is a new database to it, and a
/// page that is cut off ends in zeros.
void Connection::checkNotCut() const {
    constexpr std::uintmax_t smallestPage = 512;
    std::error_code error;
    const auto size = std::filesystem::file_size(m_file, error);
    // A whole page of the log may stand for one that was cut off by a full disk.
    if (error || (size > 1 && (size % smallestPage == 0 || hasLog(m_file))))
        return;
    // A store that was just being made when its program was killed is an empty file too, but
    // it has no runs.
    if (size == 0 && (std::filesystem::is_empty(m_folder / "runs", error) || error))
        return;
    throw Failure{{"store.damaged", m_file.string(),
                   "a file that was cut off after " + std::to_string(size) + " bytes",
                   "a whole database",
                   "Restore it from a copy, or choose another folder for the store."}};
}

void Connection::connect() {
    const bool writing = m_mode == StoreMode::ReadWrite;
    const bool logWaits = hasLog(m_file);
    try {
        m_database = std::make_unique<SQLite::Database>(
            m_file,
            (writing ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE : SQLite::OPEN_READONLY)
                | SQLite::OPEN_NOMUTEX,
            static_cast<int>(m_patience.count()));
        // Until the version is known, closing must not move a newer program's log into the file.
        checkpointOnClose(*m_database, !logWaits);
        const int version = versionOf(*m_database, m_file);
        checkVersion(*m_database, m_file, version, writing);
        if (!writing && version < schemaVersion())
            throw Failure{{version == 0 ? "store.missing" : "store.older", m_file.string(),
                           "store version " + std::to_string(version),
                           "version " + std::to_string(schemaVersion()),
                           "Open it once for writing."}};
    } catch (const SQLite::Exception& caught) {
        const Problem found = problemOf(
            caught, m_file, m_database ? sqlite3_system_errno(m_database->getHandle()) : 0);
        const bool closed = access(m_folder.c_str(), W_OK) != 0;
        // The log and its index cannot be made beside a file in a folder that may only be read.
        if (!writing && closed && !logWaits && found.code != "store.damaged")
            return connectFrozen();
        if (writing && found.code == "store.io"
            && (closed || (access(m_file.c_str(), F_OK) == 0 && access(m_file.c_str(), W_OK) != 0)))
            throw Failure{problemOf(std::make_error_code(std::errc::permission_denied), m_file)};
        throw Failure{found};
    }
    checkpointOnClose(*m_database, true);
    if (writing)
        prepareForWriting();
    if (const auto now = mark())
        m_mark = *now;
}

/// Without locks and log: a process that may write here would have left both. The database is
/// opened again when its file has changed.
void Connection::connectFrozen() {
    if (const auto now = mark())
        m_mark = *now;
    m_frozen = true;
    m_database = std::make_unique<SQLite::Database>(
        fileUri(m_file) + "?immutable=1",
        SQLite::OPEN_READONLY | SQLite::OPEN_URI | SQLite::OPEN_NOMUTEX);
    const int version = versionOf(*m_database, m_file);
    checkVersion(*m_database, m_file, version, false);
}

void Connection::prepareForWriting() {
    // SQLite opens a file that may not be written for reading, and says so only here.
    if (sqlite3_db_readonly(m_database->getHandle(), "main") != 0)
        throw Failure{problemOf(std::make_error_code(std::errc::permission_denied), m_file)};
    const auto until = std::chrono::steady_clock::now() + m_patience;
    // Two processes that make one store at once: the change to a log does not wait for locks.
    while (m_database->tryExec("PRAGMA journal_mode = WAL") != SQLite::OK) {
        if (m_database->getErrorCode() != SQLITE_BUSY
            || std::chrono::steady_clock::now() > until)
            throw SQLite::Exception(m_database->getHandle());
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    m_database->exec("PRAGMA synchronous = NORMAL;"
                     "PRAGMA cache_size = -16384;"          // KiB
                     "PRAGMA journal_size_limit = 67108864"); // bytes that an idle log may keep
    migrate(*m_database, m_file, schemaSteps());
    m_database->exec("PRAGMA foreign_keys = ON");
}

std::optional<Connection::FileMark> Connection::mark() const {
    // Never open the database's file beside SQLite: closing it would drop SQLite's locks.
    struct stat status {};
    if (stat(m_file.c_str(), &status) != 0)
        return std::nullopt;
    return FileMark{status.st_dev, status.st_ino, status.st_mtim};
}

std::optional<Problem> Connection::vanished() const {
    const auto now = mark();
    if (now && now->device == m_mark.device && now->inode == m_mark.inode)
        return std::nullopt;
    return Problem{"store.vanished", m_file.string(),
                   now ? "another file in its place" : "no file any more",
                   "the store that was opened",
                   "Put the store's folder back, or open another one."};
}

void Connection::verify() {
    if (const auto gone = vanished())
        throw Failure{*gone};
    if (!m_frozen)
        return;
    const auto now = mark();
    const bool same = now && now->changed.tv_sec == m_mark.changed.tv_sec
                      && now->changed.tv_nsec == m_mark.changed.tv_nsec;
    if (!same || hasLog(m_file)) {
        m_frozen = false;
        connect();
    }
}

void Connection::checkMode() const {
    if (m_mode == StoreMode::ReadOnly)
        throw Failure{{"store.read_only", m_file.string(), "opened for reading",
                       "a store that is open for writing", ""}};
}

void Connection::checkStillOurs(SQLite::Database& database) const {
    // A newer program may have brought the store to its version since it was opened.
    const int version = versionOf(database, m_file);
    checkVersion(database, m_file, version, true);
}

Problem Connection::problem(const SQLite::Exception& exception) const {
    // What a store that goes breaks first is chance; what is reported is that it went.
    if (auto gone = vanished())
        return std::move(*gone);
    return problemOf(exception, m_file, sqlite3_system_errno(m_database->getHandle()));
}

Problem Connection::reported(Problem problem) const {
    // A file of the store that cannot be written because all of it has gone.
    if (mayPass(problem))
        if (auto gone = vanished())
            return std::move(*gone);
    if (problem.path.empty())
        problem.path = m_file.string();
    return problem;
}

Connection::DurableScope::DurableScope(SQLite::Database& database, Durability durability) {
    if (durability == Durability::Process)
        return;
    database.exec("PRAGMA synchronous = FULL");
    m_database = &database;
}

Connection::DurableScope::~DurableScope() {
    if (m_database != nullptr)
        m_database->tryExec("PRAGMA synchronous = NORMAL");
}

} // namespace concertina
