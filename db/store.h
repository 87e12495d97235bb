// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "db/records.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace concertina {

class Connection;

enum class StoreMode { ReadOnly, ReadWrite };

/// $XDG_DATA_HOME/concertina, else ~/.local/share/concertina.
std::filesystem::path defaultStoreFolder();

/// A folder of runs: "experiments.db" (SQLite) and, beside it, "runs/ID/checkpoints" and
/// "runs/ID/previews".
///
/// A handle on one connection: movable, used from one thread at a time. Open one for each
/// thread; any number of threads and processes may hold one on the same store. Rows of a run
/// that trains are written by a StoreWriter.
///
/// Everything may fail with "store.vanished" (the file was removed or replaced), "store.damaged",
/// "store.io", "store.locked" (another process held it for longer than the patience of `open`),
/// and what names a run with "run.unknown"; what writes also with "store.full",
/// "store.read_only", "store.newer". Only further codes are named below. A failed call has
/// changed nothing.
class Store {
public:
    /// For writing, makes what is missing and brings an older store to this version, after a
    /// copy of it. For reading, nothing is ever written. Codes: "store.missing" (reading only),
    /// "store.newer" (made by a newer program; left untouched), "store.older" (reading only),
    /// "store.foreign" (a database of another program).
    static Expected<Store> open(const std::filesystem::path& folder, StoreMode mode,
                                std::chrono::milliseconds patience = std::chrono::seconds(5));

    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();

    const std::filesystem::path& folder() const; ///< absolute; a record's file is below it

    /// Where the checkpoints of a run are written, by others.
    std::filesystem::path checkpointFolder(const RunId& run) const;

    // ---- What there is. Runs in the trash are left out.

    /// Differs from the last call's when another connection has changed anything: a cheap
    /// question for a timer. Changes through this handle do not count.
    Expected<std::int64_t> changeMark() const;

    /// In the order of creation. `columns` are summed up for each run.
    Expected<std::vector<RunSummary>> runs(const std::vector<SeriesKey>& columns = {}) const;

    /// Every key that some run has, sorted.
    Expected<std::vector<SeriesKey>> seriesKeys() const;

    /// The run that a person means: an id, else a name (the latest run of that name), else how
    /// one id or name begins. Code: "run.ambiguous".
    Expected<RunId> findRun(std::string_view text) const;

    Expected<RunRecord> run(const RunId& run) const;

    /// By segment, and sorted in each.
    Expected<std::vector<SeriesInfo>> series(const RunId& run, Lines lines = Lines::Own) const;

    /// In step order, those after step `after`, at most `limit`; empty where there is no such
    /// series any more. The last one's step is the cursor for the next call, as long as the
    /// run's generation stays.
    Expected<std::vector<MetricPoint>>
    points(SeriesId series, std::int64_t after = -1,
           std::int64_t limit = std::numeric_limits<std::int64_t>::max()) const;

    /// About `count` points at even distances with the first and the last, for a sparkline:
    /// takes the time of `count` look-ups however long the series is.
    Expected<std::vector<MetricPoint>> sampledPoints(SeriesId series, int count) const;

    Expected<std::vector<CheckpointRecord>> checkpoints(const RunId& run) const; ///< by step
    Expected<std::optional<CheckpointRecord>> latestCheckpoint(const RunId& run) const;
    Expected<std::vector<PreviewRecord>> previews(const RunId& run, std::int64_t after = -1) const;
    Expected<std::vector<EventRecord>> events(const RunId& run, std::int64_t after = 0,
                                              Lines lines = Lines::Own) const; ///< as they came
    /// Those after step `after` of the last `last` steps in which it was measured, by step.
    Expected<std::vector<ConflictRow>>
    conflicts(const RunId& run, std::int64_t after = -1,
              std::int64_t last = std::numeric_limits<std::int64_t>::max()) const;

    /// Bytes of a run's files, what its deletion frees on the disk.
    Expected<std::int64_t> bytesOnDisk(const RunId& run) const;

    // ---- What every process may change.

    /// Code: "run.name" where nothing is left without white space at the ends.
    Expected<void> rename(const RunId& run, std::string_view name);
    Expected<void> setNotes(const RunId& run, std::string_view notes);

    /// Hides a run until `restoreRun` or `purgeTrash`; no other process purges it while this one
    /// lives. Code: "run.owned" where a process has the run, this one too.
    Expected<void> trashRun(const RunId& run);
    Expected<void> restoreRun(const RunId& run);

    /// Deletes for good what this process put into the trash, and what processes did that are
    /// gone. Returns the bytes of the files that were removed; the rows' room in the database
    /// is used by later runs.
    Expected<std::int64_t> purgeTrash();

    /// At once and for good. Returns as `purgeTrash`; code as `trashRun`.
    Expected<std::int64_t> deleteRun(const RunId& run);

    // ---- The life of a run. Everything but `createRun`, `claim` and `reopen` fails with
    // "run.lost" where this process does not own the run.

    /// Queued, with its folders, and owned by this process.
    Expected<RunId> createRun(const NewRun& run);

    /// Makes this process the owner; nothing to do where it is. Code: "run.owned", naming the
    /// live owner.
    Expected<void> claim(const RunId& run);

    /// Shows other machines that the owner lives. A StoreWriter does so by itself.
    Expected<void> heartbeat(const RunId& run);

    /// What is known at the start.
    Expected<void> recordStart(const RunId& run, const RunStart& start);

    /// A spec with other changes of the plan in it, and what of them is in effect. On the disk when
    /// this returns.
    Expected<void> recordPlan(const RunId& run, const RunPlan& plan);

    /// Never Interrupted, which is not written but read.
    Expected<void> setState(const RunId& run, RunState state, std::string_view text = {});

    /// Sets the state and gives the run up in one step: paused, stopped, finished or failed.
    Expected<void> release(const RunId& run, RunState state, std::string_view text = {});

    /// Nothing where no other process has the run; else "run.owned", as `claim`.
    Expected<void> checkFree(const RunId& run) const;

    /// For going on after step `step`: claims the run, makes it running, and takes away what
    /// was recorded past that step, with its files. `seen` is the run as it was when that step was
    /// chosen. Codes as `claim`, and "run.changed": another process has trained it since.
    Expected<void> reopen(const RunId& run, std::int64_t step,
                          const std::optional<RunSummary>& seen = std::nullopt);

    /// Makes the checkpoint of step `step` the end of the run's line. Curves and events past it are
    /// kept as the segment whose number is returned; checkpoints and previews past it are deleted.
    Expected<int> goBack(const RunId& run, std::int64_t step);

    /// Keeps the latest `keep` checkpoints and those of the steps `always`, and deletes the others
    /// with their files. Returns how many were deleted.
    Expected<int> pruneCheckpoints(const RunId& run, int keep,
                                   std::span<const std::int64_t> always = {});

private:
    explicit Store(std::unique_ptr<Connection> connection);

    std::unique_ptr<Connection> m_connection;
};

} // namespace concertina
