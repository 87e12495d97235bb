// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/runner_model.h"

#include "core/values/text.h"
#include "widgets/controls/table_panel.h"
#include "widgets/qt_text.h"

#include <limits>
#include <utility>

namespace concertina {

namespace {

enum RunnerColumn { Runner, InPrecision, Batch, Median, Late, Memory, ByQuickest, ColumnCount };

Qt::Alignment sideOf(int column) {
    return Qt::AlignVCenter | (column < Batch ? Qt::AlignLeft : Qt::AlignRight);
}

QString timeText(double time) {
    return toQt(digitsText(time, 3)) + QStringLiteral(" ms");
}

} // namespace

void RunnerModel::setTimes(RunnerTimes times) {
    beginResetModel();
    m_times = std::move(times);
    endResetModel();
}

int RunnerModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_times.rows.size());
}

int RunnerModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RunnerModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const RunnerTime& row = m_times.rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole)
        return QVariant(sideOf(index.column()));
    if (role == Qt::ToolTipRole)
        return row.why.empty() ? QVariant() : QVariant(toQt(row.why));
    if (role != Qt::DisplayRole && role != TablePanel::SortRole)
        return {};
    const bool sorts = role == TablePanel::SortRole;
    switch (index.column()) {
    case Runner: return toQt(row.runner);
    case InPrecision: return toQt(row.precision);
    case Batch: return sorts ? QVariant(row.batch) : QVariant(QString::number(row.batch));
    default: break;
    }
    if (!row.why.empty()) { // what was not measured comes last
        if (sorts)
            return std::numeric_limits<double>::infinity();
        return index.column() == Median ? tr("not measured") : QString();
    }
    const double share = row.median / quickestTime(m_times, row.batch);
    switch (index.column()) {
    case Median: return sorts ? QVariant(row.median) : QVariant(timeText(row.median));
    case Late: return sorts ? QVariant(row.late) : QVariant(timeText(row.late));
    case Memory: return sorts ? QVariant(row.memory) : QVariant(toQt(bytesText(row.memory)));
    default: return sorts ? QVariant(share) : QVariant(toQt(fixedText(share, 2)));
    }
}

QVariant RunnerModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(sideOf(section));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Runner: return tr("Runner");
    case InPrecision: return tr("Precision");
    case Batch: return tr("Batch");
    case Median: return tr("An image");
    case Late: return tr("95 % below");
    case Memory: return tr("Memory");
    default: return tr("÷ quickest");
    }
}

} // namespace concertina
