// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

#include <cmath>

namespace concertina {

namespace {

/// How far the middle of a kernel lies from the edge that it is padded to.
int reachOf(const KernelShape& kernel) {
    return kernel.dilation * (kernel.width - 1) / 2;
}

/// Whether a 1 × 1 kernel can lie in the middle of this one, and is another.
bool hasMiddle(const KernelShape& kernel) {
    return kernel.height == kernel.width && kernel.width % 2 == 1 && kernel.width > 1
           && kernel.padding >= reachOf(kernel);
}

KernelShape pointwise(KernelShape kernel) {
    kernel.padding -= reachOf(kernel);
    kernel.height = kernel.width = kernel.dilation = 1;
    return kernel;
}

/// Whether a layer can have an identity branch: its output has the size of its input.
bool keepsSize(const KernelShape& kernel) {
    return kernel.in == kernel.out && kernel.stride == 1 && kernel.padding == reachOf(kernel);
}

std::vector<FactorInfo> repVggFactors(const KernelShape& kernel, const Json&) {
    const std::int64_t in = kernel.in / kernel.groups;
    std::vector<FactorInfo> all{{"W", {kernel.out, in, kernel.height, kernel.width}}};
    if (hasMiddle(kernel))
        all.push_back({"P", {kernel.out, in, 1, 1}});
    return all;
}

/// BN(W * x) + BN(P * x) + BN(x).
Fragment repVggFragment(const KernelShape& kernel, const Json& options) {
    if (!hasMiddle(kernel))
        return oneConvolution(kernel, 1);
    const double scale = options["start"] == "plain" ? 0 : 1;
    Fragment fragment = oneConvolution(kernel, 1);
    auto& parts = fragment.parts;
    parts.push_back({.op = Op::Conv,
                     .name = "1x1",
                     .inputs = {FragmentPart::LayerInput},
                     .firstFactor = 1,
                     .factorCount = 1,
                     .kernel = pointwise(kernel)});
    parts.push_back({.op = Op::Norm, .name = "1x1", .inputs = {2}, .scale = scale});
    std::vector<int> summed{1, 3};
    if (keepsSize(kernel)) {
        summed.push_back(4);
        parts.push_back({.op = Op::Norm,
                         .name = "identity",
                         .inputs = {FragmentPart::LayerInput},
                         .scale = scale});
    }
    parts.push_back({.op = Op::Add, .inputs = std::move(summed)});
    return fragment;
}

class RepVgg : public Parametrization {
public:
    explicit RepVgg(const KernelShape& kernel) : m_kernel(kernel) {}

    /// P as a 1 × 1 layer of the network would start: Xavier-normal.
    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart& start) const override {
        if (!hasMiddle(m_kernel))
            return {kernel.clone()};
        const auto generator = at::make_generator<at::CPUGeneratorImpl>(start.seed);
        const double deviation =
            std::sqrt(2.0 / static_cast<double>(kernel.size(1) + kernel.size(0)));
        const torch::Tensor p = torch::empty({kernel.size(0), kernel.size(1), 1, 1})
                                    .normal_(0, deviation, generator);
        return {kernel.clone(), p.to(kernel.options())};
    }

    /// The others' kernels stand beside it, and their norms are zero at the plain start.
    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        return factors[0];
    }

private:
    KernelShape m_kernel;
};

} // namespace

const ParametrizationEntry& repVggParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "repvgg",
          .label = "repvgg, W and 1 × 1 and identity",
          .help = "In training the kernel W, a 1 × 1 kernel P in its middle and, where sizes "
                  "allow, the layer's input itself run side by side, each with a norm of its own, "
                  "and are summed in place of the layer's norm. They fold into one kernel for each "
                  "of the norms' statistics, so norms of its own give a task a kernel of its own. "
                  "Layers that are 1 × 1, have no norm or are heads stay plain. Can't be merged: "
                  "with norms between, W is not linear in training.",
          .source = "Ding 2021, RepVGG, arXiv 2101.03697; start = plain is our own",
          .options = {{.path = "start",
                       .type = FieldType::Choice,
                       .defaultValue = "plain",
                       .choices = {"plain", "paper"},
                       .label = "Start",
                       .help = "plain: the added branches' norms start with γ = 0, so that the "
                               "network computes what the plain one does, in training and in "
                               "evaluation; paper: with γ = 1, all branches count from the start.",
                       .advanced = true}}},
         repVggFactors,
         [](const KernelShape&, const Json&) { return 0.0; },
         nullptr,
         repVggFragment,
         false},
        [](const KernelShape& kernel, const Json&) { return std::make_unique<RepVgg>(kernel); }};
    return entry;
}

} // namespace concertina
