// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <SQLiteCpp/Exception.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace concertina {

/// A problem on its way out of db: thrown inside, made a value at the door (Connection::guarded).
struct Failure {
    Problem problem;
};

/// Codes, all about the store at `file`: "store.locked", "store.full", "store.read_only",
/// "store.damaged", "store.io"; "store.internal" for what should not happen.
/// `systemError` is the errno behind an input/output error, 0 where there is none.
Problem problemOf(const SQLite::Exception& exception, const std::filesystem::path& file,
                  int systemError);

/// The same codes for an operation on a file beside the database.
Problem problemOf(const std::error_code& error, const std::filesystem::path& file);

/// No such run (any more), "run.unknown".
Problem unknownRun(const std::string& run);

} // namespace concertina
