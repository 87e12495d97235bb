// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace concertina {

/// How well `text` fits what a person typed, larger is better; none where it does not. Every
/// word of `wanted` must be found with its letters in order, in any case; letters that begin a
/// word or follow each other count more, so that "op mo" finds "Open in Monitor" first.
std::optional<int> fuzzyMatch(QStringView wanted, QStringView text);

} // namespace concertina
