// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/weights_report.h"

#include <QAbstractTableModel>

namespace concertina {

/// The tensors of a file of weights, and what a network takes of them.
class TensorModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, Shape, Type, Bytes, Use, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setReport(WeightsReport report);
    const WeightsReport& report() const { return m_report; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    WeightsReport m_report;
    TableRows m_shown, m_exact; ///< with their titles
};

} // namespace concertina
