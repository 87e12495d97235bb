// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/calibrate.h"

#include "core/model/design_contraction.h"
#include "core/network/run_program.h"
#include "core/parametrizations/parametrization.h"
#include "core/parametrizations/stretches.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>

namespace concertina {

namespace {

constexpr int rounds = 3;
constexpr std::size_t mostFactors = 5; ///< of which all 2⁴ ways are timed

using Sizes = std::vector<std::size_t>; ///< of stretches

/// Every way to cut, or what is worth it.
std::vector<Sizes> waysToCut(const Cuttable& layer, int batch) {
    const std::size_t count = layer.convolutions.size();
    std::vector<Sizes> ways;
    if (count <= mostFactors) {
        for (unsigned cuts = 0; cuts < (1u << (count - 1)); ++cuts) { // a bit between each two
            Sizes sizes{1};
            for (std::size_t i = 1; i < count; ++i)
                if ((cuts >> (i - 1)) % 2 == 1)
                    sizes.push_back(1);
                else
                    ++sizes.back();
            ways.push_back(std::move(sizes));
        }
        return ways;
    }
    ways = {{count}, Sizes(count, 1)};
    Sizes cheapest;
    for (const KernelStretch& stretch : chooseStretches(layer, {Contraction::Cheapest, batch}))
        cheapest.push_back(stretch.count);
    if (!cheapest.empty())
        ways.push_back(std::move(cheapest));
    return ways;
}

/// One layer on random numbers.
class LayerClock {
public:
    LayerClock(const Cuttable& layer, const LayerDesign& how, const KernelShape& kernel,
               const Node& input, const TrainSpec& train)
        : m_layer(layer),
          m_kernel(kernel),
          m_train(train),
          m_parametrization(makeParametrization(how.method, kernel)) {
        const torch::TensorOptions options(train.device == Device::Cuda ? torch::kCUDA
                                                                        : torch::kCPU);
        m_images = torch::randn({train.batch, input.channels, input.height, input.width}, options)
                       .requires_grad_();
        const torch::NoGradGuard noGrad;
        for (const FactorInfo& factor : layer.factors)
            m_factors.push_back(
                torch::randn(at::IntArrayRef(factor.shape.data(), factor.shape.size()), options)
                    .mul_(0.05)
                    .requires_grad_());
    }

    /// Seconds of a step, the least of a few: what else runs only adds.
    double seconds(const Sizes& sizes) {
        double least = std::numeric_limits<double>::infinity();
        for (int round = 0; round <= rounds; ++round) {
            const auto start = std::chrono::steady_clock::now();
            step(stretchesOf(m_layer, sizes));
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
            if (round > 0) // the first prepares oneDNN
                least = std::min(least, taken.count());
        }
        return least;
    }

private:
    void step(const std::vector<KernelStretch>& stretches) {
        Program program{.instructions = {{.op = Op::Input}}, .tensors = {}, .outputs = {}};
        std::vector<torch::Tensor> kernels;
        const auto add = [&](const KernelShape& shape, const torch::Tensor& kernel) {
            const int at = static_cast<int>(kernels.size());
            program.instructions.push_back(
                {.op = Op::Conv, .inputs = {at}, .tensors = {at}, .attributes = shape.applied()});
            kernels.push_back(kernel);
        };
        if (stretches.empty())
            add(m_kernel, m_parametrization->compose(m_factors, {.training = true}));
        for (auto stretch = stretches.rbegin(); stretch != stretches.rend(); ++stretch)
            add(stretch->kernel,
                composeStretch(
                    std::span(m_factors).subspan(stretch->first, stretch->count),
                    std::span(m_layer.convolutions).subspan(stretch->first, stretch->count)));
        program.outputs = {static_cast<int>(kernels.size())};
        const torch::Tensor output =
            runProgram(program, kernels, m_images,
                       {.training = true,
                        .bfloat16 = m_train.precision == Precision::Bfloat16,
                        .channelsLast = m_train.memoryFormat == MemoryFormat::ChannelsLast})
                .front();
        std::vector<torch::Tensor> inputs = m_factors;
        inputs.push_back(m_images);
        const auto gradients = torch::autograd::grad({output}, inputs, {torch::ones_like(output)});
        gradients.front().sum().item<float>(); // where a device runs behind
    }

    const Cuttable& m_layer;
    KernelShape m_kernel;
    const TrainSpec& m_train;
    std::unique_ptr<Parametrization> m_parametrization;
    torch::Tensor m_images;
    std::vector<torch::Tensor> m_factors;
};

std::string wayOf(const Cuttable& layer, const Sizes& sizes) {
    ContractionRule rule{.layers = {"*"}, .stretches = {}};
    std::size_t factor = 0;
    for (const std::size_t size : sizes) {
        auto& stretch = rule.stretches.emplace_back();
        for (std::size_t i = 0; i < size; ++i)
            stretch.push_back(layer.factors[factor++].name);
    }
    const std::string text = toText(rule);
    return text.substr(text.find(':'));
}

} // namespace

std::vector<std::string> calibratedContractions(const NetworkDesign& design, const TrainSpec& train,
                                                const std::function<bool()>& stopped) {
    std::map<std::string, std::string> known;
    std::vector<std::pair<std::string, std::string>> rules; // the way, its layers
    for (std::size_t i = 0; i < design.plan.layers.size(); ++i) {
        const LayerDesign& how = design.layers[i];
        const KernelShape& kernel = design.backbone.layers[i].kernel;
        const Cuttable layer = cuttableLayer(design, i);
        if (layer.convolutions.size() < 2)
            continue;
        const std::string key =
            c10::str(how.method.id, how.method.options.dump(), kernel.out, '/', kernel.in, '/',
                     kernel.height, '/', kernel.width, '/', kernel.stride, '/', kernel.padding, '/',
                     kernel.dilation, '/', layer.pixels.input, '/', layer.pixels.output);
        if (!known.contains(key)) {
            const int input = convolutionOf(design.backbone, i).inputs.front();
            LayerClock clock(layer, how, kernel, design.backbone.node(input), train);
            double least = std::numeric_limits<double>::infinity();
            for (const Sizes& sizes : waysToCut(layer, train.batch)) {
                if (stopped())
                    return {};
                if (const double seconds = clock.seconds(sizes); seconds < least) {
                    least = seconds;
                    known[key] = wayOf(layer, sizes);
                }
            }
        }
        if (rules.empty() || rules.back().first != known[key])
            rules.emplace_back(known[key], layer.layer);
        else
            rules.back().second.append(" ").append(layer.layer);
    }
    std::vector<std::string> texts;
    for (const auto& [way, layers] : rules)
        texts.push_back(layers + way);
    return texts;
}

} // namespace concertina
