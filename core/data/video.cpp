// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/video.h"

#include "core/data/image_files.h"
#include "core/values/file_ending.h"
#include "core/values/text.h"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace concertina {

struct Video::Parts {
    cv::VideoCapture capture;
    std::int64_t frames = 0;
    std::int64_t position = 0;
    std::optional<Image> first; ///< read when it was opened

    bool skipped() {
        const bool isThere = capture.grab();
        position += isThere ? 1 : 0;
        return isThere;
    }

    std::optional<Image> read() {
        cv::Mat frame;
        if (!capture.read(frame) || frame.empty())
            return std::nullopt;
        ++position;
        Image image = blankImage(frame.rows, frame.cols);
        cv::Mat view(frame.rows, frame.cols, CV_8UC3, image.bytes.data());
        cv::cvtColor(frame, view, frame.channels() == 1 ? cv::COLOR_GRAY2RGB : cv::COLOR_BGR2RGB);
        return image;
    }
};

Video::Video(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
Video::Video(Video&&) noexcept = default;
Video& Video::operator=(Video&&) noexcept = default;
Video::~Video() = default;

bool isVideoName(const std::filesystem::path& file) {
    constexpr std::array<std::string_view, 10> endings{".mp4", ".avi", ".mov",  ".mkv", ".webm",
                                                       ".m4v", ".mpg", ".mpeg", ".wmv", ".ogv"};
    return endsInOneOf(file, endings);
}

Expected<Video> Video::open(const std::filesystem::path& file) {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    auto parts = std::make_unique<Parts>();
    try {
        if (!parts->capture.open(file.string()))
            return failure({"video.unreadable", file.string(), "no video that can be read",
                            "a file that OpenCV's decoders know", ""});
        parts->frames = std::max<std::int64_t>(
            0, static_cast<std::int64_t>(parts->capture.get(cv::CAP_PROP_FRAME_COUNT)));
        parts->first = parts->read();
    } catch (const cv::Exception& error) {
        return failure({"video.unreadable", file.string(), shortened(error.err, 200),
                        "a video that can be read", ""});
    }
    if (!parts->first)
        return failure({"video.empty", file.string(), "no frame", "a video with frames", ""});
    return Video(std::move(parts));
}

std::int64_t Video::frames() const {
    return m_parts->frames;
}

std::int64_t Video::position() const {
    return m_parts->position;
}

std::optional<Image> Video::next(int skip) {
    if (m_parts->first)
        return std::exchange(m_parts->first, std::nullopt);
    try {
        for (int i = 0; i < skip; ++i)
            if (!m_parts->skipped())
                return std::nullopt;
        return m_parts->read();
    } catch (const cv::Exception&) {
        return std::nullopt; // what can't be decoded is its end
    }
}

} // namespace concertina
