// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/map_painter.h"

#include "widgets/qt_text.h"
#include "widgets/sharing/layer_name.h"
#include "widgets/sharing/picture_cache.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QDataStream>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <functional>

namespace concertina {

namespace {

class MapPainting {
public:
    MapPainting(QPainter& painter, const MapLayout& map, const MapGeometry& geometry,
                const std::vector<SharingTask>& tasks, const MapMarks& marks,
                const QPalette& palette, const QRectF& exposed, PictureCache* pictures)
        : m_painter(painter),
          m_map(map),
          m_geometry(geometry),
          m_tasks(tasks),
          m_marks(marks),
          m_palette(palette),
          m_exposed(exposed.isEmpty() ? QRectF({0, 0}, geometry.size) : exposed),
          m_pictures(pictures) {
        m_exposed.adjust(-40, 0, 40, 0);
        m_labelFont = smallFont();
        m_stageFont = smallFont();
        m_stageFont.setWeight(QFont::DemiBold);
    }

    void paint() {
        paintSelected();
        for (std::size_t i = 0; i < m_map.skips.size(); ++i)
            paintMapSkip(m_painter, m_map, m_geometry, i, m_marks, m_palette, m_exposed);
        paintTubes();
        for (std::size_t place = m_map.order.size(); place-- > 0;)
            paintLine(m_map.order[place]);
        for (std::size_t c = 0; c < m_map.columns.size(); ++c)
            if (seesColumn(c)) {
                paintLinks(c);
                paintStations(c);
            }
        paintLabels();
        paintMapImage(m_painter, m_geometry.image, m_palette);
        for (std::size_t task = 0; task < m_map.lines.size(); ++task)
            paintHead(static_cast<int>(task));
    }

private:
    QColor tone(ColorRole role) const { return color(role, m_palette); }
    double columnX(std::size_t column) const { return m_geometry.places.columnX[column]; }
    bool seesColumn(std::size_t column) const {
        return columnX(column) >= m_exposed.left() && columnX(column) <= m_exposed.right();
    }

    /// Whether another line is pointed at.
    bool isDimmed(int task) const {
        return !m_marks.column && m_marks.tasks != 0 && (m_marks.tasks & taskBit(task)) == 0;
    }
    QColor lineColor(int task) const {
        const QColor own = taskColor(task, m_palette);
        return isDimmed(task) ? mapBlend(own, tone(ColorRole::Card), 0.7) : own;
    }

    /// Whether a station is one of those that are pointed at.
    bool isPointed(const MapStation& station) const {
        return m_marks.column == station.column
               && (m_marks.tasks == 0 || (m_marks.tasks & station.tasks) != 0);
    }

    void paintSelected() {
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(mapBlend(tone(ColorRole::Card), tone(ColorRole::Accent), 0.13));
        for (const std::size_t column : m_marks.selected) {
            if (column >= m_map.columns.size() || m_map.columns[column].count == 0)
                continue;
            const MapColumn& shown = m_map.columns[column];
            const QRectF first = m_geometry.stations[shown.first];
            const QRectF last = m_geometry.stations[shown.first + shown.count - 1];
            const QRectF label = m_geometry.labels[column];
            const double half = std::min(label.width() / 2, 24.0);
            m_painter.drawRoundedRect(
                QRectF(
                    QPointF(columnX(column) - half, std::min(first.top(), label.top()) - 2),
                    QPointF(columnX(column) + half, std::max(last.bottom(), label.bottom()) + 7)),
                6, 6);
        }
    }

    /// Bands around lines that run together, from the first such station to the last.
    void paintTubes() {
        for (std::size_t first = 0; first < m_map.stations.size(); ++first) {
            const MapStation& station = m_map.stations[first];
            if (taskCount(station.tasks) < 2 || !m_map.columns[station.column].onWay
                || continuesBefore(first))
                continue;
            std::size_t last = first;
            while (const auto next = continuation(last))
                last = *next;
            QRectF tube = m_geometry.stations[first].united(m_geometry.stations[last]);
            tube.adjust(-9, -3.5, 9, 3.5);
            if (tube.right() < m_exposed.left() || tube.left() > m_exposed.right())
                continue;
            QPen pen(mapBlend(tone(ColorRole::Border), tone(ColorRole::FaintText), 0.35), 1);
            if (m_map.columns[station.column].merged) {
                pen = QPen(tone(ColorRole::MutedText), 1.1);
                pen.setDashPattern({3.5, 3});
            }
            m_painter.setPen(pen);
            m_painter.setBrush(tone(ColorRole::Field));
            const double radius = std::min(tube.height() / 2, 9.0);
            m_painter.drawRoundedRect(tube, radius, radius);
        }
    }

    /// The station behind it that runs for the same tasks in the same way.
    std::optional<std::size_t> continuation(std::size_t index) const {
        const MapStation& station = m_map.stations[index];
        const auto& line = m_map.lines[static_cast<std::size_t>(firstTask(station.tasks))].stations;
        const auto next = std::ranges::upper_bound(line, index);
        if (next == line.end() || m_map.stations[*next].tasks != station.tasks
            || m_map.columns[m_map.stations[*next].column].merged
                   != m_map.columns[station.column].merged)
            return std::nullopt;
        return *next;
    }

    bool continuesBefore(std::size_t index) const {
        const MapStation& station = m_map.stations[index];
        const auto& line = m_map.lines[static_cast<std::size_t>(firstTask(station.tasks))].stations;
        const auto at = std::ranges::lower_bound(line, index);
        return at != line.begin() && continuation(*std::prev(at)) == index;
    }

    bool sees(const MapSegment& segment) const {
        return segment.to.x() >= m_exposed.left() && segment.from.x() <= m_exposed.right();
    }

    void paintLine(int task) {
        const auto segments = mapSegments(m_map, m_geometry, task);
        for (std::size_t k = 0; k < segments.size();) {
            QPainterPath path;
            const double width = segments[k].width;
            // Pieces of one width that are seen are one stroke.
            for (; k < segments.size() && segments[k].width == width; ++k) {
                const MapSegment& segment = segments[k];
                if (!sees(segment))
                    continue;
                if (path.elementCount() == 0)
                    path.moveTo(segment.from);
                if (std::abs(segment.from.y() - segment.to.y()) < 0.05) {
                    const bool goesOn = k + 1 < segments.size() && segments[k + 1].width == width
                                        && segments[k + 1].to.y() == segment.to.y()
                                        && sees(segments[k + 1]);
                    if (!goesOn)
                        path.lineTo(segment.to);
                    continue;
                }
                const double middle = (segment.begins + segment.ends) / 2;
                path.lineTo(segment.begins, segment.from.y());
                path.cubicTo(middle, segment.from.y(), middle, segment.to.y(), segment.ends,
                             segment.to.y());
                path.lineTo(segment.to);
            }
            if (path.elementCount() == 0)
                continue;
            QPen pen = mapLinePen(task, width, m_palette);
            pen.setColor(lineColor(task));
            m_painter.setBrush(Qt::NoBrush);
            m_painter.strokePath(path, pen);
            if (const auto pattern = mapPatternPen(task, width, m_palette))
                m_painter.strokePath(path, *pattern);
        }
    }

    /// Thin links among stations of a column that share weights, or factors, and run apart.
    void paintLinks(std::size_t column) {
        const auto stations = m_map.stationsOf(column);
        const std::size_t first = m_map.columns[column].first;
        for (std::size_t i = 0; i < stations.size(); ++i) {
            bool tied = false;
            for (std::size_t j = i + 1; j < stations.size() && !tied; ++j)
                if (stations[j].weights == stations[i].weights) {
                    tied = true;
                    paintLink(first + i, first + j, true, stations[i].kernel);
                }
            for (std::size_t j = i + 1; j < stations.size(); ++j)
                if (stations[j].joined == stations[i].joined
                    && stations[j].weights != stations[i].weights) {
                    paintLink(first + i, first + j, false, 0);
                    break;
                }
        }
    }

    void paintLink(std::size_t from, std::size_t to, bool tied, int kernel) {
        const QRectF &upper = m_geometry.stations[from], &lower = m_geometry.stations[to];
        const QPointF start(upper.center().x(), upper.bottom()),
            end(lower.center().x(), lower.top());
        const bool lit = isPointed(m_map.stations[from]) || isPointed(m_map.stations[to]);
        QPen pen(lit ? tone(ColorRole::Accent) : tone(ColorRole::MutedText), lit ? 1.8 : 1.3,
                 Qt::SolidLine, Qt::FlatCap);
        if (!tied)
            pen.setDashPattern({2.5, 2.5});
        m_painter.setPen(pen);
        m_painter.setBrush(Qt::NoBrush);
        QPointF middle = (start + end) / 2;
        if (to == from + 1) {
            m_painter.drawLine(start, end);
        } else { // around what stands between
            QPainterPath path(start);
            const double x = start.x() + 22;
            path.cubicTo(x, start.y() + 12, x, end.y() - 12, end.x(), end.y());
            m_painter.drawPath(path);
            middle = path.pointAtPercent(0.5);
        }
        if (!tied || end.y() - start.y() <= 15)
            return;
        const QString letter =
            kernel < 26 ? QString(QChar(u'A' + kernel)) : QString::number(kernel + 1);
        paintSign({middle - QPointF(20, 8), middle + QPointF(20, 8)},
                  QByteArray("\2") + letter.toUtf8(),
                  [&](QPainter& onto) { paintMapLetter(onto, middle, letter, m_palette); });
    }

    void paintStations(std::size_t column) {
        const MapColumn& shown = m_map.columns[column];
        for (std::size_t i = shown.first; i < shown.first + shown.count; ++i) {
            const MapStation& station = m_map.stations[i];
            const QRectF& capsule = m_geometry.stations[i];
            std::vector<std::pair<int, double>> lines;
            if (shown.merged || shown.keptBehind > 0)
                for (const int task : tasksOf(station.tasks))
                    lines.emplace_back(task, m_geometry.lineY(m_map, i, task));
            if (isPointed(station) || m_marks.focused == i) {
                const double wide = m_marks.focused == i ? 4.5 : 3;
                m_painter.setPen(m_marks.focused == i ? QPen(tone(ColorRole::Accent), 2)
                                                      : Qt::NoPen);
                m_painter.setBrush(mapBlend(tone(ColorRole::Accent), tone(ColorRole::Card), 0.55));
                m_painter.drawRoundedRect(capsule.adjusted(-wide, -wide, wide, wide),
                                          MapGeometry::Radius + wide, MapGeometry::Radius + wide);
            }
            paintSign(capsule.adjusted(-4, -11, 13, 4),
                      mapStationLook(shown, capsule, lines, station.frozen), [&](QPainter& onto) {
                          paintMapStation(onto, shown, capsule, lines, station.frozen, m_palette);
                      });
        }
    }

    /// What many places have alike, from its picture where there are such.
    void paintSign(const QRectF& area, const QByteArray& look,
                   const std::function<void(QPainter&)>& paint) {
        if (m_pictures != nullptr)
            m_pictures->drawSign(m_painter, area, look, m_palette, paint);
        else
            paint(m_painter);
    }

    /// The stage, and which of its layers it is, or how many.
    void paintLabels() {
        for (std::size_t c = 0; c < m_map.columns.size(); ++c) {
            const MapColumn& column = m_map.columns[c];
            const QRectF room = m_geometry.labels[c];
            if (!seesColumn(c) || room.isEmpty())
                continue;
            const QString label = toQt(column.label), stage = toQt(column.stage);
            QString below = label.mid(stage.size());
            if (column.label == column.stage && column.canUnfold)
                below = QStringLiteral("×%1").arg(column.layers.size());
            const bool one = !column.onWay;
            const bool again = c > 0 && m_map.columns[c - 1].stage == column.stage
                               && m_geometry.labels[c - 1].top() == room.top() && column.onWay;
            const QString above = again ? QString() : one ? label : stage;
            if (one)
                below.clear();
            QByteArray look;
            QDataStream stream(&look, QIODevice::WriteOnly);
            stream << quint8(1) << above << below << one << room.height();
            paintSign(room.adjusted(-4, 0, 4, 0), look,
                      [&](QPainter& onto) { paintLabel(onto, room, above, below, one); });
        }
    }

    /// In two lines, or the first in the room of both.
    void paintLabel(QPainter& painter, const QRectF& room, const QString& above,
                    const QString& below, bool one) const {
        const double half = room.height() / 2;
        const auto draw = [&](const QFont& font, ColorRole role, const QRectF& area, int align,
                              const QString& words) {
            if (words.isEmpty())
                return;
            painter.setFont(font);
            painter.setPen(tone(role));
            painter.drawText(
                area, Qt::AlignHCenter | align | Qt::TextSingleLine,
                shortLayerName(words, QFontMetrics(font), static_cast<int>(area.width())));
        };
        draw(m_stageFont, ColorRole::Text,
             {room.left() - 4, room.top(), room.width() + 8, one ? room.height() : half},
             Qt::AlignBottom, above);
        draw(m_labelFont, ColorRole::MutedText,
             {room.left(), room.top() + half, room.width(), half}, Qt::AlignTop, below);
    }

    void paintHead(int task) {
        const QRectF& head = m_geometry.heads[static_cast<std::size_t>(task)];
        const QColor ink = lineColor(task);
        const bool pointed = !m_marks.column && (m_marks.tasks & taskBit(task)) != 0;
        const bool focused = m_marks.focusedHead == task;
        if (focused) {
            m_painter.setPen(QPen(tone(ColorRole::Accent), 2));
            m_painter.setBrush(Qt::NoBrush);
            m_painter.drawRoundedRect(head.adjusted(-3, -3, 3, 3), 9, 9);
        }
        m_painter.setPen(QPen(ink, pointed ? 2.4 : 1.6));
        m_painter.setBrush(tone(ColorRole::Card));
        m_painter.drawRoundedRect(head, 6, 6);
        const double radius = std::min(9.0, head.height() / 2 - 2);
        const QPointF middle(head.left() + radius + 5, head.center().y());
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(ink);
        m_painter.drawEllipse(middle, radius, radius);
        const bool named = static_cast<std::size_t>(task) < m_tasks.size();
        QFont letter = m_stageFont;
        letter.setPixelSize(std::max(8, static_cast<int>(radius * 1.2)));
        m_painter.setFont(letter);
        m_painter.setPen(tone(ColorRole::Card));
        const SharingTask& words = named ? m_tasks[static_cast<std::size_t>(task)] : SharingTask();
        m_painter.drawText(QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius),
                           Qt::AlignCenter, words.letter);
        const QRectF room(middle.x() + radius + 5, head.top(),
                          head.right() - middle.x() - radius - 9, head.height());
        if (room.width() < 16)
            return;
        QFont font = head.height() >= 20 ? textFont() : smallFont();
        m_painter.setFont(font);
        m_painter.setPen(isDimmed(task) ? tone(ColorRole::FaintText) : tone(ColorRole::Text));
        m_painter.drawText(
            room, Qt::AlignVCenter | Qt::TextSingleLine,
            QFontMetricsF(font).elidedText(words.label, Qt::ElideRight, room.width()));
    }

    QPainter& m_painter;
    const MapLayout& m_map;
    const MapGeometry& m_geometry;
    const std::vector<SharingTask>& m_tasks;
    const MapMarks& m_marks;
    const QPalette& m_palette;
    QRectF m_exposed;
    PictureCache* m_pictures;
    QFont m_labelFont, m_stageFont;
};

} // namespace

void paintMap(QPainter& painter, const MapLayout& map, const MapGeometry& geometry,
              const std::vector<SharingTask>& tasks, const MapMarks& marks, const QPalette& palette,
              const QRectF& exposed, PictureCache* pictures) {
    if (geometry.heads.empty())
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    MapPainting(painter, map, geometry, tasks, marks, palette, exposed, pictures).paint();
    painter.restore();
}

void renderMap(QPainter& painter, const QRectF& area, const MapLayout& map,
               const std::vector<SharingTask>& tasks, const QPalette& palette, bool legend,
               const PlanOverlay& overlay) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(area, color(ColorRole::Card, palette));
    const QSizeF least = leastMapSize(map);
    // Where there is less room than a map needs it is drawn smaller.
    const double width = std::max(area.width(), least.width());
    const double below = legend ? paintMapLegend(nullptr, map, {}, width - 28, palette) + 14 : 0;
    const double scale =
        std::min({1.0, area.width() / least.width(), area.height() / (least.height() + below)});
    const QSizeF size(area.width() / scale, area.height() / scale - below);
    painter.translate(area.topLeft());
    painter.scale(scale, scale);
    const MapGeometry geometry = mapGeometry(map, tasks, size);
    paintMap(painter, map, geometry, tasks, {}, palette);
    paintMapOverlay(painter, map, geometry, overlay, palette);
    if (legend)
        paintMapLegend(&painter, map, {14, size.height()}, size.width() - 28, palette);
    painter.restore();
}

} // namespace concertina
