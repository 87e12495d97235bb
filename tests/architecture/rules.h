// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/architecture/module_table.h"
#include "tests/architecture/source_tree.h"

#include <string>
#include <vector>

namespace architecture {

/// A place that breaks a rule; line 0: the file or folder as a whole.
struct Violation {
    std::string file;
    int line = 0;
    std::string what;

    bool operator==(const Violation&) const = default;
};

using Violations = std::vector<Violation>;

/// "core/model/x.cpp:12: …", one a line.
std::string toText(const Violations& violations);

/// Every include of every module's file is of a module or library that the table allows, and is
/// written from the root. Tests may include everything; code outside of modules is a violation.
Violations checkIncludes(const SourceTree& tree, const std::vector<Module>& modules);

/// From no file of `folder` a header of LibTorch can be reached: not through any header of ours.
/// Reported at the file's own include that leads there, with the way.
Violations checkNoTorchBehind(const SourceTree& tree, const std::string& folder);

/// No file includes itself by way of others.
Violations checkCycles(const SourceTree& tree);

/// Modules include each other in one direction alone; a module and one inside it count as one.
Violations checkTable(const std::vector<Module>& modules);

/// Every module has files, and includes what its row allows: the table says no more than is so.
Violations checkTableIsUsed(const SourceTree& tree, const std::vector<Module>& modules);

/// Every header has `#pragma once`, every file the licence's SPDX line.
Violations checkFirstLines(const SourceTree& tree);

/// No folder is called as if anything might go in it.
Violations checkFolders(const SourceTree& tree);

/// A file or a function that is longer than others may be.
struct Exception {
    std::string file;
    std::string function; ///< empty: the file
    std::string reason;
};

/// Sources of more than 400 lines, headers of more than 200, or of more than 100 without their
/// comments where they are no test's, functions of more than 60, lambdas counted. Exceptions are
/// left out; one that has no reason, or is none any more, is reported, as are files whose braces do
/// not match.
Violations checkSizes(const SourceTree& tree, const std::vector<Exception>& exceptions);

} // namespace architecture
