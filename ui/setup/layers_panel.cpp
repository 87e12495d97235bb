// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/layers_panel.h"

#include "core/values/text.h"
#include "ui/setup/layer_model.h"
#include "widgets/qt_text.h"

namespace concertina {

LayersPanel::LayersPanel(QWidget* host) : LayersPanel(host, new LayerModel) {}

LayersPanel::LayersPanel(QWidget* host, LayerModel* model)
    : TablePanel(host,
                 {tr("Layers"), tr("Find by name, enc* for example"), tr("Layers of the network")},
                 model),
      m_model(model) {}

void LayersPanel::setNetwork(const std::optional<NetworkDesign>& network, const QString& note) {
    m_model->setTable(network ? layerTable(*network) : LayerTable());
    showRows(note, true);
}

QString LayersPanel::summaryOf(const std::vector<int>& rows) const {
    const LayerTable& table = m_model->table();
    if (table.rows.empty())
        return tr("The network can't be put together as it is set up.");
    double parameters = 0, trained = 0, collapsed = 0, adds = 0;
    for (const int row : rows) {
        const LayerRow& layer = table.rows[static_cast<std::size_t>(row)];
        parameters += layer.parameters;
        trained += layer.trained;
        collapsed += layer.collapsed;
        adds += layer.multiplyAdds;
    }
    const auto count = [](double number) { return toQt(shortCount(number)); };
    return tr("%1 layers: %2 parameters of one plain copy · %3 in training · %4 collapsed · "
              "%5 multiply–adds an image")
        .arg(rows.size())
        .arg(count(parameters), count(trained), count(collapsed), count(adds));
}

QString LayersPanel::lastLine() const {
    return toQt(join(cellsOf(m_model->table().total, true), "\t")) + QLatin1Char('\n');
}

} // namespace concertina
