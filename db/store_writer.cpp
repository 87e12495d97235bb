// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/store_writer.h"

#include "db/ownership.h"
#include "db/sqlite/connection.h"

#include <algorithm>

namespace concertina {

namespace {

/// Bytes that count as one row: about what a row takes in the queue.
constexpr std::size_t bytesOfRow = 128;

/// Rows of one commit at most: others who want to write wait for so long, some 50 ms.
constexpr std::size_t largestBatch = 16384;

Problem releasedProblem(const RunId& run) {
    return {"run.lost", run, "it was given up", "a run of this process", ""};
}

} // namespace

Expected<std::unique_ptr<StoreWriter>> StoreWriter::open(const std::filesystem::path& folder,
                                                         const RunId& run, StoreWriterNews news,
                                                         const StoreWriterOptions& options) {
    auto connection = Connection::open(folder, StoreMode::ReadWrite, options.patience);
    if (!connection)
        return failure(std::move(connection.error()));
    const auto owned = (*connection)->guarded([&](SQLite::Database& database) {
        ownedRun(database, run, (*connection)->process());
    });
    if (!owned)
        return failure(owned.error());
    return std::unique_ptr<StoreWriter>(
        new StoreWriter(std::move(*connection), run, std::move(news), options));
}

StoreWriter::StoreWriter(std::unique_ptr<Connection> connection, RunId run, StoreWriterNews news,
                         const StoreWriterOptions& options)
    : m_connection(std::move(connection)), m_run(std::move(run)), m_news(std::move(news)),
      m_options(options), m_thread([this] { work(); }) {}

StoreWriter::~StoreWriter() {
    (void)close(); // a caller that wants the result calls it
}

// ---- What callers do.

Expected<void> StoreWriter::append(MetricRows rows, std::stop_token stop) {
    if (rows.empty())
        return {};
    const std::size_t cost = rows.size();
    return enqueueWhenRoom(std::move(rows), cost, stop);
}

Expected<void> StoreWriter::append(ConflictRows rows, std::stop_token stop) {
    if (rows.empty())
        return {};
    const std::size_t cost = rows.size();
    return enqueueWhenRoom(std::move(rows), cost, stop);
}

Expected<void> StoreWriter::preview(std::int64_t step, PreviewPicture picture,
                                    std::stop_token stop) {
    const std::size_t cost = 1 + picture.png.size() / bytesOfRow;
    return enqueueWhenRoom(QueuedPreview{step, std::move(picture)}, cost, stop);
}

Expected<void> StoreWriter::checkpoint(CheckpointEvent checkpoint) {
    return enqueue(QueuedCheckpoint{std::move(checkpoint), storeNow()}, 1);
}

Expected<void> StoreWriter::notice(NoticeEvent notice) {
    return enqueue(QueuedNotice{std::move(notice), storeNow()}, 1);
}

Expected<void> StoreWriter::progress(const RunPosition& position) {
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_queue.empty() && std::holds_alternative<RunPosition>(m_queue.back().item)) {
            m_queue.back().item = position;
            return {};
        }
    }
    return enqueue(position, 1);
}

Expected<void> StoreWriter::state(StateEvent state, Ownership ownership) {
    return enqueue(QueuedState{std::move(state), ownership}, 1);
}

Expected<void> StoreWriter::enqueue(QueueItem item, std::size_t cost) {
    const std::scoped_lock lock(m_mutex);
    if (m_failed)
        return failure(*m_failed);
    if (m_released || m_closing)
        return failure(releasedProblem(m_run));
    put(std::move(item), cost);
    return {};
}

Expected<void> StoreWriter::enqueueWhenRoom(QueueItem item, std::size_t cost,
                                            const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    // What alone is larger than the queue goes in when that is empty.
    const auto room = [&] {
        return m_failed || m_released || m_closing || m_waitingCost == 0
               || m_waitingCost + cost <= m_options.capacity;
    };
    m_progressed.wait(lock, stop, room);
    if (m_failed)
        return failure(*m_failed);
    if (m_released || m_closing)
        return failure(releasedProblem(m_run));
    put(std::move(item), cost);
    return {};
}

void StoreWriter::put(QueueItem item, std::size_t cost) {
    if (const auto* state = std::get_if<QueuedState>(&item))
        m_released = state->ownership == Ownership::Release;
    const bool first = m_queue.empty();
    if (first)
        m_oldest = Clock::now();
    m_queue.push_back({std::move(item), cost});
    m_waitingCost += cost;
    ++m_given;
    // The thread has set itself an alarm for the rest.
    if (first || m_waitingCost >= m_options.batch)
        m_wake.notify_one();
}

Expected<void> StoreWriter::flush(std::stop_token stop) {
    return awaitCommit(stop, false);
}

Expected<void> StoreWriter::flushUnlessWaiting(std::stop_token stop) {
    return awaitCommit(stop, true);
}

Expected<void> StoreWriter::awaitCommit(const std::stop_token& stop, bool unlessWaiting) {
    std::unique_lock lock(m_mutex);
    const std::uint64_t wanted = m_given;
    m_wanted = std::max(m_wanted, wanted);
    m_wake.notify_one();
    m_progressed.wait(lock, stop, [&] {
        return m_failed || m_committed >= wanted || (unlessWaiting && m_waitingFor);
    });
    if (m_committed >= wanted)
        return {};
    if (m_failed)
        return failure(*m_failed);
    return failure(m_waitingFor.value_or(
        Problem{"store.waiting", m_run, "rows that are still being written", "", ""}));
}

Expected<void> StoreWriter::close() {
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_closing) {
            m_closing = true;
            m_closeUntil = Clock::now() + m_options.lastTry;
        }
        m_wake.notify_one();
        m_progressed.notify_all();
    }
    if (m_thread.joinable())
        m_thread.join();
    const std::scoped_lock lock(m_mutex);
    if (m_failed && m_committed < m_given)
        return failure(*m_failed);
    return {};
}

std::optional<Problem> StoreWriter::waitingFor() const {
    const std::scoped_lock lock(m_mutex);
    return m_waitingFor;
}

std::optional<Problem> StoreWriter::failed() const {
    const std::scoped_lock lock(m_mutex);
    return m_failed;
}

// ---- What the thread does.

void StoreWriter::work() {
    auto nextHeartbeat = Clock::now() + m_options.heartbeat;
    std::unique_lock lock(m_mutex);
    while (awaitWork(lock, nextHeartbeat)) {
        std::size_t cost = 0;
        const std::vector<QueueItem> items = takeBatch(cost);
        lock.unlock();
        const bool committed = commit(items);
        nextHeartbeat = Clock::now() + m_options.heartbeat; // every commit renews it
        lock.lock();
        if (!committed)
            break;
        m_waitingCost -= cost;
        m_committed += items.size();
        m_progressed.notify_all();
    }
}

/// Waits until a batch or a heartbeat is due; false when there is nothing more to do.
bool StoreWriter::awaitWork(std::unique_lock<std::mutex>& lock, Clock::time_point nextHeartbeat) {
    for (;;) {
        const auto now = Clock::now();
        const bool wanted = m_wanted > m_committed || m_closing;
        const bool due = m_waitingCost >= m_options.batch || now >= m_oldest + m_options.delay;
        if (!m_queue.empty() && (wanted || due))
            return true;
        if (m_queue.empty() && m_closing)
            return false;
        // A run that was given up has no heartbeat any more.
        const bool beats = !m_released || !m_queue.empty();
        if (beats && now >= nextHeartbeat)
            return true;
        auto until = beats ? nextHeartbeat : now + m_options.heartbeat;
        if (!m_queue.empty())
            until = std::min(until, m_oldest + m_options.delay);
        m_wake.wait_until(lock, until);
    }
}

std::vector<QueueItem> StoreWriter::takeBatch(std::size_t& cost) {
    std::vector<QueueItem> items;
    while (!m_queue.empty() && (items.empty() || cost + m_queue.front().cost <= largestBatch)) {
        cost += m_queue.front().cost;
        items.push_back(std::move(m_queue.front().item));
        m_queue.pop_front();
    }
    return items;
}

/// Tries until the items are in the store; false when that cannot be.
bool StoreWriter::commit(const std::vector<QueueItem>& items) {
    for (;;) {
        const Expected<void> recorded = record(*m_connection, m_run, items);
        if (recorded) {
            bool recovered = false;
            {
                const std::scoped_lock lock(m_mutex);
                recovered = m_waitingFor.has_value();
                m_waitingFor.reset();
            }
            if (recovered && m_news.recovered)
                m_news.recovered();
            return true;
        }
        if (!mayPass(recorded.error()) || !waitToRetry(recorded.error())) {
            fail(recorded.error());
            return false;
        }
    }
}

/// False when the writer is being closed and has tried for long enough.
bool StoreWriter::waitToRetry(const Problem& problem) {
    std::unique_lock lock(m_mutex);
    const bool news = !m_waitingFor || m_waitingFor->code != problem.code;
    m_waitingFor = problem;
    m_progressed.notify_all();
    if (news && m_news.waiting) {
        lock.unlock();
        m_news.waiting(problem);
        lock.lock();
    }
    const auto until = Clock::now() + m_options.retry;
    const auto givenUp = [this] { return m_closing && Clock::now() >= m_closeUntil; };
    while (Clock::now() < until && !givenUp())
        m_wake.wait_until(lock, m_closing ? std::min(until, m_closeUntil) : until);
    return !givenUp();
}

void StoreWriter::fail(const Problem& problem) {
    {
        const std::scoped_lock lock(m_mutex);
        m_failed = problem;
        m_waitingFor.reset();
        m_queue.clear();
    }
    m_progressed.notify_all();
    if (m_news.failed)
        m_news.failed(problem);
}

} // namespace concertina
