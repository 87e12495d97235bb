// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/series.h"

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <memory>
#include <vector>

namespace concertina {

/// Smooths series anew in a thread of its own, so that the window goes on however many points there
/// are. Until all of them are smoothed they keep what they had; of several weights that are asked
/// for meanwhile the last is done.
class Smoother : public QObject {
    Q_OBJECT

public:
    explicit Smoother(QObject* parent = nullptr);
    ~Smoother() override; ///< what is being done is dropped

    /// Few points are smoothed at once.
    void smooth(std::vector<std::shared_ptr<Series>> series, double weight);
    bool isBusy() const { return m_busy; }

Q_SIGNALS:
    void smoothed(); ///< the series have what was asked for last, or before that

private:
    struct Work;

    void begin();
    void take(const std::shared_ptr<Work>& work);

    std::vector<std::shared_ptr<Series>> m_series;
    double m_weight = 0;
    bool m_wanted = false; ///< asked for since the work began
    bool m_busy = false;
    std::atomic<bool> m_stopped = false;
    QThreadPool m_pool;
};

} // namespace concertina
