// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/sqlite/failure.h"

#include "db/records.h"

#include <sqlite3.h>

#include <cerrno>

namespace concertina {

namespace {

Problem fullProblem(const std::filesystem::path& file) {
    return {"store.full", file.string(), "no room is left on the disk", "free room",
            "Free some room on this disk, or delete runs."};
}

Problem readOnlyProblem(const std::filesystem::path& file) {
    return {"store.read_only", file.string(), "it may only be read",
            "a file and a folder that may be written",
            "Change the permissions, or choose another folder for the store."};
}

bool fillsDisk(int systemError) {
    return systemError == ENOSPC || systemError == EDQUOT;
}

bool forbids(int systemError) {
    return systemError == EACCES || systemError == EPERM || systemError == EROFS;
}

} // namespace

Problem problemOf(const SQLite::Exception& exception, const std::filesystem::path& file,
                  int systemError) {
    const std::string found = exception.what();
    switch (exception.getErrorCode() & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return {"store.locked", file.string(), "another program holds it locked", "a free store",
                "Close the other program, or wait until it is done."};
    case SQLITE_FULL: return fullProblem(file);
    case SQLITE_READONLY:
    case SQLITE_PERM: return readOnlyProblem(file);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
        return {"store.damaged", file.string(), found, "a whole database",
                "Restore it from a copy, or choose another folder for the store."};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        if (fillsDisk(systemError))
            return fullProblem(file);
        if (forbids(systemError))
            return readOnlyProblem(file);
        return {"store.io", file.string(), found, "a disk that reads and writes", ""};
    default: return {"store.internal", file.string(), found, "", ""};
    }
}

Problem problemOf(const std::error_code& error, const std::filesystem::path& file) {
    if (fillsDisk(error.value()))
        return fullProblem(file);
    if (forbids(error.value()))
        return readOnlyProblem(file);
    return {"store.io", file.string(), error.message(), "a disk that reads and writes", ""};
}

Problem unknownRun(const std::string& run) {
    return {"run.unknown", run, "no such run", "a run of this store", ""};
}

bool mayPass(const Problem& problem) {
    return problem.code == "store.full" || problem.code == "store.locked"
           || problem.code == "store.io";
}

} // namespace concertina
