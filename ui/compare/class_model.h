// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/class_figures.h"

#include <QAbstractTableModel>

#include <vector>

namespace concertina {

/// The classes of all tasks, a row each, with a column for every metric that any task has of its
/// classes.
class ClassModel : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void setFigures(std::vector<ClassFigures> figures);
    const std::vector<ClassFigures>& figures() const { return m_figures; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// Whose class a row is, and its figures.
    std::size_t taskOf(int row) const { return m_rows[static_cast<std::size_t>(row)].task; }
    const ClassFigures::Row& figuresAt(int row) const;

private:
    struct Place {
        std::size_t task = 0;
        std::size_t index = 0; ///< of the class
    };

    /// The value of a row in a column of a metric; null where the row has no such metric.
    const double* valueAt(int row, int column) const;

    std::vector<ClassFigures> m_figures;
    std::vector<Place> m_rows;
    std::vector<MetricInfo> m_metrics; ///< by column, behind those that are the same for all
};

} // namespace concertina
