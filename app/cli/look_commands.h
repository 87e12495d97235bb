// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/commands.h"
#include "core/model/network_design.h"

#include <functional>
#include <string>
#include <vector>

namespace concertina {

// What only looks: at a network's layers, at files of weights, at datasets.

struct LayersArguments {
    std::string spec; ///< a file or a preset
    std::vector<std::string> assignments;
    std::string format = "text"; ///< "text", "markdown", "csv"
};

/// The network of a spec as it is set up. Heads have the dataset's classes where it can be opened,
/// else as many as are usual, which a line then says.
DesignResult designAsSetUp(const ExperimentSpec& spec, Console& console);

/// Every layer of it.
ExitCode layersCommand(const CommonArguments& common, const LayersArguments& arguments,
                       Console& console);

struct WeightsArguments {
    std::string file;
    std::string spec; ///< a file or a preset; empty: the file's tensors alone
    std::vector<std::string> assignments;
    std::string format = "text"; ///< "text", "markdown", "csv"
};

/// The tensors of a file of weights, and what of them a spec's network would begin with; nothing is
/// trained.
ExitCode weightsCommand(const CommonArguments& common, const WeightsArguments& arguments,
                        Console& console);

/// What a word means where data is to be looked at: the spec of the data at a place, or what a file
/// or a preset holds.
tl::expected<ExperimentSpec, Problems> meantSpec(const std::string& word,
                                                 const CommonArguments& common);

/// Does something with each set of a spec, one after the other; `name` is empty where it has one
/// alone. The gravest code.
using SetCommand = std::function<ExitCode(const MethodChoice& dataset, const std::string& name)>;
ExitCode forEachSet(const ExperimentSpec& spec, const SetCommand& command);

/// Reads the datasets of a folder, or of a spec's sets, once and prints everything about them;
/// `ProblemReported` where some of it cannot be used.
ExitCode dataCheckCommand(const CommonArguments& common, const std::string& word, Console& console);

struct DataClassesArguments {
    std::string data;                ///< a dataset's place, a spec's file or a preset
    std::vector<std::string> splits; ///< none: all
    std::string format = "text";     ///< "text", "csv"
};

/// Reads every sample of a dataset, or of a spec's sets, once and prints how much each class has;
/// `ProblemReported` where some sample can't be read.
ExitCode dataClassesCommand(const CommonArguments& common, const DataClassesArguments& arguments,
                            Console& console);

/// Prints the dataset.json that a folder's files suggest, and what is not sure about it; `write`
/// puts it there, never over a file.
ExitCode dataGuessCommand(const std::string& folder, bool write, Console& console);

} // namespace concertina
