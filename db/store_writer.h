// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "db/recorder.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace concertina {

class Connection;

/// What a StoreWriter reports, from its own thread; the functions must not wait for the writer.
struct StoreWriterNews {
    /// Nothing can be written for now ("store.full", "store.locked", "store.io"); it goes on
    /// trying. Reported again when the reason changes.
    std::function<void(const Problem&)> waiting;
    std::function<void()> recovered;
    /// Nothing more will be written: "store.vanished", "store.read_only", "store.damaged",
    /// "run.lost", "run.unknown", …
    std::function<void(const Problem&)> failed;
};

struct StoreWriterOptions {
    std::size_t capacity = 65536; ///< metric rows that may wait; pictures count by their bytes
    std::size_t batch = 50;       ///< rows that are worth a commit,
    std::chrono::milliseconds delay{200};     ///< or the age of the oldest
    std::chrono::milliseconds patience{2000}; ///< for a lock, before it counts as waiting
    std::chrono::milliseconds retry{250};     ///< pause between attempts while waiting
    std::chrono::milliseconds heartbeat{5000};
    std::chrono::milliseconds lastTry{10000}; ///< at the end, for what still waits
};

/// Records one run, which this process owns, in a thread and over a connection of its own.
///
/// Items are committed in the order in which they were given, many at a time; what is given
/// before a checkpoint is never in the store later than it. Nothing is dropped: while the queue
/// is full, or the store takes nothing, `append` waits. All functions may be called from any
/// thread; each returns the problem once the writer has failed. While it lives, the heartbeats
/// of all runs of this process are renewed.
class StoreWriter {
public:
    /// Codes: as Store::open, "run.unknown", "run.lost".
    static Expected<std::unique_ptr<StoreWriter>> open(const std::filesystem::path& folder,
                                                       const RunId& run, StoreWriterNews news = {},
                                                       const StoreWriterOptions& options = {});

    /// As `close`.
    ~StoreWriter();
    StoreWriter(const StoreWriter&) = delete;
    StoreWriter& operator=(const StoreWriter&) = delete;

    /// Waits while the queue is full. A stop that is asked for ends the waiting: the rows are
    /// then taken beyond the queue's bound.
    Expected<void> append(MetricRows rows, std::stop_token stop = {});
    Expected<void> append(ConflictRows rows, std::stop_token stop = {});
    Expected<void> preview(std::int64_t step, PreviewPicture picture, std::stop_token stop = {});

    // These never wait. The time is that of the call.
    Expected<void> checkpoint(CheckpointEvent checkpoint);
    Expected<void> notice(NoticeEvent notice);
    Expected<void> progress(const RunPosition& position);

    /// With Ownership::Release the run is given up in the same step, and nothing can be added
    /// any more ("run.lost").
    Expected<void> state(StateEvent state, Ownership ownership = Ownership::Keep);

    /// Waits until everything that was given so far is in the store; ends early, with the
    /// problem that is waited for, when a stop is asked for.
    Expected<void> flush(std::stop_token stop = {});

    /// As `flush`, but it ends as well when it turns out that the store takes nothing for now.
    Expected<void> flushUnlessWaiting(std::stop_token stop = {});

    /// Writes what is left and ends the thread. Where the store takes nothing, that is tried
    /// for `lastTry`, then given up with the problem. May be called again.
    Expected<void> close();

    std::optional<Problem> waitingFor() const; ///< none while writing goes well
    std::optional<Problem> failed() const;

private:
    using Clock = std::chrono::steady_clock;

    StoreWriter(std::unique_ptr<Connection> connection, RunId run, StoreWriterNews news,
                const StoreWriterOptions& options);

    Expected<void> awaitCommit(const std::stop_token& stop, bool unlessWaiting);
    Expected<void> enqueue(QueueItem item, std::size_t cost);
    Expected<void> enqueueWhenRoom(QueueItem item, std::size_t cost, const std::stop_token& stop);
    void put(QueueItem item, std::size_t cost);

    void work();
    bool awaitWork(std::unique_lock<std::mutex>& lock, Clock::time_point nextHeartbeat);
    std::vector<QueueItem> takeBatch(std::size_t& cost);
    bool commit(const std::vector<QueueItem>& items);
    bool waitToRetry(const Problem& problem);
    void fail(const Problem& problem);

    const std::unique_ptr<Connection> m_connection; ///< used by the thread alone
    const RunId m_run;
    const StoreWriterNews m_news;
    const StoreWriterOptions m_options;

    mutable std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_wake;
    std::condition_variable_any m_progressed;
    struct Queued {
        QueueItem item;
        std::size_t cost = 0;
    };
    std::deque<Queued> m_queue;
    std::size_t m_waitingCost = 0;   ///< of the queue and of what is being committed
    std::uint64_t m_given = 0;       ///< items so far
    std::uint64_t m_committed = 0;   ///< items so far
    std::uint64_t m_wanted = 0;      ///< items that a caller waits for
    Clock::time_point m_oldest;      ///< when the queue began to fill
    bool m_closing = false;
    bool m_released = false;
    Clock::time_point m_closeUntil;
    std::optional<Problem> m_waitingFor;
    std::optional<Problem> m_failed;

    std::thread m_thread;
};

} // namespace concertina
