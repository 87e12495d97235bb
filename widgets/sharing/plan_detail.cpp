// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/plan_detail.h"

#include "core/values/text.h"
#include "widgets/controls/sparkline.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/plan_painter.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace concertina {

namespace {

constexpr int DetailHeight = 96;
constexpr int CurveWidth = 110;

} // namespace

PlanDetail::PlanDetail(const PlanMatrixModel& model, QWidget* parent)
    : QWidget(parent), m_model(model) {
    setFixedHeight(DetailHeight);
}

void PlanDetail::showCell(const QModelIndex& cell) {
    m_cell = cell;
    const bool known = cell.isValid() && cell.column() < m_model.taskCount();
    setAccessibleName(known ? factorsText(m_model.row(cell.row()), m_model.tasks()) : QString());
    update();
}

void PlanDetail::paintEvent(QPaintEvent*) {
    if (!m_cell.isValid() || m_cell.column() >= m_model.taskCount())
        return;
    QPainter painter(this);
    const SharingRow& row = m_model.row(m_cell.row());
    QRect room = rect().adjusted(planlook::FoldRoom, 2, -8, -2);
    const auto history = m_model.overlay().cell(row.layers, m_cell.column()).history;
    if (std::ranges::count_if(history, [](double value) { return std::isfinite(value); }) > 1) {
        const QRect curve(room.right() - CurveWidth, room.top(), CurveWidth, room.height());
        room.setRight(curve.left() - 8);
        paintHistory(painter, curve, history);
    }
    paintPlanFactors(painter, room, row, m_model.tasks(), palette());
}

/// With its lowest and highest value.
void PlanDetail::paintHistory(QPainter& painter, const QRect& area,
                              const std::vector<double>& history) const {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(smallFont());
    const int line = painter.fontMetrics().height();
    drawSparklines(painter, QRectF(area).adjusted(0, 2, 0, -2 * line - 4),
                   {QList<double>(history.begin(), history.end())},
                   taskColor(m_cell.column(), palette()));
    std::vector<double> known;
    std::ranges::copy_if(history, std::back_inserter(known),
                         [](double value) { return std::isfinite(value); });
    const auto [lowest, highest] = std::ranges::minmax(known);
    const auto text = [](double value) {
        return toQt(fixedText(value, 2)).replace(QLatin1Char('-'), QChar(0x2212));
    };
    painter.setPen(color(ColorRole::MutedText, palette()));
    painter.drawText(area.adjusted(0, area.height() - 2 * line, 0, -line),
                     Qt::AlignRight | Qt::AlignVCenter, tr("so far, from"));
    painter.drawText(area.adjusted(0, area.height() - line, 0, 0),
                     Qt::AlignRight | Qt::AlignVCenter,
                     tr("%1 to %2").arg(text(lowest), text(highest)));
    painter.restore();
}

} // namespace concertina
