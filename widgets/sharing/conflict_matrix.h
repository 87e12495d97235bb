// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/cell_map.h"

#include <QColor>
#include <QString>

#include <vector>

namespace concertina {

/// Two tasks, a row of the matrix: their indices in the spec, for the colours, and their letters.
struct ConflictPair {
    int taskA = 0;
    int taskB = 0;
    QString letterA;
    QString letterB;

    bool operator==(const ConflictPair&) const = default;
};

struct ConflictCell {
    double cosine = 0; ///< NaN: not measured, since the tasks do not share the layer
    QString words;     ///< what a tooltip says

    bool operator==(const ConflictCell&) const = default;
};

/// How the gradients of tasks agree: pairs of tasks down, layers across, in the order of the
/// network. Colours go from the colour of problems (−1) over the field's to the accent (1), by the
/// root of the cosine, as small ones are what there is; what pulls apart has a dash as well. At
/// the right the mean of each row.
class ConflictMatrix : public CellMap {
    Q_OBJECT

public:
    explicit ConflictMatrix(QWidget* parent = nullptr);

    /// `cells` by pair and layer.
    void setCells(std::vector<QString> layers, std::vector<ConflictPair> pairs,
                  std::vector<std::vector<ConflictCell>> cells);

    std::size_t layerCount() const { return m_layers.size(); }
    const std::vector<std::vector<ConflictCell>>& cells() const { return m_cells; }

    /// The colour of a cosine from −1 to 1.
    static QColor colorOf(double cosine, const QPalette& palette);

    QRect cellRect(std::size_t pair, std::size_t layer) const override;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    std::size_t rowCount() const override { return m_pairs.size(); }
    std::size_t columnCount() const override { return m_layers.size(); }
    QString words(const Cell& cell) const override {
        return m_cells[cell.first][cell.second].words;
    }
    void paintEvent(QPaintEvent* event) override;

private:
    int labelWidth() const;
    int meanWidth() const;
    int rowHeight() const;
    void paintCell(QPainter& painter, std::size_t pair, std::size_t layer) const;
    void paintStages(QPainter& painter) const;

    std::vector<QString> m_layers;
    std::vector<ConflictPair> m_pairs;
    std::vector<std::vector<ConflictCell>> m_cells;
};

} // namespace concertina
