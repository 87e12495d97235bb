// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experiment/plan_draft.h"
#include "ui/sharing/suggested_splits.h"
#include "ui/window/page_context.h"
#include "widgets/controls/overlay.h"
#include "widgets/sharing/sharing_model.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

class QPushButton;
class QScrollArea;

namespace concertina {

class BudgetLine;
class ReadingsView;
class RuleLine;
class RuleList;
class SharingMatrix;
class TonedLabel;

/// The sharing of a run that can still be trained, to be changed: by the matrix, by rules that are
/// typed, or by splits that are suggested from measured conflict. The matrix shows what would be,
/// words beside it what differs. Nothing is done before it is applied.
class ReplanPanel : public Overlay {
    Q_OBJECT

public:
    ReplanPanel(const PageContext& context, QWidget* host);

    /// Opens on the plan that a run has now; the window's foot says where that cannot be read.
    /// `idleFrom`: the step from which a run that is not being trained would go on.
    void openOn(const RunRecord& record, std::optional<std::int64_t> idleFrom = std::nullopt);

    /// The same, and then with the splits that the last `window` measurements of conflict suggest.
    void openSuggesting(const RunRecord& record, std::optional<std::int64_t> idleFrom, int window);

    SharingMatrix* matrix() const { return m_matrix; }

protected:
    QSize wantedSize() const override { return {640, 720}; }

private:
    QWidget* makeHead();
    QWidget* makeWords();
    QWidget* makeButtons();

    void adopt(Expected<void> changed); ///< shows the draft, and why it was not changed
    void showCosts(bool differs);
    void askReadings();
    std::vector<SharingTask> tasks() const;
    void showUndo();
    void showRules();
    void addTyped(const std::string& rule);
    void remove(std::size_t rule);
    void suggest();
    void adoptSuggested(ReasonedRules reasons);
    void refuse(const QString& why);
    void apply();
    void undo();

    PageContext m_context;
    RunId m_run;
    std::optional<std::int64_t> m_idleFrom;
    std::optional<PlanDraft> m_draft;
    int m_window = 0;                             ///< measurements that suggest; 0: none do
    std::map<std::string, std::string> m_reasons; ///< of rules that were suggested
    int m_asked = 0;                              ///< so that late suggestions are known as such

    SharingMatrix* m_matrix;
    ReadingsView* m_readings;
    QPushButton* m_undo;
    BudgetLine* m_budget;
    RuleLine* m_rule;
    QScrollArea* m_words;
    TonedLabel* m_refusal;
    RuleList* m_rules;
    TonedLabel* m_differences;
    TonedLabel* m_costs;
    QPushButton* m_reset;
    QPushButton* m_apply;
};

} // namespace concertina
