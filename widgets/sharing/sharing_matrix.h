// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/sharing_model.h"

#include <QWidget>

#include <array>

class QListView;
class QToolButton;

namespace concertina {

class TonedLabel;

/// The compact sharing matrix: layers down, tasks across. It asks for changes and shows what it is
/// given: the owner of the plan makes them.
///
/// A click on a row, Space or Enter asks for the next state of its layers, keys T, M, F, S and the
/// buttons below for a named one, for all selected rows. Left and Right fold and unfold a stage.
/// Below stands whose the factors of the current row are, and which of them rest.
class SharingMatrix : public QWidget {
    Q_OBJECT

public:
    explicit SharingMatrix(QWidget* parent = nullptr);

    void setNetwork(const NetworkDesign& network, std::vector<SharingTask> tasks);
    void clear();

    /// What gates say, of a run that has trained; without copies: nothing is known.
    void setReadings(FactorReadings readings) { m_model->setReadings(std::move(readings)); }

    const SharingModel& model() const { return *m_model; }
    QListView* view() const { return m_view; }

    /// The layers of the selected rows.
    std::vector<std::size_t> selectedLayers() const;

Q_SIGNALS:
    void stateWanted(const std::vector<std::size_t>& layers, concertina::SharingState state);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    bool pressKey(int key, Qt::KeyboardModifiers modifiers);
    void clickAt(const QPoint& position);
    void wantNext(int row);
    void wantState(SharingState state);
    void setUnfolded(int row, bool unfolded);
    void selectLayers(const std::vector<std::size_t>& layers, std::size_t current);
    void showButtons();
    void showFactors();

    SharingModel* m_model;
    QWidget* m_header;
    QListView* m_view;
    TonedLabel* m_factors;
    std::array<QToolButton*, 4> m_buttons{};
    int m_pressedRow = -1;
};

} // namespace concertina
