// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/costs.h"
#include "core/model/network_design.h"

#include <QStringList>
#include <QWidget>

#include <vector>

namespace concertina {

class TonedLabel;

/// What a plan costs, and what it did before the change that is looked at.
class CostsStrip : public QWidget {
    Q_OBJECT

public:
    explicit CostsStrip(QWidget* parent = nullptr);

    /// Neither may be null. What was shown before is not computed again.
    void setDesigns(SharedDesign before, SharedDesign after, const CostSettings& settings);
    void clear();

    /// What stands in it: "Parameters, training: 1.71 M → 1.84 M".
    QStringList lines() const;

private:
    struct Tile {
        TonedLabel* label;
        TonedLabel* value;
        TonedLabel* change;
    };

    struct Numbers {
        SharedDesign of;
        CostSettings settings;
        NetworkCosts costs;
        /// Of the weights in training, those that two tasks or more have together.
        double shared = 0;
    };

    Numbers numbersOf(SharedDesign design, const CostSettings& settings) const;
    void showNumbers(const Numbers& was, const Numbers& is);
    void show(std::size_t tile, const QString& before, const QString& after, double worse);

    std::vector<Tile> m_tiles;
    Numbers m_before, m_after; ///< that are shown
};

} // namespace concertina
