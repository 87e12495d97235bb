// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace concertina {

/// The steps that a run is planned for: train.epochs comes before train.steps where it is set.
std::int64_t plannedSteps(const TrainSpec& train, std::int64_t stepsPerEpoch);

/// Where a run is cut before its planned end: the field train.stop_after. At most one is above 0.
struct StopAfter {
    std::int64_t steps = 0; ///< of the run, counted from its beginning
    double seconds = 0;     ///< of training, pauses left out

    bool operator==(const StopAfter&) const = default;
};

/// "500 steps", "90 s", "10 min", "2 h"; empty: never. Nothing where it is none of these, or not
/// above 0.
std::optional<StopAfter> stopAfterFromText(std::string_view text);

/// The text of a cut after a number of steps.
std::string stopAfterSteps(std::int64_t steps);

/// The field for a run that goes on until "end" (empty: its plan), a step ("500", "500 steps") or
/// a time of training ("2 h"). Nothing where it is none of these.
std::optional<std::string> stopAfterUntil(std::string_view until);

/// Whether a run that has finished at step `step` was cut before its plan by train.stop_after, and
/// can go on to it.
bool wasCut(const TrainSpec& train, std::int64_t stepsPerEpoch, std::int64_t step);

/// What a run that has finished at step `step` is called in place of "finished" where
/// train.stop_after cut it: "cut at step 3 of 10"; "cut at step 48" where its plan is in epochs whose
/// length is not known (`stepsPerEpoch` 0). Empty where it went to the end of its plan.
std::string cutText(const TrainSpec& train, std::int64_t stepsPerEpoch, std::int64_t step);

} // namespace concertina
