// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/stock_model.h"

namespace concertina::bench {

namespace {

namespace nn = torch::nn;

nn::Conv2d bare(int in, int out, int kernel, int stride) {
    return nn::Conv2d(
        nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

struct BasicBlock : nn::Module {
    nn::Conv2d conv1, conv2;
    nn::BatchNorm2d bn1, bn2;
    nn::Sequential downsample;

    BasicBlock(int in, int out, int stride)
        : conv1(bare(in, out, 3, stride)), conv2(bare(out, out, 3, 1)), bn1(out), bn2(out) {
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        register_module("conv2", conv2);
        register_module("bn2", bn2);
        if (stride != 1 || in != out)
            downsample = nn::Sequential(bare(in, out, 1, stride), nn::BatchNorm2d(out));
        register_module("downsample", downsample);
    }

    torch::Tensor forward(const torch::Tensor& x) {
        torch::Tensor y = bn1(conv1(x));
        y = bn2(conv2(torch::relu_(y)));
        y += downsample->is_empty() ? x : downsample->forward(x);
        return torch::relu_(y);
    }
};

class StockResNet : public StockModel {
public:
    explicit StockResNet(int classes) : m_conv1(bare(3, 64, 7, 2)), m_bn1(64) {
        register_module("conv1", m_conv1);
        register_module("bn1", m_bn1);
        int now = 64;
        for (int s = 0; s < 4; ++s)
            for (int b = 0; b < 2; ++b) {
                const int out = 64 << s;
                m_blocks.push_back(
                    std::make_shared<BasicBlock>(now, out, b == 0 && s > 0 ? 2 : 1));
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
        x = m_bn1(m_conv1(x));
        x = torch::max_pool2d(torch::relu_(x), 3, 2, 1);
        for (const auto& block : m_blocks)
            x = block->forward(x);
        std::vector<torch::Tensor> outputs;
        for (auto& head : m_heads)
            outputs.push_back(torch::upsample_bilinear2d(head->forward(x), size, false));
        return outputs;
    }

private:
    nn::Conv2d m_conv1;
    nn::BatchNorm2d m_bn1;
    std::vector<std::shared_ptr<BasicBlock>> m_blocks;
    std::vector<nn::Sequential> m_heads;
};

} // namespace

std::shared_ptr<StockModel> stockResNet18(int classes) {
    return std::make_shared<StockResNet>(classes);
}

} // namespace concertina::bench
