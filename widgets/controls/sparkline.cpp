// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/sparkline.h"

#include <QColor>
#include <QPainter>
#include <QPolygonF>

#include <algorithm>
#include <cmath>
#include <limits>

namespace concertina {

namespace {

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
};

Range rangeOf(const QList<QList<double>>& lines) {
    Range range;
    for (const QList<double>& line : lines)
        for (const double value : line)
            if (std::isfinite(value)) {
                range.low = std::min(range.low, value);
                range.high = std::max(range.high, value);
            }
    return range;
}

void drawLine(QPainter& painter, const QRectF& area, const QList<double>& line, Range range) {
    const double width = std::max<double>(1, static_cast<double>(line.size() - 1));
    const double span = range.high - range.low;
    QPolygonF piece;
    const auto finish = [&] {
        if (piece.size() == 1)
            painter.fillRect(QRectF(piece.first() - QPointF(1, 1), QSizeF(2, 2)),
                             painter.pen().color());
        else if (piece.size() > 1)
            painter.drawPolyline(piece);
        piece.clear();
    };
    for (qsizetype i = 0; i < line.size(); ++i) {
        if (!std::isfinite(line[i])) {
            finish();
            continue;
        }
        const double height = span > 0 ? (line[i] - range.low) / span : 0.5;
        piece << QPointF(area.left() + area.width() * static_cast<double>(i) / width,
                         area.bottom() - area.height() * height);
    }
    finish();
}

} // namespace

void drawSparklines(QPainter& painter, const QRectF& area, const QList<QList<double>>& lines,
                    const QColor& color) {
    const Range range = rangeOf(lines);
    if (!(range.high >= range.low))
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QColor ink = color;
    if (lines.size() > 1)
        ink.setAlphaF(0.65f);
    QPen pen(ink, 1.2);
    pen.setCapStyle(Qt::RoundCap);
    painter.setPen(pen);
    for (const QList<double>& line : lines)
        drawLine(painter, area.adjusted(1, 1, -1, -1), line, range);
    painter.restore();
}

} // namespace concertina
