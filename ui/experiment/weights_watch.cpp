// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/weights_watch.h"

#include "core/values/initial_source.h"
#include "core/values/text.h"

#include <chrono>

namespace concertina {

namespace {

constexpr std::chrono::milliseconds pauseInTyping{250};

} // namespace

WeightsWatch::Question WeightsWatch::questionOf(const ExperimentSpec& spec) {
    if (trimmed(spec.network.initial).empty())
        return {};
    if (const auto source = initialSourceFrom(spec.network.initial); !source || !source->isFile())
        return {};
    ExperimentSpec layers;
    layers.tasks = spec.tasks;
    layers.data.height = spec.data.height;
    layers.data.width = spec.data.width;
    ExperimentSpec plan = layers;
    plan.network = spec.network;
    layers.network.backbone = spec.network.backbone;
    layers.network.initial = spec.network.initial;
    layers.network.initialChannels = spec.network.initialChannels;
    return {jsonText(toJson(layers)), jsonText(toJson(plan))};
}

WeightsWatch::WeightsWatch(JobService& jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {
    m_patience.setSingleShot(true);
    m_patience.setInterval(pauseInTyping);
    connect(&m_patience, &QTimer::timeout, this, &WeightsWatch::ask);
}

void WeightsWatch::setSpec(const ExperimentSpec& spec, bool askable) {
    const Question question = askable ? questionOf(spec) : Question();
    m_spec = spec;
    // How weights of another program fit hangs on the layers alone.
    const bool isFitted = m_report && m_report->fit && !m_reading;
    if (question.layers == m_asked.layers && (isFitted || question.plan == m_asked.plan))
        return;
    m_asked = question;
    ++m_serial;
    if (question.layers.empty()) {
        m_patience.stop();
        m_reading = false;
        m_report.reset();
    } else {
        m_reading = true;
        m_patience.start();
    }
    m_problem.reset();
    Q_EMIT changed();
}

void WeightsWatch::askAgain() {
    if (!m_asked.layers.empty())
        ask();
}

void WeightsWatch::ask() {
    m_patience.stop();
    m_reading = true;
    const int serial = ++m_serial;
    Q_EMIT changed();
    m_jobs.weights(m_spec, {this, [this, serial](Expected<WeightsReport> report) {
                                if (serial == m_serial)
                                    take(std::move(report));
                            }});
}

void WeightsWatch::take(Expected<WeightsReport> report) {
    m_reading = false;
    m_report.reset();
    m_problem.reset();
    if (report) {
        m_problem = report->problem;
        m_report = std::move(*report);
    } else {
        m_problem = report.error();
    }
    if (m_problem && m_problem->path != "network.initial") {
        // Whatever file it names, the field that can be changed is this one.
        m_problem->found = toText(*m_problem);
        m_problem->path = "network.initial";
        m_problem->expected = "a file that the network can begin from";
        m_problem->hint.clear();
    }
    Q_EMIT changed();
}

} // namespace concertina
