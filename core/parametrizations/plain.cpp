// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

namespace concertina {

namespace {

class Plain : public Parametrization {
public:
    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart&) const override {
        return {kernel.clone()};
    }

    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        return factors[0];
    }
};

} // namespace

const ParametrizationEntry& plainParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "plain",
          .label = "plain, W",
          .help = "The kernel itself, as in any network: nothing is expanded.",
          .source = "the reference that every expansion is compared with"},
         [](const KernelShape& kernel, const Json&) {
             return std::vector<FactorInfo>{
                 {"W", {kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width}}};
         },
         [](const KernelShape&, const Json&) { return 0.0; }},
        [](const KernelShape&, const Json&) { return std::make_unique<Plain>(); }};
    return entry;
}

} // namespace concertina
