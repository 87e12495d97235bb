// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/stop_after.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace concertina {

std::int64_t plannedSteps(const TrainSpec& train, std::int64_t stepsPerEpoch) {
    if (train.epochs <= 0)
        return train.steps;
    const double steps = train.epochs * static_cast<double>(stepsPerEpoch);
    return std::max<std::int64_t>(1, std::llround(steps));
}

std::optional<StopAfter> stopAfterFromText(std::string_view text) {
    if (text.empty())
        return StopAfter{};
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    // A year in seconds, far more steps than that.
    if (error != std::errc() || !(number > 0) || number > 1e9)
        return std::nullopt;
    std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    while (unit.starts_with(' '))
        unit.remove_prefix(1);
    if (unit == "steps" || unit == "step") {
        if (number != std::floor(number))
            return std::nullopt;
        return StopAfter{.steps = static_cast<std::int64_t>(number)};
    }
    const double second = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3600 : 0;
    if (second == 0)
        return std::nullopt;
    return StopAfter{.seconds = number * second};
}

std::string stopAfterSteps(std::int64_t steps) {
    return std::to_string(steps) + (steps == 1 ? " step" : " steps");
}

std::optional<std::string> stopAfterUntil(std::string_view until) {
    if (until == "end")
        return std::string();
    const bool bare = !until.empty() && until.find_first_not_of("0123456789") == until.npos;
    std::string text = std::string(until) + (bare ? " steps" : "");
    const auto parsed = stopAfterFromText(text);
    if (!parsed || *parsed == StopAfter{})
        return std::nullopt;
    return text;
}

bool wasCut(const TrainSpec& train, std::int64_t stepsPerEpoch, std::int64_t step) {
    return !train.stopAfter.empty() && step < plannedSteps(train, stepsPerEpoch);
}

std::string cutText(const TrainSpec& train, std::int64_t stepsPerEpoch, std::int64_t step) {
    const std::string text = "cut at step " + std::to_string(step);
    if (wasCut(train, stepsPerEpoch, step))
        return text + " of " + std::to_string(plannedSteps(train, stepsPerEpoch));
    const bool isUnknown = train.epochs > 0 && stepsPerEpoch <= 0;
    return isUnknown && !train.stopAfter.empty() ? text : std::string();
}

} // namespace concertina
