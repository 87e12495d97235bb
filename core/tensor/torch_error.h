// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <string>

namespace concertina {

/// What an error of LibTorch's says, without the places in its sources: at most 200 characters.
std::string reasonOf(const std::exception& error);

} // namespace concertina
