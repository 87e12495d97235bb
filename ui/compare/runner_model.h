// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/runner_times.h"

#include <QAbstractTableModel>

namespace concertina {

/// How long each runner takes for an image of a collapsed network, a row a precision and batch.
class RunnerModel : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void setTimes(RunnerTimes times);
    const RunnerTimes& times() const { return m_times; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    RunnerTimes m_times;
};

} // namespace concertina
