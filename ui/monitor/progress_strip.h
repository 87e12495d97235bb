// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"
#include "ui/monitor/run_pace.h"

#include <QWidget>

#include <optional>
#include <vector>

class QProgressBar;

namespace concertina {

class TonedLabel;

/// How far a run is: a bar, and in words epoch, step, time gone and left, speed, and who trains it
/// where that is another process, or what training waits for.
class ProgressStrip : public QWidget {
    Q_OBJECT

public:
    explicit ProgressStrip(QWidget* parent = nullptr);

    /// `series`: that the run has. `batch`: images a step. `waitsFor`: why the training of an own
    /// run waits, where it does.
    void show(const RunSummary& run, const std::vector<SeriesInfo>& series, int batch, bool own,
              const QString& waitsFor = {});
    void clear();

    /// While it trains the speed of the last seconds, afterwards that of the whole run.
    std::optional<double> imagesPerSecond() const { return m_speed; }
    QString text() const;

private:
    void sayOwner(const RunSummary& run, bool own, const QString& waitsFor);

    QProgressBar* m_bar;
    TonedLabel* m_text;
    TonedLabel* m_owner;
    RunId m_run;
    RunPace m_pace;
    std::optional<double> m_speed;
};

} // namespace concertina
