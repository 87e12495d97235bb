// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/changes_card.h"

#include "core/model/plan_change.h"
#include "core/values/text.h"
#include "ui/sharing/budget_line.h"
#include "ui/sharing/readings_view.h"
#include "ui/sharing/rule_line.h"
#include "ui/sharing/rule_list.h"
#include "ui/sharing/suggested_splits.h"
#include "ui/store/store_access.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace concertina {

namespace {

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
      m_suggest(new QToolButton(this)),
      m_budget(new BudgetLine),
      m_rule(new RuleLine(context.catalogue)),
      m_refusal(wordsIn(ColorRole::Bad)),
      m_rules(new RuleList),
      m_words(wordsIn(ColorRole::Text)),
      m_readings(new ReadingsView) {
    m_suggest->setText(tr("Suggest splits"));
    m_suggest->setToolTip(tr("Stages the splits that the last measurements of conflict suggest"));
    m_suggest->setAutoRaise(true);
    m_suggest->setFocusPolicy(Qt::StrongFocus);
    headerLayout()->addWidget(m_suggest);
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
    column->addWidget(m_rule);
    column->addWidget(m_budget);
    column->addWidget(scroll, 1);
    setBody(body);
    m_refusal->hide();
    connect(m_rules, &RuleList::removeWanted, this, &ChangesCard::remove);
    connect(m_suggest, &QToolButton::clicked, this, [this] { suggest(ConflictWindow); });
    connect(m_budget, &BudgetLine::changed, this, &ChangesCard::askSuggestions);
    connect(m_rule, &RuleLine::edited, this, [this] { refuse({}); });
    connect(m_rule, &RuleLine::typed, this, &ChangesCard::addTyped);
    connect(m_rule, &RuleLine::chosen, this, [this](const std::vector<std::string>& rules) {
        adopt(m_subject->add(toQt(join(rules, "; ")), rules));
    });
}

void ChangesCard::showRules(const std::vector<std::string>& rules, const Problems& problems) {
    ++m_asked;
    m_subject.clear();
    m_window = 0;
    setTitle(tr("Rules"));
    setNote(tr("the later wins"));
    m_rule->setDraft(nullptr);
    for (QWidget* part : std::initializer_list<QWidget*>{m_rule, m_budget, m_suggest})
        part->hide();
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
    m_rule->setDraft(subject != nullptr ? &subject->draft() : nullptr);
    setTitle(tr("Changes"));
    refresh();
}

void ChangesCard::setSelected(std::vector<std::size_t> layers) {
    m_rule->setChosen(std::move(layers));
}

void ChangesCard::refuse(const QString& why) {
    m_refusal->setText(why);
    m_refusal->setVisible(!why.isEmpty());
    m_rule->setRefusal(why);
}

void ChangesCard::adopt(const Expected<void>& changed) {
    refresh();
    refuse(changed ? QString() : toQt(toText(changed.error())));
}

void ChangesCard::refresh() {
    const bool editable = m_subject && m_subject->isEditable();
    m_rule->setVisible(editable);
    m_suggest->setVisible(editable);
    m_budget->setVisible(editable && m_window > 0);
    refuse({});
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

void ChangesCard::addTyped(const std::string& rule) {
    const auto added = m_subject->add(toQt(rule), {rule});
    if (added)
        m_rule->clear();
    adopt(added);
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
         share = m_budget->share()](const Store& store) {
            return suggestedSplits(store, run, window, design, step, share);
        },
        [this, asked = ++m_asked](Expected<ReasonedRules> reasons) {
            if (asked != m_asked || !m_subject)
                return;
            if (reasons)
                stageSuggested(std::move(*reasons));
            else
                adopt(failure(std::move(reasons.error())));
        });
}

void ChangesCard::stageSuggested(ReasonedRules reasons) {
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
