// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/sharing_model.h"

#include <QPalette>
#include <QRect>

class QPainter;

namespace concertina {

/// Draws how the tasks share one kernel: an outline around tasks that run one kernel, a letter a
/// kernel; solid where it is one in training too, dashed around what is shared in part, a dot for
/// each core of a merged kernel. The shapes and letters alone distinguish the states.
void paintSharing(QPainter& painter, const QRect& cells, const LayerPlan& plan,
                  const std::vector<QString>& letters, const QPalette& palette);

/// Draws a gauge in each task's cell: full where it claims all layers of the row, empty where
/// none; nothing where no gate was read.
void paintGates(QPainter& painter, const QRect& cells,
                const std::vector<std::optional<GateShare>>& gates, const QPalette& palette);

/// Draws a lock for what is frozen: filled where that is all of a layer, hollow where some of it
/// still moves.
void paintLock(QPainter& painter, const QRectF& area, bool all, const QPalette& palette);

} // namespace concertina
