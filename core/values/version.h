// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace concertina {

/// "0.1.0", of the CMake project.
const char* programVersion();

} // namespace concertina
