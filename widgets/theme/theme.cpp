// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme/theme.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/flat_style.h"

#include <QApplication>
#include <QFont>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QStyle>
#include <QStyleHints>
#include <QWidget>

namespace concertina {

namespace {

QFont fontOf(int pixels) {
    // Inter where the system has it: open, made for screens, with tabular figures.
    // Asked once: the question goes to fontconfig, and fonts are made at every painting.
    static const bool hasInter = QFontDatabase::hasFamily(QStringLiteral("Inter"));
    QFont font(hasInter ? QStringLiteral("Inter") : QApplication::font().family());
    font.setPixelSize(pixels);
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    font.setFeature("tnum", 1);
#endif
    return font;
}

bool systemIsDark(const QApplication& application) {
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    return application.styleHints()->colorScheme() == Qt::ColorScheme::Dark;
#else
    return isDark(application.style()->standardPalette());
#endif
}

} // namespace

QPalette themePalette(bool dark) {
    const auto of = [dark](ColorRole role) { return color(role, dark); };
    QPalette palette;
    palette.setColor(QPalette::Window, of(ColorRole::Window));
    palette.setColor(QPalette::WindowText, of(ColorRole::Text));
    palette.setColor(QPalette::Base, of(ColorRole::Field));
    palette.setColor(QPalette::AlternateBase, of(ColorRole::Card));
    palette.setColor(QPalette::Text, of(ColorRole::Text));
    palette.setColor(QPalette::PlaceholderText, of(ColorRole::FaintText));
    palette.setColor(QPalette::Button, of(ColorRole::Field));
    palette.setColor(QPalette::ButtonText, of(ColorRole::Text));
    palette.setColor(QPalette::BrightText, of(ColorRole::Bad));
    palette.setColor(QPalette::Highlight, of(ColorRole::Accent));
    palette.setColor(QPalette::HighlightedText, of(ColorRole::OnAccent));
    palette.setColor(QPalette::Link, of(ColorRole::Accent));
    palette.setColor(QPalette::LinkVisited, of(ColorRole::Accent));
    palette.setColor(QPalette::ToolTipBase, of(ColorRole::Surround));
    palette.setColor(QPalette::ToolTipText, of(ColorRole::OnSurround));
    palette.setColor(QPalette::Mid, of(ColorRole::Border));
    palette.setColor(QPalette::Dark, of(ColorRole::Border));
    palette.setColor(QPalette::Midlight, of(ColorRole::Hover));
    palette.setColor(QPalette::Light, of(ColorRole::Card));
    palette.setColor(QPalette::Shadow, of(ColorRole::Border));
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, of(ColorRole::FaintText));
    return palette;
}

QFont textFont() {
    return fontOf(13);
}

QFont smallFont() {
    return fontOf(11);
}

QFont titleFont() {
    QFont font = fontOf(17);
    font.setWeight(QFont::DemiBold);
    return font;
}

void applyTheme(QApplication& application, ThemeChoice choice) {
    // The desktop's own palette is asked before ours hides it.
    const bool dark = choice == ThemeChoice::Dark
                      || (choice == ThemeChoice::System && systemIsDark(application));
    if (qobject_cast<FlatStyle*>(QApplication::style()) == nullptr)
        QApplication::setStyle(new FlatStyle);
    QApplication::setFont(textFont());
    QApplication::setPalette(themePalette(dark));
    // Before the event loop runs Qt does not pass widgets the application's new palette.
    for (QWidget* top : QApplication::topLevelWidgets())
        top->setPalette(QPalette());
}

} // namespace concertina
