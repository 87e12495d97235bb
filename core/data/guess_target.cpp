// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/guess_target.h"

#include "core/data/data_news.h"
#include "core/data/dataset_json.h"
#include "core/data/image_files.h"
#include "core/data/npy.h"
#include "core/data/npy_planes.h"
#include "core/data/orientation.h"
#include "core/data/picture_header.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>

namespace concertina {

namespace {

constexpr std::size_t mostLooked = 24;
constexpr std::size_t fewValues = 256; ///< that indices have at most, where no name says so
constexpr std::size_t mostLikelyClasses = 512;
constexpr double unitShare = 0.8;                ///< of pixels that are directions
constexpr double metresAStep = 0.001;            ///< of 16-bit depths: millimetres
constexpr double nearest = 0.05, farthest = 100; ///< metres that scenes are likely to have

/// The plane in an encoding; of arrays as of pictures.
Expected<TargetPlane> planeOf(std::span<const std::byte> bytes, const std::filesystem::path& path,
                              const std::string& encoding) {
    const auto named = encodingNamed(encoding);
    TargetInfo info;
    info.encoding = named->encoding;
    info.kind = named->kind;
    if (named->encoding == Encoding::Index8)
        info.ignore = 255;
    if (named->encoding == Encoding::Index16)
        info.ignore = 65535;
    return isNpy(bytes) ? npyPlane(bytes, path, info) : decodePlane(bytes, path, named->encoding);
}

/// Of 8 or 16 bits a value.
std::vector<std::uint16_t> wholeValues(const TargetPlane& plane, std::size_t width) {
    std::vector<std::uint16_t> values(plane.bytes.size() / width);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = plane.bytes[i];
        if (width == 2)
            std::memcpy(&values[i], plane.bytes.data() + 2 * i, 2);
    }
    return values;
}

/// What is found in several files, in one encoding.
struct SeenValues {
    std::map<int, std::size_t> counts; ///< of whole values
    std::vector<float> reals;          ///< some of them
    std::size_t directions = 0, pixels = 0;

    void add(const TargetPlane& plane, const std::string& encoding) {
        if (encoding.starts_with("rgb"))
            return addDirections(plane, encoding == "rgb16" ? 2 : 1);
        if (encoding == "float32")
            return addReals(plane);
        for (const std::uint16_t value : wholeValues(plane, encoding.ends_with("16") ? 2 : 1))
            ++counts[value];
    }

    bool areDirections() const {
        return pixels > 0 && double(directions) >= unitShare * double(pixels);
    }

    /// Of what is no 0, in stored steps; 0 where there is none.
    double median() const {
        if (!reals.empty()) {
            std::vector<float> sorted = reals;
            const auto middle = sorted.begin() + std::ptrdiff_t(sorted.size() / 2);
            std::ranges::nth_element(sorted, middle);
            return *middle;
        }
        std::size_t all = 0, until = 0;
        for (const auto& [value, count] : counts)
            all += value == 0 ? 0 : count;
        for (const auto& [value, count] : counts)
            if (value != 0 && (until += count) * 2 >= all)
                return value;
        return 0;
    }

private:
    /// 0 is no direction, and none is wrong.
    void addDirections(const TargetPlane& plane, std::size_t width) {
        const std::vector<std::uint16_t> values = wholeValues(plane, width);
        const double middle = width == 2 ? 32767.5 : 127.5;
        for (std::size_t i = 0; i + 2 < values.size(); i += 3) {
            double length = 0;
            bool isBlank = true;
            for (std::size_t c = 0; c < 3; ++c) {
                const double part = values[i + c] / middle - 1;
                length += part * part;
                isBlank = isBlank && values[i + c] == 0;
            }
            if (isBlank)
                continue;
            ++pixels;
            directions += std::abs(std::sqrt(length) - 1) < 0.1 ? 1 : 0;
        }
    }

    void addReals(const TargetPlane& plane) {
        const std::size_t count = plane.bytes.size() / sizeof(float);
        const std::size_t step = std::max<std::size_t>(1, count / 10'000);
        for (std::size_t i = 0; i < count; i += step) {
            float value = 0;
            std::memcpy(&value, plane.bytes.data() + i * sizeof value, sizeof value);
            if (std::isfinite(value) && value != 0)
                reals.push_back(value);
        }
    }
};

std::string extentText(int height, int width) {
    return std::to_string(width) + " × " + std::to_string(height);
}

/// Height and width of a picture, upright, without decoding it where its header says them.
std::optional<std::pair<int, int>> pictureSize(const std::filesystem::path& path) {
    const auto bytes = readPictureFile(path);
    if (!bytes)
        return std::nullopt;
    if (const auto header = readPictureHeader(*bytes)) {
        const auto height = static_cast<int>(header->height);
        const auto width = static_cast<int>(header->width);
        return swapsSides(orientationOf(*bytes)) ? std::pair(width, height)
                                                 : std::pair(height, width);
    }
    const auto picture = decodeSamplePicture(*bytes, path);
    return picture ? std::optional(std::pair(picture->height, picture->width)) : std::nullopt;
}

/// Looks into files, one after the other.
class TargetGuess {
public:
    TargetGuess(const std::vector<TargetFile>& files, std::string shown, FileRole role)
        : m_shown(std::move(shown)), m_role(role) {
        const std::size_t count = std::min(files.size(), mostLooked);
        for (std::size_t i = 0; i < count; ++i)
            m_files.push_back(files[i * files.size() / count]);
        m_all = files.size();
    }

    GuessedFiles run() {
        if (findPossible() && chooseEncoding())
            readValues();
        return std::move(m_result);
    }

private:
    void remark(const std::string& sentence) {
        m_result.remarks.push_back(m_shown + ": " + sentence);
    }

    /// In what the first file that is one can be read.
    bool findPossible() {
        std::optional<Problem> why;
        for (const TargetFile& file : m_files) {
            const auto bytes = readPictureFile(file.target);
            if (!bytes) {
                why = why ? why : bytes.error();
                continue;
            }
            for (const std::string& encoding : encodingNames()) {
                const TargetKind* kind = encodingNamed(encoding)->kind;
                if (!kind->isPlane() || kind == &inverseDepthTarget())
                    continue; // no file of its own; one that looks like a depth's
                const auto plane = planeOf(*bytes, file.target, encoding);
                if (plane) {
                    m_possible.push_back(encoding);
                    m_first[encoding].add(*plane, encoding);
                } else if (!why) {
                    why = plane.error();
                }
            }
            if (!m_possible.empty())
                return true;
        }
        remark(why ? "left out, as it can't be read (" + toText(*why) + ")."
                   : "left out, it is empty.");
        return false;
    }

    bool fits(const std::string& encoding) const {
        return std::ranges::find(m_possible, encoding) != m_possible.end();
    }

    /// The first of these that fits; empty: none.
    std::string firstOf(std::initializer_list<const char*> candidates) const {
        for (const char* encoding : candidates)
            if (fits(encoding))
                return encoding;
        return {};
    }

    /// What is likely where no name says what it is.
    std::string byValues() {
        if (fits("index8")) {
            const bool few = m_first["index8"].counts.size() <= fewValues / 4;
            remark(few ? "taken for classes, as its values are few."
                       : "taken for depths, as its values are many; no name says what it is.");
            return few ? "index8" : firstOf({"uint8", "float32", "index8"});
        }
        if (fits("index16") && m_first["index16"].counts.size() <= fewValues
            && m_first["index16"].counts.rbegin()->first < 1000) {
            remark("taken for classes of 16 bits, as its values are few.");
            return "index16";
        }
        if (const std::string depth = firstOf({"uint16", "float32", "uint8"}); !depth.empty()) {
            remark("taken for depths; no name says what it is.");
            return depth;
        }
        return firstOf({"rgb16", "rgb8"});
    }

    bool chooseEncoding() {
        switch (m_role) {
        case FileRole::Classes: m_encoding = firstOf({"index8", "index16"}); break;
        case FileRole::Depth: m_encoding = firstOf({"uint16", "float32", "uint8"}); break;
        case FileRole::Normals: m_encoding = firstOf({"rgb16", "rgb8"}); break;
        default: m_encoding = byValues(); break;
        }
        if (m_encoding.empty()) {
            const bool colours = !firstOf({"rgb8", "rgb16"}).empty();
            remark(m_role == FileRole::Classes && colours
                       ? "left out, as classes are colours there; write their indices, as grey or "
                         "with a palette."
                   : m_role == FileRole::Depth && colours
                       ? "left out, as depths are colours there; write them as grey of 16 bits."
                   : m_role == FileRole::Normals
                       ? "left out, as directions are three values a pixel."
                       : "left out, as it is neither classes nor depths.");
            return false;
        }
        if (m_encoding.starts_with("rgb") && !m_first[m_encoding].areDirections()) {
            remark("left out, as its colours are no directions of unit length.");
            return false;
        }
        return true;
    }

    void readValues() {
        SeenValues values;
        std::size_t looked = 0, damaged = 0, otherSize = 0;
        std::string firstDamaged, firstOther;
        for (const TargetFile& file : m_files) {
            const auto bytes = readPictureFile(file.target);
            const auto plane =
                bytes ? planeOf(*bytes, file.target, m_encoding) : failure(bytes.error());
            if (!plane) {
                firstDamaged = damaged++ == 0 ? toText(plane.error()) : firstDamaged;
                continue;
            }
            ++looked;
            values.add(*plane, m_encoding);
            const auto size = pictureSize(file.image);
            if (size && *size != std::pair(plane->height, plane->width)
                && *size != std::pair(plane->width, plane->height))
                firstOther = otherSize++ == 0
                                 ? file.target.filename().string() + " is "
                                       + extentText(plane->height, plane->width) + ", its picture "
                                       + extentText(size->first, size->second)
                                 : firstOther;
        }
        if (damaged > 0)
            remark(counted(damaged, "file") + " of " + std::to_string(m_files.size())
                   + " that were looked at can't be read so: " + firstDamaged + ".");
        if (otherSize > 0)
            remark("sizes differ from the pictures' in " + counted(otherSize, "file") + ": "
                   + firstOther + ".");
        GuessedTarget target{.encoding = m_encoding, .possible = m_possible};
        const bool kept = &target.kind() == &classesTarget() ? setClasses(target, values, looked)
                          : &target.kind() == &depthTarget() ? setDepths(target, values)
                                                             : true;
        std::ranges::stable_partition(
            target.possible, [&](const std::string& encoding) { return encoding == m_encoding; });
        if (kept)
            m_result.target = std::move(target);
    }

    bool setClasses(GuessedTarget& target, const SeenValues& values, std::size_t looked) {
        std::vector<int> seen;
        for (const auto& [value, count] : values.counts)
            seen.push_back(value);
        // Below what stands alone above the classes.
        for (const int none : {65535, 255})
            if (target.ignore < 0 && seen.size() > 1 && seen.back() == none
                && seen[seen.size() - 2] < none - 1) {
                target.ignore = none;
                seen.pop_back();
            }
        if (target.ignore >= 0 && seen.size() == 1 && seen.front() == 0) {
            remark("left out: a mask of 0 and " + std::to_string(target.ignore)
                   + "; write 1 for the second class.");
            return false;
        }
        target.classes = seen.empty() ? 1 : seen.back() + 1;
        if (looked < m_all)
            remark(std::to_string(target.classes) + (target.classes == 1 ? " class" : " classes")
                   + ", counted in " + std::to_string(looked) + " of " + std::to_string(m_all)
                   + " files; there may be more.");
        if (target.classes > static_cast<int>(mostLikelyClasses))
            remark("are these classes? They go to " + std::to_string(target.classes - 1)
                   + ", as numbers of instances do.");
        else if (target.classes > 32 && static_cast<int>(seen.size()) * 4 < target.classes)
            remark("only " + counted(seen.size(), "value") + " up to "
                   + std::to_string(target.classes - 1)
                   + ": are they indices, or greys that stand for them?");
        return true;
    }

    bool setDepths(GuessedTarget& target, const SeenValues& values) {
        target.invalid = 0;
        const double median = values.median();
        if (target.encoding == "uint16" || (target.encoding == "float32" && median > 2 * farthest))
            target.scale = metresAStep;
        const std::string metres = digitsText(median * target.scale, 3) + " m";
        if (target.encoding == "uint8")
            remark("what a step of 8 bits is in metres its files don't say; set the scale.");
        else if (median == 0)
            remark("no depth in what was looked at: all is 0, or not finite.");
        else if (median * target.scale < nearest || median * target.scale > farthest)
            remark("in " + std::string(target.scale == 1 ? "metres" : "millimetres")
                   + " the median is " + metres + "; is the scale another one?");
        else
            remark(std::string("taken for ") + (target.scale == 1 ? "metres" : "millimetres")
                   + ", 0 for none: the median is " + metres + ".");
        return true;
    }

    std::string m_shown;
    FileRole m_role;
    std::vector<TargetFile> m_files;
    std::size_t m_all = 0;
    std::vector<std::string> m_possible;
    std::map<std::string, SeenValues> m_first;
    std::string m_encoding;
    GuessedFiles m_result;
};

} // namespace

GuessedFiles guessTarget(const std::vector<TargetFile>& files, const std::string& shown,
                         FileRole role) {
    return TargetGuess(files, shown, role).run();
}

} // namespace concertina
