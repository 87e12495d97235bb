// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/plan_matrix_model.h"

#include <QPalette>
#include <QRect>

class QPainter;

namespace concertina {

// The pieces of the big matrix, for the window and for pictures alike; vectors all of them.

namespace planlook {
inline constexpr int LabelWidth = 158;
inline constexpr int BarWidth = 92;
inline constexpr int RowHeight = 28;
inline constexpr int StageGap = 8; ///< above the first row of a stage
inline constexpr int HeaderHeight = 34;
inline constexpr int FoldRoom = 16;
inline constexpr int NarrowestCell = 22;
inline constexpr int WidestCell = 88;
} // namespace planlook

/// A row's label, kernel, lock and problem.
void paintPlanLabel(QPainter& painter, const QRect& area, const PlanMatrixModel& model, int row,
                    const QPalette& palette);

/// Its cells.
void paintPlanCells(QPainter& painter, const QRect& area, const PlanMatrixModel& model, int row,
                    const QPalette& palette);

/// Its multiply–adds beside those of the row that has the most.
void paintPlanBar(QPainter& painter, const QRect& area, double count, double most,
                  const QPalette& palette);

/// A task's letter in its colour, and its name where there is room.
void paintTaskHead(QPainter& painter, const QRect& area, const SharingTask& task, int index,
                   const QPalette& palette);

/// A layer's factors as rectangles to one scale, a copy behind the other, with owners, shapes and
/// parameters.
void paintPlanFactors(QPainter& painter, const QRect& area, const SharingRow& row,
                      const std::vector<SharingTask>& tasks, const QPalette& palette);

/// The size of the whole matrix with cells of their widest.
QSize planMatrixSize(const PlanMatrixModel& model);

/// All of the matrix onto any painter, scaled into `area`: for SVG, PDF and PNG.
void paintPlanMatrix(QPainter& painter, const QRectF& area, const PlanMatrixModel& model,
                     const QPalette& palette);

} // namespace concertina
