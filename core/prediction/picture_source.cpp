// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prediction/picture_source.h"

#include "core/data/image_files.h"
#include "core/data/video.h"
#include "core/values/file_ending.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <string_view>
#include <utility>

namespace concertina {

namespace {

namespace fs = std::filesystem;

bool isPictureName(const fs::path& file) {
    constexpr std::array<std::string_view, 12> endings{".png", ".jpg", ".jpeg", ".jpe",
                                                       ".bmp", ".tif", ".tiff", ".webp",
                                                       ".ppm", ".pgm", ".pbm",  ".jp2"};
    return endsInOneOf(file, endings);
}

std::string frameName(const std::string& video, std::int64_t frame) {
    std::array<char, 24> digits{};
    std::snprintf(digits.data(), digits.size(), "-%06lld", static_cast<long long>(frame));
    return video + digits.data();
}

/// "walk" of "walk-000012"; empty where a name is none of a frame.
std::string videoOfFrame(const std::string& name) {
    constexpr std::size_t digits = 6;
    const std::size_t dash = name.rfind('-');
    if (dash == std::string::npos || name.size() - dash - 1 < digits
        || name.find_first_not_of("0123456789", dash + 1) != std::string::npos)
        return {};
    return name.substr(0, dash);
}

} // namespace

struct PictureSource::Parts {
    std::vector<fs::path> files;
    std::vector<std::string> names; ///< of each, without its ending
    std::vector<std::string> passedOver;
    int every = 1;
    std::size_t at = 0;         ///< the next file
    std::optional<Video> video; ///< of the file before it
    std::int64_t lastFrame = 0;

    void add(const fs::path& file) { files.push_back(file); }

    /// Pictures and videos of a folder, by name.
    Expected<void> addFolder(const fs::path& folder) {
        std::error_code error;
        std::vector<fs::path> inside;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
             entry.increment(error))
            if (entry->is_regular_file(error)
                && !entry->path().filename().string().starts_with('.'))
                inside.push_back(entry->path());
        if (error)
            return failure(
                {"file.read", folder.string(), error.message(), "a folder that can be read", ""});
        std::ranges::sort(inside);
        const std::size_t before = files.size();
        for (const fs::path& file : inside)
            if (isPictureName(file) || isVideoName(file))
                add(file);
            else
                passedOver.push_back(file.string());
        if (files.size() == before)
            return failure({"predict.none", folder.string(), "no picture or video",
                            "a folder with some, in itself", ""});
        return {};
    }

    /// What files are called without their ending, made different where two are the same, or where
    /// one is called as a frame of another.
    void nameAll() {
        std::set<std::string> taken, videos, asFrames;
        for (const fs::path& file : files) {
            const bool isVideo = isVideoName(file);
            std::string name = file.stem().string();
            for (int i = 2; taken.contains(name) || videos.contains(videoOfFrame(name))
                            || (isVideo && asFrames.contains(name));
                 ++i)
                name = file.stem().string() + "-" + std::to_string(i);
            taken.insert(name);
            if (isVideo)
                videos.insert(name);
            asFrames.insert(videoOfFrame(name));
            names.push_back(name);
        }
    }

    /// The next frame of the video; where it ended before its time, that; else none.
    std::optional<NamedPicture> nextFrame() {
        const std::string& name = names[at - 1];
        const bool isFirst = lastFrame < 0;
        if (auto image = video->next(isFirst ? 0 : every - 1)) {
            lastFrame = isFirst ? 0 : lastFrame + every;
            return NamedPicture{frameName(name, lastFrame), std::move(*image)};
        }
        // Counts of frames are estimates in some formats.
        const std::int64_t read = video->position(), stated = video->frames();
        const bool isShort = read < stated - std::max<std::int64_t>(every, stated / 50);
        video.reset();
        if (!isShort)
            return std::nullopt;
        return NamedPicture{
            name, failure({"video.short", files[at - 1].string(),
                           "an end behind frame " + std::to_string(read),
                           std::to_string(stated) + " frames", "what was read is predicted for"})};
    }

    std::optional<NamedPicture> next() {
        while (true) {
            if (video)
                if (auto frame = nextFrame())
                    return frame;
            if (at == files.size())
                return std::nullopt;
            const fs::path& file = files[at];
            ++at;
            if (!isVideoName(file))
                return NamedPicture{names[at - 1], readImage(file)};
            auto opened = Video::open(file);
            if (!opened)
                return NamedPicture{names[at - 1], failure(opened.error())};
            video.emplace(std::move(*opened));
            lastFrame = -1;
        }
    }
};

PictureSource::PictureSource(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
PictureSource::PictureSource(PictureSource&&) noexcept = default;
PictureSource& PictureSource::operator=(PictureSource&&) noexcept = default;
PictureSource::~PictureSource() = default;

Expected<PictureSource> PictureSource::of(const std::vector<fs::path>& inputs, int every) {
    auto parts = std::make_unique<Parts>();
    parts->every = std::max(1, every);
    for (const fs::path& input : inputs) {
        std::error_code error;
        if (!fs::is_directory(input, error))
            parts->add(input);
        else if (auto added = parts->addFolder(input); !added)
            return failure(added.error());
    }
    parts->nameAll();
    return PictureSource(std::move(parts));
}

std::optional<NamedPicture> PictureSource::next() {
    return m_parts->next();
}

double PictureSource::share() const {
    if (m_parts->files.empty())
        return 1;
    double done = static_cast<double>(m_parts->at);
    if (m_parts->video && m_parts->video->frames() > 0)
        done -= 1
                - std::min(1.0, static_cast<double>(m_parts->video->position())
                                    / static_cast<double>(m_parts->video->frames()));
    return done / static_cast<double>(m_parts->files.size());
}

const std::vector<fs::path>& PictureSource::files() const {
    return m_parts->files;
}

const std::vector<std::string>& PictureSource::passedOver() const {
    return m_parts->passedOver;
}

} // namespace concertina
