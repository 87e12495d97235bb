// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/csv_table.h"
#include "core/data/dataset.h"
#include "core/values/problem.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace concertina {

struct FolderLayout;
struct FolderScan;

/// Where a table has a target of whole pictures.
struct TargetCells {
    std::string table{};                ///< the file, inside a split's folder
    std::vector<std::string> columns{}; ///< their names in it
    bool isList = false; ///< one column with the names of the classes that are there, by semicolons
};

/// What stands between names in one cell.
inline constexpr char CellSeparator = ';';

/// A target of the whole picture from the cells of its columns: a class by its name or index; 0 or
/// 1 (or −1 for 0) a class; the names of classes with semicolons between them, where it `isList`; a
/// number a quantity. Blank: not known; a lone semicolon: no class is there. Problem "table.cell"
/// without a path.
Expected<TargetPlane> planeOfCells(const TargetInfo& target, std::span<const std::string> cells,
                                   bool isList);

/// Gives the samples of a folder what its layout's tables say of them, by a column "id" with their
/// names, with or without the ending of the picture's file. Reads the tables; problems and what was
/// used go to the scan.
void readTargetTables(const std::filesystem::path& root, const FolderLayout& layout,
                      FolderScan& scan);

} // namespace concertina
