// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network_form.h"
#include "core/values/problem.h"
#include "core/values/report.h"
#include "core/values/spec.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace concertina {

// What can be done with a checkpoint once it is there. These functions block, report their
// progress, and end early with the problem "stopped" when the token asks for it. They may run in
// any thread, one at a time in each, and set that thread's number of compute threads to all cores.

/// What is done to a checkpoint's network before it is collapsed.
struct Averaging {
    /// Older checkpoints of the same run, by step: the mean of these and the checkpoint is taken.
    std::vector<std::filesystem::path> earlier;
    int normBatches = 0; ///< training batches that norms' statistics are estimated anew over

    bool any() const { return !earlier.empty() || normBatches > 0; }
};

struct CollapsedNetwork;

/// Writes a collapsed network in one format (core/exports), and says what it wrote.
using NetworkWriter = std::function<Expected<WrittenNetwork>(const CollapsedNetwork&)>;

struct CollapseRequest {
    std::filesystem::path checkpoint;
    NetworkWriter write = {}; ///< none: nothing is written
    Averaging averaging = {};
    ExperimentSpec spec = {}; ///< of the run, with the dataset's place; for new statistics
    std::string without{};    ///< a task that is left out, with what only it needs; empty: none
    bool timed = true;        ///< how long both networks take is measured
};

/// Folds the network of a checkpoint, or of several, writes it where it shall, and measures both.
/// Problems of `loadCheckpoint`, of `addToMean` and `estimateNorms` (averaging.h), of
/// `withTaskDropped` and of writing.
Expected<CollapseReport> collapse(const CollapseRequest& request, const Progress& progress,
                                  const std::stop_token& stop);

/// A training network collapsed as it is at the call; for previews.
NetworkForm collapsedForm();

struct VerifyRequest {
    std::filesystem::path checkpoint;
    std::optional<std::filesystem::path> collapsed; ///< a file; none: collapsed now
    ExperimentSpec spec; ///< of the run, with the dataset's place; images of its validation split
    int images = 32;     ///< at most
    bool layers = false; ///< reports every layer, too
    Averaging averaging = {}; ///< where the expanded network is such a one itself
};

/// Runs the expanded and the collapsed network on the same images (where one can't be read and the
/// spec skips such, on the next), in float64 (unless the
/// collapsed network is a file, which holds float32) and in float32. After averaging, the expanded
/// one is the mean before it is folded: plain kernels, each with its norms.
Expected<VerifyReport> verify(const VerifyRequest& request, const Progress& progress,
                              const std::stop_token& stop);

/// What the file of a collapsed network says that it was made from; no steps: it says nothing.
/// Problems of `loadCollapsed`.
Expected<NetworkOrigin> originOf(const std::filesystem::path& collapsed);

} // namespace concertina
