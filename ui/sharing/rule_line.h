// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experiment/plan_draft.h"

#include <QWidget>

#include <string>
#include <vector>

class QLineEdit;
class QMenu;
class QPushButton;
class QToolButton;

namespace concertina {

/// A line for a rule of sharing that is typed, and a menu of what else can be done to the chosen
/// layers of a plan: freeze them, give them another kernel. What would be refused is in the menu,
/// and says why. It asks; who shows it adds.
class RuleLine : public QWidget {
    Q_OBJECT

public:
    explicit RuleLine(const Catalogue& catalogue, QWidget* parent = nullptr);

    /// The plan that rules would join: it outlives the line, or is null.
    void setDraft(const PlanDraft* draft);
    void setChosen(std::vector<std::size_t> layers);

    /// What a screen reader says of the line: why a rule was refused; empty: what it is for.
    void setRefusal(const QString& why);

    std::string text() const;
    void clear();
    QLineEdit* edit() const { return m_rule; }

Q_SIGNALS:
    void typed(const std::string& rule);                ///< to be added
    void edited();                                      ///< what was refused is being mended
    void chosen(const std::vector<std::string>& rules); ///< of the menu

private:
    void makeMenu(const Catalogue& catalogue);
    void showMenu();
    std::vector<std::string> rulesFor(const std::string& action) const;

    const PlanDraft* m_draft = nullptr;
    std::vector<std::size_t> m_chosen;
    QLineEdit* m_rule;
    QPushButton* m_add;
    QToolButton* m_also;
    QMenu* m_menu;
    QMenu* m_kernels;
};

} // namespace concertina
