// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/map_painter.h"
#include "widgets/sharing/sharing_painter.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QCoreApplication>
#include <QDataStream>
#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace concertina {

namespace {

constexpr double PatternWidth = 0.34; ///< of the line
constexpr double LegendRow = 18;
constexpr double SignWidth = 34;

QString said(const char* text) {
    return QCoreApplication::translate("concertina::SharingMap", text);
}

/// A sign and what it means; the sign is drawn around a middle.
struct LegendEntry {
    QString words;
    std::function<void(QPainter&, const QPointF&)> draw;
};

/// A piece of line through the middle of a sign.
void drawPiece(QPainter& painter, const QPointF& middle, double dy, int task,
               const QPalette& palette) {
    const QLineF piece(middle + QPointF(-15, dy), middle + QPointF(15, dy));
    painter.setPen(mapLinePen(task, 3.4, palette));
    painter.drawLine(piece);
    if (const auto pattern = mapPatternPen(task, 3.4, palette)) {
        painter.setPen(*pattern);
        painter.drawLine(piece);
    }
}

QRectF capsuleAt(const QPointF& middle, double height) {
    const double r = MapGeometry::Radius;
    return {middle.x() - r, middle.y() - height / 2, 2 * r, height};
}

class LegendMaker {
public:
    LegendMaker(const MapLayout& map, const QPalette& palette) : m_map(map), m_palette(palette) {}

    std::vector<LegendEntry> make() {
        if (m_map.lines.size() > 1)
            addTogether();
        addColumns();
        addLinks();
        addFrozen();
        return std::move(m_entries);
    }

private:
    bool anyStation(const std::function<bool(const MapStation&)>& holds) const {
        return std::ranges::any_of(m_map.stations, holds);
    }
    bool anyColumn(const std::function<bool(const MapColumn&)>& holds) const {
        return std::ranges::any_of(m_map.columns, holds);
    }

    void addStation(const QString& words, MapColumn column, bool two) {
        m_entries.push_back({words, [this, column, two](QPainter& painter, const QPointF& middle) {
                                 const double dy = two ? 3.5 : 0;
                                 drawPiece(painter, middle, -dy, 0, m_palette);
                                 if (two)
                                     drawPiece(painter, middle, dy, 1, m_palette);
                                 std::vector<std::pair<int, double>> lines{{0, middle.y() - dy}};
                                 if (two)
                                     lines.emplace_back(1, middle.y() + dy);
                                 paintMapStation(painter, column, capsuleAt(middle, two ? 16 : 11),
                                                 lines, MapFrozen::None, m_palette);
                             }});
    }

    void addTogether() {
        if (anyColumn([](const MapColumn& c) { return !c.merged; })
            && anyStation([](const MapStation& s) { return taskCount(s.tasks) > 1; }))
            addStation(said("one kernel runs for them"), {}, true);
    }

    void addColumns() {
        if (anyColumn([](const MapColumn& c) { return c.merged && !c.product; }))
            addStation(said("merged: a core a task, one kernel"), {.merged = true}, true);
        if (anyColumn([](const MapColumn& c) { return c.product; }))
            addStation(said("merged by product"), {.merged = true, .product = true}, true);
        if (anyColumn([](const MapColumn& c) { return c.branches > 1; }))
            addStation(said("several branches in training"), {.branches = 2}, false);
        if (anyColumn([](const MapColumn& c) { return c.keptBehind > 0; }))
            addStation(said("parts kept behind the kernel"), {.keptBehind = 1}, false);
    }

    void addLink(const QString& words, Qt::PenStyle style, const QString& letter) {
        m_entries.push_back(
            {words, [this, style, letter](QPainter& painter, const QPointF& middle) {
                 QPen pen(color(ColorRole::MutedText, m_palette), 1.3);
                 if (style == Qt::DashLine)
                     pen.setDashPattern({2.5, 2.5});
                 painter.setPen(pen);
                 painter.drawLine(middle - QPointF(13, 0), middle + QPointF(13, 0));
                 if (!letter.isEmpty())
                     paintMapLetter(painter, middle, letter, m_palette);
             }});
    }

    void addLinks() {
        if (anyStation([](const MapStation& s) { return (s.weights & ~s.tasks) != 0; }))
            addLink(said("the same weights, run apart"), Qt::SolidLine, QStringLiteral("A"));
        if (anyStation([](const MapStation& s) { return (s.joined & ~s.weights) != 0; }))
            addLink(said("factors shared"), Qt::DashLine, {});
        if (m_map.skips.empty())
            return;
        m_entries.push_back({said("skip"), [this](QPainter& painter, const QPointF& middle) {
                                 painter.setPen(QPen(color(ColorRole::FaintText, m_palette), 1.3));
                                 painter.setBrush(Qt::NoBrush);
                                 QPainterPath path(middle + QPointF(-13, -4));
                                 path.cubicTo(middle + QPointF(-13, 8), middle + QPointF(13, 8),
                                              middle + QPointF(13, -4));
                                 painter.drawPath(path);
                             }});
    }

    void addFrozen() {
        const auto add = [this](const QString& words, bool all) {
            m_entries.push_back(
                {words, [this, all](QPainter& painter, const QPointF& middle) {
                     paintLock(painter, {middle.x() - 4, middle.y() - 5.5, 8, 11}, all, m_palette);
                 }});
        };
        if (anyStation([](const MapStation& s) { return s.frozen == MapFrozen::All; }))
            add(said("frozen"), true);
        if (anyStation([](const MapStation& s) { return s.frozen == MapFrozen::Some; }))
            add(said("frozen in part"), false);
    }

    const MapLayout& m_map;
    const QPalette& m_palette;
    std::vector<LegendEntry> m_entries;
};

} // namespace

QPen mapLinePen(int task, double width, const QPalette& palette) {
    return {taskColor(task, palette), width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin};
}

std::optional<QPen> mapPatternPen(int task, double width, const QPalette& palette) {
    // Pixels on and off; the first task's line is solid, the fifth's hollow.
    static const std::array<QList<qreal>, 8> patterns{
        {{}, {7, 5}, {1.6, 4.4}, {9, 3.5, 1.6, 3.5}, {1000, 0.001}, {3.5, 3.5}, {16, 5}, {1.6, 9}}};
    // Colours repeat after as many tasks; patterns are shifted then.
    const auto index = static_cast<std::size_t>(task);
    const QList<qreal>& pattern = patterns[(index + index / patterns.size()) % patterns.size()];
    if (pattern.isEmpty())
        return std::nullopt;
    const double thin = std::max(0.9, width * PatternWidth);
    QPen pen(color(ColorRole::Card, palette), thin, Qt::SolidLine, Qt::FlatCap);
    if (pattern.front() < 1000) {
        QList<qreal> scaled;
        for (const qreal length : pattern)
            scaled << length / thin;
        pen.setDashPattern(scaled);
    }
    return pen;
}

void paintMapStation(QPainter& painter, const MapColumn& column, const QRectF& capsule,
                     const std::vector<std::pair<int, double>>& lines, MapFrozen frozen,
                     const QPalette& palette) {
    const QColor ink = color(ColorRole::Text, palette), paper = color(ColorRole::Card, palette);
    const double r = MapGeometry::Radius;
    painter.setBrush(paper);
    if (column.branches > 1) { // a ring around it
        painter.setPen(QPen(ink, 1));
        painter.drawRoundedRect(capsule.adjusted(-2.5, -2.5, 2.5, 2.5), r + 2.5, r + 2.5);
    }
    QPen outline(ink, 1.6);
    if (column.merged)
        outline.setDashPattern({2.2, 1.4});
    painter.setPen(outline);
    painter.drawRoundedRect(capsule.adjusted(0.8, 0.8, -0.8, -0.8), r - 0.8, r - 0.8);
    for (const auto& [task, y] : lines) {
        const QPointF middle(capsule.center().x(), y);
        if (column.product) {
            painter.setPen(QPen(taskColor(task, palette), 1.7, Qt::SolidLine, Qt::RoundCap));
            painter.drawLine(middle - QPointF(1.9, 1.9), middle + QPointF(1.9, 1.9));
            painter.drawLine(middle - QPointF(1.9, -1.9), middle + QPointF(1.9, -1.9));
        } else if (column.merged) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(taskColor(task, palette));
            painter.drawEllipse(middle, 2.5, 2.5);
        }
    }
    if (column.keptBehind > 0) {
        painter.setPen(QPen(paper, 1));
        painter.setBrush(ink);
        for (const auto& [task, y] : lines)
            painter.drawRect(QRectF(capsule.right() + 2, y - 3, 6, 6));
    }
    if (frozen != MapFrozen::None) {
        const QRectF lock(capsule.right() + 1.5, capsule.top() - 8, 8, 11);
        painter.setPen(Qt::NoPen);
        painter.setBrush(paper);
        painter.drawRoundedRect(lock.adjusted(-1.5, -1, 1.5, 1.5), 2, 2);
        paintLock(painter, lock, frozen == MapFrozen::All, palette);
    }
}

QByteArray mapStationLook(const MapColumn& column, const QRectF& capsule,
                          const std::vector<std::pair<int, double>>& lines, MapFrozen frozen) {
    QByteArray look;
    QDataStream stream(&look, QIODevice::WriteOnly);
    stream << quint8(0) << column.merged << column.product << (column.branches > 1)
           << (column.keptBehind > 0) << static_cast<int>(frozen)
           << static_cast<int>(std::lround(8 * capsule.height()));
    for (const auto& [task, y] : lines)
        stream << task << static_cast<int>(std::lround(8 * (y - capsule.top())));
    return look;
}

void paintMapLetter(QPainter& painter, const QPointF& middle, const QString& letter,
                    const QPalette& palette) {
    painter.setFont(smallFont());
    const double width = std::max(13.0, painter.fontMetrics().horizontalAdvance(letter) + 6.0);
    const QRectF tag(middle.x() - width / 2, middle.y() - 6.5, width, 13);
    painter.setPen(QPen(color(ColorRole::MutedText, palette), 1));
    painter.setBrush(color(ColorRole::Card, palette));
    painter.drawRoundedRect(tag, 4, 4);
    painter.setPen(color(ColorRole::Text, palette));
    painter.drawText(tag, Qt::AlignCenter, letter);
}

QByteArray mapLegendLook(const MapLayout& map, const QPalette& palette) {
    LegendMaker maker(map, palette);
    QByteArray look;
    for (const LegendEntry& entry : maker.make())
        look += entry.words.toUtf8() + '\n';
    return look;
}

double paintMapLegend(QPainter* painter, const MapLayout& map, const QPointF& corner, double width,
                      const QPalette& palette) {
    const QFont font = smallFont();
    const QFontMetricsF metrics(font);
    double x = 0, y = 0;
    LegendMaker maker(map, palette);
    const std::vector<LegendEntry> entries = maker.make();
    for (const LegendEntry& entry : entries) {
        const double wide = SignWidth + metrics.horizontalAdvance(entry.words) + 18;
        if (x > 0 && x + wide > width) {
            x = 0;
            y += LegendRow;
        }
        if (painter != nullptr) {
            painter->setFont(font);
            entry.draw(*painter, corner + QPointF(x + SignWidth / 2 - 2, y + LegendRow / 2));
            painter->setPen(color(ColorRole::MutedText, palette));
            painter->drawText(QRectF(corner.x() + x + SignWidth, corner.y() + y, wide, LegendRow),
                              Qt::AlignVCenter | Qt::TextSingleLine, entry.words);
        }
        x += wide;
    }
    return entries.empty() ? 0 : y + LegendRow;
}

} // namespace concertina
