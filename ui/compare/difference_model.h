// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_difference.h"

#include <QAbstractTableModel>

#include <vector>

namespace concertina {

/// The nodes of two networks in step: what each is at the left and at the right, and how far their
/// parameters and outputs are apart. Those that are the same are left out by default.
class DifferenceModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Node, Left, Right, Parameters, Output, Columns };

    using QAbstractTableModel::QAbstractTableModel;

    void setDifference(NetworkDifference difference);
    void setOnlyDiffering(bool only);
    const NetworkDifference& difference() const { return m_difference; }
    const NodeDifference& nodeAt(int row) const;

    /// All that there is to say of a row, in lines.
    QString detailsOf(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void choose();

    NetworkDifference m_difference;
    std::vector<std::size_t> m_rows; ///< of its nodes
    bool m_only = true;
};

} // namespace concertina
