// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/rule_list.h"

#include "widgets/controls/icon.h"
#include "widgets/controls/toned_label.h"
#include "widgets/theme/theme.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <iterator>
#include <utility>

namespace concertina {

namespace {

constexpr int buttonSize = 20;
constexpr int iconSize = 12;

TonedLabel* words(ColorRole role, const QString& text) {
    auto* label = new TonedLabel(role, text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

RuleList::RuleList(QWidget* parent) : QWidget(parent), m_column(new QVBoxLayout(this)) {
    m_column->setContentsMargins(0, 0, 0, GridUnit / 2); // apart from what they change
    setAccessibleName(tr("Rules that wait to be applied"));
}

void RuleList::show(const std::vector<Entry>& entries) {
    const auto focused = std::ranges::find_if(m_buttons, &QWidget::hasFocus) - m_buttons.begin();
    const bool hadFocus = focused < std::ssize(m_buttons);
    QWidget* before = std::exchange(m_rows, new QWidget);
    m_buttons.clear();
    auto* grid = new QGridLayout(m_rows);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(GridUnit / 2);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(1, 1);
    for (const Entry& entry : entries) {
        const int row = grid->rowCount();
        grid->addWidget(makeButton(entry.rule), row, 0, Qt::AlignTop);
        grid->addWidget(words(ColorRole::Text, entry.rule), row, 1);
        if (!entry.reason.isEmpty())
            grid->addWidget(words(ColorRole::MutedText, entry.reason), row + 1, 1);
    }
    m_column->addWidget(m_rows);
    m_rows->show(); // a layout would do so later, and what is hidden takes no focus
    setVisible(!entries.empty());
    if (hadFocus && !m_buttons.empty())
        m_buttons[std::min<std::size_t>(focused, m_buttons.size() - 1)]->setFocus();
    // One of its buttons may be what was clicked: it goes at once, but for its life.
    if (before != nullptr) {
        before->setParent(nullptr);
        before->deleteLater();
    }
}

QToolButton* RuleList::makeButton(const QString& rule) {
    auto* button = new QToolButton;
    button->setIcon(themedIcon(QStringLiteral("close")));
    button->setIconSize({iconSize, iconSize});
    button->setFixedSize(buttonSize, buttonSize);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(tr("Remove %1").arg(rule));
    button->setToolTip(tr("Removes this rule (Delete)"));
    const std::size_t index = m_buttons.size();
    connect(button, &QToolButton::clicked, this, [this, index] { Q_EMIT removeWanted(index); });
    m_buttons.push_back(button);
    return button;
}

void RuleList::keyPressEvent(QKeyEvent* event) {
    const auto focused = std::ranges::find_if(m_buttons, &QWidget::hasFocus);
    if (event->key() == Qt::Key_Delete && focused != m_buttons.end())
        (*focused)->click();
    else
        QWidget::keyPressEvent(event);
}

} // namespace concertina
