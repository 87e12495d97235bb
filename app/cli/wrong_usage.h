// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

namespace concertina {

/// Says on stderr what is wrong with the words of the command line, in which command, and where to
/// read more.
void reportWrongUsage(const CLI::App& program, const CLI::ParseError& error);

} // namespace concertina
