// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/model/network_design.h"
#include "core/values/spec.h"
#include "widgets/controls/card.h"

#include <array>
#include <map>
#include <optional>

class QAction;
class QPlainTextEdit;
class QToolButton;

namespace concertina {

class SharingMatrix;
class TonedLabel;

/// The sharing of the network's layers as a matrix, and the rules that it is written in.
class SharingCard : public Card {
    Q_OBJECT

public:
    explicit SharingCard(const Catalogue& catalogue, QWidget* parent = nullptr);

    /// The rules at once; the matrix keeps its network until another is known.
    void setRules(const std::vector<std::string>& rules);
    void setNetwork(const ExperimentSpec& spec, const std::optional<NetworkDesign>& network);

    /// What is wrong with rules, by their paths; opens them where there is anything.
    void setProblems(const std::map<std::string, QString>& problems);
    void showRules();

    SharingMatrix* matrix() const { return m_matrix; }
    QPlainTextEdit* rulesEdit() const { return m_rules; }

Q_SIGNALS:
    void rulesEdited(const std::vector<std::string>& rules);
    void rulesFinished();
    void pageWanted(); ///< where all of the plan is seen and edited
    /// Rules after a change in the matrix, and what was done, for the history.
    void plannedRules(const std::vector<std::string>& rules, const QString& step);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void makeMenu();
    void wantState(const std::vector<std::size_t>& layers, SharingState state);
    void wantStateOfAll(SharingState state);

    const Catalogue& m_catalogue;
    std::vector<std::string> m_written; ///< the rules
    std::vector<std::string> m_tasks;
    std::vector<LayerFactors> m_layers;
    SharingMatrix* m_matrix;
    QToolButton* m_all;
    QToolButton* m_showRules;
    QPlainTextEdit* m_rules;
    TonedLabel* m_message;
    std::array<QAction*, 5> m_allActions{};
};

} // namespace concertina
