// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

namespace concertina {

/// Says on stderr what is wrong with a command line, in which command, and where to read more.
void reportWrongUsage(const CLI::App& app, const CLI::ParseError& error);

} // namespace concertina
