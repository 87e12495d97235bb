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

    void setDesigns(const NetworkDesign& before, const NetworkDesign& after,
                    const CostSettings& settings);
    void clear();

    /// What stands in it: "Parameters, training: 1.71 M → 1.84 M".
    QStringList lines() const;

private:
    struct Tile {
        TonedLabel* label;
        TonedLabel* value;
        TonedLabel* change;
    };

    void show(std::size_t tile, const QString& before, const QString& after, double worse);

    std::vector<Tile> m_tiles;
};

} // namespace concertina
