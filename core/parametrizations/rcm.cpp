// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

namespace concertina {

namespace {

/// W = M · W_s, group by group: M [Co, Co / groups], W_s the filter bank [Co, Ci / groups, kh, kw].
struct BankSizes {
    std::int64_t groups = 1, out = 1, filter = 1; ///< of a group; weights of a filter

    explicit BankSizes(const KernelShape& kernel)
        : groups(kernel.groups),
          out(kernel.out / kernel.groups),
          filter(kernel.weights() / kernel.out) {}
};

class Rcm : public Parametrization {
public:
    Rcm(const KernelShape& kernel, const Json& options)
        : m_kernel(kernel),
          m_sizes(kernel),
          m_normalized(options["nff"].get<bool>()),
          m_byResponses(options["start"] == "responses") {}

    /// M = I and the kernel as it is; or M = E, W_s = EᵀW with the principal directions E of what
    /// the layer gives.
    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart& start) const override {
        const BankSizes& s = m_sizes;
        const torch::Tensor w = kernel.to(torch::kFloat64).reshape({s.groups, s.out, s.filter});
        torch::Tensor m = torch::eye(s.out, torch::kFloat64).repeat({s.groups, 1, 1});
        if (m_byResponses)
            m = directions(kernel.to(torch::kFloat64), start.inputs);
        const auto stored = [&](const torch::Tensor& value, at::IntArrayRef sizes) {
            return value.reshape(sizes).to(kernel.options()).contiguous();
        };
        std::vector<torch::Tensor> factors{
            stored(m, {s.groups * s.out, s.out}),
            stored(torch::bmm(m.transpose(1, 2), w), kernel.sizes())};
        if (m_normalized)
            factors.insert(factors.begin() + 1, factors[0].norm(2, 1));
        return factors;
    }

    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        const BankSizes& s = m_sizes;
        torch::Tensor m = factors.front();
        if (m_normalized) // rows of the length g, as weight normalization has them
            m = m * (factors[1] / m.norm(2, 1)).unsqueeze(1);
        return torch::bmm(m.reshape({s.groups, s.out, s.out}),
                          factors.back().reshape({s.groups, s.out, s.filter}))
            .reshape(factors.back().sizes());
    }

private:
    /// Eigenvectors of the covariance of the responses [groups, Co, Co], in columns, the largest
    /// first. Without inputs that of responses to white noise: W Wᵀ.
    torch::Tensor directions(const torch::Tensor& kernel, const torch::Tensor& inputs) const {
        const BankSizes& s = m_sizes;
        const torch::Tensor w = kernel.reshape({s.groups, s.out, s.filter});
        torch::Tensor covariance = inputs.defined()
                                       ? torch::zeros({s.groups, s.out, s.out}, torch::kFloat64)
                                       : torch::bmm(w, w.transpose(1, 2));
        torch::Tensor sum = torch::zeros({s.groups, s.out, 1}, torch::kFloat64);
        std::int64_t positions = 0;
        for (std::int64_t i = 0; inputs.defined() && i < inputs.size(0);
             ++i) { // one is held at a time
            const torch::Tensor responses =
                torch::conv2d(inputs.narrow(0, i, 1).to(torch::kCPU, torch::kFloat64), kernel, {},
                              m_kernel.stride, m_kernel.padding, m_kernel.dilation, m_kernel.groups)
                    .reshape({s.groups, s.out, -1});
            covariance += torch::bmm(responses, responses.transpose(1, 2));
            sum += responses.sum(2, true);
            positions += responses.size(2);
        }
        if (positions > 0)
            covariance -= torch::bmm(sum, sum.transpose(1, 2)) / static_cast<double>(positions);
        return std::get<1>(torch::linalg_eigh(covariance, "L")).flip(2);
    }

    KernelShape m_kernel;
    BankSizes m_sizes;
    bool m_normalized;
    bool m_byResponses;
};

std::vector<FactorInfo> rcmFactors(const KernelShape& kernel, const Json& options) {
    const BankSizes s(kernel);
    const auto ofTask = [](std::string name, std::vector<std::int64_t> shape) {
        return FactorInfo{.name = std::move(name),
                          .shape = std::move(shape),
                          .core = true,
                          .owner = FactorOwner::EachTask};
    };
    std::vector<FactorInfo> all{ofTask("M", {s.groups * s.out, s.out})};
    if (options["nff"].get<bool>()) {
        all.front().scales = false; // its rows' lengths are g's
        all.push_back(ofTask("g", {s.groups * s.out}));
    }
    all.push_back({.name = "W",
                   .shape = {kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width},
                   .frozen = true});
    return all;
}

/// M is pointwise behind the filter bank.
Fragment rcmFragment(const KernelShape& kernel, const Json& options) {
    if (options["nff"].get<bool>())
        return oneConvolution(kernel, 3);
    if (kernel.groups > 1)
        return oneConvolution(kernel, 2);
    return oneConvolution(kernel, 2, {{.out = kernel.out, .in = kernel.out}, kernel});
}

} // namespace

const ParametrizationEntry& rcmParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "rcm",
          .label = "rcm, W = M·W_s",
          .help = "A filter bank W_s that all tasks share and that rests, and for each task a "
                  "1 × 1 convolution M behind it, with a norm of its own. Begin from a trained "
                  "network (network.initial): W_s rests from the start.",
          .source = "Kanakis 2020, Reparameterizing Convolutions for Incremental Multi-Task "
                    "Learning without Task Interference, arXiv 2007.12540",
          .options = {{.path = "start",
                       .type = FieldType::Choice,
                       .defaultValue = "responses",
                       .choices = {"responses", "identity"},
                       .label = "Start",
                       .help = "responses: M = E and W_s = EᵀW with the principal components E of "
                               "what the layer gives on the first training images (the paper's "
                               "RI); identity: M = I, W_s = W. Both compute W."},
                      {.path = "images",
                       .type = FieldType::Integer,
                       .defaultValue = 16,
                       .minimum = 1,
                       .maximum = 1000,
                       .unit = "images",
                       .label = "Images of the start",
                       .help = "Of the training split, whose responses are decomposed.",
                       .advanced = true},
                      {.path = "nff",
                       .type = FieldType::Boolean,
                       .defaultValue = false,
                       .label = "Normalized features",
                       .help = "The rows of M are normalized and scaled by g, as weight "
                               "normalization does (the paper's NFF).",
                       .advanced = true}}},
         rcmFactors,
         [](const KernelShape& kernel, const Json&) {
             return static_cast<double>(kernel.weights()) * kernel.out / kernel.groups;
         },
         nullptr,
         rcmFragment,
         true,
         [](const Json& options) { return !options["nff"].get<bool>(); },
         [](const Json& options) {
             return options["start"] == "responses" ? options["images"].get<int>() : 0;
         }},
        [](const KernelShape& kernel, const Json& options) {
            return std::make_unique<Rcm>(kernel, options);
        }};
    return entry;
}

} // namespace concertina
