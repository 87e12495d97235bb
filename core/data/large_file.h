// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/file_record.h"

#include <filesystem>
#include <optional>
#include <string>

namespace concertina {

/// A file as a listing shows it, under this name; none where it is no file.
std::optional<FileFacts> factsOfFile(const std::filesystem::path& path, std::string name);

/// Notes the contents of a large file: it is mapped, and of what is above `LargestWhole` only some
/// blocks are read (`contentHash`).
void noteContents(FileRecord& record, const std::filesystem::path& path, const std::string& name);

} // namespace concertina
