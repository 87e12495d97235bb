// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/tensor_model.h"

#include "widgets/controls/table_panel.h"
#include "widgets/qt_text.h"

namespace concertina {

namespace {

double valuesOf(const FileTensor& tensor) {
    double values = 1;
    for (const std::int64_t size : tensor.shape)
        values *= static_cast<double>(size);
    return values;
}

Qt::Alignment sideOf(int column) {
    const bool number = column == TensorModel::Shape || column == TensorModel::Bytes;
    return Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft);
}

} // namespace

void TensorModel::setReport(WeightsReport report) {
    beginResetModel();
    m_report = std::move(report);
    m_shown = tableRows(m_report, false);
    m_exact = tableRows(m_report, true);
    endResetModel();
}

int TensorModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_report.tensors.size());
}

int TensorModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_report.fit ? ColumnCount : ColumnCount - 1;
}

QVariant TensorModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto row = static_cast<std::size_t>(index.row());
    const auto column = static_cast<std::size_t>(index.column());
    const FileTensor& tensor = m_report.tensors[row];
    switch (role) {
    case Qt::DisplayRole: return toQt(m_shown[row + 1][column]);
    case Qt::ToolTipRole:
    case TablePanel::CopyRole: return toQt(m_exact[row + 1][column]);
    case Qt::TextAlignmentRole: return QVariant(sideOf(index.column()));
    case TablePanel::SortRole:
        return index.column() == Shape   ? QVariant(valuesOf(tensor))
               : index.column() == Bytes ? QVariant(tensor.bytes)
                                         : QVariant(toQt(m_exact[row + 1][column]));
    default: return {};
    }
}

QVariant TensorModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(sideOf(section));
    if (role == Qt::DisplayRole && !m_shown.empty())
        return toQt(m_shown.front()[static_cast<std::size_t>(section)]);
    if (role == Qt::ToolTipRole && section == Use)
        return tr("loaded: the network begins with it; other shape: its layer begins anew; left: "
                  "no layer takes it");
    return {};
}

} // namespace concertina
