// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/store_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace concertina {

namespace {

/// FNV-1a, 64 bits: stable over releases, unlike std::hash.
std::uint64_t hashOf(std::string_view text, std::uint64_t hash) {
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 1099511628211ULL;
    }
    // Ends a part, so that ("ab", "c") and ("a", "bc") differ.
    return (hash ^ 0xffU) * 1099511628211ULL;
}

std::error_code lastError() {
    return {errno, std::generic_category()};
}

std::error_code writeAll(int descriptor, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR)
            return lastError();
        if (written > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

std::filesystem::path runFolder(const RunId& run) {
    return std::filesystem::path("runs") / run;
}

std::filesystem::path trashFolder(const RunId& run) {
    return std::filesystem::path("trash") / run;
}

std::string previewFile(const RunId& run, const PreviewRecord& preview) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const std::string* part : {&preview.sample, &preview.task, &preview.kind})
        hash = hashOf(*part, hash);
    std::array<char, 64> name{};
    std::snprintf(name.data(), name.size(), "%012lld-%016llx.png",
                  static_cast<long long>(preview.step), static_cast<unsigned long long>(hash));
    return (runFolder(run) / "previews" / name.data()).string();
}

std::string relativeFile(const std::filesystem::path& folder, const std::filesystem::path& file) {
    const auto whole = (file.is_absolute() ? file : folder / file).lexically_normal();
    const auto relative = whole.lexically_relative(folder);
    return relative.empty() || *relative.begin() == ".." ? whole.string() : relative.string();
}

std::error_code writeWhole(const std::filesystem::path& file, std::span<const std::uint8_t> bytes) {
    const std::string part = file.string() + ".part";
    const int descriptor = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return lastError();
    std::error_code error = writeAll(descriptor, bytes);
    // Some file systems report only now that there was no room.
    if (close(descriptor) != 0 && !error)
        error = lastError();
    if (!error && rename(part.c_str(), file.c_str()) != 0)
        error = lastError();
    if (error)
        unlink(part.c_str());
    return error;
}

std::int64_t bytesIn(const std::filesystem::path& folder) {
    std::int64_t bytes = 0;
    std::error_code error;
    std::filesystem::recursive_directory_iterator files(folder, error);
    for (; !error && files != std::filesystem::recursive_directory_iterator();
         files.increment(error)) {
        std::error_code gone;
        const auto size = files->is_regular_file(gone) ? files->file_size(gone) : 0;
        if (!gone)
            bytes += static_cast<std::int64_t>(size);
    }
    return bytes;
}

} // namespace concertina
