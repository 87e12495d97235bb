// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/field.h"

#include <string>
#include <string_view>

namespace concertina {

/// With signs that only look different from those of a number made so: the minus sign of
/// typesetters is a hyphen, and spaces that don't break or have no width, which come along with what
/// is pasted, are spaces.
std::string withPlainSigns(std::string_view text);

/// Whether `text` is a whole number in groups of three parted by points, "10.000": ten thousand to
/// one reader and ten to another.
bool hasPointsBetweenThousands(std::string_view text);

/// What to write instead of a text that is no number of the field, where what is meant is clear:
/// of a decimal comma, separators of thousands, a unit, a power of ten. "use a point: 0.0015";
/// empty where it isn't.
std::string numberHint(const FieldInfo& field, std::string_view text);

} // namespace concertina
