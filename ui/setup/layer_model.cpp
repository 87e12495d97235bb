// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/layer_model.h"

#include "widgets/controls/table_panel.h"
#include "widgets/qt_text.h"

#include <limits>

namespace concertina {

namespace {

double values(const FeatureSize& size) {
    return double(size.channels) * size.height * size.width;
}

/// What a column of numbers is sorted by; the columns stand as in `layerColumns`.
double sortedBy(const LayerRow& row, int column) {
    constexpr double whole = std::numeric_limits<double>::infinity();
    switch (column) {
    case 2: return row.kernel.stride;
    case 3: return row.kernel.dilation;
    case 4: return values(row.input);
    case 5: return values(row.output);
    case 6: return row.field.wholeImage ? whole : row.field.size;
    case 7: return row.field.wholeImage ? whole : row.field.jump;
    case 10: return row.kernels;
    case 11: return row.parameters;
    case 12: return row.trained;
    case 13: return row.collapsed;
    default: return row.multiplyAdds;
    }
}

Qt::Alignment alignmentOf(int column) {
    return Qt::AlignVCenter
           | (layerColumns()[static_cast<std::size_t>(column)].isNumber ? Qt::AlignRight
                                                                        : Qt::AlignLeft);
}

} // namespace

void LayerModel::setTable(LayerTable table) {
    beginResetModel();
    m_table = std::move(table);
    m_cells.clear();
    for (const LayerRow& row : m_table.rows)
        m_cells.push_back(cellsOf(row, false));
    endResetModel();
}

int LayerModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.rows.size());
}

int LayerModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(layerColumns().size());
}

QVariant LayerModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto row = static_cast<std::size_t>(index.row());
    const auto column = static_cast<std::size_t>(index.column());
    switch (role) {
    case Qt::DisplayRole: return toQt(m_cells[row][column]);
    case Qt::ToolTipRole:
        return column == 0 ? toQt(m_cells[row][column])
                           : toQt(cellsOf(m_table.rows[row], true)[column]);
    case Qt::TextAlignmentRole: return QVariant(alignmentOf(index.column()));
    case TablePanel::CopyRole: return toQt(cellsOf(m_table.rows[row], true)[column]);
    case TablePanel::SortRole:
        return layerColumns()[column].isNumber
                   ? QVariant(sortedBy(m_table.rows[row], index.column()))
                   : QVariant(toQt(m_cells[row][column]));
    default: return {};
    }
}

QVariant LayerModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    const LayerColumn& column = layerColumns()[static_cast<std::size_t>(section)];
    switch (role) {
    case Qt::DisplayRole: return toQt(column.title);
    case Qt::ToolTipRole: return toQt(column.help);
    case Qt::TextAlignmentRole: return QVariant(alignmentOf(section));
    default: return {};
    }
}

} // namespace concertina
