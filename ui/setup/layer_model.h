// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_table.h"

#include <QAbstractTableModel>

namespace concertina {

/// The layers of a network, in the order in which they run; sorted by numbers where a column has
/// them, sizes by how many values they are.
class LayerModel : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void setTable(LayerTable table);
    const LayerTable& table() const { return m_table; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    LayerTable m_table;
    std::vector<std::vector<std::string>> m_cells; ///< for people, by row and column
};

} // namespace concertina
