// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/architecture/functions.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace architecture {

/// One #include of a file.
struct Include {
    int line = 0;
    std::string target; ///< what stands between the brackets or quotes; empty: a macro's name
    bool operator==(const Include&) const = default;
};

/// What the rules need to know of a source file.
struct SourceFile {
    std::string path; ///< from the root, with '/'
    std::vector<Include> includes;
    FunctionList functions;
    int lines = 0;
    int codeLines = 0; ///< neither empty nor comment alone
    bool pragmaOnce = false;
    bool licensed = false; ///< names its licence by SPDX in its first lines

    bool isHeader() const;
    bool isCode() const; ///< C++, not CMake or a script
    std::string folder() const;
};

struct SourceTree {
    std::vector<SourceFile> files; ///< ordered by path
    std::vector<std::string> folders;

    const SourceFile* file(std::string_view path) const;
};

/// Reads one file's text; comments and texts in it may look like includes.
SourceFile readSource(std::string path, std::string_view text);

/// Reads C++, CMake and script files below `root`; hidden folders and build folders are left out.
SourceTree readTree(const std::filesystem::path& root);

} // namespace architecture
