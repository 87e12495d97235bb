// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/cell_targets.h"

#include "core/data/folder_scan.h"
#include "core/data/large_file.h"
#include "core/tensor/sha256.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::uint8_t presenceNotKnown = 255;
constexpr std::string_view idColumn = "id";
constexpr std::size_t mostCellProblems = 50;

Problem badCell(const std::string& cell, std::string expected, std::string hint = {}) {
    return {"table.cell", "", "\"" + shortened(cell, 60) + "\"", std::move(expected),
            std::move(hint)};
}

std::vector<std::string> classNames(const TargetInfo& target) {
    std::vector<std::string> names;
    for (const ClassInfo& info : target.classes)
        names.push_back(info.name);
    return names;
}

template <class Value>
TargetPlane listPlane(Encoding encoding, const std::vector<Value>& values) {
    TargetPlane plane{encoding, 1, static_cast<int>(values.size()),
                      std::vector<std::uint8_t>(values.size() * sizeof(Value))};
    std::memcpy(plane.bytes.data(), values.data(), plane.bytes.size());
    return plane;
}

/// A class by its name, else by its index.
Expected<std::size_t> classOf(const TargetInfo& target, const std::string& cell) {
    const auto named = std::ranges::find(target.classes, cell, &ClassInfo::name);
    if (named != target.classes.end())
        return static_cast<std::size_t>(named - target.classes.begin());
    const auto index = numberFromText(cell);
    if (index && *index == std::floor(*index) && *index >= 0
        && *index < static_cast<double>(target.classes.size()))
        return static_cast<std::size_t>(*index);
    return failure(badCell(cell, "a class of \"" + target.name + "\", by its name or index",
                           suggestion(cell, classNames(target))));
}

Expected<TargetPlane> labelOf(const TargetInfo& target, const std::string& cell) {
    if (cell.empty())
        return TargetPlane{};
    const auto index = classOf(target, cell);
    if (!index)
        return failure(index.error());
    return listPlane(Encoding::Index16, std::vector{static_cast<std::uint16_t>(*index)});
}

Expected<TargetPlane> presenceOfList(const TargetInfo& target, const std::string& cell) {
    if (cell.empty())
        return TargetPlane{};
    std::vector<std::uint8_t> present(target.classes.size(), 0);
    for (const std::string& part : split(cell, CellSeparator)) {
        const std::string name(trimmed(part));
        if (name.empty())
            continue;
        const auto index = classOf(target, name);
        if (!index)
            return failure(index.error());
        present[*index] = 1;
    }
    return listPlane(Encoding::Index8, present);
}

Expected<TargetPlane> presenceOf(std::span<const std::string> cells) {
    std::vector<std::uint8_t> present;
    bool any = false;
    for (const std::string& cell : cells) {
        const auto value = numberFromText(cell);
        if (!cell.empty() && (!value || (*value != 1 && *value != 0 && *value != -1)))
            return failure(badCell(cell, "1 where the class is there, 0 where not, blank where it "
                                         "is not known"));
        any = any || !cell.empty();
        present.push_back(cell.empty() ? presenceNotKnown : *value == 1 ? 1 : 0);
    }
    return any ? listPlane(Encoding::Index8, present) : TargetPlane{};
}

Expected<TargetPlane> valuesOf(std::span<const std::string> cells) {
    std::vector<float> values;
    for (const std::string& cell : cells) {
        const auto value = cell.empty() ? std::optional(std::numeric_limits<double>::quiet_NaN())
                                        : numberFromText(cell);
        const bool fits = value && !(std::abs(*value) > std::numeric_limits<float>::max());
        if (!fits)
            return failure(badCell(cell, "a number, or blank where it is not known"));
        values.push_back(static_cast<float>(*value));
    }
    const bool any = std::ranges::any_of(values, [](float value) { return !std::isnan(value); });
    return any ? listPlane(Encoding::Float32, values) : TargetPlane{};
}

/// One table of one split, whose rows are found by the names of samples.
class SplitTable {
public:
    SplitTable(const fs::path& path, FolderScan& scan) : m_path(path), m_scan(scan) {
        std::ifstream stream(path, std::ios::binary);
        std::error_code error;
        if (const auto size = fs::file_size(path, error); error || size > LargestCsv) {
            report("", bytesText(static_cast<double>(size)),
                   "a table of at most " + bytesText(LargestCsv));
            return;
        }
        m_text.assign(std::istreambuf_iterator<char>(stream), {});
        auto table = readCsv(m_text);
        if (!table) {
            Problem problem = table.error();
            problem.path = path.string() + (problem.path.empty() ? "" : ": " + problem.path);
            m_scan.problems.push_back(std::move(problem));
            return;
        }
        m_table = std::move(*table);
        const auto id = m_table.column(idColumn);
        if (!id) {
            report("", "no column \"id\"", "a column with the names of the samples");
            return;
        }
        for (std::size_t r = 0; r < m_table.rows.size(); ++r)
            if (!m_rows.emplace(m_table.rows[r].cells[*id], r).second)
                report(": line " + std::to_string(m_table.rows[r].line),
                       "a second row for \"" + shortened(m_table.rows[r].cells[*id], 60) + "\"",
                       "one row a sample");
    }

    const std::string& text() const { return m_text; }

    void give(std::size_t t, const TargetInfo& target, const TargetCells& from,
              std::vector<FolderSample>& samples) {
        std::vector<std::size_t> columns;
        for (const std::string& name : from.columns)
            if (const auto column = m_table.column(name))
                columns.push_back(*column);
            else
                report("", "no column \"" + shortened(name, 60) + "\"",
                       "the columns of target \"" + target.name + "\"",
                       suggestion(name, m_table.header));
        if (columns.size() != from.columns.size())
            return;
        for (FolderSample& sample : samples) {
            auto row = m_rows.find(sample.id);
            if (row == m_rows.end())
                row = m_rows.find(fs::path(sample.image).filename().string());
            if (row != m_rows.end())
                giveRow(t, target, from, columns, m_table.rows[row->second], sample);
        }
    }

private:
    void giveRow(std::size_t t, const TargetInfo& target, const TargetCells& from,
                 const std::vector<std::size_t>& columns, const CsvTable::Row& row,
                 FolderSample& sample) {
        std::vector<std::string> cells;
        for (const std::size_t column : columns)
            cells.push_back(row.cells[column]);
        auto plane = planeOfCells(target, cells, from.isList);
        if (!plane) {
            report(": line " + std::to_string(row.line), plane.error().found,
                   plane.error().expected, plane.error().hint);
            return;
        }
        sample.planes[t] = std::move(*plane);
    }

    void report(const std::string& place, std::string found, std::string expected,
                std::string hint = {}) {
        if (m_scan.problems.size() < mostCellProblems)
            m_scan.problems.push_back({"table.cell", m_path.string() + place, std::move(found),
                                       std::move(expected), std::move(hint)});
    }

    fs::path m_path;
    FolderScan& m_scan;
    std::string m_text;
    CsvTable m_table;
    std::map<std::string, std::size_t> m_rows; ///< by the sample's name
};

} // namespace

Expected<TargetPlane> planeOfCells(const TargetInfo& target, std::span<const std::string> cells,
                                   bool isList) {
    if (target.kind == &labelTarget())
        return labelOf(target, cells.front());
    if (target.kind == &valuesTarget())
        return valuesOf(cells);
    return isList ? presenceOfList(target, cells.front()) : presenceOf(cells);
}

void readTargetTables(const fs::path& root, const FolderLayout& layout, FolderScan& scan) {
    Sha256 sum;
    sum.add(scan.fingerprint);
    bool any = false;
    for (std::size_t s = 0; s < scan.splits.size(); ++s) {
        std::map<std::string, SplitTable> tables;
        for (std::size_t t = 0; t < layout.targets.size(); ++t) {
            const TargetCells& cells = layout.targetCells[t];
            if (cells.table.empty())
                continue;
            any = true;
            for (FolderSample& sample : scan.splits[s])
                sample.planes.resize(layout.targets.size());
            const std::string file =
                (fs::path(layout.splits[s].second) / cells.table).lexically_normal().string();
            std::error_code error;
            if (!fs::is_regular_file(root / file, error))
                continue; // a split may lack a target
            const auto [table, isNew] = tables.try_emplace(file, root / file, scan);
            table->second.give(t, layout.targets[t], cells, scan.splits[s]);
            if (!isNew)
                continue;
            sum.add(file + "\n" + table->second.text());
            std::erase(scan.unused, validUtf8(file));
            if (auto facts = factsOfFile(root / file, validUtf8(file)))
                scan.files.push_back(std::move(*facts));
        }
    }
    if (any)
        scan.fingerprint = sum.finish();
}

} // namespace concertina
