// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/data_news.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace concertina {

/// A file of a dataset as a listing shows it.
struct FileFacts {
    std::string path; ///< from the dataset's folder, with "/", valid UTF-8
    std::int64_t bytes = 0;
    std::int64_t time = 0; ///< of its last change, nanoseconds since 1970

    bool operator==(const FileFacts&) const = default;
};

/// SHA-256 of what a file holds; of more than `LargestWhole` bytes that of 64 blocks of 1 MiB,
/// spread evenly over them from the first byte to the last.
inline constexpr std::size_t LargestWhole = 64 << 20;
std::string contentHash(std::span<const std::byte> contents);

/// What the files of a dataset were when a run read them: size, time of the last change, hash. A
/// file of lines beside the run, which only grows; the last line about a file holds. Files are
/// hashed when a session first reads them, unless their size and time are those that an earlier
/// session recorded: so times decide what is hashed again, and other contents alone are reported.
/// May be used from several threads.
class FileRecord {
public:
    /// Reads what earlier sessions wrote; a file that is not there is a run's first session. Lines
    /// that are not whole, as a process leaves one that is killed, are passed over.
    FileRecord(std::filesystem::path file, std::shared_ptr<DataNews> news);

    /// The files that there are now. Where earlier sessions knew others, or of another size, it is
    /// reported as one sentence.
    void begin(const std::vector<FileFacts>& files);

    /// The contents of a file of `begin` as they were read.
    void read(const std::string& path, std::span<const std::byte> contents);

    /// Writes what is new. Where that fails it is reported once, and tried again the next time.
    void flush();

private:
    struct Entry {
        FileFacts facts;
        std::string hash;     ///< empty: not read yet
        bool current = false; ///< the hash is that of `facts`
    };

    void parse(std::string_view line);
    void put(const Entry& entry);

    std::filesystem::path m_file;
    std::shared_ptr<DataNews> m_news;
    std::mutex m_mutex;
    std::unordered_map<std::string, Entry> m_entries;
    std::string m_lines; ///< not written yet
    bool m_reportedFailure = false;
};

} // namespace concertina
