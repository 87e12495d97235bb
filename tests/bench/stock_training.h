// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/batch.h"

#include <torch/types.h>

#include <memory>
#include <vector>

namespace concertina::bench {

/// A hard-sharing network for three tasks, written by hand against the LibTorch C++ API as a user of
/// it would: modules, one backward pass, its Adam. What our plain step is measured against.
class StockModel;

/// SegNet, its decoder and heads.
std::shared_ptr<StockModel> stockSegNet(const std::vector<int>& channels,
                                        const std::vector<int>& convolutions, int classes);

/// ResNet-18 at stride 32, as torchvision writes it, with a head a task and bilinear upsampling.
std::shared_ptr<StockModel> stockResNet18(int classes);

/// MobileNetV2 to its last block at stride 32, the same.
std::shared_ptr<StockModel> stockMobileNetV2(int classes);

class StockTraining {
public:
    StockTraining(std::shared_ptr<StockModel> model, double rate);
    ~StockTraining();

    /// One training step on a batch with segmentation, depth and normals.
    void step(const Batch& batch);

private:
    struct Optimizer;
    std::shared_ptr<StockModel> m_model;
    std::unique_ptr<Optimizer> m_optimizer;
};

} // namespace concertina::bench
