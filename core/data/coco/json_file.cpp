// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/json_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace concertina {

JsonFile::JsonFile(std::filesystem::path path, int file)
    : m_path(std::move(path)), m_file(file), m_opened(state()) {}

JsonFile::~JsonFile() {
    ::close(m_file);
}

std::pair<std::int64_t, std::int64_t> JsonFile::state() const {
    struct stat facts {};
    if (::fstat(m_file, &facts) != 0)
        return {};
    return {facts.st_size,
            std::int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

Expected<std::shared_ptr<const JsonFile>> JsonFile::open(const std::filesystem::path& path) {
    std::error_code error;
    const bool isFile = std::filesystem::is_regular_file(path, error);
    const int file = isFile ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return failure({"coco.missing", path.string(),
                        isFile ? "a file that can't be read" : "no such file",
                        "annotations as JSON", ""});
    return std::shared_ptr<const JsonFile>(new JsonFile(path, file));
}

Expected<std::size_t> JsonFile::read(std::int64_t offset, char* to, std::size_t bytes) const {
    std::size_t done = 0;
    while (done < bytes) {
        const ssize_t count =
            ::pread(m_file, to + done, bytes - done, offset + static_cast<std::int64_t>(done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failure({"coco.read", m_path.string(), "a file that can't be read to its end",
                            "annotations as JSON", ""});
        if (count == 0)
            break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

Expected<std::string> JsonFile::text(const FilePiece& piece) const {
    std::string text(piece.bytes, '\0');
    const auto count = read(piece.offset, text.data(), text.size());
    if (!count)
        return failure(count.error());
    if (*count != text.size() || state() != m_opened)
        return failure({"coco.changed", m_path.string(), "other contents than when it was opened",
                        "a file that stays as it is while it is used", "open the dataset again"});
    return text;
}

std::string_view JsonElement::value(std::string_view key) const {
    const auto found = std::ranges::find(members, key, &JsonMember::key);
    return found != members.end() ? found->value : std::string_view();
}

FilePiece JsonElement::piece(std::string_view key) const {
    const auto found = std::ranges::find(members, key, &JsonMember::key);
    return found != members.end() ? found->place : FilePiece();
}

} // namespace concertina
