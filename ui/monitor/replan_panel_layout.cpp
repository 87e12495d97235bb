// SPDX-License-Identifier: GPL-3.0-or-later
// What the panel is made of.
#include "ui/monitor/replan_panel.h"

#include "ui/sharing/budget_line.h"
#include "ui/sharing/readings_view.h"
#include "ui/sharing/rule_line.h"
#include "ui/sharing/rule_list.h"
#include "widgets/controls/icon.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/sharing_matrix.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QListView>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace concertina {

namespace {

constexpr int wordsHeight = 148;

TonedLabel* wordsIn(ColorRole role) {
    auto* label = new TonedLabel(role);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

ReplanPanel::ReplanPanel(const PageContext& context, QWidget* host)
    : Overlay(host),
      m_context(context),
      m_matrix(new SharingMatrix(this)),
      m_readings(new ReadingsView),
      m_undo(new QPushButton(themedIcon(QStringLiteral("undo")), tr("Undo last change"))),
      m_budget(new BudgetLine),
      m_rule(new RuleLine(context.catalogue)),
      m_words(new QScrollArea),
      m_refusal(wordsIn(ColorRole::Bad)),
      m_rules(new RuleList),
      m_differences(wordsIn(ColorRole::Text)),
      m_costs(new TonedLabel(ColorRole::MutedText)),
      m_reset(new QPushButton(tr("Reset"))),
      m_apply(new QPushButton(tr("Apply"))) {
    setAccessibleName(tr("Change the sharing"));
    setFocusProxy(m_matrix->view());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2 * GridUnit, 12, 2 * GridUnit, 12);
    column->addWidget(makeHead());
    column->addWidget(m_budget);
    column->addWidget(m_matrix, 1);
    column->addWidget(m_readings);
    column->addWidget(m_rule);
    column->addWidget(makeWords());
    column->addWidget(makeButtons());
    connect(m_budget, &BudgetLine::changed, this, &ReplanPanel::suggest);
    connect(m_rule, &RuleLine::edited, this, [this] { refuse({}); });
    connect(m_rule, &RuleLine::typed, this, &ReplanPanel::addTyped);
    connect(m_rule, &RuleLine::chosen, this,
            [this](const std::vector<std::string>& rules) { adopt(m_draft->add(rules)); });
    connect(m_matrix->view()->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            [this] { m_rule->setChosen(m_matrix->selectedLayers()); });
    connect(m_matrix, &SharingMatrix::stateWanted, this,
            [this](const std::vector<std::size_t>& layers, SharingState state) {
                adopt(m_draft->setState(layers, state));
            });
}

QWidget* ReplanPanel::makeHead() {
    auto* title = new TonedLabel(ColorRole::Text, tr("Change the sharing"));
    title->setFont(titleFont());
    auto* help = new TonedLabel(
        ColorRole::MutedText,
        tr("Takes effect before the next step, with a checkpoint before it. Where tasks part, each "
           "begins with a copy of what they had; where they join, copies are averaged."));
    help->setWordWrap(true);
    connect(m_undo, &QPushButton::clicked, this, &ReplanPanel::undo);
    auto* head = new QWidget;
    auto* column = new QVBoxLayout(head);
    column->setContentsMargins(0, 0, 0, 0);
    auto* line = new QHBoxLayout;
    auto* page = new QPushButton(tr("On the page"));
    page->setToolTip(
        tr("Shows the plan with what runs together, cell by cell, on the page Sharing"));
    connect(page, &QPushButton::clicked, this, [this] {
        dismiss();
        m_context.navigator.open(EditSharing{m_run});
    });
    line->addWidget(title, 1);
    line->addWidget(page);
    line->addWidget(m_undo);
    column->addLayout(line);
    column->addWidget(help);
    return head;
}

QWidget* ReplanPanel::makeWords() {
    auto* words = new QWidget;
    words->setAutoFillBackground(false);
    auto* column = new QVBoxLayout(words);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(m_refusal);
    column->addWidget(m_rules);
    column->addWidget(m_differences);
    column->addStretch(1);
    connect(m_rules, &RuleList::removeWanted, this, &ReplanPanel::remove);
    m_words->setFixedHeight(wordsHeight);
    m_words->setWidgetResizable(true);
    m_words->setFrameShape(QFrame::NoFrame);
    m_words->viewport()->setAutoFillBackground(false);
    m_words->setWidget(words);
    words->setAutoFillBackground(false); // which setWidget turns on
    return m_words;
}

QWidget* ReplanPanel::makeButtons() {
    auto* cancel = new QPushButton(tr("Cancel"));
    m_reset->setToolTip(tr("Back to the sharing that is trained"));
    m_apply->setDefault(true);
    connect(cancel, &QPushButton::clicked, this, &Overlay::dismiss);
    connect(m_apply, &QPushButton::clicked, this, &ReplanPanel::apply);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        ++m_asked; // what was asked for comes too late
        m_draft->clear();
        adopt({});
    });
    auto* part = new QWidget;
    auto* line = new QHBoxLayout(part);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_costs, 1);
    line->addWidget(m_reset);
    line->addWidget(cancel);
    line->addWidget(m_apply);
    return part;
}

} // namespace concertina
