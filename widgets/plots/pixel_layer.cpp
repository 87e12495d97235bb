// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/pixel_layer.h"

#include <QImage>
#include <QPaintEngine>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

/// Of a steep line, how many times its width it may be high in one column.
constexpr double mostSteep = 12;

/// How much of the way from `from` to `to` along a line has ink.
double inked(double from, double to, double dash, double gap) {
    if (dash <= 0)
        return 1;
    const auto before = [&](double way) {
        const double whole = static_cast<double>(static_cast<long>(way / (dash + gap)));
        return whole * dash + std::min(way - whole * (dash + gap), dash);
    };
    return to > from ? (before(to) - before(from)) / (to - from) : 0;
}

/// Lays `color` over an opaque pixel.
void blend(QRgb& pixel, double coverage, QRgb color) {
    const auto share = static_cast<unsigned>(coverage * 256 + 0.5);
    QRgb mixed = 0xff000000U;
    for (const int shift : {0, 8, 16})
        mixed |= (((color >> shift & 255U) * share + (pixel >> shift & 255U) * (256 - share) + 128)
                  >> 8)
                 << shift;
    pixel = mixed;
}

} // namespace

bool PixelLayer::begin(const QPainter& painter, const QRectF& area) {
    const QTransform& to = painter.deviceTransform();
    if (painter.device() == nullptr || painter.device()->devType() != QInternal::Image
        || to.type() > QTransform::TxScale || to.m11() != to.m22() || !(to.m11() > 0))
        return false;
    auto* image = static_cast<QImage*>(painter.device());
    if (image->format() != QImage::Format_RGB32)
        return false;
    m_scale = to.m11();
    m_offset = {to.dx(), to.dy()};
    m_area = QRectF(area.topLeft() * m_scale + m_offset, area.size() * m_scale)
                 .toAlignedRect()
                 .intersected(image->rect());
    m_pixels = reinterpret_cast<QRgb*>(image->bits());
    m_stride = image->bytesPerLine() / static_cast<std::ptrdiff_t>(sizeof(QRgb));
    return !m_area.isEmpty();
}

void PixelLayer::addBar(const QRect& bar, const QColor& color) {
    const auto pixel = [this](int at, double offset, int least, int size) {
        return std::clamp(static_cast<int>(at * m_scale + offset + 0.5), least, least + size);
    };
    const int left = pixel(bar.left(), m_offset.x(), m_area.left(), m_area.width());
    const int right = pixel(bar.right() + 1, m_offset.x(), m_area.left(), m_area.width());
    const int top = pixel(bar.top(), m_offset.y(), m_area.top(), m_area.height());
    const int bottom = pixel(bar.bottom() + 1, m_offset.y(), m_area.top(), m_area.height());
    const QRgb value = color.rgba();
    QRgb* row = m_pixels + top * m_stride;
    for (int y = top; y < bottom; ++y, row += m_stride)
        for (int x = left; x < right; ++x)
            row[x] = value;
}

/// Column by column: where the line is in its middle, and how high at its slope. It is a function
/// of x, and between two corners straight.
void PixelLayer::addLine(const QPolygonF& points, double width, double dash, double gap,
                         const QColor& color) {
    const QRgb value = color.rgba();
    const double half = width * m_scale / 2;
    const double highest = m_area.top(), lowest = m_area.top() + m_area.height();
    const int rightmost = m_area.left() + m_area.width();
    double way = 0; // to the corner before
    for (qsizetype i = 1; i < points.size(); ++i) {
        const QPointF from = points[i - 1] * m_scale + m_offset;
        const QPointF to = points[i] * m_scale + m_offset;
        const double along = to.x() - from.x();
        if (!(along > 0))
            continue;
        const double slope = (to.y() - from.y()) / along;
        const double stretch = std::sqrt(1 + slope * slope);
        const double reach = half * std::min(stretch, mostSteep);
        // Columns whose middle lies from here to before the next corner.
        const int first = std::max(m_area.left(), static_cast<int>(std::ceil(from.x() - 0.5)));
        const int end = std::min(rightmost, static_cast<int>(std::ceil(to.x() - 0.5)));
        for (int x = first; x < end; ++x) {
            const double past = x + 0.5 - from.x();
            const double ink = inked((std::max(past - 0.5, 0.0) * stretch + way) / m_scale,
                                     ((past + 0.5) * stretch + way) / m_scale, dash, gap);
            const double top = std::clamp(from.y() + past * slope - reach, highest, lowest);
            const double bottom = std::clamp(from.y() + past * slope + reach, highest, lowest);
            if (ink <= 0)
                continue;
            for (int y = static_cast<int>(top); y < bottom; ++y)
                blend(m_pixels[y * m_stride + x],
                      ink * (std::min(bottom, y + 1.0) - std::max<double>(top, y)), value);
        }
        way += along * stretch;
    }
}

} // namespace concertina
