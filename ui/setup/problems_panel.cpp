// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/problems_panel.h"

#include "widgets/controls/toned_label.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

QToolButton* linkButton(const QString& text, QWidget* parent) {
    auto* button = new QToolButton(parent);
    QFont font = smallFont();
    font.setUnderline(true);
    button->setFont(font);
    button->setText(text);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

} // namespace

ProblemsPanel::ProblemsPanel(QWidget* parent) : QScrollArea(parent) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Problems"));
    auto* body = new QWidget;
    // What is behind shows through, whatever card this stands in.
    viewport()->setAutoFillBackground(false);
    body->setAutoFillBackground(false);
    m_layout = new QVBoxLayout(body);
    m_layout->setContentsMargins(12, GridUnit, 12, GridUnit);
    m_layout->setSpacing(GridUnit);
    m_title = new TonedLabel(ColorRole::Good, tr("Ready to start"), body);
    QFont bold = textFont();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_layout->addWidget(m_title);
    m_layout->addStretch(1);
    setWidget(body);
    body->setAutoFillBackground(false);
}

ProblemsPanel::Item ProblemsPanel::makeItem(const ShownProblem& shown) {
    Item item;
    item.box = new QWidget(widget());
    auto* layout = new QVBoxLayout(item.box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* text = new TonedLabel(ColorRole::Text, shown.text, item.box);
    text->setFont(smallFont());
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(text);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(0);
    item.show = linkButton(tr("Show"), item.box);
    item.show->setAccessibleName(tr("Show the field: %1").arg(shown.text));
    buttons->addWidget(item.show);
    connect(item.show, &QAbstractButton::clicked, this,
            [this, problem = shown.problem] { Q_EMIT showRequested(problem); });
    if (!shown.mend.isEmpty()) {
        item.mend = linkButton(shown.mend, item.box);
        buttons->addWidget(item.mend);
        connect(item.mend, &QAbstractButton::clicked, this,
                [this, problem = shown.problem] { Q_EMIT mendRequested(problem); });
    }
    buttons->addStretch(1);
    layout->addLayout(buttons);
    return item;
}

void ProblemsPanel::setProblems(std::vector<ShownProblem> problems) {
    if (problems == m_problems)
        return;
    m_problems = std::move(problems);
    // A mend's own button asks for this.
    for (const Item& item : std::exchange(m_items, {})) {
        item.box->hide();
        item.box->deleteLater();
    }
    for (const ShownProblem& shown : m_problems) {
        m_items.push_back(makeItem(shown));
        m_layout->insertWidget(m_layout->count() - 1, m_items.back().box);
    }
    const auto count =
        static_cast<int>(std::ranges::count(m_problems, false, &ShownProblem::isDoubt));
    m_title->setRole(count == 0 ? ColorRole::Good : ColorRole::Bad);
    m_title->setText(count == 0   ? tr("Ready to start")
                     : count == 1 ? tr("1 problem to mend before the start")
                                  : tr("%1 problems to mend before the start").arg(count));
}

} // namespace concertina
