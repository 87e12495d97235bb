// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec_places.h"
#include "core/values/spec.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// A text that stands in the form and is no value of its field.
struct RefusedText {
    std::string text;
    Problem problem;

    bool operator==(const RefusedText&) const = default;
};

/// What is being set up: a spec, the seeds that it is to be run with, and what was typed and can't
/// be part of a spec, by path. The spec's seed is the first of the seeds.
struct SetupValue {
    ExperimentSpec spec;
    std::vector<std::int64_t> seeds{0};
    std::map<std::string, RefusedText> refused;

    bool operator==(const SetupValue&) const = default;
};

SetupValue setupOf(ExperimentSpec spec);

/// As of the spec, with "seed" as a list of several.
std::vector<SpecPlace> placesOf(const SetupValue& value, const Catalogue& catalogue);
std::optional<SpecPlace> placeAt(const SetupValue& value, const Catalogue& catalogue,
                                 const std::string& path);

/// With what a text means at a path, or with the text as refused. Problems: "field.*", and
/// "seeds.twice".
SetupValue withText(SetupValue value, const Catalogue& catalogue, const std::string& path,
                    const std::string& text);

/// With a value at a path, or its text as refused where it doesn't fit the field.
SetupValue withJson(SetupValue value, const Catalogue& catalogue, const std::string& path,
                    const Json& json);

/// With what a fix says, as `withFix` of a spec; none where that is no change, or is refused again.
std::optional<SetupValue> withFix(SetupValue value, const Catalogue& catalogue, const Fix& fix);

/// The task at the spec's end, or without it. What was refused of tasks is forgotten.
SetupValue withTask(SetupValue value, const std::string& task, bool on);

/// Another set at the end, of the first one's dataset, or without one. What was refused of sets is
/// forgotten, and so are sets that are gone by the tasks that named them.
SetupValue withSet(SetupValue value);
SetupValue withoutSet(SetupValue value, std::size_t index);

/// Another record of kernels at the end, for layers that a pattern matches; as the last one is.
SetupValue withKernels(SetupValue value, const std::string& layers);
SetupValue withoutKernels(SetupValue value, std::size_t index);

} // namespace concertina
