// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"
#include "ui/sharing/measured_overlay.h"

#include <QWidget>

#include <cstdint>
#include <optional>
#include <vector>

class QComboBox;
class QSlider;

namespace concertina {

class OverlayLegend;
class StoreAccess;
class TonedLabel;

/// Chooses what of a run lies over its plan, and from when; reads it from the store by itself.
class MeasuredBar : public QWidget {
    Q_OBJECT

public:
    explicit MeasuredBar(StoreAccess& store, QWidget* parent = nullptr);

    /// Of which run; empty: none, and it hides.
    void showRun(const RunId& run);

    /// What stands over the plan is that of these layers and tasks.
    void setNetwork(MeasuredNetwork network);
    void setReadings(FactorReadings readings);
    void setDistances(Expected<KernelDistances> distances);

    /// Reads what has been measured since; nothing while it is not shown over the plan.
    void refresh();

    QComboBox* kinds() const { return m_kinds; }
    QSlider* steps() const { return m_slider; }
    const PlanOverlay& overlay() const { return m_overlay; }

Q_SIGNALS:
    void overlayChanged(const concertina::PlanOverlay& overlay);
    void distancesWanted(); ///< of the run's last checkpoint

private:
    struct News {
        std::vector<ConflictRow> rows;
        std::int64_t generation = 0;
        bool isAll = false; ///< else those behind what is known
    };

    Measured kind() const;
    bool isOfConflict() const;
    void offerKinds();
    void adopt(News news);
    void showSteps();
    void show();

    StoreAccess& m_store;
    RunId m_run;
    MeasuredNetwork m_network;
    FactorReadings m_readings;
    std::optional<Expected<KernelDistances>> m_distances;
    std::vector<ConflictRow> m_rows; ///< by step
    std::vector<std::int64_t> m_measured;
    std::int64_t m_generation = -1;
    bool m_reading = false;
    bool m_follows = true; ///< the last measurement, else where the slider was put
    PlanOverlay m_overlay;
    std::vector<Measured> m_offered;

    QComboBox* m_kinds;
    QSlider* m_slider;
    TonedLabel* m_step;
    OverlayLegend* m_legend;
};

} // namespace concertina
