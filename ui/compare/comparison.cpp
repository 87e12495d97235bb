// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/comparison.h"

#include "db/store.h"
#include "ui/store/store_access.h"

#include <utility>

namespace concertina {

namespace {

Expected<ComparedRun> readRun(const Store& store, const RunId& id) {
    auto record = store.run(id);
    if (!record)
        return failure(record.error());
    auto checkpoint = store.latestCheckpoint(id);
    if (!checkpoint)
        return failure(checkpoint.error());
    auto series = store.series(id);
    if (!series)
        return failure(series.error());
    SpecReading spec = readSpec(record->spec);
    if (!spec.problems.empty())
        return failure(spec.problems.front());
    return ComparedRun{std::move(*record), std::move(spec.spec), std::move(*checkpoint),
                       std::move(*series)};
}

Expected<std::vector<ComparedRun>> readRuns(const Store& store, const std::vector<RunId>& ids) {
    std::vector<ComparedRun> runs;
    for (const RunId& id : ids) {
        auto run = readRun(store, id);
        if (!run)
            return failure(run.error());
        runs.push_back(std::move(*run));
    }
    return runs;
}

} // namespace

Comparison::Comparison(const PageContext& context, QObject* parent)
    : QObject(parent), m_context(context) {
    connect(&m_context.store, &StoreAccess::storeChanged, this, [this] {
        if (!m_ids.empty())
            read();
    });
}

void Comparison::compare(const RunId& run, const std::optional<RunId>& other) {
    cancel();
    m_ids = {run};
    if (other && *other != run)
        m_ids.push_back(*other);
    m_runs.clear();
    m_frames = {};
    m_picked = false;
    ++m_call;
    m_reading = false;
    read();
}

bool Comparison::isReady() const {
    for (const ComparedRun& run : m_runs)
        if (!run.checkpoint)
            return false;
    return !m_runs.empty();
}

void Comparison::pick(const FramePick& frame) {
    if (m_picked && frame == m_pick && (m_frames[0] || m_jobs[0].isBusy()))
        return;
    m_pick = frame;
    m_picked = true;
    m_frames = {};
    predict();
}

void Comparison::reload() {
    if (m_runs.empty())
        read();
    else if (m_picked)
        predict();
}

void Comparison::cancel() {
    for (JobSlot& job : m_jobs)
        job.cancel();
}

void Comparison::setAwake(bool awake) {
    m_awake = awake;
    if (awake && std::exchange(m_readAgain, false) && !m_ids.empty())
        read();
}

void Comparison::read() {
    if (m_reading || !m_awake) {
        m_readAgain = true;
        return;
    }
    m_reading = true;
    m_readAgain = false;
    m_context.store.call(
        this, [ids = m_ids](Store& store) { return readRuns(store, ids); },
        [this, call = m_call](Expected<std::vector<ComparedRun>> runs) {
            if (call != m_call)
                return;
            m_reading = false;
            if (runs)
                adopt(std::move(*runs));
            else
                Q_EMIT runsFailed(runs.error());
            if (m_readAgain)
                read();
        });
}

void Comparison::adopt(std::vector<ComparedRun> runs) {
    const bool wasReady = isReady();
    bool newer = false;
    for (std::size_t i = 0; i < m_runs.size(); ++i)
        newer = newer || m_runs[i].checkpoint != runs[i].checkpoint;
    m_runs = std::move(runs);
    Q_EMIT runsRead();
    if (!isReady() || (wasReady && !newer))
        return;
    if (wasReady)
        Q_EMIT checkpointRead();
    if (m_picked && (newer || !m_jobs[0].isBusy()))
        predict();
}

void Comparison::predict() {
    cancel();
    if (!isReady())
        return;
    m_coming = {};
    Q_EMIT frameBusy(-1, tr("The networks predict…"));
    for (std::size_t run = 0; run < m_runs.size(); ++run)
        predictOf(run);
}

void Comparison::predictOf(std::size_t run) {
    const FrameChoice choice{m_runs[run].id(), m_pick.split, m_pick.index, m_pick.file};
    m_context.jobs.frame(
        choice, m_jobs[run].next<Frame>(
                    [this, run](Expected<Frame> frame) {
                        if (!frame) {
                            cancel();
                            Q_EMIT frameFailed(frame.error());
                            return;
                        }
                        m_coming[run] = std::make_shared<const Frame>(std::move(*frame));
                        for (std::size_t i = 0; i < m_runs.size(); ++i)
                            if (!m_coming[i])
                                return;
                        // At once, so that no two panes show different frames.
                        m_frames = std::exchange(m_coming, {});
                        Q_EMIT framesRead();
                    },
                    [this](double share, const QString& what) { Q_EMIT frameBusy(share, what); }));
}

} // namespace concertina
