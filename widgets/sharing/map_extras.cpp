// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/map_painter.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace concertina {

namespace {

class SkipPainting {
public:
    SkipPainting(const MapLayout& map, const MapGeometry& geometry, const QPalette& palette)
        : m_map(map), m_geometry(geometry), m_palette(palette) {}

    void paint(QPainter& painter, std::size_t index, bool lit) {
        const MapSkip& skip = m_map.skips[index];
        const double left = leftOf(skip), right = rightOf(skip), lane = m_geometry.skipY[index];
        const double leftTop = skip.from == MapSkip::Image ? m_geometry.image.bottom()
                                                           : addStubs(skip.from, left, false);
        const double rightTop =
            skip.to == m_map.columns.size() ? addHeads(right) : addStubs(skip.to, right, true);
        const double bend = std::min(7.0, std::max(1.0, (right - left) / 2));
        m_path.moveTo(left, leftTop);
        m_path.lineTo(left, lane - bend);
        m_path.quadTo(left, lane, left + bend, lane);
        m_path.lineTo(right - bend, lane);
        m_path.quadTo(right, lane, right, lane - bend);
        m_path.lineTo(right, rightTop);
        const QColor ink = lit ? color(ColorRole::Accent, m_palette)
                               : mapBlend(color(ColorRole::FaintText, m_palette),
                                          color(ColorRole::Card, m_palette), 0.35);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(ink, lit ? 1.8 : 1.2));
        painter.drawPath(m_path);
        painter.setPen(Qt::NoPen);
        painter.setBrush(ink);
        for (const QPointF& tip : m_tips)
            painter.drawPolygon(QPolygonF{tip, tip + QPointF(-5, -3), tip + QPointF(-5, 3)});
        if (skip.through.empty() && (lit || isOutermost(index)))
            paintWord(painter, skip, (left + right) / 2, right - left - 2 * bend, lane, lit);
    }

    double leftOf(const MapSkip& skip) const {
        return skip.from == MapSkip::Image ? m_geometry.image.center().x()
                                           : m_geometry.places.columnX[skip.from] + Offset;
    }
    double rightOf(const MapSkip& skip) const {
        return skip.to == m_map.columns.size() ? m_geometry.heads.front().left() - Offset
                                               : m_geometry.places.columnX[skip.to] - Offset;
    }

private:
    static constexpr double Offset = 12; ///< from the middle of a column

    /// One word is enough for skips of one kind that lie in each other.
    bool isOutermost(std::size_t index) const {
        const MapSkip& skip = m_map.skips[index];
        return std::ranges::none_of(m_map.skips, [&](const MapSkip& other) {
            return other.op == skip.op && other.lane > skip.lane && other.from + 1 <= skip.from + 1
                   && other.to >= skip.to;
        });
    }

    /// A stub at each station of a column; gives the height of the upmost.
    double addStubs(std::size_t column, double x, bool arrives) {
        double top = m_geometry.size.height();
        const MapColumn& shown = m_map.columns[column];
        for (std::size_t i = shown.first; i < shown.first + shown.count; ++i) {
            const QRectF& rect = m_geometry.stations[i];
            const double y = rect.center().y();
            const double edge = arrives ? rect.left() - 1 : rect.right() + 1;
            if (arrives)
                m_tips.emplace_back(edge, y);
            m_path.moveTo(edge, y);
            m_path.quadTo(x, y, x, y + 7);
            top = std::min(top, y + 7);
        }
        return top;
    }

    double addHeads(double x) {
        double top = m_geometry.size.height();
        for (const double y : m_geometry.places.headY) {
            m_tips.emplace_back(x + Offset - 1, y);
            m_path.moveTo(x + Offset - 1, y);
            m_path.quadTo(x, y, x, y + 7);
            top = std::min(top, y + 7);
        }
        return top;
    }

    void paintWord(QPainter& painter, const MapSkip& skip, double middle, double room, double lane,
                   bool lit) {
        const QString word = skip.op == Op::MaxUnpool ? QStringLiteral("indices")
                             : skip.op == Op::Concat  ? QStringLiteral("concat")
                                                      : QStringLiteral("add");
        const QFont font = smallFont();
        const double width = QFontMetricsF(font).horizontalAdvance(word) + 8;
        if (room < width + 16)
            return;
        const QRectF place(middle - width / 2, lane - 6, width, 12);
        painter.setPen(Qt::NoPen);
        painter.setBrush(color(ColorRole::Card, m_palette));
        painter.drawRect(place);
        painter.setFont(font);
        painter.setPen(color(lit ? ColorRole::Accent : ColorRole::FaintText, m_palette));
        painter.drawText(place, Qt::AlignCenter, word);
    }

    const MapLayout& m_map;
    const MapGeometry& m_geometry;
    const QPalette& m_palette;
    QPainterPath m_path;
    std::vector<QPointF> m_tips; ///< of arrows
};

} // namespace

QColor mapBlend(const QColor& from, const QColor& to, double share) {
    const auto channel = [share](int a, int b) {
        return static_cast<int>(std::lround(a + share * (b - a)));
    };
    return {channel(from.red(), to.red()), channel(from.green(), to.green()),
            channel(from.blue(), to.blue())};
}

void paintMapSkip(QPainter& painter, const MapLayout& map, const MapGeometry& geometry,
                  std::size_t index, const MapMarks& marks, const QPalette& palette,
                  const QRectF& exposed) {
    const MapSkip& skip = map.skips[index];
    SkipPainting painting(map, geometry, palette);
    if (painting.rightOf(skip) < exposed.left() || painting.leftOf(skip) > exposed.right())
        return;
    const bool lit = marks.column
                     && (marks.column == skip.from || marks.column == skip.to
                         || std::ranges::count(skip.through, *marks.column) > 0);
    painting.paint(painter, index, lit);
}

void paintMapImage(QPainter& painter, const QRectF& frame, const QPalette& palette) {
    const QColor ink = color(ColorRole::MutedText, palette);
    painter.setPen(QPen(ink, 1.3));
    painter.setBrush(color(ColorRole::Field, palette));
    painter.drawRoundedRect(frame, 4, 4);
    // Hills and a sun.
    const QPointF middle = frame.center();
    painter.setPen(Qt::NoPen);
    painter.setBrush(ink);
    painter.drawPolygon(QPolygonF{middle + QPointF(-10, 8), middle + QPointF(-4, -1),
                                  middle + QPointF(0, 4), middle + QPointF(4, -4),
                                  middle + QPointF(10, 8)});
    painter.drawEllipse(middle + QPointF(-5, -7), 2.4, 2.4);
}

void paintMapGhost(QPainter& painter, const MapLayout& map, const MapGeometry& geometry,
                   const MapGhost& ghost, const QPalette& palette) {
    const auto segments = mapSegments(map, geometry, ghost.task);
    const auto at = std::ranges::find(segments, ghost.column, &MapSegment::column);
    if (at == segments.end())
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor ink = taskColor(ghost.task, palette);
    QPointF middle(geometry.places.columnX[ghost.column], ghost.at.y());
    if (ghost.station) {
        const QRectF capsule = geometry.stations[*ghost.station].adjusted(-5, -5, 5, 5);
        middle.setY(capsule.center().y());
        painter.setPen(QPen(color(ColorRole::Accent, palette), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(capsule, capsule.width() / 2, capsule.width() / 2);
    }
    const QPointF end = std::next(at) == segments.end() ? at->to : segments.back().to;
    QPainterPath path(at->from);
    const double before = (at->from.x() + middle.x()) / 2, behind = (middle.x() + end.x()) / 2;
    path.cubicTo(before, at->from.y(), before, middle.y(), middle.x(), middle.y());
    path.cubicTo(behind, middle.y(), behind, end.y(), end.x(), end.y());
    QPen pen(ink, 3, Qt::CustomDashLine, Qt::FlatCap);
    pen.setDashPattern({2, 1.6});
    painter.strokePath(path, pen);
    painter.setPen(QPen(ink, 2));
    painter.setBrush(color(ColorRole::Card, palette));
    painter.drawEllipse(middle, MapGeometry::Radius, MapGeometry::Radius);
    painter.restore();
}

void paintMapOverlay(QPainter& painter, const MapLayout& map, const MapGeometry& geometry,
                     const PlanOverlay& overlay, const QPalette& palette, const QRectF& exposed) {
    if (overlay.isEmpty())
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    for (std::size_t i = 0; i < map.stations.size(); ++i) {
        const QRectF capsule = geometry.stations[i];
        if (!exposed.isNull() && !exposed.intersects(capsule.adjusted(-8, -8, 8, 8)))
            continue;
        const MapStation& station = map.stations[i];
        double worst = std::numeric_limits<double>::quiet_NaN();
        for (const int task : tasksOf(station.tasks)) {
            const double value = overlay.drawn(map.columns[station.column].layers, task).value;
            if (std::isfinite(value)
                && !(overlay.isSigned ? value >= worst : value <= worst)) // NaN: the first
                worst = value;
        }
        if (!std::isfinite(worst))
            continue;
        const double width = 1.5 + 4 * std::sqrt(std::clamp(std::abs(worst), 0.0, 1.0));
        QPen pen(overlayColor(worst, palette), width, Qt::SolidLine, Qt::FlatCap);
        if (worst < 0)
            pen.setDashPattern({5 / width, 2.5 / width});
        painter.setPen(pen);
        const double out = 2.5 + width / 2;
        const QRectF ring = capsule.adjusted(-out, -out, out, out);
        const double radius = std::min(ring.width(), ring.height()) / 2;
        painter.drawRoundedRect(ring, radius, radius);
    }
    painter.restore();
}

} // namespace concertina
