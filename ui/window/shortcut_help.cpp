// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/shortcut_help.h"

#include "widgets/controls/toned_label.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QGridLayout>
#include <QScrollArea>
#include <QVBoxLayout>

namespace concertina {

namespace {

QString keysOf(const QAction& action) {
    QStringList keys;
    for (const QKeySequence& shortcut : action.shortcuts())
        keys << shortcut.toString(QKeySequence::NativeText);
    return keys.join(QStringLiteral(", "));
}

TonedLabel* heading(const QString& text) {
    auto* label = new TonedLabel(ColorRole::MutedText, text);
    QFont bold = smallFont();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
    label->setContentsMargins(0, GridUnit, 0, 0);
    return label;
}

} // namespace

ShortcutHelp::ShortcutHelp(QWidget* host) : Overlay(host), m_scroll(new QScrollArea(this)) {
    setAccessibleName(tr("Shortcuts"));
    auto* title = new TonedLabel(ColorRole::Text, tr("Shortcuts"), this);
    title->setFont(titleFont());
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->viewport()->setAutoFillBackground(false);
    setFocusProxy(m_scroll);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * GridUnit, 12, 2 * GridUnit, 12);
    layout->addWidget(title);
    layout->addWidget(m_scroll, 1);
}

void ShortcutHelp::openWith(const QList<Command>& commands) {
    auto* list = new QWidget;
    auto* grid = new QGridLayout(list);
    grid->setContentsMargins(0, 0, GridUnit, 0);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(0, 1);
    QString place;
    for (const Command& command : commands) {
        if (command.action == nullptr || command.action->shortcut().isEmpty())
            continue;
        if (command.place != place) {
            place = command.place;
            grid->addWidget(heading(place), grid->rowCount(), 0, 1, 2);
        }
        const int row = grid->rowCount();
        grid->addWidget(
            new TonedLabel(ColorRole::Text, command.action->text().remove(QLatin1Char('&'))), row,
            0);
        grid->addWidget(new TonedLabel(ColorRole::MutedText, keysOf(*command.action)), row, 1);
    }
    grid->setRowStretch(grid->rowCount(), 1);
    list->setAutoFillBackground(false);
    m_scroll->setWidget(list); // deletes the former
    open();
}

QSize ShortcutHelp::wantedSize() const {
    return {460, 520};
}

} // namespace concertina
