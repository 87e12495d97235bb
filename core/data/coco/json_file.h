// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace concertina {

/// A piece of the text of a file.
struct FilePiece {
    std::int64_t offset = 0; ///< in bytes
    std::uint32_t bytes = 0;

    bool operator==(const FilePiece&) const = default;
};

/// A large file that stays open, of which pieces are read. May be used from several threads.
class JsonFile {
public:
    /// Problems: "coco.missing".
    static Expected<std::shared_ptr<const JsonFile>> open(const std::filesystem::path& path);

    ~JsonFile();
    JsonFile(const JsonFile&) = delete;
    JsonFile& operator=(const JsonFile&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    std::int64_t bytes() const { return m_opened.first; } ///< when it was opened

    /// Up to `bytes` bytes from `offset` on; fewer at the end. Problem "coco.read".
    Expected<std::size_t> read(std::int64_t offset, char* to, std::size_t bytes) const;

    /// A piece, as it was when the file was opened. Problems: "coco.read", "coco.changed".
    Expected<std::string> text(const FilePiece& piece) const;

private:
    JsonFile(std::filesystem::path path, int file);

    /// Size and time of the last change.
    std::pair<std::int64_t, std::int64_t> state() const;

    std::filesystem::path m_path;
    int m_file;
    std::pair<std::int64_t, std::int64_t> m_opened; ///< its state then
};

/// A member of an object. The views last as long as the call that is given them.
struct JsonMember {
    std::string_view key;
    std::string_view value; ///< its text, without white space around it
    FilePiece place;        ///< of the value in the file
};

/// An object in one of the lists of a file.
struct JsonElement {
    std::string_view list;   ///< the key of the list
    std::int64_t number = 0; ///< in it, from 0
    std::string_view text;
    FilePiece place;
    std::span<const JsonMember> members;

    /// The text of a member's value; empty where there is none.
    std::string_view value(std::string_view key) const;
    FilePiece piece(std::string_view key) const;
};

/// Objects in the lists of a file are no longer than this, and nest no deeper.
inline constexpr std::size_t LargestJsonElement = 64 << 20;
inline constexpr int DeepestJsonElement = 30;

/// Goes once through a file whose JSON is one object, and hands out the objects of its lists that
/// are called as `lists` says, one at a time and in their order; whatever else there is, is passed
/// over. The file is read in windows, so that memory holds no more than one object. Inside a member
/// only brackets and strings are looked at: values may still be no JSON, which parsing them shows.
/// Returns the lists that there are. Stops at the first problem, `visit`'s among them: "coco.json"
/// (it is no such file; with the place), "coco.read".
Expected<std::set<std::string>>
scanJsonLists(const JsonFile& file, const std::set<std::string>& lists,
              const std::function<Expected<void>(const JsonElement&)>& visit);

} // namespace concertina
