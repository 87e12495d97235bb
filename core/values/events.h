// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/conflict.h"
#include "core/values/image.h"
#include "core/values/json.h"
#include "core/values/metric.h"
#include "core/values/run_state.h"
#include "core/values/spec.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

// What a training reports while it goes on: values, made in the worker thread.

/// A place in training, after `step` steps.
struct RunPosition {
    std::int64_t step = 0;
    double epoch = 0;   ///< with the fraction that is done
    double seconds = 0; ///< spent training, over all sessions of the run; pauses not counted

    bool operator==(const RunPosition&) const = default;
};

/// Reported once, when everything is ready and before the first step.
struct StartEvent {
    RunPosition position; ///< where it goes on; step 0 for a new run
    ExperimentSpec spec;  ///< with what was chosen by measurement
    std::int64_t steps = 0;
    std::int64_t stepsPerEpoch = 0;
    Json plan;    ///< the resolved sharing plan
    Json dataset; ///< name, fingerprint, sizes, targets
    double trainedParameters = 0;
    double collapsedParameters = 0;
};

/// Losses ("loss" of each task and in total), "lr", "grad_norm", each task's "weight" where
/// balancing gives one, metrics of the batch.
struct StepEvent {
    RunPosition position;
    std::vector<MetricValue> values;
    double stepSeconds = 0;
    int images = 0;
};

struct ValidationEvent {
    RunPosition position;
    std::string split;
    std::vector<MetricValue> values;
    double seconds = 0; ///< that the validation took
};

/// One picture of a preview: what is drawn for one task and one validation frame.
struct PreviewImage {
    std::string sample; ///< the frame's name
    std::string task;   ///< empty for the input image
    std::string kind;   ///< "image", "truth", "expanded", "collapsed"
    Image image;
};

struct PreviewEvent {
    RunPosition position;
    std::vector<PreviewImage> images;
};

/// How the tasks' gradients agreed in a step, in everything that several share.
struct ConflictEvent {
    RunPosition position;
    std::vector<ConflictRow> rows;
};

/// The sharing plan of the running network was changed; reported before it takes effect.
struct PlanEvent {
    RunPosition position;
    ExperimentSpec spec;                  ///< with all changes, those to come as well
    std::size_t done = 0;                 ///< how many of them are in effect, with this one
    std::vector<std::string> differences; ///< from the plan before, in words
    Json plan;                            ///< the new one, resolved
    double trainedParameters = 0;         ///< under it, as are the collapsed ones
    double collapsedParameters = 0;
    /// On one batch before and after a change that does not keep the outputs: a join.
    std::optional<double> lossBefore{};
    std::optional<double> lossAfter{};
};

/// A checkpoint lies complete on the disk.
struct CheckpointEvent {
    RunPosition position;
    std::string file;
    std::int64_t bytes = 0;
    std::string sha256;
    std::string reason; ///< "schedule", "validation", "pause", "stop", "request",
                        ///< "replan", "end"
    /// Of the last checkpoint whose validation gave finite numbers, a place to go back to; −1: none.
    std::int64_t goodStep = -1;
};

enum class NoticeLevel { Info, Warning, Error };

/// "info", "warning", "error": in files and for people.
std::string_view noticeLevelName(NoticeLevel level);
std::optional<NoticeLevel> noticeLevelFromName(std::string_view name);

/// Something to be reported and kept: a damaged sample, a wait for room on the disk.
struct NoticeEvent {
    RunPosition position;
    NoticeLevel level = NoticeLevel::Info;
    std::string code; ///< of the Problem behind it, or a word of its own
    std::string text;
};

struct StateEvent {
    RunPosition position;
    RunState state = RunState::Running;
    std::string text;
};

} // namespace concertina
