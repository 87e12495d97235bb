// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "core/values/weights_report.h"
#include "ui/services/job_service.h"

#include <QObject>
#include <QTimer>

#include <optional>
#include <string>

namespace concertina {

/// What is known of the file that a spec's network begins from, where it is one: what is in it, and
/// what the network takes. Asks when something changes that this depends on, and not while it is
/// being typed.
class WeightsWatch : public QObject {
    Q_OBJECT

public:
    explicit WeightsWatch(JobService& jobs, QObject* parent = nullptr);

    /// `askable`: false while the spec's network can't be put together.
    void setSpec(const ExperimentSpec& spec, bool askable);

    /// Asks again, though nothing was changed here: the file may have.
    void askAgain();

    bool isReading() const { return m_reading; }
    const std::optional<WeightsReport>& report() const { return m_report; }

    /// Why the network can't begin from the file, at "network.initial"; where that names a file.
    const std::optional<Problem>& problem() const { return m_problem; }

Q_SIGNALS:
    void changed();

private:
    /// What an answer depends on; empty where there is nothing to ask.
    struct Question {
        std::string layers; ///< the file, the layers, the tasks
        std::string plan;   ///< all of the network
    };

    static Question questionOf(const ExperimentSpec& spec);
    void ask();
    void take(Expected<WeightsReport> report);

    JobService& m_jobs;
    ExperimentSpec m_spec;
    Question m_asked;
    std::optional<WeightsReport> m_report;
    std::optional<Problem> m_problem;
    QTimer m_patience;
    int m_serial = 0;
    bool m_reading = false;
};

} // namespace concertina
