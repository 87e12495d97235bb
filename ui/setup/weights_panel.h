// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/controls/table_panel.h"

namespace concertina {

class TensorModel;
struct WeightsReport;

/// The tensors of the file that the network begins with, what it takes of them, and what begins
/// anew.
class WeightsPanel : public TablePanel {
    Q_OBJECT

public:
    explicit WeightsPanel(QWidget* host);

    void setReport(const WeightsReport& report);

protected:
    QString summaryOf(const std::vector<int>& rows) const override;

private:
    WeightsPanel(QWidget* host, TensorModel* model);

    TensorModel* m_model;
};

/// What stands beside the field of the file: "Loads 100 of 122 tensors…".
QString weightsNote(const WeightsReport& report);

} // namespace concertina
