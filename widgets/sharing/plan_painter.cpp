// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/plan_painter.h"

#include "core/values/text.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/layer_name.h"
#include "widgets/sharing/sharing_painter.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace concertina {

namespace {

using namespace planlook;

/// How a factor lies: rows and columns of the matrix that it is multiplied as.
QSizeF extentOf(const FactorInfo& factor) {
    double rows = 1, columns = 1;
    for (std::size_t i = 0; i < factor.shape.size(); ++i)
        (i == 0 ? rows : columns) *= static_cast<double>(factor.shape[i]);
    return {columns, rows};
}

QString shapeOf(const FactorInfo& factor) {
    QStringList extents;
    for (const auto extent : factor.shape)
        extents << QString::number(extent);
    return extents.join(QStringLiteral("×"));
}

QString ownerLetters(const Partition& partition, const std::vector<SharingTask>& tasks) {
    if (tasks.size() > 6 && partition.groups.size() == tasks.size())
        return SharingModel::tr("each");
    if (tasks.size() > 6 && partition.groups.size() == 1)
        return SharingModel::tr("all");
    QStringList groups;
    for (const TaskSet group : partition.groups) {
        QString letters;
        for (const int task : tasksOf(group))
            letters += tasks[static_cast<std::size_t>(task)].letter;
        groups << letters;
    }
    return groups.join(QStringLiteral("|"));
}

/// A corner of a cell that is other than in the plan that it is compared with.
void paintCorner(QPainter& painter, const QRectF& cell, const QPalette& palette) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color(ColorRole::Warning, palette));
    const QPointF corner(cell.right() - 1, cell.top() + 1);
    const QPointF corners[] = {corner, corner - QPointF(7, 0), corner + QPointF(0, 7)};
    painter.drawPolygon(corners, 3);
    painter.restore();
}

/// The word between the dots of a merged row.
void paintMergedWord(QPainter& painter, const QRect& area, const LayerPlan& plan, int tasks,
                     const QPalette& palette) {
    const double width = static_cast<double>(area.width()) / tasks;
    const QString word = plan.product ? SharingModel::tr("product") : SharingModel::tr("merged");
    painter.setFont(smallFont());
    if (!plan.merged || tasks < 2 || plan.refinement().groups.size() < 2
        || painter.fontMetrics().horizontalAdvance(word) + 14 > width)
        return;
    painter.setPen(color(ColorRole::MutedText, palette));
    painter.drawText(QRectF(area.x() + width / 2, area.y(), width, area.height()), Qt::AlignCenter,
                     word);
}

} // namespace

void paintPlanLabel(QPainter& painter, const QRect& area, const PlanMatrixModel& model, int index,
                    const QPalette& palette) {
    const SharingRow& row = model.row(index);
    painter.save();
    painter.setFont(smallFont());
    if (row.canUnfold || row.canFold) {
        painter.setPen(color(ColorRole::FaintText, palette));
        painter.drawText(QRect(area.x(), area.y(), FoldRoom, area.height()), Qt::AlignCenter,
                         row.canUnfold ? QStringLiteral("▸") : QStringLiteral("▾"));
    }
    QRect room = area.adjusted(FoldRoom, 0, -8, 0);
    if (row.isFrozen()) {
        paintLock(painter, QRectF(room.right() - 9, room.center().y() - 5, 9, 11),
                  row.isAllFrozen(), palette);
        room.setRight(room.right() - 15);
    }
    if (!model.problem(row).isEmpty()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(color(ColorRole::Bad, palette));
        const QRectF mark(room.right() - 13, room.center().y() - 6, 13, 13);
        painter.drawEllipse(mark);
        painter.setPen(color(ColorRole::OnAccent, palette));
        painter.drawText(mark, Qt::AlignCenter, QStringLiteral("!"));
        room.setRight(room.right() - 18);
    }
    QFont bold = smallFont();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    QString times;
    if (row.layers.size() > 1)
        times = QStringLiteral(" ×%1").arg(row.layers.size());
    const QString shape = model.shapeText(row);
    const int shapeWidth = QFontMetrics(smallFont()).horizontalAdvance(shape);
    const int timesWidth = painter.fontMetrics().horizontalAdvance(times);
    const int needed = painter.fontMetrics().horizontalAdvance(row.label) + timesWidth;
    const bool hasShape = room.width() - shapeWidth - 6 >= std::min(needed, 62);
    const int labelRoom = hasShape ? room.width() - shapeWidth - 6 : room.width();
    const QString label = shortLayerName(row.label, painter.fontMetrics(), labelRoom - timesWidth);
    painter.setPen(color(ColorRole::Text, palette));
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft, label);
    const int used = painter.fontMetrics().horizontalAdvance(label);
    painter.setFont(smallFont());
    painter.setPen(color(ColorRole::MutedText, palette));
    painter.drawText(room.adjusted(used, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, times);
    if (hasShape)
        painter.drawText(room, Qt::AlignVCenter | Qt::AlignRight, shape);
    painter.restore();
}

void paintPlanCells(QPainter& painter, const QRect& area, const PlanMatrixModel& model, int index,
                    const QPalette& palette) {
    const SharingRow& row = model.row(index);
    const int tasks = model.taskCount();
    const auto plan = model.shownPlan(row);
    painter.save();
    if (!plan) {
        painter.setPen(color(ColorRole::FaintText, palette));
        for (int task = 0; task < tasks; ++task)
            painter.drawText(QRect(area.x() + area.width() / tasks * task, area.y(),
                                   area.width() / tasks, area.height()),
                             Qt::AlignCenter, QStringLiteral("–"));
        painter.restore();
        return;
    }
    SharingRow shown;
    shown.plan = *plan;
    QFont bold = textFont();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    paintSharing(painter, area, *plan, SharingModel::kernelLetters(shown, tasks), palette);
    paintMergedWord(painter, area, *plan, tasks, palette);
    paintGates(painter, area, model.gates(row), palette);
    const PlanOverlay& overlay = model.overlay();
    const double width = static_cast<double>(area.width()) / tasks;
    for (int task = 0; task < tasks; ++task) {
        const QRectF cell(area.x() + width * task, area.y(), width, area.height());
        if (!overlay.isEmpty())
            paintOverlayCell(painter, cell, overlay.drawn(row.layers, task), overlay.isSigned,
                             palette);
        if (model.isOther(index, task))
            paintCorner(painter, cell, palette);
    }
    painter.restore();
}

void paintPlanBar(QPainter& painter, const QRect& area, double count, double most,
                  const QPalette& palette) {
    painter.save();
    const QRect room = area.adjusted(10, 0, -6, 0);
    painter.setFont(smallFont());
    const int number = painter.fontMetrics().horizontalAdvance(QStringLiteral("888 M"));
    const double full = room.width() - number - 4;
    const double length = most > 0 ? full * count / most : 0;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color(ColorRole::FaintText, palette));
    painter.drawRoundedRect(QRectF(room.x(), room.center().y() - 3, std::max(length, 1.5), 7), 2,
                            2);
    painter.setPen(color(ColorRole::MutedText, palette));
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignRight, toQt(shortCount(count)));
    painter.restore();
}

void paintTaskHead(QPainter& painter, const QRect& area, const SharingTask& task, int index,
                   const QPalette& palette) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor ink = taskColor(index, palette);
    painter.setFont(smallFont());
    const int nameRoom = area.width() - 26;
    const QString name =
        nameRoom >= 24 ? painter.fontMetrics().elidedText(task.label, Qt::ElideRight, nameRoom)
                       : QString();
    const int width = 18 + (name.isEmpty() ? 0 : 5 + painter.fontMetrics().horizontalAdvance(name));
    const QRectF badge(area.center().x() - width / 2.0, area.center().y() - 8, 18, 18);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ink);
    painter.drawEllipse(badge);
    painter.setPen(color(ColorRole::Text, palette));
    painter.drawText(QRectF(badge.right() + 5, area.y() + 1, nameRoom, area.height()),
                     Qt::AlignVCenter | Qt::AlignLeft, name);
    QFont bold = smallFont();
    bold.setWeight(QFont::Bold);
    painter.setFont(bold);
    painter.setPen(color(ColorRole::OnAccent, palette));
    painter.drawText(badge, Qt::AlignCenter, task.letter.left(2));
    painter.restore();
}

void paintPlanFactors(QPainter& painter, const QRect& area, const SharingRow& row,
                      const std::vector<SharingTask>& tasks, const QPalette& palette) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto& factors = row.factors.factors;
    const int slot = std::max(area.width() / std::max<int>(static_cast<int>(factors.size()), 1), 1);
    double widest = 1, tallest = 1;
    for (const FactorInfo& factor : factors) {
        widest = std::max(widest, extentOf(factor).width());
        tallest = std::max(tallest, extentOf(factor).height());
    }
    const QFontMetrics metrics(smallFont());
    const int lines = 2 * metrics.height();
    const double scale =
        std::min((std::min(slot, 170) - 34) / widest, (area.height() - lines - 14) / tallest);
    for (std::size_t k = 0; k < factors.size(); ++k) {
        const FactorInfo& factor = factors[k];
        const Partition& partition = row.plan.partitions[k];
        const int left = area.x() + static_cast<int>(k) * std::min(slot, 170);
        const QSizeF size(std::max(extentOf(factor).width() * scale, 3.0),
                          std::max(extentOf(factor).height() * scale, 3.0));
        const auto copies = std::min<std::size_t>(partition.groups.size(), 5);
        for (std::size_t c = copies; c-- > 0;) {
            const TaskSet group = partition.groups[c];
            const QColor line = taskCount(group) == 1 ? taskColor(firstTask(group), palette)
                                                      : color(ColorRole::MutedText, palette);
            painter.setPen(QPen(line, 1.4));
            painter.setBrush(color(ColorRole::Field, palette));
            painter.drawRoundedRect(QRectF(QPointF(left + 3.0 * static_cast<double>(c) + 1,
                                                   area.y() + 2.0 + 3.0 * static_cast<double>(c)),
                                           size),
                                    2, 2);
        }
        QFont bold = smallFont();
        bold.setWeight(QFont::DemiBold);
        const int text = std::min(slot, 170) - 8;
        const QRect first(left, area.bottom() - lines, text, metrics.height());
        painter.setFont(bold);
        painter.setPen(color(ColorRole::Text, palette));
        painter.drawText(
            first, Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetrics(bold).elidedText(
                QStringLiteral("%1  %2").arg(toQt(factor.name), ownerLetters(partition, tasks)),
                Qt::ElideRight, text));
        painter.setFont(smallFont());
        painter.setPen(color(ColorRole::MutedText, palette));
        const double count =
            static_cast<double>(factor.size()) * static_cast<double>(partition.groups.size());
        painter.drawText(first.translated(0, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(QStringLiteral("%1 · %2").arg(shapeOf(factor),
                                                                          toQt(shortCount(count))),
                                            Qt::ElideRight, text));
    }
    painter.restore();
}

QSize planMatrixSize(const PlanMatrixModel& model) {
    int height = HeaderHeight;
    for (int i = 0; i < model.rowCount(); ++i)
        height += RowHeight + (model.startsStage(i) ? StageGap : 0);
    const int cell = model.taskCount() > 6 ? 44 : WidestCell;
    return {LabelWidth + cell * model.taskCount() + BarWidth, height};
}

void paintPlanMatrix(QPainter& painter, const QRectF& area, const PlanMatrixModel& model,
                     const QPalette& palette) {
    const QSize size = planMatrixSize(model);
    const int tasks = model.taskCount();
    if (tasks == 0 || size.isEmpty())
        return;
    painter.save();
    const double scale = std::min(area.width() / size.width(), area.height() / size.height());
    painter.translate(area.topLeft());
    painter.scale(scale, scale);
    const int cells = size.width() - LabelWidth - BarWidth;
    for (int task = 0; task < tasks; ++task)
        paintTaskHead(painter,
                      QRect(LabelWidth + cells / tasks * task, 0, cells / tasks, HeaderHeight),
                      model.tasks()[static_cast<std::size_t>(task)], task, palette);
    painter.setFont(smallFont());
    painter.setPen(color(ColorRole::MutedText, palette));
    painter.drawText(QRect(LabelWidth + cells, 0, BarWidth - 6, HeaderHeight),
                     Qt::AlignVCenter | Qt::AlignRight, SharingModel::tr("mult–adds"));
    const double most = model.mostMultiplyAdds();
    int y = HeaderHeight;
    for (int i = 0; i < model.rowCount(); ++i) {
        y += model.startsStage(i) ? StageGap : 0;
        paintPlanLabel(painter, QRect(0, y, LabelWidth, RowHeight), model, i, palette);
        paintPlanCells(painter, QRect(LabelWidth, y + 1, cells, RowHeight - 2), model, i, palette);
        paintPlanBar(painter, QRect(LabelWidth + cells, y, BarWidth, RowHeight),
                     model.multiplyAdds(model.row(i)), most, palette);
        y += RowHeight;
    }
    painter.restore();
}

} // namespace concertina
