// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/sharing/run_subject.h"
#include "ui/window/page_context.h"
#include "widgets/controls/card.h"

#include <QPointer>

#include <string>
#include <utility>
#include <vector>

class QLineEdit;
class QMenu;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace concertina {

class ReadingsView;
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
    QWidget* makeRuleLine();
    QWidget* makeBudgetLine();
    void makeMenu();
    void adopt(const Expected<void>& changed);
    void refresh();
    void showAlso();
    void showMenu();
    void addTyped();
    void remove(std::size_t rule);
    std::vector<std::string> rulesForSelected(const std::string& action) const;
    void askSuggestions();
    void stageSuggested(std::vector<std::pair<std::string, std::string>> reasons);

    PageContext m_context;
    RunId m_run;
    QPointer<RunSubject> m_subject;
    std::vector<std::size_t> m_selected;
    int m_window = 0; ///< measurements that suggest; 0: none do
    int m_asked = 0;  ///< so that late suggestions are known as such

    QWidget* m_budgetLine = nullptr;
    QWidget* m_ruleLine = nullptr;
    QSpinBox* m_budget;
    QLineEdit* m_rule;
    QPushButton* m_add;
    QToolButton* m_also;
    QMenu* m_menu;
    QMenu* m_kernels;
    TonedLabel* m_refusal;
    RuleList* m_rules;
    TonedLabel* m_words;
    ReadingsView* m_readings;
};

} // namespace concertina
