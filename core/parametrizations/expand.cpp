// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

#include <cmath>
#include <string>

namespace concertina {

namespace {

/// The three links of ExpandNet-CL, for one of the kernel's groups: 1 × 1 to r·m channels, k × k
/// to r·n, 1 × 1 to n.
struct Links {
    std::int64_t groups = 1;
    std::int64_t in = 1, out = 1; ///< m and n, of a group
    std::int64_t wideIn = 1, wideOut = 1;
    std::int64_t height = 1, width = 1;

    Links(const KernelShape& kernel, const Json& options)
        : groups(kernel.groups), in(kernel.in / kernel.groups), out(kernel.out / kernel.groups),
          wideIn(in * options["expansion"].get<std::int64_t>()),
          wideOut(out * options["expansion"].get<std::int64_t>()), height(kernel.height),
          width(kernel.width) {}

    std::int64_t area() const { return height * width; }
};

/// Columns of length one, at right angles to each other: [groups, rows, columns].
torch::Tensor orthonormal(std::int64_t groups, std::int64_t rows, std::int64_t columns,
                          const at::Generator& generator) {
    const torch::Tensor random =
        torch::empty({groups, rows, columns}, torch::kFloat64).normal_(0, 1, generator);
    return std::get<0>(torch::linalg_qr(random));
}

/// W = W3 · W2 · W1 at every position of the kernel.
class Expand : public Parametrization {
public:
    Expand(const KernelShape& kernel, const Json& options)
        : m_links(kernel, options), m_random(options["start"] == "random") {}

    std::vector<torch::Tensor> start(const torch::Tensor& kernel,
                                     std::uint64_t seed) const override {
        const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
        const Links& l = m_links;
        torch::Tensor first, middle, last;
        if (m_random) {
            const auto link = [&](std::int64_t outputs, std::int64_t inputs, std::int64_t area) {
                return torch::empty({l.groups, outputs, inputs, area}, torch::kFloat64)
                    .normal_(0, std::sqrt(2.0 / static_cast<double>(inputs * area)), generator);
            };
            first = link(l.wideIn, l.in, 1);
            middle = link(l.wideOut, l.wideIn, l.area());
            last = link(l.out, l.wideOut, 1);
        } else {
            // W1ᵀ W1 = I and W3 W3ᵀ = I, so W3 (W3ᵀ W W1ᵀ) W1 = W.
            first = orthonormal(l.groups, l.wideIn, l.in, generator);
            last = orthonormal(l.groups, l.wideOut, l.out, generator).transpose(1, 2);
            const torch::Tensor w =
                kernel.to(torch::kFloat64).reshape({l.groups, l.out, l.in, l.area()});
            middle = torch::einsum("gno,gnmp,gim->goip", {last, w, first});
        }
        const auto shaped = [&](const torch::Tensor& link, std::vector<std::int64_t> sizes) {
            return link.reshape(sizes).to(kernel.options()).contiguous();
        };
        return {shaped(last, {l.groups * l.out, l.wideOut}),
                shaped(middle, {l.groups * l.wideOut, l.wideIn, l.height, l.width}),
                shaped(first, {l.groups * l.wideIn, l.in})};
    }

    /// The narrow side first: W3 · W2 makes the wide kernel small before W1 meets it.
    torch::Tensor materialize(std::span<const torch::Tensor> factors) const override {
        const Links& l = m_links;
        const torch::Tensor last = factors[0].reshape({l.groups, l.out, l.wideOut});
        const torch::Tensor middle =
            factors[1].reshape({l.groups, l.wideOut, l.wideIn * l.area()});
        const torch::Tensor first = factors[2].reshape({l.groups, l.wideIn, l.in});
        const torch::Tensor narrow = torch::bmm(last, middle)
                                         .reshape({l.groups, l.out, l.wideIn, l.area()})
                                         .transpose(2, 3)
                                         .reshape({l.groups, l.out * l.area(), l.wideIn});
        return torch::bmm(narrow, first)
            .reshape({l.groups * l.out, l.height, l.width, l.in})
            .permute({0, 3, 1, 2})
            .contiguous();
    }

private:
    Links m_links;
    bool m_random;
};

std::vector<FactorInfo> expandFactors(const KernelShape& kernel, const Json& options) {
    const Links l(kernel, options);
    return {{"W3", {l.groups * l.out, l.wideOut}},
            {"W2", {l.groups * l.wideOut, l.wideIn, l.height, l.width}, true},
            {"W1", {l.groups * l.wideIn, l.in}}};
}

double expandCost(const KernelShape& kernel, const Json& options) {
    const Links l(kernel, options);
    return static_cast<double>(l.groups * l.out * l.area() * l.wideIn * (l.wideOut + l.in));
}

} // namespace

const ParametrizationEntry& expandParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "expand",
          .label = "expand, W = W3·W2·W1",
          .help = "ExpandNet-CL: a 1 × 1 convolution to r times the channels, the kernel there, and "
                  "a 1 × 1 convolution back, with nothing nonlinear between. Multiplied out before "
                  "it runs, so it never works on the wide feature maps, and borders are exact; the "
                  "paper runs the three in sequence. Tasks can have a W2 of their own.",
          .source = "Guo 2020, ExpandNets, arXiv 1811.10495 and its repository; start = plain is "
                    "our own",
          .options = {{.path = "expansion",
                       .type = FieldType::Integer,
                       .standard = 4,
                       .minimum = 1,
                       .maximum = 16,
                       .unit = "× channels",
                       .label = "Expansion r",
                       .help = "How many times wider the inner kernel is; its weights grow with "
                               "the square."},
                      {.path = "start",
                       .type = FieldType::Choice,
                       .standard = "plain",
                       .choices = {"plain", "random"},
                       .label = "Start",
                       .help = "plain: the product is the plain network's kernel; random: each "
                               "link has weights of its own, as in the paper.",
                       .seldom = true}}},
         expandFactors,
         expandCost},
        [](const KernelShape& kernel, const Json& options) {
            return std::make_unique<Expand>(kernel, options);
        }};
    return entry;
}

} // namespace concertina
