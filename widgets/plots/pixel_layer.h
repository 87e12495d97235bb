// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>
#include <QPolygonF>
#include <QRect>

#include <cstddef>

class QPainter;

namespace concertina {

/// Dense curves, written into the pixels of what is painted on by loops of ours. QPainter spends some
/// thirty instructions on each pixel of an upright bar, and finds the joins of a dashed line by their
/// angles: together half of a plot's time.
class PixelLayer {
public:
    /// The pixels of `area` in what `painter` paints on. False where that is no opaque picture, or
    /// is turned: then nothing else here is to be called.
    bool begin(const QPainter& painter, const QRectF& area);

    /// In whole pixels of the painter's.
    void addBar(const QRect& bar, const QColor& color);

    /// A line whose points lie each to the right of the one before; where `dash` is more than 0,
    /// with gaps as long as `gap`. All in the painter's pixels.
    void addLine(const QPolygonF& points, double width, double dash, double gap,
                 const QColor& color);

private:
    QRgb* m_pixels = nullptr; ///< of the picture's first row
    std::ptrdiff_t m_stride = 0;
    QRect m_area; ///< in pixels of the picture
    double m_scale = 1;
    QPointF m_offset; ///< of the painter's origin
};

} // namespace concertina
