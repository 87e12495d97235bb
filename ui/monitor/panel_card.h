// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/monitor/panels.h"
#include "widgets/controls/card.h"

namespace concertina {

class CurvePlot;
class Dialogs;
class Navigator;
class PlotGroup;

/// A plot with its title; saves what its plot shows where a person wants that.
class PanelCard : public Card {
    Q_OBJECT

public:
    PanelCard(const PlotPanel& panel, const QString& letter, PlotGroup& group, Dialogs& dialogs,
              Navigator& navigator, QWidget* parent = nullptr);

    const PlotPanel& panel() const { return m_panel; }
    CurvePlot& plot() { return *m_plot; }

private:
    void savePicture();
    void saveData();

    PlotPanel m_panel;
    Dialogs& m_dialogs;
    Navigator& m_navigator;
    CurvePlot* m_plot;
};

} // namespace concertina
