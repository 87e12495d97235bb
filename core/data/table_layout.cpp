// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/table_layout.h"

#include "core/data/cell_targets.h"
#include "core/data/class_colors.h"
#include "core/data/image_files.h"
#include "core/data/npy.h"
#include "core/data/npy_planes.h"
#include "core/data/png_plane.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostLookedAt = 200; ///< files of a column, to count classes
constexpr int mostClasses = 65535;
constexpr std::string_view columnKey = "column=";
constexpr std::string_view columnsKey = "columns=";

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
    if (target.kind == &classesTarget()) {
        if (key == "classes" && whole && value >= 1 && value <= mostClasses)
            target.classes = numberedClasses(static_cast<int>(value));
        else if (key == "ignore" && whole && value >= -1 && value <= mostClasses)
            target.ignore = static_cast<int>(value);
        else
            return false;
        return true;
    }
    if (target.kind->form() != ValueForm::Scale && target.kind != &valuesTarget())
        return false;
    if (key == "scale" && value > 0)
        target.scale = value;
    else if (key == "offset")
        target.offset = value;
    else if (key == "invalid" && target.kind->isPlane())
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
        target.kind = &depthTarget();
        target.encoding = Encoding::UInt16;
        target.scale = 0.001;
        target.invalid = 0;
    } else {
        target.kind = &normalsTarget();
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
        target.kind = &normalsTarget();
        target.encoding = Encoding::Rgb16;
        return target;
    }
    const std::vector<float> values = npyValues(*array, 0, array->size());
    const bool indices = std::ranges::all_of(values, [](float value) {
        return value >= -1 && value < static_cast<float>(mostClasses) && value == std::floor(value);
    });
    if (!indices) {
        target.kind = &depthTarget();
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

/// What may be said of such a target.
std::string valuesText(const TargetInfo& target) {
    if (target.kind == &classesTarget())
        return "classes=N, ignore=N, column=NAME";
    if (target.kind->form() == ValueForm::Scale)
        return "scale=…, offset=…, invalid=…, column=NAME";
    if (target.kind == &valuesTarget())
        return "scale=…, offset=…, columns=NAME,NAME";
    return target.kind == &presenceTarget() ? "column=NAME, or columns=NAME,NAME" : "column=NAME";
}

/// The texts of a column, or of the lists in its cells, each once, sorted.
std::vector<std::string> textsOf(const CsvTable& table, std::size_t column, bool areLists) {
    std::set<std::string> texts;
    for (const CsvTable::Row& row : table.rows)
        for (const std::string& part :
             areLists ? split(row.cells[column], CellSeparator) : std::vector{row.cells[column]})
            texts.emplace(trimmed(part));
    texts.erase("");
    return {texts.begin(), texts.end()};
}

/// Of a target that stands in cells, what its values are called.
void nameCells(TableColumn& column, const CsvTable& table) {
    if (column.target.kind->isPlane())
        return;
    std::vector<std::string> names;
    for (const std::size_t at : column.columns)
        names.push_back(table.header[at]);
    if (column.isList || column.target.kind == &labelTarget())
        names = textsOf(table, column.columns.front(), column.isList);
    names.resize(std::min<std::size_t>(names.size(), mostClasses));
    column.target.classes = coloredClasses(names);
}

/// Numbers are quantities; texts of which most come again are classes. None: what is written once
/// is a name or a remark.
std::optional<TargetInfo> guessedCells(const CsvTable& table, std::size_t column) {
    std::size_t filled = 0, numbers = 0;
    for (const CsvTable::Row& row : table.rows) {
        filled += row.cells[column].empty() ? 0 : 1;
        numbers += numberFromText(row.cells[column]) ? 1 : 0;
    }
    TargetInfo target;
    if (numbers == filled) {
        target.kind = &valuesTarget();
        target.encoding = Encoding::Float32;
        return target;
    }
    if (2 * textsOf(table, column, false).size() > filled)
        return std::nullopt;
    target.kind = &labelTarget();
    target.encoding = Encoding::Index16;
    return target;
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
    TargetInfo& target = column.target;
    target.name = trimmed(std::string_view(line).substr(0, colon));
    std::string rest = line.substr(colon + 1);
    std::vector<std::string> names{target.name};
    bool isNamed = false;
    for (const std::string_view key : {columnsKey, columnKey})
        if (const auto at = rest.find(key); at != std::string::npos) {
            const std::string_view value = std::string_view(rest).substr(at + key.size());
            names = key == columnsKey ? split(value, ',') : std::vector{std::string(value)};
            isNamed = key == columnsKey;
            rest.resize(at);
        }
    std::vector<std::string> words = split(rest, ' ');
    std::erase(words, "");
    const auto known = words.empty() ? std::nullopt : encodingNamed(words.front());
    if (target.name.empty() || !known)
        return failure(badTarget(line, "an encoding behind the colon",
                                 suggestion(words.empty() ? "" : words.front(), encodingNames())));
    target.encoding = known->encoding;
    target.kind = known->kind;
    for (const std::string& word : std::span(words).subspan(1)) {
        const auto equals = word.find('=');
        const auto value = equals == std::string::npos
                               ? std::nullopt
                               : numberFromText(std::string_view(word).substr(equals + 1));
        if (!value || !std::isfinite(*value)
            || !setTargetValue(target, word.substr(0, equals), *value))
            return failure(badTarget(line, valuesText(target), "\"" + word + "\" is none of them"));
    }
    if (target.kind == &classesTarget() && target.classes.empty())
        return failure(badTarget(line, "how many classes there are", "add classes=N"));
    for (const std::string& name : names) {
        const auto found = table.column(trimmed(name));
        if (!found)
            return failure({"table.column", "data.dataset.options.targets",
                            "no column \"" + shortened(name, 60) + "\"", "a column of the table",
                            suggestion(name, table.header)});
        column.columns.push_back(*found);
    }
    column.isList = target.kind == &presenceTarget() && !isNamed;
    if (column.columns.size() > 1 && (target.kind->isPlane() || target.kind == &labelTarget()))
        return failure(badTarget(line, "one column", "several are of presence and values"));
    nameCells(column, table);
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
        if (!target && !files.empty())
            target = guessedCells(table, c);
        if (!target)
            continue;
        if (target->kind == &classesTarget())
            target->classes = numberedClasses(countedClasses(files, *target));
        target->name = table.header[c];
        columns.push_back({std::move(*target), {c}});
        nameCells(columns.back(), table);
    }
    for (TableColumn& column : columns)
        if (std::ranges::count(columns, column.target.kind,
                               [](const TableColumn& some) { return some.target.kind; })
            == 1)
            column.target.name = column.target.kind->usualName();
    return columns;
}

std::string toText(const TableColumn& column, const CsvTable& table) {
    const TargetInfo& target = column.target;
    std::string line = target.name + ": " + std::string(encodingName(target));
    if (target.kind == &classesTarget())
        line += " classes=" + std::to_string(target.classes.size())
                + (target.ignore >= 0 ? " ignore=" + std::to_string(target.ignore) : "");
    if (target.scale != 1)
        line += " scale=" + numberText(target.scale);
    if (target.offset != 0)
        line += " offset=" + numberText(target.offset);
    if (target.invalid)
        line += " invalid=" + numberText(*target.invalid);
    std::vector<std::string> names;
    for (const std::size_t at : column.columns)
        names.push_back(table.header[at]);
    if (names.size() > 1 || (target.kind == &presenceTarget() && !column.isList))
        line += " columns=" + join(names, ",");
    else if (names.front() != target.name)
        line += " column=" + names.front();
    return line;
}

} // namespace concertina
