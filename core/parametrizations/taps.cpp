// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

namespace concertina {

namespace {

constexpr double scoreAtStart = 0.15;
constexpr double epochsWithoutRegularizer = 2;

/// W_t = W + 1[s_t ≥ τ] · D_t.
class Taps : public Parametrization {
public:
    explicit Taps(const Json& options)
        : m_threshold(options["threshold"].get<double>()),
          m_regularizer(options["regularizer"].get<double>()) {}

    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart&) const override {
        return {kernel.clone(), torch::zeros_like(kernel),
                torch::full({1}, scoreAtStart, kernel.options())};
    }

    /// The gate's gradient goes straight through to the score, with slope 1.
    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        const torch::Tensor& score = factors[2];
        const torch::Tensor open = isOpen(score).to(score.scalar_type());
        return factors[0] + (open + (score - score.detach())) * factors[1];
    }

    /// λ |s| ÷ layers, from the third epoch on.
    torch::Tensor regularizer(std::size_t factor, const torch::Tensor& value,
                              const RegularizerMoment& moment) const override {
        if (factor != 2 || m_regularizer == 0 || moment.epoch < epochsWithoutRegularizer)
            return {};
        return value.abs().sum() * (m_regularizer / moment.layers);
    }

    FactorReading read(std::size_t, const torch::Tensor& score) const override {
        return {.values = {score.item<double>()},
                .threshold = m_threshold,
                .open = isOpen(score).item<bool>()};
    }

private:
    torch::Tensor isOpen(const torch::Tensor& score) const { return score.detach() >= m_threshold; }

    double m_threshold;
    double m_regularizer;
};

std::vector<FactorInfo> tapsFactors(const KernelShape& kernel, const Json&) {
    const std::vector<std::int64_t> shape{kernel.out, kernel.in / kernel.groups, kernel.height,
                                          kernel.width};
    const auto ofTask = [](const char* name, std::vector<std::int64_t> sizes) {
        return FactorInfo{.name = name,
                          .shape = std::move(sizes),
                          .core = true,
                          .owner = FactorOwner::EachTask,
                          .scales = false};
    };
    FactorInfo score = ofTask("s", {1});
    score.straightThrough = true;
    score.meaning = FactorMeaning::Gate;
    return {{.name = "W", .shape = shape, .frozen = true, .scales = false},
            ofTask("D", shape),
            std::move(score)};
}

} // namespace

const ParametrizationEntry& tapsParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "taps",
          .label = "taps, W + [s ≥ τ]·D",
          .help = "A trained kernel W that rests, and for each task a difference D that counts "
                  "where the task's score s of this layer reaches a threshold: each task claims "
                  "the layers that it needs, and the others run W. A kernel that no task claims "
                  "ships once. Begin from a trained network (network.initial).",
          .source = "Wallingford 2022, Task Adaptive Parameter Sharing, arXiv 2203.16708, and its "
                    "code; the regularizer is divided by the number of layers",
          .options = {{.path = "threshold",
                       .type = FieldType::Real,
                       .defaultValue = 0.1,
                       .minimum = 0,
                       .maximum = 1,
                       .label = "Threshold τ",
                       .help = "Scores start at 0.15, above the paper's threshold of 0.1.",
                       .advanced = true},
                      {.path = "regularizer",
                       .type = FieldType::Real,
                       .defaultValue = 1.0,
                       .minimum = 0,
                       .maximum = 1e6,
                       .label = "Regularizer λ",
                       .help = "Of λ Σ|s| ÷ layers, added to the loss from the third epoch on: "
                               "the larger, the fewer layers are claimed; 0: none."}}},
         tapsFactors,
         [](const KernelShape& kernel, const Json&) {
             return static_cast<double>(kernel.weights());
         },
         nullptr,
         nullptr,
         true,
         [](const Json&) { return false; }},
        [](const KernelShape&, const Json& options) { return std::make_unique<Taps>(options); }};
    return entry;
}

} // namespace concertina
