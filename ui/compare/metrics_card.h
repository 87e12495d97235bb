// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/comparison.h"
#include "widgets/controls/card.h"

class QGridLayout;
class QToolButton;

namespace concertina {

struct Catalogue;

/// What each run's last validation measured, a column a run.
class MetricsCard : public Card {
    Q_OBJECT

public:
    explicit MetricsCard(const Catalogue& catalogue, QWidget* parent = nullptr);

    void showRuns(const std::vector<ComparedRun>& runs);

    QToolButton* classesButton() const { return m_byClass; }
    QToolButton* precisionsButton() const { return m_byType; }

Q_SIGNALS:
    void classesAsked();
    void precisionsAsked();

private:
    struct Cell {
        QString text;
        int row = 0;
        int column = 0;
        bool muted = false;

        bool operator==(const Cell&) const = default;
    };

    void addText(const Cell& cell);

    const Catalogue& m_catalogue;
    QToolButton* m_byClass;
    QToolButton* m_byType;
    QGridLayout* m_grid;
    std::vector<Cell> m_cells; ///< that are shown
};

} // namespace concertina
