// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

class QPalette;

namespace concertina {

/// Every colour that our controls paint with; one table has a light and a dark value for each.
enum class ColorRole {
    Window,       ///< behind the cards
    Card,         ///< cards, bars, the rail
    Field,        ///< inputs, buttons, the chosen row
    Hover,        ///< what the pointer is over
    Border,       ///< edges of cards and fields
    Text,
    MutedText,    ///< labels, units, axes
    FaintText,    ///< what is off, placeholders
    Accent,       ///< the primary action, the chosen segment, focus
    OnAccent,     ///< text on the accent
    Good,         ///< finished, passed
    Warning,
    Bad,          ///< problems, failed
    Grid,         ///< lines of a plot
    Surround,     ///< around pictures, dark in both themes
    OnSurround,
};

/// Whether a palette is one of a dark theme. Widgets ask their own palette, so nothing global
/// says which theme is on, and both can be painted in one program.
bool isDark(const QPalette& palette);

QColor color(ColorRole role, bool dark);
QColor color(ColorRole role, const QPalette& palette);

/// The colour of the task at `index` of a spec, everywhere: its curve, column, frame. From a set
/// that the colour-blind can distinguish (after Okabe & Ito); letters and dashes say the same.
QColor taskColor(int index, bool dark);
QColor taskColor(int index, const QPalette& palette);

} // namespace concertina
