// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/title_bar.h"

#include "widgets/controls/action_button.h"
#include "widgets/controls/pill.h"
#include "widgets/controls/toned_label.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QPainter>

namespace concertina {

namespace {

constexpr int barHeight = 48;

Pill::Tone toneOf(PageHeader::Tone tone) {
    switch (tone) {
    case PageHeader::Tone::Neutral: return Pill::Tone::Neutral;
    case PageHeader::Tone::Busy: return Pill::Tone::Busy;
    case PageHeader::Tone::Good: return Pill::Tone::Good;
    case PageHeader::Tone::Warning: return Pill::Tone::Warning;
    case PageHeader::Tone::Bad: return Pill::Tone::Bad;
    }
    return Pill::Tone::Neutral;
}

} // namespace

TitleBar::TitleBar(QWidget* parent)
    : QFrame(parent),
      m_title(new TonedLabel(ColorRole::Text, {}, this)),
      m_pill(new Pill({}, Pill::Tone::Neutral, this)),
      m_buttons(new QHBoxLayout) {
    setFixedHeight(barHeight);
    m_title->setFont(titleFont());
    m_title->setElided(true);
    m_title->setAccessibleName(tr("Page"));
    m_buttons->setSpacing(GridUnit);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(2 * GridUnit, 0, GridUnit, 1);
    row->setSpacing(2 * GridUnit);
    row->addWidget(m_title);
    row->addWidget(m_pill);
    row->addStretch(1);
    row->addLayout(m_buttons);
}

void TitleBar::follow(const Page& page) {
    const PageHeader header = page.header();
    m_title->setText(header.title);
    m_pill->setText(header.note);
    m_pill->setTone(toneOf(header.tone));
    m_pill->setVisible(!header.note.isEmpty());
    setButtons(page.barActions(), page.hasPrimary());
}

void TitleBar::setButtons(const QList<QAction*>& actions, bool hasPrimary) {
    if (actions == m_actions && hasPrimary == m_hasPrimary)
        return;
    m_actions = actions;
    m_hasPrimary = hasPrimary;
    while (QLayoutItem* item = m_buttons->takeAt(0)) {
        static_cast<ActionButton*>(item->widget())->leave();
        delete item;
    }
    for (QAction* action : actions) {
        auto* button = new ActionButton(action, this);
        button->setPrimary(hasPrimary && action == actions.last());
        m_buttons->addWidget(button);
    }
}

void TitleBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), color(ColorRole::Card, palette()));
    painter.fillRect(QRect(0, height() - 1, width(), 1), color(ColorRole::Border, palette()));
}

} // namespace concertina
