// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network_form.h"
#include "core/training/initial_reader.h"
#include "core/training/run_control.h"
#include "core/training/run_observer.h"
#include "core/values/problem.h"
#include "core/values/spec.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace concertina {

struct TrainRequest {
    ExperimentSpec spec;                           ///< validated, with complete options
    std::filesystem::path checkpointFolder; ///< made where it is missing; empty: none is written
    std::optional<std::filesystem::path> resumeAt; ///< a checkpoint of this spec to go on from
    std::filesystem::path fileRecord; ///< what the dataset's files are (`FileRecord`); empty: none
    double secondsBefore = 0;                      ///< trained up to that checkpoint
    InitialReader initial; ///< of spec.network.initial; used by a training from the start alone
    NetworkForm collapsed; ///< shown by previews beside the network; empty: it stands alone
};

struct TrainResult {
    RunState state = RunState::Finished; ///< Finished, Stopped, Paused or Failed
    RunPosition position;
    std::vector<MetricValue> lastValidation; ///< of this session; empty where there was none
    std::optional<Problem> problem;          ///< why it failed
};

/// What would keep a spec from training here, as far as it can be seen without making a network:
/// its dataset, a target that no sample has, a device that is absent.
std::optional<Problem> checkStart(const ExperimentSpec& spec);

/// A training that can begin: its data is open, its network made or its checkpoint loaded.
struct ReadyTraining;

/// Gets everything ready that a training needs, and changes nothing anywhere. The error is what
/// keeps it from starting: the dataset, a target that no sample has, a device that is absent, a
/// checkpoint that does not fit.
Expected<std::shared_ptr<ReadyTraining>> prepareTraining(const TrainRequest& request,
                                                         const RunControl& control);

/// Trains from the start or from a checkpoint until the planned steps are done, an end is wanted,
/// or something fails. Blocks; runs in the calling thread (beside the loader's own), whose number
/// of compute threads it sets. To be called once for what was made ready, in the same thread.
///
/// Two runs of one spec, and a run that was resumed and one that was not, are equal to the bit in
/// weights and metrics, on one machine with the same libraries and number of threads. On a GPU
/// U-Net is not: LibTorch adds up the gradient of its upsampling in any order there.
///
/// A failure (a loss that is not finite, a damaged sample) is a result with state Failed. When
/// there is no room for a checkpoint it says so and waits until there is, or until an end is
/// wanted: then it ends without one.
Expected<TrainResult> train(std::shared_ptr<ReadyTraining> ready, RunControl& control,
                            RunObserver& observer);

/// Both, one after the other.
Expected<TrainResult> train(const TrainRequest& request, RunControl& control,
                            RunObserver& observer);

} // namespace concertina
