// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/stock_model.h"

namespace concertina::bench {

namespace {

namespace nn = torch::nn;

nn::Sequential convolution(int in, int out) {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1)), nn::BatchNorm2d(out),
                          nn::ReLU(nn::ReLUOptions(true)));
}

struct SegNet : StockModel {
    std::vector<nn::Sequential> encoder, decoder, heads;

    SegNet(const std::vector<int>& channels, const std::vector<int>& convolutions, int classes) {
        int now = 3;
        for (std::size_t s = 0; s < channels.size(); ++s) {
            encoder.push_back(stage(now, channels[s], convolutions[s]));
            register_module("enc" + std::to_string(s), encoder.back());
            now = channels[s];
        }
        for (std::size_t s = channels.size(); s-- > 0;) {
            const int out = channels[s == 0 ? 0 : s - 1];
            decoder.push_back(stage(now, out, convolutions[s]));
            register_module("dec" + std::to_string(s), decoder.back());
            now = out;
        }
        for (const int outputs : {classes, 1, 3}) {
            heads.push_back(stockHead(now, outputs));
            register_module("head" + std::to_string(heads.size()), heads.back());
        }
    }

    static nn::Sequential stage(int in, int out, int count) {
        nn::Sequential all;
        for (int i = 0; i < count; ++i) {
            const auto one = convolution(i == 0 ? in : out, out);
            for (const auto& module : *one)
                all->push_back(module);
        }
        return all;
    }

    std::vector<torch::Tensor> forward(torch::Tensor x) override {
        std::vector<torch::Tensor> indices;
        std::vector<std::vector<std::int64_t>> sizes;
        for (auto& stageModule : encoder) {
            x = stageModule->forward(x);
            sizes.push_back({x.size(2), x.size(3)});
            torch::Tensor at;
            std::tie(x, at) = torch::max_pool2d_with_indices(x, 2, 2);
            indices.push_back(at);
        }
        for (auto& stageModule : decoder) {
            x = torch::max_unpool2d(x, indices.back(), sizes.back());
            indices.pop_back();
            sizes.pop_back();
            x = stageModule->forward(x);
        }
        std::vector<torch::Tensor> outputs;
        for (auto& headModule : heads)
            outputs.push_back(headModule->forward(x));
        return outputs;
    }
};

} // namespace

std::shared_ptr<StockModel> stockSegNet(const std::vector<int>& channels,
                                        const std::vector<int>& convolutions, int classes) {
    return std::make_shared<SegNet>(channels, convolutions, classes);
}

} // namespace concertina::bench
