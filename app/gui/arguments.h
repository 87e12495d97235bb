// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <filesystem>
#include <string>
#include <vector>

namespace concertina {

/// What the program's words say.
struct Arguments {
    std::filesystem::path store; ///< absolute
    std::vector<std::string> data; ///< absolute, or "NAME=PATH"
    bool demo = false;
    QStringList open; ///< files, folders, runs, presets
};

/// Whether the words ask only for what is printed (`--help`, `--version`); that needs no display.
bool asksForText(int argc, char** argv);

/// Reads the words of the application that is there; prints what is asked for, or what is wrong with
/// them, and ends the program.
Arguments readArguments();

} // namespace concertina
