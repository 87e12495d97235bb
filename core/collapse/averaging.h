// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapse.h"
#include "core/collapse/collapsed_network.h"

#include <filesystem>
#include <span>
#include <stop_token>

namespace concertina {

/// The network that is to be folded, and the checkpoint that it is, or is the newest of.
struct PreparedNetwork {
    Checkpoint about; ///< without its tensors
    Network network;  ///< of that checkpoint
    UnfoldedNetwork unfolded;
    NetworkOrigin origin;
    int skipped = 0; ///< samples that can't be read, of those that norms were estimated over

    /// Folds `unfolded`, in float32 or, to be compared, in float64.
    CollapsedNetwork folded(torch::ScalarType type, FoldCounts* counts = nullptr) const;
};

/// Reads a checkpoint and does with it what `averaging` says. Problems: those of `loadCheckpoint`
/// and `networkOf`, and of the two functions below.
Expected<PreparedNetwork> prepare(const std::filesystem::path& checkpoint,
                                  const Averaging& averaging, const ExperimentSpec& spec,
                                  const Progress& progress, const std::stop_token& stop);

/// Takes the mean of a network and of those of other checkpoints: of kernels, biases and norms, made
/// from their factors first (a product of means is not the mean of products); of running statistics
/// that of all that they describe: the mean of the means μ, and the mean of the variances with the
/// variance of the μ. In float64, from the newest to the oldest; equal networks give themselves to
/// the bit. Returns the other checkpoints' steps, rising.
///
/// Problems: "collapse.plan" for a checkpoint whose network runs another program, as its sharing or
/// the branches of its kernels were others; "collapse.step" for one that is not older than those
/// behind it; "stopped".
Expected<std::vector<std::int64_t>> addToMean(UnfoldedNetwork& network, std::int64_t step,
                                              std::span<const std::filesystem::path> earlier,
                                              const Progress& progress,
                                              const std::stop_token& stop);

/// Estimates the norms' running statistics anew, over the first `batches` batches of the run's
/// training (its order, its augmentation), in float32: the mean of the batches' means and of their
/// unbiased variances, by momenta 1/k, as `update_bn` of torch.optim.swa_utils has it (Izmailov et
/// al. 2018, arXiv 1803.05407). Each norm sees what the batch's own statistics made of the layers
/// before. Returns how many samples could not be read, where the spec has others stand in for these.
/// Problems: those of `openRunData` and of such samples; "network.not_finite"; "stopped".
Expected<int> estimateNorms(UnfoldedNetwork& network, const ExperimentSpec& spec, int batches,
                            const Progress& progress, const std::stop_token& stop);

} // namespace concertina
