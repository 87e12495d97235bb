// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/cell_targets.h"
#include "core/data/csv_table.h"
#include "tests/fuzz/fuzz_target.h"

#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string quotedCell(const std::string& cell) {
    std::string text = "\"";
    for (const char letter : cell)
        text += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    return text + "\"";
}

std::string lineOf(const std::vector<std::string>& cells) {
    std::string line;
    for (const std::string& cell : cells)
        line += (line.empty() ? "" : ",") + quotedCell(cell);
    return line + "\r\n";
}

/// Its cells as targets of whole pictures, whose classes are the columns: what is read has a value
/// a class, what is not a reason.
void readCells(const concertina::CsvTable& table) {
    using namespace concertina;
    TargetInfo target;
    for (const std::string& name : table.header)
        target.classes.push_back({name, {}});
    for (const TargetKind* kind : {&labelTarget(), &presenceTarget(), &valuesTarget()})
        for (const auto& row : table.rows)
            for (const bool isList : {false, true}) {
                target.kind = kind;
                const auto plane = planeOfCells(target, row.cells, isList);
                if (!plane && plane.error().found.empty())
                    std::abort();
                if (!plane || plane->empty())
                    continue;
                const auto values = plane->bytes.size() / bytesPerPixel(plane->encoding);
                if (values != (kind == &labelTarget() ? 1 : table.header.size()))
                    std::abort();
            }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto table = concertina::readCsv({reinterpret_cast<const char*>(data), size});
    if (!table)
        return 0;
    readCells(*table);
    std::string text = lineOf(table->header);
    for (const auto& row : table->rows) {
        if (row.cells.size() != table->header.size())
            std::abort();
        text += lineOf(row.cells);
    }
    if (table->header.size() < 2)
        return 0; // written again without a comma, its separator may be another
    // What was read can be written and read again.
    const auto again = concertina::readCsv(text);
    if (!again || again->header != table->header || again->rows.size() != table->rows.size())
        std::abort();
    for (std::size_t r = 0; r < table->rows.size(); ++r)
        if (again->rows[r].cells != table->rows[r].cells)
            std::abort();
    return 0;
}
