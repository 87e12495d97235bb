// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/events.h"
#include "core/values/spec.h"
#include "db/process_identity.h"

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

// What the store keeps, as values. Files are relative to the store's folder: `folder / file`.

/// Eight letters and digits, for example "k7f3m2qd"; stays the same for ever.
using RunId = std::string;

/// Never used a second time in one store.
using SeriesId = std::int64_t;

using StoreTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Whether a problem of the store may pass by itself (a full disk, another's lock), so that trying
/// again makes sense.
bool mayPass(const Problem& problem);

/// A run that is to be made. Name, notes and seed are the spec's.
struct NewRun {
    ExperimentSpec spec;
    std::optional<std::string> group; ///< what seeds of one experiment have in common
    Json environment = Json::object(); ///< versions of program and libraries, machine, threads
    std::int64_t steps = 0;            ///< planned; 0 where only the start will show it
};

/// What is known when everything is ready and before the first step.
struct RunStart {
    ExperimentSpec spec; ///< with what was chosen by measurement written into it
    Json plan;           ///< the resolved sharing plan
    Json dataset;        ///< name, fingerprint, sizes, targets
    Json environment = Json::object();
    std::int64_t steps = 0;
    std::int64_t stepsPerEpoch = 0;
    double trainedParameters = 0;
    double collapsedParameters = 0;
};

/// What a change of the sharing plan changes in a run's record.
struct RunPlan {
    ExperimentSpec spec; ///< with all changes, those to come as well
    Json plan;           ///< the resolved plan
    Json changes = Json::array(); ///< those that took effect: [{step, change}]
    double trainedParameters = 0; ///< under this plan
    double collapsedParameters = 0;
};

/// The process that has a run, and when it last said so.
struct RunOwner {
    ProcessIdentity process;
    StoreTime heartbeat;

    bool operator==(const RunOwner&) const = default;
};

/// Which rows of a run are meant. Going back leaves behind what came later: the n-th time as
/// segment n, which is never changed again. `All` has these behind the run's own line.
enum class Lines { Own, All };

/// Names one curve of a run; the same in every run.
struct SeriesKey {
    std::string task; ///< empty for what belongs to no task
    std::string name;
    std::string split;

    auto operator<=>(const SeriesKey&) const = default;
};

struct SeriesExtreme {
    std::int64_t step = 0; ///< the first with this value
    double value = 0;

    bool operator==(const SeriesExtreme&) const = default;
};

/// What a table shows of a series, without reading its rows.
struct SeriesSummary {
    std::int64_t rows = 0;
    std::int64_t lastStep = 0;
    double last = std::numeric_limits<double>::quiet_NaN();
    std::optional<SeriesExtreme> lowest; ///< over finite values; none where there is none
    std::optional<SeriesExtreme> highest;
};

struct SeriesInfo {
    SeriesId id = 0;
    SeriesKey key;
    SeriesSummary summary;
    int segment = 0; ///< 0: of the run's own line; else see `Lines`
};

/// One point of a series.
struct MetricPoint {
    std::int64_t step = 0;
    double epoch = 0;
    double seconds = 0; ///< spent training, pauses not counted
    double value = 0;   ///< NaN and infinities as they were recorded
};

/// A run as a table of ten thousand shows it.
struct RunSummary {
    RunId id;
    std::int64_t number = 0; ///< grows with each run of the store: clocks may be set back
    std::string name;
    std::string notes;
    std::optional<std::string> group;
    std::int64_t seed = 0;
    RunState state = RunState::Queued; ///< as it reads now: Interrupted where its owner died
    std::string stateText;
    StoreTime created;
    std::optional<StoreTime> started;
    std::optional<StoreTime> ended;
    std::int64_t steps = 0; ///< planned; 0 where not known yet
    std::int64_t stepsPerEpoch = 0;
    RunPosition position;
    /// Grows whenever rows were taken away: cursors into the run's rows begin anew.
    std::int64_t generation = 0;
    double trainedParameters = 0;
    double collapsedParameters = 0;
    std::optional<RunOwner> owner;
    std::vector<std::optional<SeriesSummary>> columns; ///< for the keys that were asked for
};

/// Everything about a run but its rows.
struct RunRecord {
    RunSummary summary;
    Json spec; ///< as it was written; `readSpec` reads it
    Json plan; ///< null before the start
    Json planChanges = Json::array();
    Json dataset; ///< null before the start
    Json environment;
};

struct CheckpointRecord {
    RunPosition position;
    std::string file;
    std::int64_t bytes = 0;
    std::string sha256;
    std::string reason;
    StoreTime time;

    bool operator==(const CheckpointRecord&) const = default;
};

struct PreviewRecord {
    std::int64_t step = 0;
    std::string sample;
    std::string task; ///< empty for the input image
    std::string kind; ///< "image", "truth", "expanded", "collapsed"
    std::string file; ///< a PNG

    bool operator==(const PreviewRecord&) const = default;
};

struct EventRecord {
    std::int64_t number = 0; ///< grows; the cursor for reading what is new
    std::int64_t step = 0;
    StoreTime time;
    NoticeLevel level = NoticeLevel::Info;
    std::string code;
    std::string text;
    int segment = 0; ///< as of a series

    bool operator==(const EventRecord&) const = default;
};

} // namespace concertina
