// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "widgets/controls/table_panel.h"

#include <optional>

namespace concertina {

class LayerModel;

/// Every layer of the network that is set up, and what those that are shown add up to.
class LayersPanel : public TablePanel {
    Q_OBJECT

public:
    explicit LayersPanel(QWidget* host);

    /// None: it cannot be put together. `note` stands below, where there is one.
    void setNetwork(const std::optional<NetworkDesign>& network, const QString& note);

protected:
    QString summaryOf(const std::vector<int>& rows) const override;
    QString lastLine() const override;

private:
    LayersPanel(QWidget* host, LayerModel* model);

    LayerModel* m_model;
};

} // namespace concertina
