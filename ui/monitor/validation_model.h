// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"
#include "db/records.h"

#include <QAbstractTableModel>
#include <QString>

#include <vector>

namespace concertina {

/// Last and best of each metric in validation, and the learning rate.
class ValidationModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, Last, Best, BestStep, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void show(const ExperimentSpec& spec, const Catalogue& catalogue,
              const std::vector<SeriesInfo>& series);
    void clear();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        QString name;
        QString last, best, step;
        QString help;
        int task = -1;
        QString letter; ///< in the first row of a task

        bool operator==(const Row&) const = default;
    };
    static Row metricRow(const MetricInfo& metric, const SeriesInfo* series);

    std::vector<Row> m_rows;
};

} // namespace concertina
