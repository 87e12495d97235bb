// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPalette>

class QApplication;
class QFont;

namespace concertina {

/// What a person chose; `System` follows the desktop.
enum class ThemeChoice { System, Light, Dark };

/// Lengths of the layout, in device-independent pixels.
inline constexpr int GridUnit = 8;
inline constexpr int ControlHeight = 28;
inline constexpr int CardRadius = 6;

/// Fusion, flat, with our palette and font. May be called again to change the theme.
void applyTheme(QApplication& application, ThemeChoice choice);

QPalette themePalette(bool dark);

/// The three sizes of text, with tabular figures.
QFont textFont();
QFont smallFont();
QFont titleFont();

} // namespace concertina
