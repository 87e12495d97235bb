// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/csv_table.h"
#include "core/data/dataset_json.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace concertina {

/// What columns of a table have for its samples: one names files, or they hold the values of whole
/// pictures themselves.
struct TableColumn {
    TargetInfo target;
    std::vector<std::size_t> columns;
    bool isList = false; ///< names of classes in one cell (`planeOfCells`)
};

/// A target as a person writes it: "label: index8 classes=13 ignore=255", "depth: uint16
/// scale=0.001 invalid=0", "normal: rgb8", "room: label", "tags: presence", "size: values
/// columns=area,height". Where the column has another name than the target, `column=NAME` ends the
/// line; `columns=A,B` where there are several, of presence one a class. Classes of labels are what
/// the column holds. Problems: "table.target", "table.column".
Expected<TableColumn> tableTarget(const std::string& line, const CsvTable& table);

/// The columns that name a file which shows what it is: by the first file of a column its encoding,
/// of classes by up to 200 files how many there are; and of those that name no files, numbers as
/// quantities, and texts that come again as the class of the picture. `folder` is the table's. A
/// column that is the only one of its kind is called as the task that learns it. Columns `others`
/// are passed over.
std::vector<TableColumn> guessedTargets(const CsvTable& table, const std::filesystem::path& folder,
                                        const std::vector<std::size_t>& others);

/// "label: index8 classes=13 ignore=255", as `tableTarget` reads it.
std::string toText(const TableColumn& column, const CsvTable& table);

} // namespace concertina
