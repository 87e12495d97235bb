// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/activity.h"

#include "core/values/text.h"
#include "ui/services/run_service.h"
#include "ui/store/store_access.h"
#include "widgets/qt_text.h"

#include <unistd.h>

#include <chrono>
#include <fstream>

namespace concertina {

namespace {

constexpr std::chrono::seconds lookEvery{1};

/// Bytes of this process in memory; 0 where the system does not report it.
double residentBytes() {
    std::ifstream statm("/proc/self/statm");
    double all = 0;
    double resident = 0;
    statm >> all >> resident;
    return statm ? resident * static_cast<double>(sysconf(_SC_PAGESIZE)) : 0;
}

QString deviceOf(const ExperimentSpec& spec, const Json& environment) {
    const QString device = toQt(choiceName(spec.train.device));
    const Json threads = environment.is_object() ? environment.value("threads", Json()) : Json();
    if (!threads.is_number_integer())
        return device;
    const int count = threads.get<int>();
    return count == 1 ? Activity::tr("%1, 1 thread").arg(device)
                      : Activity::tr("%1, %2 threads").arg(device).arg(count);
}

} // namespace

Activity::Activity(StoreAccess& store, RunService& runs, QObject* parent)
    : QObject(parent), m_store(store), m_runs(runs) {
    m_timer.setInterval(lookEvery);
    connect(&m_timer, &QTimer::timeout, this, &Activity::refresh);
    connect(&runs, &RunService::changed, this, &Activity::refresh);
    refresh();
}

void Activity::setWatched(bool watched) {
    if (watched == m_timer.isActive())
        return;
    if (watched) {
        m_timer.start();
        refresh();
    } else {
        m_timer.stop();
    }
}

void Activity::refresh() {
    const auto own = m_runs.runs();
    if (own.empty()) {
        m_seen.reset();
        m_speed.clear();
        describe();
        return;
    }
    describe();
    m_store.call(
        this,
        [run = own.front().run](Store& store) -> Expected<Seen> {
            const auto record = store.run(run);
            if (!record)
                return failure(record.error());
            const ExperimentSpec spec = readSpec(record->spec).spec;
            return Seen{run, toQt(record->summary.name), deviceOf(spec, record->environment),
                        spec.train.batch, record->summary.position};
        },
        [this](const Expected<Seen>& seen) {
            if (seen) // a store that fails is reported by the page that is shown
                take(*seen);
        });
}

void Activity::take(const Seen& seen) {
    if (!m_seen || m_seen->run != seen.run)
        m_pace.clear();
    m_pace.add(seen.position);
    const auto pace = m_pace.stepsPerSecond();
    m_speed = pace ? tr("%1 images/s").arg(toQt(digitsText(*pace * seen.batch, 3))) : QString();
    m_seen = seen;
    describe();
}

QString Activity::runName() const {
    const auto own = m_runs.runs();
    if (own.empty())
        return {};
    return m_seen && m_seen->run == own.front().run ? m_seen->name : toQt(own.front().run);
}

void Activity::describe() {
    const auto own = m_runs.runs();
    m_busy = !own.empty() && own.front().state == RunState::Running;
    if (own.empty()) {
        m_doing = tr("Idle");
    } else {
        m_doing = !own.front().waitsFor.empty()
                      ? tr("%1 waits: %2").arg(runName(), toQt(own.front().waitsFor))
                  : m_busy                                ? tr("Training %1").arg(runName())
                  : own.front().state == RunState::Paused ? tr("Paused: %1").arg(runName())
                                                          : tr("Waiting: %1").arg(runName());
        if (m_seen && m_seen->run == own.front().run)
            m_doing += QStringLiteral(" · ") + m_seen->device;
        if (own.size() > 1)
            m_doing += QStringLiteral(" · ") + tr("%1 queued").arg(own.size() - 1);
    }
    if (!m_busy)
        m_speed.clear();
    const double bytes = residentBytes();
    m_memory = bytes > 0 ? tr("Memory %1").arg(toQt(bytesText(bytes))) : QString();
    Q_EMIT changed();
}

} // namespace concertina
