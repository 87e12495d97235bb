// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "widgets/controls/overlay.h"

#include <optional>

class QLineEdit;
class QSortFilterProxyModel;
class QTableView;
class QToolButton;

namespace concertina {

class LayerModel;
class TonedLabel;

/// Every layer of the network that is set up, over the page: sorted by a click on a title (the
/// third puts them back into the order in which they run), found by name, copied as text.
class LayersPanel : public Overlay {
    Q_OBJECT

public:
    explicit LayersPanel(QWidget* host);

    /// None: it cannot be put together. `note` stands below, where there is one.
    void setNetwork(const std::optional<NetworkDesign>& network, const QString& note);

    /// What is shown, with titles and, where all rows are, the total: cells between tabs, plain
    /// numbers.
    QString text() const;

    QLineEdit* filter() const { return m_filter; }
    QTableView* table() const { return m_table; }
    QToolButton* copyButton() const { return m_copy; }
    /// "26 layers: 18.3 M parameters, …", of those that are shown.
    QString summary() const;

protected:
    QSize wantedSize() const override;

private:
    void layOut();
    void showSummary();

    LayerModel* m_model;
    QSortFilterProxyModel* m_shown;
    QLineEdit* m_filter;
    QTableView* m_table;
    QToolButton* m_copy;
    TonedLabel* m_summary;
    TonedLabel* m_note;
};

} // namespace concertina
