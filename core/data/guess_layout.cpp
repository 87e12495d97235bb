// SPDX-License-Identifier: GPL-3.0-or-later
// What is done with a guess: its file, and samples as they would be read.
#include "core/data/class_colors.h"
#include "core/data/folder_dataset.h"
#include "core/data/guess_dataset.h"
#include "core/data/image_files.h"
#include "core/values/color_map.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

namespace concertina {

namespace {

namespace fs = std::filesystem;

struct CheckedLayout {
    FolderLayout layout;
    std::string text;
};

Expected<CheckedLayout> checkedLayout(const DatasetGuess& guess) {
    std::set<std::string> names;
    for (const GuessedTarget& target : guess.targets)
        if (target.name.empty() || !names.insert(target.name).second)
            return failure({"guess.name", target.path,
                            target.name.empty() ? "no name" : "\"" + target.name + "\" twice",
                            "a name for each target", ""});
    CheckedLayout checked{.text = jsonText(layoutJson(guess), 2) + "\n"};
    auto layout = readFolderLayout(checked.text);
    if (!layout)
        return failure(std::move(layout.error().front()));
    checked.layout = std::move(*layout);
    return checked;
}

Problem notWritten(const fs::path& path) {
    if (errno == EEXIST)
        return {"file.exists", path.string(), "a file that is there", "a folder without one",
                "it is not written over; take it away first"};
    return {"file.write", path.string(), std::strerror(errno), "a folder that can be written to",
            ""};
}

std::vector<double> depthsOf(const TargetPlane& plane) {
    std::vector<double> values;
    const auto width = static_cast<std::size_t>(bytesPerPixel(plane.encoding));
    for (std::size_t at = 0; at + width <= plane.bytes.size(); at += width) {
        float real = 0;
        std::uint16_t whole = plane.bytes[at];
        if (plane.encoding == Encoding::Float32)
            std::memcpy(&real, plane.bytes.data() + at, sizeof real);
        else if (width == 2)
            std::memcpy(&whole, plane.bytes.data() + at, sizeof whole);
        values.push_back(plane.encoding == Encoding::Float32 ? double(real) : whole);
    }
    return values;
}

/// From the nearest to the farthest of its own.
void drawDepths(const TargetPlane& plane, const TargetInfo& target, Image& image) {
    const std::vector<double> values = depthsOf(plane);
    const auto isKnown = [&](double value) {
        return std::isfinite(value) && (!target.invalid || value != *target.invalid);
    };
    double least = std::numeric_limits<double>::max(), most = std::numeric_limits<double>::lowest();
    for (const double value : values)
        if (isKnown(value)) {
            least = std::min(least, value);
            most = std::max(most, value);
        }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Rgb color = isKnown(values[i])
                              ? viridis(most > least ? (values[i] - least) / (most - least) : 0)
                              : UnknownColor;
        std::ranges::copy(color, image.bytes.begin() + std::ptrdiff_t(3 * i));
    }
}

void drawClasses(const TargetPlane& plane, const TargetInfo& target, Image& image) {
    const bool wide = plane.encoding == Encoding::Index16;
    const std::size_t count = plane.bytes.size() / (wide ? 2 : 1);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint16_t index = plane.bytes[wide ? 0 : i];
        if (wide)
            std::memcpy(&index, plane.bytes.data() + 2 * i, sizeof index);
        const Rgb color = index == target.ignore ? UnknownColor : classColor(index);
        std::ranges::copy(color, image.bytes.begin() + std::ptrdiff_t(3 * i));
    }
}

Image drawn(const TargetPlane& plane, const TargetInfo& target) {
    Image image = blankImage(plane.height, plane.width);
    switch (plane.encoding) {
    case Encoding::Index8:
    case Encoding::Index16: drawClasses(plane, target, image); break;
    case Encoding::UInt8:
    case Encoding::UInt16:
    case Encoding::Float32: drawDepths(plane, target, image); break;
    case Encoding::Rgb8: std::ranges::copy(plane.bytes, image.bytes.begin()); break;
    case Encoding::Rgb16:
        for (std::size_t i = 0; i < image.bytes.size(); ++i) {
            std::uint16_t value = 0;
            std::memcpy(&value, plane.bytes.data() + 2 * i, sizeof value);
            image.bytes[i] = static_cast<std::uint8_t>(value >> 8U);
        }
        break;
    }
    return image;
}

GuessedSample drawnSample(const FolderDataset& dataset, const std::string& split, int index,
                          int height) {
    const StoredSample stored = dataset.storedSample(split, index);
    GuessedSample sample{.name = dataset.sampleName(split, index)};
    for (const Problem& problem : stored.problems)
        sample.problem += (sample.problem.empty() ? "" : "\n") + toText(problem);
    const auto widthFor = [height](int h, int w) {
        return std::max(1, static_cast<int>(std::lround(double(w) * height / std::max(1, h))));
    };
    if (!stored.image.empty())
        sample.picture =
            resized(stored.image, height, widthFor(stored.image.height, stored.image.width));
    const auto& targets = dataset.description().targets;
    for (std::size_t t = 0; t < stored.targets.size(); ++t) {
        const TargetPlane& plane = stored.targets[t];
        sample.targets.push_back(
            plane.empty()
                ? Image()
                : drawn(resized(plane, height, widthFor(plane.height, plane.width)), targets[t]));
    }
    return sample;
}

} // namespace

Expected<fs::path> writeLayout(const DatasetGuess& guess) {
    const auto checked = checkedLayout(guess);
    if (!checked)
        return failure(checked.error());
    const fs::path path = fs::path(guess.folder) / "dataset.json";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0)
        return failure(notWritten(path));
    const std::string& text = checked->text;
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t wrote = ::write(file, text.data() + done, text.size() - done);
        if (wrote <= 0)
            break;
        done += static_cast<std::size_t>(wrote);
    }
    const bool whole = done == text.size() && ::fsync(file) == 0;
    const Problem problem = notWritten(path);
    ::close(file);
    if (whole)
        return path;
    ::unlink(path.c_str());
    return failure(problem);
}

Expected<std::vector<GuessedSample>> guessedSamples(const DatasetGuess& guess, int count,
                                                    int height, const std::stop_token& stop) {
    auto checked = checkedLayout(guess);
    if (!checked)
        return failure(checked.error());
    FolderScan scan = scanFolder(guess.folder, checked->layout, checked->text);
    const auto dataset =
        FolderDataset::make(guess.folder, std::move(checked->layout), std::move(scan), {}, {});
    if (!dataset)
        return failure(dataset.error().front());
    const SplitInfo& split = (*dataset)->description().splits.front();
    std::vector<GuessedSample> samples;
    const int shown = std::min(count, split.size);
    for (int i = 0; i < shown && !stop.stop_requested(); ++i)
        samples.push_back(drawnSample(
            **dataset, split.name, static_cast<int>(std::int64_t{i} * split.size / shown), height));
    return samples;
}

} // namespace concertina
