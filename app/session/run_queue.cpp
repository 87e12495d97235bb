// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/run_queue.h"

#include "db/store.h"

#include <algorithm>
#include <utility>

namespace concertina {

/// Keeps the queue's knowledge of what the current run does.
class RunQueue::StateWatch : public RunObserver {
public:
    explicit StateWatch(RunQueue& queue) : m_queue(queue) {}

    void stateChanged(const StateEvent& event) override {
        if (event.state == RunState::Running || event.state == RunState::Paused)
            m_queue.setState(event.state, event.text);
    }

private:
    RunQueue& m_queue;
};

RunQueue::RunQueue(std::filesystem::path store, std::optional<DataFolder> dataFolder,
                   Listener listener)
    : m_store(std::move(store)),
      m_dataFolder(std::move(dataFolder)),
      m_listener(std::move(listener)),
      m_thread([this](const std::stop_token& stop) { work(stop); }) {}

RunQueue::~RunQueue() {
    suspend();
    m_books.reset(); // a start that was going on ends
    suspend();
    m_thread.request_stop();
    releaseDequeued();
}

void RunQueue::start(std::vector<ExperimentSpec> specs, std::optional<std::string> group,
                     Started done) {
    m_books->post([this, specs = std::move(specs), group = std::move(group),
                   done = std::move(done)](const std::stop_token& stop) {
        std::vector<RunId> runs;
        std::optional<Problem> problem;
        for (const ExperimentSpec& spec : specs) {
            if (stop.stop_requested())
                return;
            auto run = put(spec, group);
            if (!run) {
                problem = std::move(run.error());
                break;
            }
            runs.push_back(std::move(*run));
        }
        done(runs, problem);
    });
}

Expected<RunId> RunQueue::put(const ExperimentSpec& spec, const std::optional<std::string>& group) {
    ExperimentSpec placed = spec;
    if (m_dataFolder)
        if (auto changed = withDataFolder(spec, *m_dataFolder))
            placed = std::move(*changed);
    auto run = createRun(m_store, placed, group);
    if (!run)
        return run;
    {
        const std::lock_guard lock(m_mutex);
        m_waiting.push_back({.run = *run, .spec = std::move(placed)});
    }
    m_arrived.notify_one();
    return run;
}

void RunQueue::resume(const RunId& run, const std::optional<std::string>& until) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_current && m_current->run == run) {
            m_control->resume();
            return;
        }
        if (std::ranges::find(m_waiting, run, &Job::run) != m_waiting.end())
            return;
        m_waiting.push_back({.run = run, .until = until});
    }
    m_arrived.notify_one();
    m_listener.changed();
}

void RunQueue::pause(const RunId& run) {
    const std::lock_guard lock(m_mutex);
    if (m_current && m_current->run == run)
        m_control->pause();
}

void RunQueue::stop(const RunId& run) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_current && m_current->run == run) {
            m_control->stop();
            return;
        }
        const auto waiting = std::ranges::find(m_waiting, run, &Job::run);
        if (waiting == m_waiting.end())
            return;
        if (waiting->spec)
            m_dequeued.push_back({run, RunState::Stopped, "stopped before it began"});
        m_waiting.erase(waiting);
    }
    m_books->post([this](const std::stop_token&) { releaseDequeued(); });
    m_listener.changed();
}

void RunQueue::checkpointNow(const RunId& run) {
    const std::lock_guard lock(m_mutex);
    if (m_current && m_current->run == run)
        m_control->checkpoint();
}

bool RunQueue::changePlan(const RunId& run, const std::vector<std::string>& rules) {
    const std::lock_guard lock(m_mutex);
    if (!m_current || m_current->run != run)
        return false;
    m_control->changePlan(rules);
    return true;
}

void RunQueue::suspendAll() {
    suspend();
    // Again, for starts that are on their way.
    m_books->post([this](const std::stop_token&) {
        suspend();
        releaseDequeued();
        m_listener.changed();
    });
}

void RunQueue::suspendAndWait() {
    suspend();
    {
        std::unique_lock lock(m_mutex);
        m_ended.wait(lock, [this] { return !m_current; });
    }
    releaseDequeued();
}

void RunQueue::suspend() {
    const std::lock_guard lock(m_mutex);
    for (const Job& job : std::exchange(m_waiting, {}))
        if (job.spec)
            m_dequeued.push_back({job.run, RunState::Paused, "was waiting when its program ended"});
    if (m_control)
        m_control->suspend();
}

std::vector<QueuedRun> RunQueue::runs() const {
    const std::lock_guard lock(m_mutex);
    std::vector<QueuedRun> runs;
    if (m_current)
        runs.push_back(*m_current);
    for (const Job& job : m_waiting)
        runs.push_back({job.run, RunState::Queued});
    return runs;
}

void RunQueue::work(const std::stop_token& stop) {
    while (true) {
        Job job;
        {
            std::unique_lock lock(m_mutex);
            if (!m_arrived.wait(lock, stop, [&] { return !m_waiting.empty(); }))
                return;
            job = std::move(m_waiting.front());
            m_waiting.pop_front();
            m_current = {job.run, RunState::Queued};
            m_control = std::make_unique<RunControl>();
        }
        m_listener.changed();
        train(job);
        {
            const std::lock_guard lock(m_mutex);
            m_current.reset();
            m_control.reset();
        }
        m_ended.notify_all();
        m_listener.changed();
    }
}

void RunQueue::train(const Job& job) {
    StateWatch watch(*this);
    const auto result = job.spec ? trainRun(m_store, job.run, *job.spec, *m_control, watch)
                                 : resumeRun(m_store, job.run, {m_dataFolder, job.until},
                                             *m_control, watch);
    if (!result)
        m_listener.failed(job.run, result.error());
    else if (result->problem)
        m_listener.failed(job.run, *result->problem);
}

void RunQueue::releaseDequeued() {
    std::vector<Dequeued> dequeued;
    {
        const std::lock_guard lock(m_mutex);
        dequeued = std::exchange(m_dequeued, {});
    }
    if (dequeued.empty())
        return;
    // Where the store can't be written the runs read "interrupted" later, which is as true.
    if (auto store = Store::open(m_store, StoreMode::ReadWrite))
        for (const Dequeued& entry : dequeued)
            (void)store->release(entry.run, entry.state, entry.text);
}

void RunQueue::setState(RunState state, const std::string& waitsFor) {
    {
        const std::lock_guard lock(m_mutex);
        m_current->state = state;
        m_current->waitsFor = waitsFor;
    }
    m_listener.changed();
}

} // namespace concertina
