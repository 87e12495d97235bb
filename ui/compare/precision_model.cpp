// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/precision_model.h"

#include "core/values/text.h"
#include "widgets/controls/table_panel.h"
#include "widgets/qt_text.h"

#include <array>
#include <cmath>

namespace concertina {

namespace {

enum LayerColumn {
    NameColumn,
    LeastColumn,
    GreatestColumn,
    SpreadColumn,
    WeightColumn,
    OutputColumn,
    TypeColumn,
    LayerColumns
};

constexpr int figureDigits = 3;

QString signedPercent(double percent) {
    if (!std::isfinite(percent))
        return QStringLiteral("–");
    return (percent > 0 ? QStringLiteral("+") : QString()) + toQt(fixedText(percent, 2))
           + QStringLiteral(" %");
}

} // namespace

void PrecisionModel::setReport(std::optional<PrecisionsReport> report) {
    beginResetModel();
    m_report = std::move(report);
    endResetModel();
}

void PrecisionModel::setRows(Rows rows) {
    beginResetModel();
    m_rows = rows;
    endResetModel();
}

int PrecisionModel::rowCount(const QModelIndex& parent) const {
    if (parent.isValid() || !m_report)
        return 0;
    return static_cast<int>(m_rows == Rows::Metrics ? m_report->metrics.size() + 1
                                                    : m_report->layers.size());
}

int PrecisionModel::columnCount(const QModelIndex& parent) const {
    if (parent.isValid() || !m_report)
        return 0;
    // The name, each type, and what each but the first changes.
    return m_rows == Rows::Metrics ? 2 * static_cast<int>(m_report->precisions.size())
                                   : static_cast<int>(LayerColumns);
}

PrecisionModel::Cell PrecisionModel::metricCell(std::size_t row, std::size_t column) const {
    const auto& precisions = m_report->precisions;
    const bool isSize = row == m_report->metrics.size();
    if (column == 0)
        return {isSize
                    ? tr("Weights")
                    : toQt(m_report->metrics[row].task + " " + m_report->metrics[row].info.label)};
    if (const std::size_t p = column - 1; p < precisions.size()) {
        const double value = isSize ? precisions[p].bytes : precisions[p].values[row];
        return {toQt(isSize ? bytesText(value) : metricText(m_report->metrics[row].info, value)),
                value};
    }
    const std::size_t p = column - precisions.size();
    const double change = isSize ? 100 * (precisions[p].bytes / precisions.front().bytes - 1)
                                 : m_report->change(row, p);
    return {signedPercent(change), change};
}

PrecisionModel::Cell PrecisionModel::layerCell(const LayerPrecision& layer, int column) const {
    const auto number = [](double value) {
        return Cell{toQt(digitsText(value, figureDigits)), value};
    };
    switch (column) {
    case NameColumn: return {toQt(layer.layer)};
    case LeastColumn: return number(layer.least);
    case GreatestColumn: return number(layer.greatest);
    case SpreadColumn: return number(layer.spread);
    case WeightColumn: return {toQt(percentText(layer.weightError)), layer.weightError};
    case OutputColumn: return {toQt(percentText(layer.outputError)), layer.outputError};
    default: return {layer.isFloat ? QStringLiteral("float32") : QStringLiteral("int8")};
    }
}

QVariant PrecisionModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || !m_report)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter | (index.column() == 0 ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole && role != TablePanel::SortRole && role != TablePanel::CopyRole)
        return {};
    const auto row = static_cast<std::size_t>(index.row());
    const Cell cell = m_rows == Rows::Metrics
                          ? metricCell(row, static_cast<std::size_t>(index.column()))
                          : layerCell(m_report->layers[row], index.column());
    if (role == Qt::DisplayRole || (index.column() == 0 && role == TablePanel::SortRole))
        return cell.text;
    const bool isNumber = cell.number && std::isfinite(*cell.number);
    if (role == TablePanel::SortRole) // what is not known comes last
        return isNumber ? QVariant(*cell.number) : QVariant(cell.text);
    return isNumber ? QVariant(QString::number(*cell.number, 'g', 6)) : QVariant();
}

QVariant PrecisionModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || !m_report)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter | (section == 0 ? Qt::AlignLeft : Qt::AlignRight));
    const auto column = static_cast<std::size_t>(section);
    if (m_rows == Rows::Metrics) {
        const auto& precisions = m_report->precisions;
        if (role != Qt::DisplayRole)
            return {};
        if (column == 0)
            return tr("Metric");
        return column <= precisions.size()
                   ? toQt(precisions[column - 1].name)
                   : tr("by %1").arg(toQt(precisions[column - precisions.size()].name));
    }
    const std::array<std::pair<QString, QString>, LayerColumns> titles{
        {{tr("Layer"), {}},
         {tr("Least weight"), {}},
         {tr("Greatest"), {}},
         {tr("Spread"), tr("The widest channel's greatest weight ÷ the narrowest's")},
         {tr("Weights' error"), tr("√(Σ (w − ŵ)² / Σ w²) of its weights in 8 bits")},
         {tr("Outputs' error"),
          tr("The same of the network's outputs where this layer alone is in 8 bits")},
         {tr("Type"), {}}}};
    if (role == Qt::DisplayRole)
        return titles[column].first;
    return role == Qt::ToolTipRole ? QVariant(titles[column].second) : QVariant();
}

} // namespace concertina
