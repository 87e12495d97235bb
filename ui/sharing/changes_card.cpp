// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/changes_card.h"

#include "core/model/catalogue.h"
#include "core/model/costs.h"
#include "core/model/plan_change.h"
#include "core/model/sharing_edit.h"
#include "core/model/suggest_plan.h"
#include "core/values/text.h"
#include "ui/sharing/readings_view.h"
#include "ui/sharing/rule_list.h"
#include "ui/store/store_access.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace concertina {

namespace {

constexpr int UsualBudget = 20; // per cent, as `conflict --suggest` has it

using Reasons = std::vector<std::pair<std::string, std::string>>; // rules, and why

/// The splits that a run's last measurements suggest, for a network.
Expected<Reasons> suggestedFor(const Store& store, const RunId& run, int window,
                               const NetworkDesign& design, const CostSettings& step,
                               double share) {
    const auto measured = store.conflicts(run, -1, window);
    if (!measured)
        return failure(measured.error());
    const auto means = conflictMeans(*measured, window, design.plan.layerNames());
    const double whole = networkCosts(design, {}).multiplyAdds;
    Reasons reasons;
    for (SplitSuggestion& split :
         suggestPlan(design, means, {.budget = share * whole, .step = step}))
        reasons.emplace_back(std::move(split.rule), std::move(split.reason));
    return reasons;
}

TonedLabel* wordsIn(ColorRole role) {
    auto* label = new TonedLabel(role);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

ChangesCard::ChangesCard(const PageContext& context, QWidget* parent)
    : Card(tr("Changes"), parent),
      m_context(context),
      m_budget(new QSpinBox),
      m_rule(new QLineEdit),
      m_add(new QPushButton(tr("Add"))),
      m_also(new QToolButton),
      m_menu(new QMenu(this)),
      m_kernels(new QMenu(tr("Another kernel"), this)),
      m_refusal(wordsIn(ColorRole::Bad)),
      m_rules(new RuleList),
      m_words(wordsIn(ColorRole::Text)),
      m_readings(new ReadingsView) {
    m_ruleLine = makeRuleLine();
    m_budgetLine = makeBudgetLine();
    makeMenu();
    auto* words = new QWidget;
    auto* lines = new QVBoxLayout(words);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(4);
    for (QWidget* part : std::initializer_list<QWidget*>{m_refusal, m_rules, m_words, m_readings})
        lines->addWidget(part);
    lines->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->viewport()->setAutoFillBackground(false);
    scroll->setWidget(words);
    words->setAutoFillBackground(false); // which setWidget turns on
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(12, 4, 12, GridUnit);
    column->setSpacing(4);
    column->addWidget(m_ruleLine);
    column->addWidget(m_budgetLine);
    column->addWidget(scroll, 1);
    setBody(body);
    m_refusal->hide();
    connect(m_rules, &RuleList::removeWanted, this, &ChangesCard::remove);
}

QWidget* ChangesCard::makeRuleLine() {
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
    m_add->setToolTip(tr("Adds the rule to what is staged (Enter)"));
    m_add->setEnabled(false);
    m_also->setText(tr("Also ▾"));
    m_also->setAccessibleName(tr("More changes of the selected layers"));
    m_also->setAutoRaise(true);
    m_also->setFocusPolicy(Qt::StrongFocus);
    connect(m_rule, &QLineEdit::textEdited, this, [this] { refuse({}); });
    connect(m_rule, &QLineEdit::textChanged, this,
            [this](const QString& text) { m_add->setEnabled(!text.trimmed().isEmpty()); });
    connect(m_rule, &QLineEdit::returnPressed, this, &ChangesCard::addTyped);
    connect(m_add, &QPushButton::clicked, this, &ChangesCard::addTyped);
    auto* part = new QWidget;
    auto* line = new QHBoxLayout(part);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_rule, 1);
    line->addWidget(m_add);
    line->addWidget(m_also);
    return part;
}

void ChangesCard::makeMenu() {
    m_menu->setToolTipsVisible(true);
    m_kernels->setToolTipsVisible(true);
    const auto offer = [this](QMenu* menu, const QString& text, const std::string& action) {
        QAction* entry = menu->addAction(text, this, [this, action] {
            const auto rules = rulesForSelected(action);
            adopt(m_subject->add(toQt(join(rules, "; ")), rules));
        });
        entry->setData(toQt(action));
    };
    offer(m_menu, tr("Freeze"), "freeze");
    offer(m_menu, tr("Let rest"), "rest");
    offer(m_menu, tr("Unfreeze"), "unfreeze");
    m_menu->addMenu(m_kernels);
    for (const ParametrizationInfo& info : m_context.catalogue.parametrizations)
        if (info.composable) // others are more than their factors, and cannot be made anew
            offer(m_kernels, toQt(info.label), "kernel " + info.id);
    connect(m_menu, &QMenu::aboutToShow, this, &ChangesCard::showMenu);
    connect(m_also, &QToolButton::clicked, this,
            [this] { m_menu->popup(m_also->mapToGlobal(QPoint(0, m_also->height()))); });
}

/// How dear suggested splits may be; there where some were asked for.
QWidget* ChangesCard::makeBudgetLine() {
    m_budget->setRange(0, 900);
    m_budget->setSingleStep(5);
    m_budget->setValue(UsualBudget);
    m_budget->setSuffix(tr(" %"));
    m_budget->setKeyboardTracking(false);
    auto* before = new TonedLabel(ColorRole::MutedText, tr("Suggested splits may add"));
    before->setBuddy(m_budget);
    m_budget->setAccessibleName(tr("What suggested splits may add to the collapsed network"));
    connect(m_budget, &QSpinBox::valueChanged, this, &ChangesCard::askSuggestions);
    auto* part = new QWidget;
    auto* line = new QHBoxLayout(part);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(before);
    line->addWidget(m_budget);
    line->addWidget(new TonedLabel(ColorRole::MutedText, tr("multiply–adds when collapsed")));
    line->addStretch(1);
    return part;
}

void ChangesCard::showRules(const std::vector<std::string>& rules, const Problems& problems) {
    ++m_asked;
    m_subject.clear();
    m_window = 0;
    setTitle(tr("Rules"));
    setNote(tr("the later wins"));
    m_ruleLine->hide();
    m_budgetLine->hide();
    m_readings->clear();
    m_rules->show({});
    m_words->setText(rules.empty() ? tr("None: every layer is as it starts.")
                                   : toQt(join(rules, "\n")));
    refuse(toQt(toText(problems)));
}

void ChangesCard::showRun(const RunId& run, RunSubject* subject) {
    if (run != m_run || subject != m_subject) {
        ++m_asked;
        m_window = 0;
        m_rule->clear();
    }
    m_run = run;
    m_subject = subject;
    setTitle(tr("Changes"));
    refresh();
}

void ChangesCard::setSelected(std::vector<std::size_t> layers) {
    m_selected = std::move(layers);
    showAlso();
}

void ChangesCard::refuse(const QString& why) {
    m_refusal->setText(why);
    m_refusal->setVisible(!why.isEmpty());
    m_rule->setAccessibleDescription(why.isEmpty() ? m_rule->placeholderText() : why);
}

void ChangesCard::adopt(const Expected<void>& changed) {
    refresh();
    refuse(changed ? QString() : toQt(toText(changed.error())));
}

void ChangesCard::refresh() {
    const bool editable = m_subject && m_subject->isEditable();
    m_ruleLine->setVisible(editable);
    m_budgetLine->setVisible(editable && m_window > 0);
    refuse({});
    showAlso();
    if (!m_subject) {
        m_rules->show({});
        m_words->clear();
        return;
    }
    const auto count = m_subject->rules().size();
    setNote(count == 0 ? QString() : tr("%n staged", nullptr, static_cast<int>(count)));
    std::vector<RuleList::Entry> entries;
    for (const std::string& rule : m_subject->rules())
        entries.push_back({toQt(rule), toQt(m_subject->reasonFor(rule))});
    m_rules->show(entries);
    const auto words = differences(*m_subject->before(), *m_subject->after());
    m_words->setText(!words.empty() ? toQt(join(words, "\n"))
                     : editable     ? tr("As it is trained now. Edit the matrix or the map, or "
                                             "type a rule: nothing is done before it is applied.")
                                    : tr("The plan of this run. It can't be changed here: the run "
                                             "has ended, or another program trains it."));
}

/// With the last rule its button goes, and the keyboard to where another can be typed.
void ChangesCard::remove(std::size_t rule) {
    const QString text = toQt(m_subject->rules()[rule]);
    const auto removed = m_subject->remove(rule);
    if (removed && m_subject->rules().empty())
        m_rule->setFocus();
    refresh();
    if (!removed)
        refuse(tr("\"%1\" stays: a rule below builds on it, and is to be removed first. %2")
                   .arg(text, toQt(toText(removed.error()))));
}

void ChangesCard::addTyped() {
    const std::string rule = m_rule->text().trimmed().toStdString();
    if (rule.empty() || !m_subject)
        return;
    const auto added = m_subject->add(toQt(rule), {rule});
    if (added)
        m_rule->clear();
    adopt(added);
}

std::vector<std::string> ChangesCard::rulesForSelected(const std::string& action) const {
    std::vector<std::string> rules;
    for (const std::string& pattern :
         layerPatterns(m_subject->before()->plan.layerNames(), m_selected))
        rules.push_back(pattern + ": " + action);
    return rules;
}

void ChangesCard::showAlso() {
    const bool some = !m_selected.empty();
    m_also->setEnabled(some);
    m_also->setToolTip(some ? tr("Freeze the selected layers, or give them another kernel")
                            : tr("Select layers to freeze them, or to give them another kernel"));
}

/// What would be refused is there, and says why.
void ChangesCard::showMenu() {
    for (QMenu* menu : {m_kernels, m_menu})
        for (QAction* entry : menu->actions()) {
            if (entry->menu() != nullptr)
                continue;
            PlanDraft tried = m_subject->draft();
            const auto added = tried.add(rulesForSelected(entry->data().toString().toStdString()));
            entry->setEnabled(added.has_value());
            if (added)
                entry->setToolTip({});
            else if (added.error().code == "plan_change.nothing")
                entry->setToolTip(tr("These layers are so already"));
            else
                entry->setToolTip(toQt(toText(added.error())));
        }
}

void ChangesCard::suggest(int window) {
    m_window = window;
    askSuggestions();
}

/// The store's thread counts what each split would cost: with many layers that takes a while.
void ChangesCard::askSuggestions() {
    if (m_window == 0 || !m_subject)
        return;
    if (!m_subject->rules().empty())
        m_subject->discard();
    refresh();
    m_words->setText(tr("Looking for splits…"));
    m_context.store.call(
        this,
        [run = m_run, window = m_window, design = *m_subject->before(), step = m_subject->costs(),
         share = m_budget->value() / 100.0](const Store& store) {
            return suggestedFor(store, run, window, design, step, share);
        },
        [this, asked = ++m_asked](Expected<Reasons> reasons) {
            if (asked != m_asked || !m_subject)
                return;
            if (reasons)
                stageSuggested(std::move(*reasons));
            else
                adopt(failure(std::move(reasons.error())));
        });
}

void ChangesCard::stageSuggested(Reasons reasons) {
    std::vector<std::string> rules;
    for (const auto& [rule, reason] : reasons)
        rules.push_back(rule);
    if (rules.empty()) {
        refresh();
        m_words->setText(tr("No split is suggested: no conflict is beyond two standard errors, or "
                            "none can be parted for so little."));
        return;
    }
    adopt(m_subject->add(tr("suggested splits"), rules, {reasons.begin(), reasons.end()}));
}

} // namespace concertina
