// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace architecture {

/// A function's body, or that of a lambda outside of functions.
struct Function {
    std::string name; ///< what stands before its parameters; "[]": a lambda
    int line = 0;     ///< of its opening brace
    int lines = 0;    ///< to its closing brace, both counted

    bool operator==(const Function&) const = default;
};

/// What a file of C++ has as functions.
struct FunctionList {
    std::vector<Function> functions; ///< in their order
    bool balanced = true;            ///< each brace has its other
};

/// Finds functions by matching braces: a lambda inside one is part of it. Comments, literals and
/// lines for the preprocessor may hold braces; of #if … #else the first branch counts.
FunctionList functionsOf(std::string_view text);

} // namespace architecture
