// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/file_record.h"

#include "core/tensor/sha256.h"
#include "core/values/json.h"
#include "core/values/text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <utility>

namespace concertina {

namespace {

constexpr std::int64_t goneBytes = -1;
constexpr std::size_t blockBytes = 1 << 20;
constexpr std::size_t blocks = 64;

/// What the file begins with; a line of its own.
std::string headLine() {
    return jsonText(Json{{"format", "concertina-files"},
                         {"version", 1},
                         {"columns", {"path", "bytes", "nanoseconds", "sha256"}}})
           + "\n";
}

/// Appends to a file, which is made where it is missing; an error number, 0 where all is well.
int append(const std::filesystem::path& path, std::string_view text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
        return errno;
    int error = 0;
    while (!text.empty() && error == 0) {
        const ssize_t count = ::write(file, text.data(), text.size());
        if (count >= 0)
            text.remove_prefix(static_cast<std::size_t>(count));
        else if (errno != EINTR)
            error = errno;
    }
    if (error == 0 && ::fdatasync(file) != 0)
        error = errno;
    if (::close(file) != 0 && error == 0)
        error = errno;
    return error;
}

} // namespace

std::string contentHash(std::span<const std::byte> contents) {
    Sha256 sum;
    if (contents.size() <= LargestWhole) {
        sum.add(contents);
        return sum.finish();
    }
    const std::size_t last = contents.size() - blockBytes;
    for (std::size_t i = 0; i < blocks; ++i)
        sum.add(contents.subspan(last * i / (blocks - 1), blockBytes));
    return sum.finish();
}

FileRecord::FileRecord(std::filesystem::path file, std::shared_ptr<DataNews> news)
    : m_file(std::move(file)), m_news(std::move(news)) {
    std::ifstream stream(m_file, std::ios::binary);
    for (std::string line; std::getline(stream, line);)
        parse(line);
    // A line that was cut off must not swallow the next.
    m_lines = m_entries.empty() ? headLine() : "\n";
}

void FileRecord::parse(std::string_view line) {
    const Json json = parseJson(line);
    if (!json.is_array() || json.size() != 4 || !json[0].is_string() || !json[1].is_number_integer()
        || !json[2].is_number_integer() || !json[3].is_string())
        return;
    const FileFacts facts{json[0].get<std::string>(), json[1].get<std::int64_t>(),
                          json[2].get<std::int64_t>()};
    if (facts.bytes == goneBytes)
        m_entries.erase(facts.path);
    else
        m_entries[facts.path] = {.facts = facts, .hash = json[3].get<std::string>()};
}

void FileRecord::begin(const std::vector<FileFacts>& files) {
    const std::lock_guard lock(m_mutex);
    const bool first = m_entries.empty();
    std::vector<std::string> added, gone, other;
    std::set<std::string> there;
    for (const FileFacts& facts : files) {
        there.insert(facts.path);
        const auto known = m_entries.find(facts.path);
        if (known == m_entries.end()) {
            added.push_back(facts.path);
            put(m_entries[facts.path] = {.facts = facts});
            continue;
        }
        Entry& entry = known->second;
        entry.current = entry.facts == facts && !entry.hash.empty();
        const bool sameSize = entry.facts.bytes == facts.bytes;
        entry.facts = facts; // a new time is written with the hash, once that is known
        if (!sameSize) {
            other.push_back(facts.path);
            entry.hash.clear();
            put(entry);
        }
    }
    for (auto entry = m_entries.begin(); entry != m_entries.end();) {
        if (there.contains(entry->first)) {
            ++entry;
            continue;
        }
        gone.push_back(entry->first);
        entry->second.facts.bytes = goneBytes;
        put(entry->second);
        entry = m_entries.erase(entry);
    }
    if (first || (added.empty() && gone.empty() && other.empty()))
        return;
    std::vector<std::string> parts;
    const auto addPart = [&](const char* what, std::vector<std::string>& paths) {
        std::ranges::sort(paths);
        if (!paths.empty())
            parts.push_back(what + std::to_string(paths.size()) + " ("
                            + someOf(paths, paths.size()) + ")");
    };
    addPart("files that are new: ", added);
    addPart("files that are gone: ", gone);
    addPart("files with other contents: ", other);
    m_news->add({.level = NoticeLevel::Warning,
                 .code = "resume.dataset",
                 .text = "The dataset has changed since the run read it: " + join(parts, "; ")
                         + ". It goes on, but not to the bit as it would have."});
}

void FileRecord::read(const std::string& path, std::span<const std::byte> contents) {
    {
        const std::lock_guard lock(m_mutex);
        const auto entry = m_entries.find(path);
        if (entry == m_entries.end() || entry->second.current)
            return;
    }
    std::string hash = contentHash(contents); // takes its time
    const std::lock_guard lock(m_mutex);
    Entry& entry = m_entries[path];
    if (entry.current)
        return;
    if (!entry.hash.empty() && entry.hash != hash)
        m_news->add(DataNews::Kind::Changed, path);
    entry.hash = std::move(hash);
    entry.current = true;
    put(entry);
}

void FileRecord::flush() {
    const std::lock_guard lock(m_mutex);
    if (m_entries.empty() || m_lines.size() <= 1)
        return;
    const int error = append(m_file, m_lines);
    if (error == 0) {
        m_lines.clear();
        return;
    }
    if (!m_lines.starts_with('\n'))
        m_lines.insert(0, "\n");
    if (!std::exchange(m_reportedFailure, true))
        m_news->add({.level = NoticeLevel::Warning,
                     .code = "file_record.write",
                     .text = m_file.string() + " can't be written (" + std::strerror(error)
                             + "): a resume may miss that files of the dataset have changed."});
}

void FileRecord::put(const Entry& entry) {
    m_lines += jsonText(Json::array({entry.facts.path, entry.facts.bytes, entry.facts.time,
                                     entry.hash}))
               + "\n";
}

} // namespace concertina
