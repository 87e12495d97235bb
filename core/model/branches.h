// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"

#include <span>
#include <string>
#include <vector>

namespace concertina {

/// The graph in which each layer with several branches runs these side by side, each with its
/// norm behind it, and adds them, where its convolution and its norm were; `branches` has a list
/// a layer. The convolution of such a layer must be read by its norm alone.
LayerGraph withBranches(const LayerGraph& graph,
                        std::span<const std::vector<KernelBranch>> branches);

/// What a branch's tensors are called in `tensorName`: "kernel", "kernel.1x1".
std::string kernelTensor(const KernelBranch& branch);

/// The same for "weight", "bias", "mean" and "var" of its norm: "norm.mean", "norm.1x1.mean".
std::string normTensor(const KernelBranch& branch, const std::string& what);

} // namespace concertina
