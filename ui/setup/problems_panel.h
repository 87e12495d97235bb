// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <QScrollArea>

#include <optional>
#include <vector>

class QAbstractButton;
class QVBoxLayout;

namespace concertina {

class TonedLabel;

/// One line of the list: what is wrong, and what a button would do about it.
struct ShownProblem {
    Problem problem;
    QString text; ///< with the field's label in front
    QString mend; ///< none where nothing is offered
    bool isDoubt = false; ///< keeps nothing from starting

    bool operator==(const ShownProblem&) const = default;
};

/// What stands between the setup and its start, each with the way to its field and a mend.
class ProblemsPanel : public QScrollArea {
    Q_OBJECT

public:
    explicit ProblemsPanel(QWidget* parent = nullptr);

    void setProblems(std::vector<ShownProblem> problems);
    const std::vector<ShownProblem>& problems() const { return m_problems; }

    QAbstractButton* mendButton(std::size_t index) const { return m_items[index].mend; }
    QAbstractButton* showButton(std::size_t index) const { return m_items[index].show; }

Q_SIGNALS:
    void showRequested(const concertina::Problem& problem);
    void mendRequested(const concertina::Problem& problem);

private:
    struct Item {
        QWidget* box = nullptr;
        QAbstractButton* show = nullptr;
        QAbstractButton* mend = nullptr; ///< null where nothing is offered
    };

    Item makeItem(const ShownProblem& shown);

    std::vector<ShownProblem> m_problems;
    std::vector<Item> m_items;
    TonedLabel* m_title;
    QVBoxLayout* m_layout;
};

} // namespace concertina
