// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/stock_model.h"

#include <array>

namespace concertina::bench {

namespace {

namespace nn = torch::nn;

nn::Sequential activated(int in, int out, int kernel, int stride, int groups) {
    const auto options = nn::Conv2dOptions(in, out, kernel)
                             .stride(stride)
                             .padding(kernel / 2)
                             .groups(groups)
                             .bias(false);
    return nn::Sequential(nn::Conv2d(options), nn::BatchNorm2d(out),
                          nn::ReLU6(nn::ReLU6Options().inplace(true)));
}

struct InvertedResidual : nn::Module {
    nn::Sequential conv;
    bool adds;

    InvertedResidual(int in, int out, int expansion, int stride) : adds(stride == 1 && in == out) {
        const int wide = in * expansion;
        if (expansion > 1)
            conv->extend(*activated(in, wide, 1, 1, 1));
        conv->extend(*activated(wide, wide, 3, stride, wide));
        conv->push_back(nn::Conv2d(nn::Conv2dOptions(wide, out, 1).bias(false)));
        conv->push_back(nn::BatchNorm2d(out));
        register_module("conv", conv);
    }

    torch::Tensor forward(const torch::Tensor& x) {
        return adds ? x + conv->forward(x) : conv->forward(x);
    }
};

class StockMobileNet : public StockModel {
public:
    explicit StockMobileNet(int classes) : m_first(activated(3, 32, 3, 2, 1)) {
        register_module("first", m_first);
        int now = 32;
        for (const auto& [expansion, out, blocks, stride] :
             std::array<std::array<int, 4>, 7>{{{1, 16, 1, 1},
                                                {6, 24, 2, 2},
                                                {6, 32, 3, 2},
                                                {6, 64, 4, 2},
                                                {6, 96, 3, 1},
                                                {6, 160, 3, 2},
                                                {6, 320, 1, 1}}})
            for (int b = 0; b < blocks; ++b) {
                m_blocks.push_back(
                    std::make_shared<InvertedResidual>(now, out, expansion, b == 0 ? stride : 1));
                register_module("block" + std::to_string(m_blocks.size()), m_blocks.back());
                now = out;
            }
        for (const int outputs : {classes, 1, 3}) {
            m_heads.push_back(stockHead(now, outputs));
            register_module("head" + std::to_string(m_heads.size()), m_heads.back());
        }
    }

    std::vector<torch::Tensor> forward(torch::Tensor x) override {
        const std::vector<std::int64_t> size{x.size(2), x.size(3)};
        x = m_first->forward(x);
        for (const auto& block : m_blocks)
            x = block->forward(x);
        std::vector<torch::Tensor> outputs;
        for (auto& head : m_heads)
            outputs.push_back(torch::upsample_bilinear2d(head->forward(x), size, false));
        return outputs;
    }

private:
    nn::Sequential m_first;
    std::vector<std::shared_ptr<InvertedResidual>> m_blocks;
    std::vector<nn::Sequential> m_heads;
};

} // namespace

std::shared_ptr<StockModel> stockMobileNetV2(int classes) {
    return std::make_shared<StockMobileNet>(classes);
}

} // namespace concertina::bench
