// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme/colors.h"

#include <QPalette>

#include <array>

namespace concertina {

namespace {

struct Shades {
    QRgb light;
    QRgb dark;
};

Shades shades(ColorRole role) {
    switch (role) {
    case ColorRole::Window: return {0xFFF5F6F8, 0xFF1B1E22};
    case ColorRole::Card: return {0xFFFFFFFF, 0xFF23272D};
    case ColorRole::Field: return {0xFFEEF0F3, 0xFF2D3239};
    case ColorRole::Hover: return {0xFFE3E7EC, 0xFF383E46};
    case ColorRole::Border: return {0xFFD3D8DF, 0xFF3D434C};
    case ColorRole::Text: return {0xFF1B1F24, 0xFFE6E8EB};
    case ColorRole::MutedText: return {0xFF59616C, 0xFFA2A9B3};
    case ColorRole::FaintText: return {0xFF8B939E, 0xFF737B86};
    case ColorRole::Accent: return {0xFF2361C8, 0xFF69A5FF};
    case ColorRole::OnAccent: return {0xFFFFFFFF, 0xFF10151C};
    case ColorRole::Good: return {0xFF1A7F37, 0xFF57C77B};
    case ColorRole::Warning: return {0xFF9A6700, 0xFFE3B341};
    case ColorRole::Bad: return {0xFFB3231E, 0xFFFF7B72};
    case ColorRole::Grid: return {0xFFE6E9ED, 0xFF31363D};
    case ColorRole::Surround: return {0xFF2B2D31, 0xFF121417};
    case ColorRole::OnSurround: return {0xFFF2F3F5, 0xFFE6E8EB};
    }
    return {0xFF000000, 0xFFFFFFFF};
}

constexpr std::array<Shades, 8> taskShades{{{0xFF0072B2, 0xFF56B4E9},
                                            {0xFFC35A00, 0xFFF0A43A},
                                            {0xFF00805C, 0xFF2FC79C},
                                            {0xFFA8468A, 0xFFE59AC9},
                                            {0xFF6B5B00, 0xFFE5DA55},
                                            {0xFF5B4BB5, 0xFFB0A3F5},
                                            {0xFF8A4B2A, 0xFFD9A27E},
                                            {0xFF4D5663, 0xFFB9C1CB}}};

} // namespace

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < 128;
}

QColor color(ColorRole role, bool dark) {
    const Shades both = shades(role);
    return QColor::fromRgb(dark ? both.dark : both.light);
}

QColor color(ColorRole role, const QPalette& palette) {
    return color(role, isDark(palette));
}

QColor taskColor(int index, bool dark) {
    const Shades both = taskShades[static_cast<std::size_t>(index) % taskShades.size()];
    return QColor::fromRgb(dark ? both.dark : both.light);
}

QColor taskColor(int index, const QPalette& palette) {
    return taskColor(index, isDark(palette));
}

} // namespace concertina
