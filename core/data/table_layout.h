// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/csv_table.h"
#include "core/data/dataset_json.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace concertina {

/// What one column of a table has for its samples. Columns of values instead of files, for targets
/// of a whole picture, would be another kind of column here.
struct TableColumn {
    std::size_t column = 0;
    TargetInfo target;
};

/// A target as a person writes it: "label: index8 classes=13 ignore=255", "depth: uint16
/// scale=0.001 invalid=0", "normal: rgb8". Where the column has another name than the target,
/// `column=NAME` ends the line. Problems: "table.target", "table.column".
Expected<TableColumn> tableTarget(const std::string& line, const CsvTable& table);

/// The columns that name a file which shows what it is: by the first file of a column its encoding,
/// of classes by up to 200 files how many there are. `folder` is the table's. A column that is the
/// only one of its kind is called as the task that learns it. Columns `others` are passed over.
std::vector<TableColumn> guessedTargets(const CsvTable& table, const std::filesystem::path& folder,
                                        const std::vector<std::size_t>& others);

/// "label: index8 classes=13 ignore=255", as `tableTarget` reads it.
std::string toText(const TableColumn& column, const CsvTable& table);

} // namespace concertina
