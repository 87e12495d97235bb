// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/image.h"
#include "core/values/problem.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

namespace concertina {

/// Whether a file is called as videos are.
bool isVideoName(const std::filesystem::path& file);

/// Frames of a video, through OpenCV.
class Video {
public:
    /// Problems: "video.unreadable"; "video.empty", it has no frame.
    static Expected<Video> open(const std::filesystem::path& file);

    Video(Video&&) noexcept;
    Video& operator=(Video&&) noexcept;
    ~Video();

    /// Frames that the file says it has; 0: it does not say.
    std::int64_t frames() const;

    /// The next frame, RGB; none behind the last that can be read. With `skip` that many are passed
    /// over before.
    std::optional<Image> next(int skip = 0);

    /// How many frames were read or passed over.
    std::int64_t position() const;

private:
    struct Parts;
    explicit Video(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> m_parts;
};

} // namespace concertina
