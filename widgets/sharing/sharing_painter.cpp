// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/sharing_painter.h"

#include "widgets/theme/colors.h"

#include <QPainter>

#include <algorithm>

namespace concertina {

namespace {

constexpr double Radius = 5;
constexpr int GateDistance = 8; // from the middle of a cell, where its letter is
constexpr int GateMargin = 5;   // to the cell's edges
constexpr int GateWidth = 6;
constexpr int GateHeight = 10;

class Cells {
public:
    Cells(QPainter& painter, const QRect& area, int tasks, const QPalette& palette)
        : m_painter(painter), m_area(area), m_tasks(std::max(tasks, 1)), m_palette(palette) {}

    /// The places of a group's tasks; neighbours are joined in one.
    std::vector<QRectF> runs(TaskSet group, double inset) const {
        std::vector<QRectF> all;
        for (int task = 0; task < m_tasks; ++task) {
            if ((group & taskBit(task)) == 0)
                continue;
            const QRectF cell(m_area.x() + width() * task, m_area.y(), width(), m_area.height());
            const bool joined = task > 0 && (group & taskBit(task - 1)) != 0;
            if (joined)
                all.back().setRight(cell.right());
            else
                all.push_back(cell);
        }
        for (QRectF& run : all)
            run.adjust(inset, inset, -inset, -inset);
        return all;
    }

    void outline(TaskSet group, double inset, const QColor& line, Qt::PenStyle style, bool filled) {
        QPen pen(line, 1.4, style);
        if (style == Qt::DashLine)
            pen.setDashPattern({3, 2.5});
        m_painter.setPen(pen);
        m_painter.setBrush(filled ? QBrush(tone(ColorRole::Field)) : QBrush(Qt::NoBrush));
        for (const QRectF& run : runs(group, inset))
            m_painter.drawRoundedRect(run, Radius, Radius);
    }

    void letters(TaskSet group, const QString& letter, const QColor& ink) {
        m_painter.setPen(ink);
        for (const QRectF& run : runs(group, 0))
            m_painter.drawText(run, Qt::AlignCenter, letter);
    }

    void dots(TaskSet group) {
        m_painter.setPen(Qt::NoPen);
        for (const int task : tasksOf(group)) {
            m_painter.setBrush(taskColor(task, m_palette));
            m_painter.drawEllipse(QPointF(m_area.x() + width() * (task + 0.5),
                                          m_area.y() + m_area.height() / 2.0),
                                  3.5, 3.5);
        }
    }

    /// Of cores that are multiplied: a cross a task.
    void crosses(TaskSet group) {
        for (const int task : tasksOf(group)) {
            m_painter.setPen(QPen(taskColor(task, m_palette), 2, Qt::SolidLine, Qt::RoundCap));
            const QPointF middle(m_area.x() + width() * (task + 0.5),
                                 m_area.y() + m_area.height() / 2.0);
            m_painter.drawLine(middle - QPointF(3, 3), middle + QPointF(3, 3));
            m_painter.drawLine(middle - QPointF(3, -3), middle + QPointF(3, -3));
        }
    }

    QColor tone(ColorRole role) const { return color(role, m_palette); }
    QColor ofGroup(TaskSet group) const {
        return taskCount(group) == 1 ? taskColor(firstTask(group), m_palette)
                                     : tone(ColorRole::MutedText);
    }
    QColor inkOf(TaskSet group) const {
        return taskCount(group) == 1 ? taskColor(firstTask(group), m_palette)
                                     : tone(ColorRole::Text);
    }

private:
    double width() const { return static_cast<double>(m_area.width()) / m_tasks; }

    QPainter& m_painter;
    QRect m_area;
    int m_tasks;
    const QPalette& m_palette;
};

/// The widest groups that share a factor without running one kernel.
std::vector<TaskSet> sharedInPart(const LayerPlan& plan) {
    const Partition kernels = plan.kernels();
    std::vector<TaskSet> bands;
    for (const Partition& partition : plan.partitions)
        for (const TaskSet group : partition.groups)
            if (groupContaining(kernels, group) == 0)
                bands.push_back(group);
    std::vector<TaskSet> widest;
    for (const TaskSet band : bands)
        if (std::ranges::none_of(bands, [&](TaskSet other) {
                return other != band && (other & band) == band;
            })
            && std::ranges::find(widest, band) == widest.end())
            widest.push_back(band);
    return widest;
}

} // namespace

void paintSharing(QPainter& painter, const QRect& cells, const LayerPlan& plan,
                  const std::vector<QString>& letters, const QPalette& palette) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    Cells paint(painter, cells, static_cast<int>(letters.size()), palette);
    TaskSet banded = 0;
    for (const TaskSet band : sharedInPart(plan)) {
        paint.outline(band, 2, paint.tone(ColorRole::MutedText), Qt::DashLine, false);
        banded |= band;
    }
    const Partition copies = plan.refinement();
    for (const TaskSet group : plan.kernels().groups) {
        const bool averaged = plan.merged && groupContaining(copies, group) == 0;
        if (averaged) {
            paint.outline(group, 2, paint.tone(ColorRole::MutedText), Qt::DashLine, true);
            plan.product ? paint.crosses(group) : paint.dots(group);
            continue;
        }
        const double inset = (group & banded) != 0 ? 4.5 : 2;
        paint.outline(group, inset, paint.ofGroup(group), Qt::SolidLine, true);
        paint.letters(group, letters[static_cast<std::size_t>(firstTask(group))],
                      paint.inkOf(group));
    }
    painter.restore();
}

void paintGates(QPainter& painter, const QRect& cells,
                const std::vector<std::optional<GateShare>>& gates, const QPalette& palette) {
    if (gates.empty())
        return;
    painter.save();
    const int width = cells.width() / static_cast<int>(gates.size());
    for (std::size_t t = 0; t < gates.size(); ++t) {
        if (!gates[t])
            continue;
        const int middle = cells.x() + static_cast<int>(t) * width + width / 2;
        // Beside the letter, or below it where a cell has no room.
        const bool beside = width >= 2 * (GateDistance + GateWidth + GateMargin);
        const QRect gauge =
            beside
                ? QRect(middle + GateDistance, cells.center().y() - GateHeight / 2, GateWidth,
                        GateHeight)
                : QRect(middle - GateWidth / 2, cells.bottom() - GateWidth, GateWidth, GateWidth);
        const int filled = (gauge.height() - 2) * gates[t]->open / gates[t]->gated;
        const QColor ink = taskColor(static_cast<int>(t), palette);
        painter.fillRect(gauge, color(ColorRole::Field, palette));
        painter.setPen(ink);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(gauge.adjusted(0, 0, -1, -1));
        painter.fillRect(QRect(gauge.x() + 1, gauge.bottom() - filled, GateWidth - 2, filled), ink);
    }
    painter.restore();
}

void paintLock(QPainter& painter, const QRectF& area, bool all, const QPalette& palette) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor ink = color(ColorRole::Text, palette);
    const double width = area.width(), height = area.height();
    const QRectF body(area.x() + 0.5, area.y() + height * 0.45, width - 1, height * 0.55 - 0.5);
    painter.setPen(QPen(ink, 1.2));
    const QRectF shackle(area.center().x() - width * 0.28, area.y() + 0.6, width * 0.56,
                         height * 0.7);
    painter.drawArc(shackle, 0, 180 * 16);
    painter.drawLine(QPointF(shackle.left(), shackle.center().y()),
                     QPointF(shackle.left(), body.top()));
    painter.drawLine(QPointF(shackle.right(), shackle.center().y()),
                     QPointF(shackle.right(), body.top()));
    painter.setBrush(all ? QBrush(ink) : QBrush(Qt::NoBrush));
    painter.drawRoundedRect(body, 1, 1);
    painter.restore();
}

} // namespace concertina
