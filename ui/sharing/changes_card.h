// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/sharing/run_subject.h"
#include "ui/sharing/suggested_splits.h"
#include "ui/window/page_context.h"
#include "widgets/controls/card.h"

#include <QPointer>

#include <string>
#include <vector>

class QToolButton;

namespace concertina {

class BudgetLine;
class ReadingsView;
class RuleLine;
class RuleList;
class TonedLabel;

/// What makes the plan, in words: the rules of an experiment; of a run what is staged, with a line
/// for rules that are typed, and splits that measured conflict suggests.
class ChangesCard : public Card {
    Q_OBJECT

public:
    explicit ChangesCard(const PageContext& context, QWidget* parent = nullptr);

    /// The rules of an experiment that is being set up.
    void showRules(const std::vector<std::string>& rules, const Problems& problems);

    /// What is staged of a run; null: nothing to be changed.
    void showRun(const RunId& run, RunSubject* subject);

    /// What typed rules and the menu are for.
    void setSelected(std::vector<std::size_t> layers);

    /// Why something was not done; empty: nothing.
    void refuse(const QString& why);

    /// Stages the splits that the last `window` measurements of conflict suggest.
    void suggest(int window);

    ReadingsView* readings() const { return m_readings; }

private:
    void adopt(const Expected<void>& changed);
    void refresh();
    void addTyped(const std::string& rule);
    void remove(std::size_t rule);
    void askSuggestions();
    void stageSuggested(ReasonedRules reasons);

    PageContext m_context;
    RunId m_run;
    QPointer<RunSubject> m_subject;
    int m_window = 0; ///< measurements that suggest; 0: none do
    int m_asked = 0;  ///< so that late suggestions are known as such

    QToolButton* m_suggest;
    BudgetLine* m_budget;
    RuleLine* m_rule;
    TonedLabel* m_refusal;
    RuleList* m_rules;
    TonedLabel* m_words;
    ReadingsView* m_readings;
};

} // namespace concertina
