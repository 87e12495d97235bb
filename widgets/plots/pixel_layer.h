// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QPolygonF>
#include <QRectF>

class QPainter;

namespace concertina {

/// Dense curves in the pixels of what is painted on, written by loops of ours and laid over the rest
/// at once. QPainter spends some thirty instructions on each pixel of an upright bar, and finds the
/// joins of a dashed line by their angles: together half of a plot's time.
class PixelLayer {
public:
    /// For what `painter` paints within `area`. False where that is no picture, or is turned: then
    /// nothing else here is to be called.
    bool begin(const QPainter& painter, const QRectF& area);

    /// In whole pixels of the painter's.
    void addBar(const QRect& bar, const QColor& color);

    /// A line whose points lie each to the right of the one before; where `dash` is more than 0,
    /// with gaps as long as `gap`. All in the painter's pixels.
    void addLine(const QPolygonF& points, double width, double dash, double gap,
                 const QColor& color);

    /// Paints what was added, and begins again with nothing.
    void flush(QPainter& painter);

private:
    void touch(int top, int bottom);

    QImage m_image; ///< of the area
    double m_scale = 1;
    QPointF m_offset; ///< of the painter's origin from the image's, in pixels of the image
    int m_top = 0;    ///< rows from here to before m_bottom hold something
    int m_bottom = 0;
};

} // namespace concertina
