// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/console.h"
#include "app/session/run_session.h"
#include "core/values/conflict.h"
#include "core/values/presets.h"
#include "core/values/spec.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

// What the program's commands do, once their words are read. Each returns the exit code.

/// What many commands take.
struct CommonArguments {
    std::filesystem::path store;
    std::vector<std::string> data; ///< --data PATH, NAME=PATH for another set than the first

    /// In place of a run's own.
    std::optional<DataFolder> folder() const {
        return data.empty() ? std::nullopt : std::optional(DataFolder(data));
    }
};

struct TrainArguments {
    std::vector<std::string> specs; ///< files, presets, or groups of presets
    std::vector<std::string> assignments;
    std::vector<std::int64_t> seeds;  ///< a run each; none: the spec's own
    std::optional<std::string> group; ///< of all runs
    std::optional<std::filesystem::path> report;
};

/// Trains each spec with each seed, one after the other; the seeds of one are a group, and so is a
/// group of presets. Ctrl-C ends all of it.
ExitCode trainCommand(const CommonArguments& common, const TrainArguments& arguments,
                      Console& console);

struct ResumeArguments {
    std::string run;
    std::optional<std::string> until; ///< a step, a time of training, or "end"
    std::optional<std::filesystem::path> report;
};

ExitCode resumeCommand(const CommonArguments& common, const ResumeArguments& arguments,
                       Console& console);

struct ReplanArguments {
    std::string run;
    std::string at = "now"; ///< a step, or "now"
    std::vector<std::string> rules;
    bool undo = false; ///< takes the last change back, in place of rules
};

/// Changes the sharing of a run that is not being trained; its rules are one change.
ExitCode replanCommand(const CommonArguments& common, const ReplanArguments& arguments,
                       Console& console);

struct TryArguments {
    std::string run;
    std::vector<std::string> rules;
    int steps = 50; ///< of each plan
};

/// Trains a run's last checkpoint on with and without a change of its sharing, and shows both; the
/// run stays as it is.
ExitCode tryCommand(const CommonArguments& common, const TryArguments& arguments, Console& console);

struct TaskChangeArguments {
    std::string run;
    std::string task;
    std::optional<std::int64_t> step; ///< of the checkpoint; none: the last
    std::string layers;
    std::string state = "factors shared"; ///< or "separate"
    std::string from;
    bool print = false; ///< the new experiment, which is not trained
};

/// Makes an experiment of a run with another task, or without one, and trains it; `train` has
/// values to be set and where the report goes.
ExitCode addTaskCommand(const CommonArguments& common, const TaskChangeArguments& arguments,
                        const TrainArguments& train, Console& console);
ExitCode dropTaskCommand(const CommonArguments& common, const TaskChangeArguments& arguments,
                         const TrainArguments& train, Console& console);

ExitCode runsCommand(const CommonArguments& common, Console& console);
ExitCode showCommand(const CommonArguments& common, const std::string& run, Console& console);

struct TableArguments {
    std::vector<std::string> runs;   ///< or groups
    std::vector<std::string> single; ///< single-task runs, for Δm
    std::string format = "text";     ///< "text", "markdown", "csv"
};

/// Runs side by side, those of a group as mean ± deviation.
ExitCode tableCommand(const CommonArguments& common, const TableArguments& arguments,
                      Console& console);

struct ConflictArguments {
    std::string run;
    int last = ConflictWindow; ///< measurements
    bool suggest = false;
    std::string budget = "20%"; ///< of the network's multiply–adds, or a number of them
    std::string format = "text"; ///< "text", "csv"
};

/// How the tasks' gradients agree on what they share, or which splits that suggests.
ExitCode conflictCommand(const CommonArguments& common, const ConflictArguments& arguments,
                         Console& console);

/// What `train` would take of these words, with the same values set; a dataset's folder that is
/// named is opened.
ExitCode specCheckCommand(const CommonArguments& common, const TrainArguments& arguments,
                          Console& console);
ExitCode specShowCommand(const std::string& preset, const std::vector<std::string>& assignments,
                         Console& console);
ExitCode specFieldsCommand(Console& console);

/// What `list` takes: the families of methods, and the presets.
std::vector<std::string> listedFamilies();
ExitCode listCommand(const std::string& family, Console& console);

/// A spec from a file, or a preset of this name, with values set: read, complete and valid; else
/// everything that is wrong.
tl::expected<ExperimentSpec, Problems> loadSpec(const std::string& nameOrFile,
                                                const std::vector<std::string>& assignments,
                                                const std::vector<std::string>& data);

/// A spec with values set and its sets at folders: complete and valid; else everything that is
/// wrong.
tl::expected<ExperimentSpec, Problems> finishedSpec(ExperimentSpec spec,
                                                    const std::vector<std::string>& assignments,
                                                    const std::vector<std::string>& data);

/// Trains a new run of a valid spec to its end.
ExitCode trainSpec(const CommonArguments& common, const ExperimentSpec& spec,
                   const std::optional<std::filesystem::path>& report, Console& console);

/// What one word of `train` and `spec check` means: a spec, or those of a group of presets.
tl::expected<std::vector<ExperimentSpec>, Problems>
loadSpecs(const std::string& word, const CommonArguments& common, const TrainArguments& train);

/// The group of presets that a word means; null where it is none, or a file.
const PresetGroup* presetGroup(const std::string& nameOrFile);

/// All fields of a spec with their defaults, ranges and units.
std::string fieldsText();

} // namespace concertina
