// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/precision_report.h"

#include <QAbstractTableModel>

#include <optional>

namespace concertina {

/// What a network's weights are worth in each type: a row a metric, or a row a layer in 8 bits.
class PrecisionModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum class Rows { Metrics, Layers };

    using QAbstractTableModel::QAbstractTableModel;

    void setReport(std::optional<PrecisionsReport> report);
    void setRows(Rows rows);
    const std::optional<PrecisionsReport>& report() const { return m_report; }
    Rows rows() const { return m_rows; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    /// What is shown, and a number to sort by where it is one.
    struct Cell {
        QString text;
        std::optional<double> number{};
    };

    Cell metricCell(std::size_t row, std::size_t column) const;
    Cell layerCell(const LayerPrecision& layer, int column) const;

    std::optional<PrecisionsReport> m_report;
    Rows m_rows = Rows::Metrics;
};

} // namespace concertina
