// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/file_place.h"

#include <unistd.h>

#include <system_error>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr int MostLinks = 40; // as the kernel follows

std::string kindOf(fs::file_type type) {
    switch (type) {
    case fs::file_type::block:
    case fs::file_type::character: return "a device";
    case fs::file_type::fifo: return "a pipe";
    case fs::file_type::socket: return "a socket";
    default: return "something that is no file";
    }
}

/// What stands at the end of the links.
Expected<fs::path> behindLinks(const fs::path& file) {
    fs::path place = file;
    std::error_code error;
    for (int links = 0; fs::is_symlink(fs::symlink_status(place, error)); ++links) {
        const fs::path to = fs::read_symlink(place, error);
        if (error || links == MostLinks)
            return failure({"file.link", file.string(), "links that lead nowhere",
                            "a file, or a link to one", ""});
        place = to.is_absolute() ? to : place.parent_path() / to;
    }
    return place;
}

} // namespace

Expected<fs::path> placeToWrite(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (fs::is_directory(status))
        return failure({"file.folder", file.string(), "a folder", "the name of a file", ""});
    if (fs::is_other(status))
        return failure({"file.special", file.string(), kindOf(status.type()),
                        "a file, or a name that is free", ""});
    if (fs::is_regular_file(status) && ::access(file.c_str(), W_OK) != 0)
        return failure({"file.read_only", file.string(), "a file that may not be written",
                        "one that may, or a name that is free", ""});
    return behindLinks(file);
}

Expected<void> makeFolder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    const fs::file_status status = fs::status(folder, error);
    if (fs::exists(status) && !fs::is_directory(status))
        return failure({"folder.file", folder.string(), "something that is no folder",
                        "a folder, or a name that is free", ""});
    if (!fs::is_directory(status))
        return failure({"folder.write", folder.string(), "a folder that can't be made",
                        "a place that can be written", ""});
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return failure({"folder.write", folder.string(), "a folder that may not be written",
                        "one that may", ""});
    return {};
}

} // namespace concertina
