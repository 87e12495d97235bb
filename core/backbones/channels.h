// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/field.h"

#include <string>
#include <vector>

namespace concertina {

// What backbones of stages have in common: how wide each is.

/// The option "width", which multiplies the channels of every `of`.
FieldInfo widthOption(const std::string& of);

/// The options "channels", a number a stage, and "width", which multiplies them. `of` says what a
/// stage is called.
std::vector<FieldInfo> channelOptions(std::vector<int> channels, const std::string& of);

/// A list of numbers as long as `count`: cut, or its last number again.
Fix asLongAs(const Json& options, const std::string& list, std::size_t count);

/// Channels × width, rounded, at least one.
int widened(int channels, double width);

/// Each of the option "channels" × the option "width".
std::vector<int> scaledChannels(const Json& options);

} // namespace concertina
