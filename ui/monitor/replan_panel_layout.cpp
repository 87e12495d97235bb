// SPDX-License-Identifier: GPL-3.0-or-later
// What the panel is made of.
#include "ui/monitor/replan_panel.h"

#include "core/model/catalogue.h"
#include "ui/sharing/readings_view.h"
#include "ui/sharing/rule_list.h"
#include "widgets/controls/icon.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/sharing_matrix.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace concertina {

namespace {

constexpr int wordsHeight = 148;
constexpr int usualBudget = 20; // per cent, as `conflict --suggest` has it

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
      m_budget(new QSpinBox),
      m_rule(new QLineEdit),
      m_add(new QPushButton(tr("Add"))),
      m_also(new QToolButton),
      m_menu(new QMenu(this)),
      m_kernels(new QMenu(tr("Another kernel"), this)),
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
    column->addWidget(makeBudgetLine());
    column->addWidget(m_matrix, 1);
    column->addWidget(m_readings);
    column->addWidget(makeRuleLine());
    column->addWidget(makeWords());
    column->addWidget(makeButtons());
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

/// How dear suggested splits may be; there where some were asked for.
QWidget* ReplanPanel::makeBudgetLine() {
    m_budget->setRange(0, 900);
    m_budget->setSingleStep(5);
    m_budget->setValue(usualBudget);
    m_budget->setSuffix(tr(" %"));
    m_budget->setKeyboardTracking(false);
    auto* before = new TonedLabel(ColorRole::MutedText, tr("Suggested splits may add"));
    before->setBuddy(m_budget);
    m_budget->setAccessibleName(tr("What suggested splits may add to the collapsed network"));
    connect(m_budget, &QSpinBox::valueChanged, this, &ReplanPanel::suggest);
    m_budgetLine = new QWidget;
    auto* line = new QHBoxLayout(m_budgetLine);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(before);
    line->addWidget(m_budget);
    line->addWidget(
        new TonedLabel(ColorRole::MutedText, tr("multiply–adds to the collapsed network")));
    line->addStretch(1);
    return m_budgetLine;
}

QWidget* ReplanPanel::makeRuleLine() {
    m_rule->setPlaceholderText(tr("A rule, such as  dec1.*: kernel factored  or  enc*: freeze"));
    m_rule->setAccessibleName(tr("Rule"));
    m_rule->setToolTip(
        tr("<p>LAYERS: and behind it a state (tied, merged, factors shared, separate), with groups "
           "of tasks before it if need be; one factor and its groups; freeze or unfreeze, of "
           "everything or one factor; rest; or kernel and what it shall be.</p>"
           "<p>dec1.*: {depth} | {normal, segmentation} separate<br>enc1.1: freeze M<br>"
           "dec1.*: kernel factored {\"rank\": 0.5}</p>"));
    m_rule->setClearButtonEnabled(true);
    m_rule->setTextMargins(4, 0, 0, 0);
    m_add->setToolTip(tr("Adds the rule to what would change (Enter)"));
    m_also->setText(tr("Also ▾"));
    m_also->setAccessibleName(tr("More changes of the selected layers"));
    m_also->setAutoRaise(true);
    m_also->setFocusPolicy(Qt::StrongFocus);
    m_menu->setToolTipsVisible(true);
    m_kernels->setToolTipsVisible(true);
    const auto offer = [this](QMenu* menu, const QString& text, const std::string& action) {
        QAction* entry = menu->addAction(text, this, [this, action] { addToSelected(action); });
        entry->setData(toQt(action));
        return entry;
    };
    offer(m_menu, tr("Freeze"), "freeze");
    offer(m_menu, tr("Let rest"), "rest");
    offer(m_menu, tr("Unfreeze"), "unfreeze");
    m_menu->addMenu(m_kernels);
    for (const ParametrizationInfo& info : m_context.catalogue.parametrizations)
        if (info.composable) // others are more than their factors, and cannot be made anew
            offer(m_kernels, toQt(info.label), "kernel " + info.id);
    connect(m_menu, &QMenu::aboutToShow, this, &ReplanPanel::showMenu);
    connect(m_also, &QToolButton::clicked, this,
            [this] { m_menu->popup(m_also->mapToGlobal(QPoint(0, m_also->height()))); });
    connect(m_rule, &QLineEdit::textEdited, this, [this] { refuse({}); });
    connect(m_rule, &QLineEdit::textChanged, this,
            [this](const QString& text) { m_add->setEnabled(!text.trimmed().isEmpty()); });
    connect(m_rule, &QLineEdit::returnPressed, this, &ReplanPanel::addTyped);
    connect(m_add, &QPushButton::clicked, this, &ReplanPanel::addTyped);
    connect(m_matrix->view()->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &ReplanPanel::showAlso);
    m_add->setEnabled(false);
    auto* part = new QWidget;
    auto* line = new QHBoxLayout(part);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_rule, 1);
    line->addWidget(m_add);
    line->addWidget(m_also);
    return part;
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
