// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

namespace concertina {

namespace {

/// Groups, and [outputs, inputs of a group, positions] of a kernel; how many weights take each
/// position's place.
struct Sizes {
    std::int64_t groups = 1, out = 1, in = 1, height = 1, width = 1, depth = 1;

    Sizes(const KernelShape& kernel, const Json& options)
        : groups(kernel.groups),
          out(kernel.out),
          in(kernel.in / kernel.groups),
          height(kernel.height),
          width(kernel.width),
          depth(area() * (area() == 1 ? 1 : options["multiplier"].get<std::int64_t>())) {}

    std::int64_t area() const { return height * width; }
    /// With a single position there is nothing to be mixed.
    bool isPointwise() const { return area() == 1; }
};

/// W'[o, i, :] = Σ_m (D + I)[i, :, m] W[o, i, m], with a D for each input channel of all groups: of
/// a depthwise kernel each filter has its own (the paper's DO-DConv).
class DoConv : public Parametrization {
public:
    DoConv(const KernelShape& kernel, const Json& options) : m_sizes(kernel, options) {}

    /// D is zero; the kernel's positions stand in W, an equal part in each repetition.
    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart&) const override {
        const Sizes& s = m_sizes;
        const auto repetitions = s.depth / s.area();
        const torch::Tensor w = (kernel.reshape({s.out, s.in, s.area()})
                                 / static_cast<double>(repetitions))
                                    .repeat({1, 1, repetitions});
        if (s.isPointwise())
            return {w};
        return {w, torch::zeros({s.groups * s.in, s.area(), s.depth}, kernel.options())};
    }

    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        const Sizes& s = m_sizes;
        const torch::Tensor& w = factors[0];
        if (s.isPointwise())
            return w.reshape({s.out, s.in, s.height, s.width});
        const torch::Tensor identity =
            torch::eye(s.area(), w.options()).repeat({1, s.depth / s.area()});
        const std::int64_t ofGroup = s.out / s.groups;
        // Of all groups' inputs [i, o, m] times [i, m, position].
        return torch::bmm(w.reshape({s.groups, ofGroup, s.in, s.depth})
                              .transpose(1, 2)
                              .reshape({s.groups * s.in, ofGroup, s.depth}),
                          (factors[1] + identity).transpose(1, 2))
            .reshape({s.groups, s.in, ofGroup, s.area()})
            .transpose(1, 2)
            .reshape({s.out, s.in, s.height, s.width})
            .contiguous();
    }

private:
    Sizes m_sizes;
};

/// W's positions, as a kernel that is a few times as high.
KernelShape tallKernel(KernelShape kernel, const Sizes& sizes) {
    kernel.height = static_cast<int>(sizes.depth / sizes.width);
    return kernel;
}

std::vector<FactorInfo> doConvFactors(const KernelShape& kernel, const Json& options) {
    const Sizes s(kernel, options);
    std::vector<FactorInfo> all{{"W", {s.out, s.in, s.depth}}};
    all.front().kernel = tallKernel(kernel, s);
    if (s.isPointwise())
        return all;
    all.push_back({"D", {s.groups * s.in, s.area(), s.depth}});
    all.back().scales = false; // I stands beside it
    return all;
}

double doConvCost(const KernelShape& kernel, const Json& options) {
    const Sizes s(kernel, options);
    return s.isPointwise() ? 0.0 : static_cast<double>(s.out * s.in * s.area() * s.depth);
}

} // namespace

const ParametrizationEntry& doConvParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "do-conv",
          .label = "do-conv, W' = (D + I)·W",
          .help = "Each input channel's kernel is mixed by a square matrix over its positions, "
                  "which starts as the identity. Pointwise kernels stay plain.",
          .source = "Cao 2020, DO-Conv, arXiv 2006.12030 and its repository",
          .options = {{.path = "multiplier",
                       .type = FieldType::Integer,
                       .defaultValue = 1,
                       .minimum = 1,
                       .maximum = 16,
                       .unit = "× positions",
                       .label = "Depth multiplier",
                       .help = "Weights a channel and position; 1 is D_mul = k², the paper's "
                               "default.",
                       .advanced = true}}},
         doConvFactors,
         doConvCost},
        [](const KernelShape& kernel, const Json& options) {
            return std::make_unique<DoConv>(kernel, options);
        }};
    return entry;
}

} // namespace concertina
