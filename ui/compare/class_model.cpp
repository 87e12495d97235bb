// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/class_model.h"

#include "widgets/controls/table_panel.h"
#include "widgets/pictures/scale_legend.h"
#include "widgets/qt_text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

enum Column { ClassColumn, TaskColumn, TruthsColumn, FirstMetric };

Qt::Alignment alignmentOf(int column) {
    return Qt::AlignVCenter | (column < TruthsColumn ? Qt::AlignLeft : Qt::AlignRight);
}

} // namespace

void ClassModel::setFigures(std::vector<ClassFigures> figures) {
    beginResetModel();
    m_figures = std::move(figures);
    m_rows.clear();
    m_metrics.clear();
    for (std::size_t task = 0; task < m_figures.size(); ++task) {
        for (std::size_t index = 0; index < m_figures[task].rows.size(); ++index)
            m_rows.push_back({task, index});
        for (const MetricInfo& metric : m_figures[task].metrics)
            if (std::ranges::find(m_metrics, metric.name, &MetricInfo::name) == m_metrics.end())
                m_metrics.push_back(metric);
    }
    endResetModel();
}

int ClassModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ClassModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : FirstMetric + static_cast<int>(m_metrics.size());
}

const ClassFigures::Row& ClassModel::figuresAt(int row) const {
    const Place& place = m_rows[static_cast<std::size_t>(row)];
    return m_figures[place.task].rows[place.index];
}

const double* ClassModel::valueAt(int row, int column) const {
    if (column < FirstMetric)
        return nullptr;
    const ClassFigures& figures = m_figures[taskOf(row)];
    const MetricInfo& metric = m_metrics[static_cast<std::size_t>(column - FirstMetric)];
    const auto found = std::ranges::find(figures.metrics, metric.name, &MetricInfo::name);
    if (found == figures.metrics.end())
        return nullptr;
    const auto at = static_cast<std::size_t>(found - figures.metrics.begin());
    return &figuresAt(row).values[at];
}

QVariant ClassModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Place& place = m_rows[static_cast<std::size_t>(index.row())];
    const ClassFigures& figures = m_figures[place.task];
    const ClassInfo& info = figures.classes[place.index];
    const ClassFigures::Row& row = figures.rows[place.index];
    const double* value = valueAt(index.row(), index.column());
    switch (role) {
    case Qt::DecorationRole:
        return index.column() == ClassColumn ? QVariant(toQColor(info.color)) : QVariant();
    case Qt::TextAlignmentRole: return QVariant(alignmentOf(index.column()));
    case Qt::DisplayRole:
    case TablePanel::SortRole: break;
    case TablePanel::CopyRole:
        if (index.column() == TruthsColumn)
            return QString::number(row.truths);
        return value != nullptr && std::isfinite(*value) ? QVariant(QString::number(*value, 'g', 6))
                                                         : QVariant();
    default: return {};
    }
    const bool sorts = role == TablePanel::SortRole;
    switch (index.column()) {
    case ClassColumn: return toQt(info.name);
    case TaskColumn: return toQt(figures.task);
    case TruthsColumn:
        return sorts ? QVariant(qlonglong(row.truths))
                     : QVariant(QLocale(QLocale::English).toString(qlonglong(row.truths)) + u' '
                                + toQt(figures.counted));
    default: break;
    }
    if (sorts) // what is not known comes last
        return value != nullptr && std::isfinite(*value) ? *value : -1.0;
    if (value == nullptr)
        return {};
    return toQt(
        metricText(m_metrics[static_cast<std::size_t>(index.column() - FirstMetric)], *value));
}

QVariant ClassModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(alignmentOf(section));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case ClassColumn: return tr("Class");
    case TaskColumn: return tr("Task");
    case TruthsColumn: return tr("True");
    default: return toQt(m_metrics[static_cast<std::size_t>(section - FirstMetric)].label);
    }
}

} // namespace concertina
