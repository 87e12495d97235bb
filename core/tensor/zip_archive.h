// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace concertina {

/// Reads entries of a zip archive (libzip's). What the directory says of sizes is held against the
/// file's before anything is read: stored entries together are no larger than the file, and what
/// is inflated is at most 16 times as large.
class ZipArchive {
public:
    struct Entry {
        std::uint64_t index = 0;
        std::uint64_t bytes = 0; ///< as they are read
    };

    /// Problems: "file.read", "zip.damaged", "zip.bomb" (sizes beyond the file's), "zip.method" (an
    /// entry that is encrypted or compressed in another way than by deflate).
    static Expected<ZipArchive> open(const std::filesystem::path& path);

    ZipArchive(ZipArchive&&) noexcept;
    ~ZipArchive();

    /// Those that are files, by their whole names ("archive/data/0").
    const std::map<std::string, Entry>& entries() const { return m_entries; }

    std::optional<Entry> find(const std::string& name) const;

    /// Reads all of an entry, whose bytes `to` must have room for exactly, and checks its CRC.
    /// Problem: "zip.damaged", with the entry's name.
    Expected<void> read(const Entry& entry, std::span<std::byte> to) const;

private:
    struct Handle;

    ZipArchive(std::string path, std::unique_ptr<Handle> handle);

    std::optional<Problem> list(std::uint64_t fileSize);

    std::string m_path;
    std::unique_ptr<Handle> m_handle;
    std::map<std::string, Entry> m_entries;
};

} // namespace concertina
