// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/quantization.h"
#include "core/data/dataset.h"
#include "core/network/network.h"
#include "core/tensor/tensor_file.h"
#include "core/training/checkpoint.h"
#include "core/values/report.h"
#include "core/values/spec_choices.h"

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace concertina {

/// A collapsed network: plain kernels, no factors, no dataset needed. What is shipped.
struct CollapsedNetwork {
    std::string name;
    int height = 0; ///< of the images that it was trained for
    int width = 0;
    InputNormalization normalization = InputNormalization::ImageNet;
    std::vector<TargetInfo> targets; ///< what each output predicts, in order
    NetworkOrigin origin;
    Program program;
    std::vector<torch::Tensor> tensors; ///< in the order of the program's names
    Quantization quantization{};        ///< empty: it computes in floats

    /// In the type of its tensors; what is quantized is rounded on the way, in float32. Then `look`
    /// sees the rounded values.
    std::vector<torch::Tensor> forward(const torch::Tensor& images,
                                       const RunSettings& settings) const;

    std::int64_t parameters() const;
};

/// A network of which every kernel is composed from its factors, in float64 (also where stretches
/// of them run in training), and nothing is folded. Where a layer runs several kernels side by
/// side, each is one.
struct UnfoldedNetwork {
    NetworkDesign design;
    Program program;
    std::vector<torch::Tensor> tensors; ///< in the order of the program's names

    /// The tensors in another type; copies of all.
    std::vector<torch::Tensor> rounded(torch::ScalarType type) const;
};

/// From the factors as they are, converted first.
UnfoldedNetwork unfoldedOf(const Network& network);

/// The same network, in which tasks whose kernels of a layer are equal to the bit have one, where a
/// gate of their parametrization has closed: a kernel that no task claimed ships once.
UnfoldedNetwork withEqualKernelsTied(UnfoldedNetwork network);

/// What happened to the norms.
struct FoldCounts {
    int kernels = 0;
    int foldedNorms = 0;
    int keptNorms = 0;
    int keptParts = 0; ///< convolutions behind kernels
};

/// Collapses a network: every distinct kernel is composed once, in float64; a norm is folded
/// into the kernel before it (W γ/√(σ²+ε), (b − μ) γ/√(σ²+ε) + β) where that kernel has exactly
/// one executed norm; elsewhere the kernel stays as it is and each executed node keeps its norm as
/// a scale and shift a channel. The result has the network's own floating type.
///
/// Pure rewriting of the network's program: an instruction of the result has the name of the one
/// that it comes from.
CollapsedNetwork fold(const Network& network, const Checkpoint& about,
                      FoldCounts* counts = nullptr);
CollapsedNetwork fold(const UnfoldedNetwork& network, const Checkpoint& about,
                      torch::ScalarType type, FoldCounts* counts = nullptr);

/// A collapsed network without one of its outputs, and without what only that one needs; the others
/// are what they were, to the bit. `counts` are those of what is left.
CollapsedNetwork withoutTask(const CollapsedNetwork& network, const std::string& task,
                             FoldCounts& counts);

/// Problems of `writeTensorFile`. The file holds the program and everything above as its header;
/// its tensors are of a type that may be narrower than the network's.
Expected<WrittenFile> saveCollapsed(const std::filesystem::path& path,
                                    const CollapsedNetwork& network,
                                    torch::ScalarType type = torch::kFloat32);

/// Problems of `readTensorFile`, and "network.format", "network.version", "network.header",
/// "network.tensor": a file that would not run is refused here. Tensors of 16 bits are float32
/// then.
Expected<CollapsedNetwork> loadCollapsed(const std::filesystem::path& path);

} // namespace concertina
