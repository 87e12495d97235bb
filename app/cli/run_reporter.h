// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/console.h"
#include "core/training/run_observer.h"

#include <chrono>

namespace concertina {

/// {"loss": …, "segmentation/miou": …}
Json valuesJson(const std::vector<MetricValue>& values);

/// Reports a training on the console: for people a line of progress with the time that is left and
/// a line a validation; in JSON mode an object an event.
class RunReporter : public RunObserver {
public:
    explicit RunReporter(Console& console) : m_console(console) {}

    void started(const StartEvent& event) override;
    void stepped(const StepEvent& event) override;
    void validated(const ValidationEvent& event) override;
    void checkpointed(const CheckpointEvent& event) override;
    void stateChanged(const StateEvent& event) override;
    void noticed(const NoticeEvent& event) override;

private:
    Console& m_console;
    double m_stopSeconds = 0; ///< of training, where the run is cut; 0: nowhere
    std::int64_t m_steps = 0;
    std::int64_t m_firstStep = 0;
    std::chrono::steady_clock::time_point m_start;
    double m_imagesPerSecond = 0; ///< smoothed
};

} // namespace concertina
