// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/batch.h"

#include <torch/types.h>

#include <memory>
#include <vector>

namespace concertina::bench {

/// The hard-sharing SegNet for three tasks, written by hand against the LibTorch C++ API as a user
/// of it would: modules, one backward pass, its Adam. What our plain step is measured against.
class StockTraining {
public:
    StockTraining(const std::vector<int>& channels, const std::vector<int>& convolutions,
                  int classes, double rate);
    ~StockTraining();

    /// One training step on a batch with segmentation, depth and normals.
    void step(const Batch& batch);

private:
    struct Network;
    std::unique_ptr<Network> m_network;
};

} // namespace concertina::bench
