// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/commands.h"
#include "core/values/field.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

// What can be done with a network once it is trained.

struct PredictArguments {
    std::string run; ///< or an exported network's file
    std::vector<std::filesystem::path> images;
    std::filesystem::path out;
    int every = 1; ///< of a video's frames
    bool collapsed = false;
    std::string size = "network"; ///< "network", "picture"
};

struct CollapseArguments {
    std::string run;
    std::filesystem::path place; ///< of the collapsed network: a file, or a folder
    int average = 1;             ///< of the last checkpoints
    int normBatches = 0;
    std::string without{}; ///< a task; empty: none is left out
};

/// Writes the network in the usual format, and reports what collapsing changes.
ExitCode collapseCommand(const CommonArguments& common, const CollapseArguments& arguments,
                         Console& console);

struct ExportArguments {
    std::string format;               ///< the id of an export
    std::vector<std::string> options; ///< "NAME=VALUE"
};

/// "NAME=VALUE" by the fields of their names; a name that none has stays a text, to be found
/// where they are checked.
Expected<Json> typedOptions(const std::vector<std::string>& texts,
                            const std::vector<FieldInfo>& fields);

/// Writes the collapsed network in a format.
ExitCode exportCommand(const CommonArguments& common, const CollapseArguments& network,
                       const ExportArguments& arguments, Console& console);

struct PrecisionsArguments {
    std::string run;
    std::vector<std::string> options; ///< of int8, "NAME=VALUE"
    bool layers = false;
};

/// The metrics of the collapsed network with its weights in each type, on the validation split.
ExitCode precisionsCommand(const CommonArguments& common, const PrecisionsArguments& arguments,
                           Console& console);

struct VerifyArguments {
    std::string run;
    std::optional<std::filesystem::path> collapsed; ///< compared with what it says it was made from
    int images = 32;
    bool layers = false;
    int average = 1;
    int normBatches = 0;
};

ExitCode verifyCommand(const CommonArguments& common, const VerifyArguments& arguments,
                       Console& console);

/// A table of each task whose metrics are of classes, by the collapsed network, on the validation
/// split.
ExitCode classesCommand(const CommonArguments& common, const std::string& run, Console& console);

struct DifferenceArguments {
    std::string left, right; ///< files, specs, presets or runs
    std::string expanded{};  ///< "left", "right", "both": of runs, not the collapsed network
    int images = 4;
    bool all = false; ///< nodes that are the same, too
};

/// Two networks side by side.
ExitCode differenceCommand(const CommonArguments& common, const DifferenceArguments& arguments,
                           Console& console);

ExitCode predictCommand(const CommonArguments& common, const PredictArguments& arguments,
                        Console& console);

struct TimeArguments {
    std::string network; ///< a run, or a collapsed network's file
    std::vector<int> batches{1, 8};
    int repeats = 20;
};

/// How long every runner takes for a run's collapsed network, or for one in a file.
ExitCode timeCommand(const CommonArguments& common, const TimeArguments& arguments,
                     Console& console);

/// Collapses, verifies and draws a finished run into a folder.
ExitCode reportRun(const CommonArguments& common, const std::string& run,
                   const std::filesystem::path& folder, Console& console);

} // namespace concertina
