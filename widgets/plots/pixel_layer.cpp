// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/pixel_layer.h"

#include <QPaintEngine>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <vector>

namespace concertina {

namespace {

/// Of a steep line, how many times its width it may be high in one column.
constexpr double mostSteep = 12;

/// How much of the way from `from` to `to` along a line has ink.
double inked(double from, double to, double dash, double gap) {
    if (dash <= 0)
        return 1;
    const auto before = [&](double way) {
        const double whole = std::floor(way / (dash + gap));
        return whole * dash + std::min(way - whole * (dash + gap), dash);
    };
    return to > from ? (before(to) - before(from)) / (to - from) : 0;
}

/// Lays `color` over a pixel whose colours are multiplied by its alpha already.
void blend(QRgb& pixel, double coverage, QRgb color) {
    const auto share = static_cast<unsigned>(std::lround(coverage * 256));
    QRgb mixed = 0;
    for (const int shift : {0, 8, 16, 24})
        mixed |= (((color >> shift & 255U) * share + (pixel >> shift & 255U) * (256 - share) + 128)
                  >> 8)
                 << shift;
    pixel = mixed;
}

} // namespace

bool PixelLayer::begin(const QPainter& painter, const QRectF& area) {
    const QTransform& to = painter.deviceTransform();
    const QPaintEngine* engine = painter.paintEngine();
    if (engine == nullptr || engine->type() != QPaintEngine::Raster
        || to.type() > QTransform::TxScale || to.m11() != to.m22() || !(to.m11() > 0))
        return false;
    m_scale = to.m11();
    const QRect pixels = QRectF(area.topLeft() * m_scale, area.size() * m_scale).toAlignedRect();
    if (m_image.size() != pixels.size()) {
        m_image = QImage(pixels.size(), QImage::Format_ARGB32_Premultiplied);
        m_image.fill(Qt::transparent);
    }
    m_image.setDevicePixelRatio(m_scale);
    m_offset = -QPointF(pixels.topLeft());
    m_top = m_image.height();
    m_bottom = 0;
    return !m_image.isNull();
}

void PixelLayer::touch(int top, int bottom) {
    m_top = std::min(m_top, top);
    m_bottom = std::max(m_bottom, bottom);
}

void PixelLayer::addBar(const QRect& bar, const QColor& color) {
    const auto pixel = [this](int at, double offset, int most) {
        return std::clamp(static_cast<int>(std::lround(at * m_scale + offset)), 0, most);
    };
    const int left = pixel(bar.left(), m_offset.x(), m_image.width());
    const int right = pixel(bar.right() + 1, m_offset.x(), m_image.width());
    const int first = pixel(bar.top(), m_offset.y(), m_image.height());
    const int last = pixel(bar.bottom() + 1, m_offset.y(), m_image.height());
    if (left >= right || first >= last)
        return;
    touch(first, last);
    const QRgb value = color.rgba();
    const auto stride = m_image.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
    QRgb* row = reinterpret_cast<QRgb*>(m_image.bits()) + first * stride;
    for (int y = first; y < last; ++y, row += stride)
        for (int x = left; x < right; ++x)
            row[x] = value;
}

/// Column by column: where the line is in its middle, and how high at its slope. It is a function
/// of x, and between two corners straight.
void PixelLayer::addLine(const QPolygonF& points, double width, double dash, double gap,
                         const QColor& color) {
    const QRgb value = color.rgba();
    const double half = width * m_scale / 2;
    const auto height = static_cast<double>(m_image.height());
    auto* pixels = reinterpret_cast<QRgb*>(m_image.bits());
    const auto stride = m_image.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
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
        const int first = std::max(0, static_cast<int>(std::ceil(from.x() - 0.5)));
        const int end = std::min(m_image.width(), static_cast<int>(std::ceil(to.x() - 0.5)));
        for (int x = first; x < end; ++x) {
            const double past = x + 0.5 - from.x();
            const double ink = inked((std::max(past - 0.5, 0.0) * stretch + way) / m_scale,
                                     ((past + 0.5) * stretch + way) / m_scale, dash, gap);
            const double top = std::clamp(from.y() + past * slope - reach, 0.0, height);
            const double bottom = std::clamp(from.y() + past * slope + reach, 0.0, height);
            if (ink <= 0 || top >= bottom)
                continue;
            const int low = static_cast<int>(top), high = static_cast<int>(std::ceil(bottom));
            touch(low, high);
            for (int y = low; y < high; ++y)
                blend(pixels[y * stride + x],
                      ink * (std::min(bottom, y + 1.0) - std::max<double>(top, y)), value);
        }
        way += along * stretch;
    }
}

void PixelLayer::flush(QPainter& painter) {
    if (m_top >= m_bottom)
        return;
    const QRect rows(0, m_top, m_image.width(), m_bottom - m_top);
    painter.drawImage((QPointF(rows.topLeft()) - m_offset) / m_scale, m_image, rows);
    std::fill_n(reinterpret_cast<QRgb*>(m_image.scanLine(m_top)),
                static_cast<qsizetype>(m_image.bytesPerLine()) / qsizetype(sizeof(QRgb))
                    * (m_bottom - m_top),
                QRgb(0));
    m_top = m_image.height();
    m_bottom = 0;
}

} // namespace concertina
