// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

namespace concertina {

namespace {

constexpr int widestSpatialGroup = 8;
constexpr int widestPointwiseGroup = 16;

/// The largest divisor of `channels` that is at most `widest`.
int groupWidth(int channels, int widest) {
    int width = std::min(channels, widest);
    while (channels % width != 0)
        --width;
    return width;
}

KernelShape spatialTransform(const KernelShape& kernel) {
    return {.out = kernel.out,
            .in = kernel.out,
            .height = 3,
            .width = 3,
            .padding = 1,
            .groups = kernel.out / groupWidth(kernel.out, widestSpatialGroup)};
}

KernelShape pointwiseTransform(const KernelShape& kernel) {
    return {.out = kernel.out,
            .in = kernel.out,
            .groups = kernel.out / groupWidth(kernel.out, widestPointwiseGroup)};
}

std::vector<std::int64_t> sizesOf(const KernelShape& kernel) {
    return {kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width};
}

/// A kernel that rests; behind it, for each task, a grouped 3 × 3 and a grouped 1 × 1 convolution.
class Eft : public Parametrization {
public:
    explicit Eft(const KernelShape& kernel) : m_kernel(kernel) {}

    /// The 1 × 1 is the identity, the 3 × 3 and both biases are zero.
    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart&) const override {
        const auto zeros = [&](const std::vector<std::int64_t>& sizes) {
            return torch::zeros(at::IntArrayRef(sizes), kernel.options());
        };
        const KernelShape p = pointwiseTransform(m_kernel);
        const torch::Tensor identity =
            torch::eye(p.in / p.groups, kernel.options()).repeat({p.groups, 1}).view(sizesOf(p));
        return {kernel.clone(), zeros(sizesOf(spatialTransform(m_kernel))), zeros({m_kernel.out}),
                identity, zeros({m_kernel.out})};
    }

    /// Each convolution's kernel is a factor itself; this is the layer's.
    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        return factors.front();
    }

private:
    KernelShape m_kernel;
};

std::vector<FactorInfo> eftFactors(const KernelShape& kernel, const Json&) {
    const auto ofTask = [](const char* name, std::vector<std::int64_t> sizes, bool bias) {
        return FactorInfo{.name = name,
                          .shape = std::move(sizes),
                          .core = true,
                          .owner = FactorOwner::EachTask,
                          .bias = bias};
    };
    return {{.name = "W", .shape = sizesOf(kernel), .frozen = true},
            ofTask("G", sizesOf(spatialTransform(kernel)), false),
            ofTask("G.bias", {kernel.out}, true),
            ofTask("P", sizesOf(pointwiseTransform(kernel)), false),
            ofTask("P.bias", {kernel.out}, true)};
}

/// y = W * x; the layer is G * y + P * y, and its norm.
Fragment eftFragment(const KernelShape& kernel, const Json& options) {
    // As one kernel of two more positions a side: where stride, dilation and groups allow it.
    const bool folds = options["collapse"] == "fold" && kernel.stride == 1 && kernel.dilation == 1
                       && kernel.groups == 1;
    const auto transform = [&](const char* name, std::size_t factor, const KernelShape& shape) {
        return FragmentPart{.op = Op::Conv,
                            .name = name,
                            .inputs = {0},
                            .firstFactor = factor,
                            .factorCount = 2,
                            .biasFactor = true,
                            .kernel = shape,
                            .kept = !folds};
    };
    Fragment fragment = oneConvolution(kernel, 1);
    FragmentPart norm = std::move(fragment.parts.back());
    fragment.parts.back() = transform("spatial", 1, spatialTransform(kernel));
    fragment.parts.push_back(transform("pointwise", 3, pointwiseTransform(kernel)));
    fragment.parts.push_back({.op = Op::Add, .inputs = {1, 2}, .kept = !folds});
    norm.inputs = {3};
    fragment.parts.push_back(std::move(norm));
    return fragment;
}

} // namespace

const ParametrizationEntry& eftParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "eft",
          .label = "eft, transforms behind W",
          .help = "A trained kernel W that rests, and behind it for each task the sum of a grouped "
                  "3 × 3 and a grouped 1 × 1 convolution, with a norm of its own. Begin from a "
                  "trained network (network.initial). The transforms are part of the collapsed "
                  "network, unless they are folded.",
          .source = "Verma 2021, Efficient Feature Transformations for Discriminative and "
                    "Generative Continual Learning, arXiv 2103.13558",
          .options = {{.path = "collapse",
                       .type = FieldType::Choice,
                       .defaultValue = "keep",
                       .choices = {"keep", "fold"},
                       .label = "When collapsed",
                       .help = "keep: the transforms stay, exactly. fold: one kernel of two more "
                               "positions a side, at stride and dilation 1; exact but for a border "
                               "of one pixel, where the transform would have seen zeros."}}},
         eftFactors,
         [](const KernelShape&, const Json&) { return 0.0; },
         nullptr,
         eftFragment,
         false,
         [](const Json&) { return false; }},
        [](const KernelShape& kernel, const Json&) { return std::make_unique<Eft>(kernel); }};
    return entry;
}

} // namespace concertina
