// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/table_layout.h"

#include "core/data/class_colors.h"
#include "core/data/image_files.h"
#include "core/data/npy.h"
#include "core/data/npy_planes.h"
#include "core/data/png_plane.h"
#include "core/data/usual_targets.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostLookedAt = 200; ///< files of a column, to count classes
constexpr int mostClasses = 65535;
constexpr std::string_view columnKey = "column=";

Problem badTarget(const std::string& line, std::string expected, std::string hint = {}) {
    return {"table.target", "data.dataset.options.targets", "\"" + shortened(line, 80) + "\"",
            std::move(expected), std::move(hint)};
}

std::vector<ClassInfo> numberedClasses(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i)
        names.push_back("class " + std::to_string(i));
    return coloredClasses(names);
}

/// Sets what "key=value" says; false where it says nothing of such a target.
bool setTargetValue(TargetInfo& target, std::string_view key, double value) {
    const bool whole = value == std::floor(value);
    if (target.kind == TargetKind::Classes) {
        if (key == "classes" && whole && value >= 1 && value <= mostClasses)
            target.classes = numberedClasses(static_cast<int>(value));
        else if (key == "ignore" && whole && value >= -1 && value <= mostClasses)
            target.ignore = static_cast<int>(value);
        else
            return false;
        return true;
    }
    if (target.kind != TargetKind::Depth)
        return false;
    if (key == "scale" && value > 0)
        target.scale = value;
    else if (key == "offset")
        target.offset = value;
    else if (key == "invalid")
        target.invalid = value;
    else
        return false;
    return true;
}

/// Grey PNGs of 8 bits or palettes are indices, of 16 bits millimetres, colours directions (PNG
/// specification, 11.2.2: bits and colour type).
std::optional<TargetInfo> guessedPng(std::span<const std::byte> file) {
    if (file.size() < 26)
        return std::nullopt;
    const auto bits = std::to_integer<int>(file[24]);
    const auto color = std::to_integer<int>(file[25]);
    TargetInfo target;
    if (color == 3 || (color == 0 && bits <= 8)) {
        target.encoding = Encoding::Index8;
        target.ignore = 255;
    } else if (color == 0) {
        target.kind = TargetKind::Depth;
        target.encoding = Encoding::UInt16;
        target.scale = 0.001;
        target.invalid = 0;
    } else {
        target.kind = TargetKind::Normals;
        target.encoding = bits == 16 ? Encoding::Rgb16 : Encoding::Rgb8;
    }
    return target;
}

/// Whole numbers are indices, other reals metres, three a pixel directions.
std::optional<TargetInfo> guessedNpy(std::span<const std::byte> file) {
    const auto array = readNpy(file);
    if (!array || array->shape.size() < 2 || array->shape.size() > 3)
        return std::nullopt;
    TargetInfo target;
    if (array->shape.size() == 3 && array->shape[2] == 3) {
        target.kind = TargetKind::Normals;
        target.encoding = Encoding::Rgb16;
        return target;
    }
    const std::vector<float> values = npyValues(*array, 0, array->size());
    const bool indices = std::ranges::all_of(values, [](float value) {
        return value >= -1 && value < static_cast<float>(mostClasses) && value == std::floor(value);
    });
    if (!indices) {
        target.kind = TargetKind::Depth;
        target.encoding = Encoding::Float32;
        target.invalid = 0;
        return target;
    }
    const bool small = std::ranges::all_of(values, [](float value) { return value < 255; });
    target.encoding = small ? Encoding::Index8 : Encoding::Index16;
    target.ignore = small ? 255 : mostClasses;
    return target;
}

std::optional<TargetInfo> guessedTarget(const fs::path& path) {
    const auto file = readPictureFile(path);
    if (!file)
        return std::nullopt;
    return isNpy(*file) ? guessedNpy(*file) : isPng(*file) ? guessedPng(*file) : std::nullopt;
}

/// One more than the largest index in some of the files.
int countedClasses(const std::vector<fs::path>& files, const TargetInfo& target) {
    int classes = 1;
    const std::size_t looked = std::min(files.size(), mostLookedAt);
    for (std::size_t i = 0; i < looked; ++i) {
        const fs::path& path = files[i * files.size() / looked];
        const auto file = readPictureFile(path);
        if (!file)
            continue;
        const auto plane = isNpy(*file) ? npyPlane(*file, path, target)
                                        : decodePlane(*file, path, target.encoding);
        if (!plane)
            continue;
        const int width = bytesPerPixel(plane->encoding);
        for (std::size_t at = 0; at < plane->bytes.size(); at += static_cast<std::size_t>(width)) {
            std::uint16_t index = plane->bytes[at];
            if (width == 2)
                std::memcpy(&index, plane->bytes.data() + at, sizeof index);
            if (index != target.ignore)
                classes = std::max(classes, index + 1);
        }
    }
    return classes;
}

} // namespace

Expected<TableColumn> tableTarget(const std::string& line, const CsvTable& table) {
    const auto colon = line.find(':');
    if (colon == std::string::npos)
        return failure(badTarget(line, "NAME: ENCODING …, such as \"depth: uint16 scale=0.001\""));
    TableColumn column;
    column.target.name = trimmed(std::string_view(line).substr(0, colon));
    std::string rest = line.substr(colon + 1);
    std::string name = column.target.name;
    if (const auto at = rest.find(columnKey); at != std::string::npos) {
        name = trimmed(std::string_view(rest).substr(at + columnKey.size()));
        rest.resize(at);
    }
    std::vector<std::string> words = split(rest, ' ');
    std::erase(words, "");
    const auto known = words.empty() ? std::nullopt : encodingNamed(words.front());
    if (column.target.name.empty() || !known)
        return failure(badTarget(line, "an encoding behind the colon",
                                 suggestion(words.empty() ? "" : words.front(), encodingNames())));
    column.target.encoding = known->encoding;
    column.target.kind = known->kind;
    for (const std::string& word : std::span(words).subspan(1)) {
        const auto equals = word.find('=');
        const auto value = equals == std::string::npos
                               ? std::nullopt
                               : numberFromText(std::string_view(word).substr(equals + 1));
        if (!value || !std::isfinite(*value)
            || !setTargetValue(column.target, word.substr(0, equals), *value))
            return failure(badTarget(line,
                                     column.target.kind == TargetKind::Classes
                                         ? "classes=N, ignore=N, column=NAME"
                                     : column.target.kind == TargetKind::Depth
                                         ? "scale=…, offset=…, invalid=…, column=NAME"
                                         : "column=NAME",
                                     "\"" + word + "\" is none of them"));
    }
    if (column.target.kind == TargetKind::Classes && column.target.classes.empty())
        return failure(badTarget(line, "how many classes there are", "add classes=N"));
    const auto found = table.column(name);
    if (!found)
        return failure({"table.column", "data.dataset.options.targets",
                        "no column \"" + shortened(name, 60) + "\"", "a column of the table",
                        suggestion(name, table.header)});
    column.column = *found;
    return column;
}

std::vector<TableColumn> guessedTargets(const CsvTable& table, const fs::path& folder,
                                        const std::vector<std::size_t>& others) {
    std::vector<TableColumn> columns;
    for (std::size_t c = 0; c < table.header.size(); ++c) {
        if (table.header[c].empty() || std::ranges::find(others, c) != others.end())
            continue;
        std::vector<fs::path> files;
        for (const CsvTable::Row& row : table.rows)
            if (!row.cells[c].empty())
                files.push_back(folder / row.cells[c]);
        auto target = files.empty() ? std::nullopt : guessedTarget(files.front());
        if (!target)
            continue;
        if (target->kind == TargetKind::Classes)
            target->classes = numberedClasses(countedClasses(files, *target));
        target->name = table.header[c];
        columns.push_back({c, std::move(*target)});
    }
    for (TableColumn& column : columns)
        if (std::ranges::count(columns, column.target.kind,
                               [](const TableColumn& some) { return some.target.kind; })
            == 1)
            column.target.name = usualTarget(column.target.kind);
    return columns;
}

std::string toText(const TableColumn& column, const CsvTable& table) {
    const TargetInfo& target = column.target;
    std::string line = target.name + ": " + std::string(encodingName(target.encoding));
    if (target.kind == TargetKind::Classes)
        line += " classes=" + std::to_string(target.classes.size())
                + (target.ignore >= 0 ? " ignore=" + std::to_string(target.ignore) : "");
    if (target.kind == TargetKind::Depth && target.scale != 1)
        line += " scale=" + numberText(target.scale);
    if (target.kind == TargetKind::Depth && target.offset != 0)
        line += " offset=" + numberText(target.offset);
    if (target.kind == TargetKind::Depth && target.invalid)
        line += " invalid=" + numberText(*target.invalid);
    if (table.header[column.column] != target.name)
        line += " column=" + table.header[column.column];
    return line;
}

} // namespace concertina
