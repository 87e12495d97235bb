// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/embedded_text.h"

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <span>

namespace concertina {

/// The SQL of db/schema in order: the n-th step makes version n out of version n − 1.
std::span<const EmbeddedText> schemaSteps();

/// The version that this program reads and writes.
int schemaVersion();

/// The version of an open database; 0 where there is nothing yet. Throws Failure "store.foreign"
/// where it is no store.
int versionOf(SQLite::Database& database, const std::filesystem::path& file);

/// Throws Failure "store.newer" unless this program may open it: a newer store can be read, not
/// written, where its min_reader allows that.
void checkVersion(SQLite::Database& database, const std::filesystem::path& file, int version,
                  bool forWriting);

/// Takes a database to the last of `steps`: each step and its version in one transaction.
/// A store that exists is copied first, to "experiments-before-vN.db" beside it, N being the
/// new version; the copy stays. A step that fails leaves the version before it, whole.
/// Several processes may do this at once. Throws SQLite::Exception and Failure.
void migrate(SQLite::Database& database, const std::filesystem::path& file,
             std::span<const EmbeddedText> steps);

} // namespace concertina
