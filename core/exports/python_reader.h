// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <span>
#include <string>
#include <string_view>

namespace concertina {

/// Runs a script by the first python3 at hand that has its modules: that of PATH, else the
/// system's. Its standard output is dropped. Problem "reader.python", with the last line that it
/// wrote to standard error: no python3 is there, modules are missing, it failed, or it did not end
/// within two minutes.
Expected<void> runPython(std::string_view script, std::span<const std::string> arguments);

} // namespace concertina
