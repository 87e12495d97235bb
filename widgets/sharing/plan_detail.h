// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/plan_matrix_model.h"

#include <QPersistentModelIndex>
#include <QWidget>

#include <vector>

namespace concertina {

/// Below the matrix: the factors of a cell's layer, and how what is measured of the cell went.
class PlanDetail : public QWidget {
    Q_OBJECT

public:
    /// The model must outlive it.
    explicit PlanDetail(const PlanMatrixModel& model, QWidget* parent = nullptr);

    void showCell(const QModelIndex& cell); ///< an invalid one: nothing

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintHistory(QPainter& painter, const QRect& area,
                      const std::vector<double>& history) const;

    const PlanMatrixModel& m_model;
    QPersistentModelIndex m_cell;
};

} // namespace concertina
