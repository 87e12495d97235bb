// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// A table as spreadsheets and pandas write it (RFC 4180): a header, and rows with as many cells.
struct CsvTable {
    struct Row {
        int line = 0; ///< where it begins, from 1
        std::vector<std::string> cells;
    };

    std::vector<std::string> header; ///< without two equal names; names may be empty
    std::vector<Row> rows;

    /// The column of this name; none where there is none.
    std::optional<std::size_t> column(std::string_view name) const;
};

/// Larger tables are not read.
inline constexpr std::size_t LargestCsv = 500'000'000;

/// Reads a table whose cells are parted by commas, or by semicolons or tabs where its first line
/// has no comma. Quotes as the RFC has them; lines end in LF, CRLF or CR; a byte-order mark and
/// lines without anything in their cells are passed over; blanks around a cell without quotes do
/// not count. Problems, with the line as their path: "csv.encoding" (not UTF-8), "csv.quote",
/// "csv.cells", "csv.header", "csv.empty".
Expected<CsvTable> readCsv(std::string_view text);

} // namespace concertina
