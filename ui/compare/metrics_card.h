// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/comparison.h"
#include "widgets/controls/card.h"

class QGridLayout;

namespace concertina {

struct Catalogue;

/// What each run's last validation measured, a column a run.
class MetricsCard : public Card {
    Q_OBJECT

public:
    explicit MetricsCard(const Catalogue& catalogue, QWidget* parent = nullptr);

    void showRuns(const std::vector<ComparedRun>& runs);

private:
    void addText(const QString& text, int row, int column, bool muted);

    const Catalogue& m_catalogue;
    QGridLayout* m_grid;
};

} // namespace concertina
