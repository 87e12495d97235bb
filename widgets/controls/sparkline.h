// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

class QColor;
class QPainter;
class QRectF;

namespace concertina {

/// The course of a value without axes: from left to right at even distances, as high as the area.
/// Values that are not finite leave a gap. Several lines share one range of values.
void drawSparklines(QPainter& painter, const QRectF& area, const QList<QList<double>>& lines,
                    const QColor& color);

} // namespace concertina
