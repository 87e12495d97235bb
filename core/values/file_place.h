// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <filesystem>

namespace concertina {

/// Where a file that a person named is written: there, or where the links that stand there lead.
/// What a file would take the place of is refused: "file.folder"; "file.special", a device, a pipe
/// or a socket; "file.read_only", a file that this process may not write; and "file.link", links
/// that lead round in a circle.
Expected<std::filesystem::path> placeToWrite(const std::filesystem::path& file);

/// Makes a folder for files to come, with those above it, where it is not there. "folder.file",
/// something else stands there; "folder.write", it can't be made, or nothing can be written to it.
Expected<void> makeFolder(const std::filesystem::path& folder);

} // namespace concertina
