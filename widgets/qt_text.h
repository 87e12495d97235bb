// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <string>

namespace concertina {

/// UTF-8 text of the rooms without Qt, for a widget.
inline QString toQt(const std::string& text) {
    return QString::fromStdString(text);
}

} // namespace concertina
