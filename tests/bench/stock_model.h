// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/stock_training.h"

#include <torch/torch.h>

namespace concertina::bench {

class StockModel : public torch::nn::Module {
public:
    /// Images [N, 3, H, W] to an output [N, C, H, W] a task.
    virtual std::vector<torch::Tensor> forward(torch::Tensor x) = 0;
};

/// 3 × 3, then 1 × 1.
inline torch::nn::Sequential stockHead(int channels, int outputs) {
    namespace nn = torch::nn;
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(channels, channels, 3).padding(1)),
                          nn::Conv2d(nn::Conv2dOptions(channels, outputs, 1)));
}

} // namespace concertina::bench
