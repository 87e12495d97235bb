// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>

namespace concertina {

// Where the files beside the database lie, relative to the store's folder, and what is done
// with them. Nothing here throws.

/// "runs/ID".
std::filesystem::path runFolder(const RunId& run);

/// "trash/ID": where a run's files wait while its rows are deleted.
std::filesystem::path trashFolder(const RunId& run);

/// "runs/ID/previews/000000001200-….png": one name for one sample, task and kind at one step,
/// however the sample is called.
std::string previewFile(const RunId& run, const PreviewRecord& preview);

/// As the store keeps a file's place: relative to `folder` where it lies inside.
std::string relativeFile(const std::filesystem::path& folder, const std::filesystem::path& file);

/// Whole or not at all, as far as other processes see; not proof against a power cut.
std::error_code writeWhole(const std::filesystem::path& file, std::span<const std::uint8_t> bytes);

/// Bytes of all files in a folder; 0 where there is none.
std::int64_t bytesIn(const std::filesystem::path& folder);

} // namespace concertina
