// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"
#include "ui/sharing/measured_overlay.h"

#include <QWidget>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

class QComboBox;
class QSlider;

namespace concertina {

class OverlayLegend;
class Store;
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
    /// The last measurements of conflict, by step.
    struct Measurements {
        std::shared_ptr<const std::vector<ConflictRow>> rows;
        std::vector<std::int64_t> steps;
        std::int64_t generation = -1; ///< of the run when they were read
    };
    static Expected<Measurements> read(const Store& store, const RunId& run,
                                       const Measurements& known);

    Measured kind() const;
    bool isOfConflict() const;
    void offerKinds();
    void adopt(Measurements measurements);
    void showSteps();
    void show();
    void showConflict();
    void lay(PlanOverlay overlay, std::optional<std::int64_t> step, const QString& words);

    StoreAccess& m_store;
    RunId m_run;
    MeasuredNetwork m_network;
    FactorReadings m_readings;
    std::optional<Expected<KernelDistances>> m_distances;
    Measurements m_measured;
    QString m_problem; ///< why they could not be read; empty: they could
    bool m_reading = false;
    bool m_computing = false; ///< what the slider is at; one at a time
    bool m_outdated = false;  ///< it is elsewhere by now
    bool m_follows = true;    ///< the last measurement, else where the slider was put
    PlanOverlay m_overlay;
    std::vector<Measured> m_offered;

    QComboBox* m_kinds;
    QSlider* m_slider;
    TonedLabel* m_step;
    OverlayLegend* m_legend;
};

} // namespace concertina
