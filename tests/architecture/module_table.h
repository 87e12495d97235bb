// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace architecture {

/// A folder of the project and what its files may include beside its own and the standard library.
struct Module {
    std::string folder;
    std::vector<std::string> modules;   ///< folders of modules, without what is inside them
    std::vector<std::string> libraries; ///< names as `libraryOf` gives them
    bool subfolders = true;             ///< whether folders inside belong to it
};

/// The project as ARCHITECTURE.md describes it: the arrows go down only.
const std::vector<Module>& projectModules();

/// The innermost module that a file belongs to; null where it belongs to none.
const Module* moduleOf(const std::vector<Module>& modules, std::string_view path);

/// "LibTorch", "Qt", …: the library that an included header is of; "std" for the standard library
/// and POSIX; none where it is of no library that this project knows.
std::optional<std::string> libraryOf(std::string_view header);

} // namespace architecture
