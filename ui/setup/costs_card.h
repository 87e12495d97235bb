// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/costs.h"
#include "widgets/controls/card.h"

#include <optional>
#include <vector>

class QToolButton;

namespace concertina {

class TonedLabel;

/// What a training would take, as numbers that change while the spec does.
struct SetupCosts {
    std::optional<NetworkCosts> network; ///< none while it has problems
    double steps = 0;             ///< 0: epochs are given, and the dataset is not read yet
    std::optional<double> epochs; ///< none until the dataset is read, unless they are given
    int runs = 1;
    std::optional<int> assumedClasses; ///< where the dataset has not said how many there are
};

class CostsCard : public Card {
    Q_OBJECT

public:
    explicit CostsCard(QWidget* parent = nullptr);

    void setCosts(const SetupCosts& costs);

    /// What stands in the card, line by line.
    QStringList lines() const;

    QToolButton* layersButton() const { return m_layers; }

Q_SIGNALS:
    void layersWanted();

private:
    struct Line {
        TonedLabel* label;
        TonedLabel* value;
    };

    std::vector<Line> m_lines;
    TonedLabel* m_assumption;
    QToolButton* m_layers;
};

} // namespace concertina
