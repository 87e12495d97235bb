// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

#include <cmath>

namespace concertina {

namespace {

/// W ⊙ (1 + a bᵀ) over outputs and inputs, the same at every position.
class KmStyle : public Parametrization {
public:
    explicit KmStyle(const Json& options) : m_rank(options["rank"].get<std::int64_t>()) {}

    /// a is zero, b normal: the kernel is W, and a has a gradient.
    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart& start) const override {
        const auto generator = at::make_generator<at::CPUGeneratorImpl>(start.seed);
        const torch::Tensor b =
            torch::empty({m_rank, kernel.size(1)})
                .normal_(0, 1 / std::sqrt(static_cast<double>(m_rank)), generator);
        return {kernel.clone(), torch::zeros({kernel.size(0), m_rank}, kernel.options()),
                b.to(kernel.options())};
    }

    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        const torch::Tensor scale = torch::mm(factors[1], factors[2]) + 1;
        return factors[0] * scale.unsqueeze(2).unsqueeze(3);
    }

private:
    std::int64_t m_rank;
};

std::vector<FactorInfo> kmStyleFactors(const KernelShape& kernel, const Json& options) {
    const std::int64_t in = kernel.in / kernel.groups, rank = options["rank"].get<std::int64_t>();
    const auto ofTask = [](const char* name, std::vector<std::int64_t> sizes) {
        return FactorInfo{.name = name,
                          .shape = std::move(sizes),
                          .core = true,
                          .owner = FactorOwner::EachTask,
                          .scales = false};
    };
    return {{.name = "W", .shape = {kernel.out, in, kernel.height, kernel.width}, .frozen = true},
            ofTask("a", {kernel.out, rank}),
            ofTask("b", {rank, in})};
}

} // namespace

const ParametrizationEntry& kmStyleParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "km-style",
          .label = "km-style, W ⊙ (1 + a·b)",
          .help = "A trained kernel W that rests, and for each task a few numbers an output and an "
                  "input channel that scale it. Begin from a trained network (network.initial). In "
                  "the style of KM: its paper's formula is not public, and this one is our own.",
          .source = "own, after the abstract of KM (Kernel Modulation, 2022)",
          .options = {{.path = "rank",
                       .type = FieldType::Integer,
                       .defaultValue = 1,
                       .minimum = 1,
                       .maximum = 64,
                       .label = "Rank",
                       .help = "Products a·b that are added."}}},
         kmStyleFactors,
         [](const KernelShape& kernel, const Json& options) {
             return static_cast<double>(kernel.weights())
                    + options["rank"].get<double>() * kernel.out * kernel.in / kernel.groups;
         }},
        [](const KernelShape&, const Json& options) { return std::make_unique<KmStyle>(options); }};
    return entry;
}

} // namespace concertina
