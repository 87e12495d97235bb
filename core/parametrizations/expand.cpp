// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace concertina {

namespace {

/// The three factors of ExpandNet-CL, for one of the kernel's groups: 1 × 1 to r·m channels, k × k
/// to r·n, 1 × 1 to n.
struct WideShapes {
    std::int64_t groups = 1;
    std::int64_t in = 1, out = 1; ///< m and n, of a group
    std::int64_t wideIn = 1, wideOut = 1;
    std::int64_t height = 1, width = 1;

    WideShapes(const KernelShape& kernel, const Json& options)
        : groups(kernel.groups),
          in(kernel.in / kernel.groups),
          out(kernel.out / kernel.groups),
          wideIn(in * options["expansion"].get<std::int64_t>()),
          wideOut(out * options["expansion"].get<std::int64_t>()),
          height(kernel.height),
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

/// Weights as the paper's factors have them: normal, of the deviation √(2 / inputs).
torch::Tensor randomFactor(std::vector<std::int64_t> sizes, std::int64_t inputs,
                           const at::Generator& generator) {
    return torch::empty(sizes, torch::kFloat64)
        .normal_(0, std::sqrt(2.0 / static_cast<double>(inputs)), generator);
}

/// ExpandNet-CL: W = W3 · W2 · W1 at every position of the kernel.
class ExpandWide : public Parametrization {
public:
    ExpandWide(const KernelShape& kernel, const Json& options)
        : m_shapes(kernel, options), m_random(options["start"] == "random") {}

    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart& start) const override {
        const auto generator = at::make_generator<at::CPUGeneratorImpl>(start.seed);
        const WideShapes& l = m_shapes;
        torch::Tensor first, middle, last;
        if (m_random) {
            const auto factor = [&](std::int64_t outputs, std::int64_t inputs, std::int64_t area) {
                return randomFactor({l.groups, outputs, inputs, area}, inputs * area, generator);
            };
            first = factor(l.wideIn, l.in, 1);
            middle = factor(l.wideOut, l.wideIn, l.area());
            last = factor(l.out, l.wideOut, 1);
        } else {
            // W1ᵀ W1 = I and W3 W3ᵀ = I, so W3 (W3ᵀ W W1ᵀ) W1 = W.
            first = orthonormal(l.groups, l.wideIn, l.in, generator);
            last = orthonormal(l.groups, l.wideOut, l.out, generator).transpose(1, 2);
            const torch::Tensor w =
                kernel.to(torch::kFloat64).reshape({l.groups, l.out, l.in, l.area()});
            middle = torch::einsum("gno,gnmp,gim->goip", {last, w, first});
        }
        const auto shaped = [&](const torch::Tensor& factor, std::vector<std::int64_t> sizes) {
            return factor.reshape(sizes).to(kernel.options()).contiguous();
        };
        return {shaped(last, {l.groups * l.out, l.wideOut}),
                shaped(middle, {l.groups * l.wideOut, l.wideIn, l.height, l.width}),
                shaped(first, {l.groups * l.wideIn, l.in})};
    }

    /// The narrow side first: W3 · W2 makes the wide kernel small before W1 meets it.
    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        const WideShapes& l = m_shapes;
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
    WideShapes m_shapes;
    bool m_random;
};

/// The 3 × 3 factors of ExpandNet-CK, for one of the kernel's groups: from m channels to r·m, and
/// from the middle factor on to r·n, the last to n.
struct SmallShapes {
    /// Corners that a 3 × 3 kernel can move its input to.
    static constexpr int corners = 4;

    std::int64_t groups = 1;
    std::int64_t in = 1, out = 1; ///< m and n, of a group
    std::int64_t expansion = 1;
    int reach = 0; ///< of the kernel to each side, and so the number of factors

    SmallShapes(const KernelShape& kernel, const Json& options)
        : groups(kernel.groups),
          in(kernel.in / kernel.groups),
          out(kernel.out / kernel.groups),
          expansion(options["expansion"].get<std::int64_t>()),
          reach((kernel.width - 1) / 2) {}

    /// With four times the channels a chain of two to four factors holds every kernel (see
    /// `initialize`); with fewer, or more factors, it would not.
    static bool fit(const KernelShape& kernel, const Json& options) {
        return options["larger"] == "chain" && kernel.height == kernel.width
               && kernel.width % 2 == 1 && kernel.width >= 5 && kernel.width <= 9
               && options["expansion"].get<int>() >= corners;
    }

    int before() const { return reach / 2; }            ///< factors before the middle one
    int behind() const { return reach - 1 - before(); } ///< and behind it
    /// Channels behind factor `factor`; behind factor −1 the input's.
    std::int64_t channels(int factor) const {
        if (factor < 0 || factor == reach - 1)
            return factor < 0 ? in : out;
        return expansion * (factor < before() ? in : out);
    }
};

/// ExpandNet-CK: W is the chain of its factors, each 3 × 3.
class ExpandChain : public Parametrization {
public:
    ExpandChain(const KernelShape& kernel, const Json& options)
        : m_shapes(kernel, options), m_random(options["start"] == "random") {}

    /// Whatever W is: the factors before the middle one copy the input four times, each moved one
    /// step more towards its corner; those behind it move four results and add them; and the
    /// middle one's 3 × 3 windows, so moved, cover W. Between the factors stands a random rotation.
    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart& start) const override {
        const auto generator = at::make_generator<at::CPUGeneratorImpl>(start.seed);
        const SmallShapes& l = m_shapes;
        std::vector<torch::Tensor> factors;
        torch::Tensor before;
        for (int factor = 0; factor < l.reach; ++factor) {
            const std::int64_t outputs = l.channels(factor), inputs = l.channels(factor - 1);
            torch::Tensor made;
            if (m_random) {
                made = randomFactor({l.groups, outputs, inputs, 3, 3}, 9 * inputs, generator);
            } else {
                made = clean(factor, kernel.to(torch::kFloat64));
                if (before.defined())
                    made = torch::einsum("gacyx,gbc->gabyx", {made, before});
                if (factor + 1 < l.reach) {
                    before = orthonormal(l.groups, outputs, made.size(1), generator);
                    made = torch::einsum("gba,gacyx->gbcyx", {before, made});
                }
            }
            factors.insert(
                factors.begin(),
                made.reshape({l.groups * outputs, inputs, 3, 3}).to(kernel.options()).contiguous());
        }
        return factors;
    }

    /// From the narrow end: each product is a kernel to the n outputs.
    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        const SmallShapes& l = m_shapes;
        torch::Tensor product = factors.front().reshape({l.groups, l.out, -1, 3, 3});
        for (const torch::Tensor& factor : factors.subspan(1)) {
            const std::int64_t inner = product.size(2), side = product.size(3);
            // Every weight of the one with every weight of the other, then summed where they meet.
            const torch::Tensor pairs =
                torch::bmm(product.permute({0, 1, 3, 4, 2})
                               .reshape({l.groups, l.out * side * side, inner}),
                           factor.reshape({l.groups, inner, -1}))
                    .reshape({l.groups * l.out, side * side, -1})
                    .transpose(1, 2);
            product = torch::col2im(pairs, {side + 2, side + 2}, {3, 3}, {1, 1}, {0, 0}, {1, 1})
                          .reshape({l.groups, l.out, -1, side + 2, side + 2});
        }
        return product.flatten(0, 1).contiguous();
    }

private:
    /// A factor between four copies of the inputs, or of the outputs, [groups, outputs, inputs, 3,
    /// 3]; a factor at an end has them once there.
    torch::Tensor clean(int factor, const torch::Tensor& kernel) const {
        const SmallShapes& l = m_shapes;
        if (factor == l.before())
            return middle(kernel);
        const bool first = factor == 0, last = factor == l.reach - 1;
        const std::int64_t width = factor < l.before() ? l.in : l.out;
        const torch::Tensor one = torch::eye(width, torch::kFloat64);
        std::vector<torch::Tensor> rows;
        for (int corner = 0; corner < SmallShapes::corners; ++corner) {
            torch::Tensor row = torch::zeros(
                {width, (first ? 1 : SmallShapes::corners) * width, 3, 3}, torch::kFloat64);
            row.slice(1, first ? 0 : corner * width, (first ? 1 : corner + 1) * width)
                .select(2, 1 + side(corner, 0))
                .select(2, 1 + side(corner, 1))
                .copy_(one);
            rows.push_back(row);
        }
        // The last adds what the others keep apart.
        const torch::Tensor all = last ? torch::stack(rows).sum(0) : torch::cat(rows);
        return all.expand({l.groups, -1, -1, -1, -1});
    }

    /// For each corner behind and each before, the 3 × 3 window of W that is moved there; where
    /// windows meet, each has an equal part.
    torch::Tensor middle(const torch::Tensor& kernel) const {
        const SmallShapes& l = m_shapes;
        const int behind = l.behind() > 0 ? SmallShapes::corners : 1;
        const std::int64_t k = kernel.size(2);
        const torch::Tensor w = kernel.reshape({l.groups, l.out, l.in, k, k});
        torch::Tensor made = torch::zeros(
            {l.groups, behind * l.out, SmallShapes::corners * l.in, 3, 3}, w.options());
        torch::Tensor cover = torch::zeros({k, k}, w.options());
        const auto window = [&](torch::Tensor of, int b, int a) {
            for (const int axis : {0, 1}) {
                const int moved = l.behind() * side(b, axis) + l.before() * side(a, axis);
                of = of.narrow(of.dim() - 2 + axis, l.reach + moved - 1, 3);
            }
            return of;
        };
        for (int b = 0; b < behind; ++b)
            for (int a = 0; a < SmallShapes::corners; ++a)
                window(cover, b, a).add_(1);
        for (int b = 0; b < behind; ++b)
            for (int a = 0; a < SmallShapes::corners; ++a)
                made.narrow(1, b * l.out, l.out)
                    .narrow(2, a * l.in, l.in)
                    .copy_(window(w / cover, b, a));
        return made;
    }

    /// −1 or 1: where a corner lies along y (0) or x (1).
    static int side(int corner, int axis) { return (corner >> axis) % 2 == 0 ? -1 : 1; }

    SmallShapes m_shapes;
    bool m_random;
};

/// The factor between the others, as a kernel.
KernelShape kernelOf(const FactorInfo& middle, std::int64_t groups) {
    return {.out = static_cast<int>(middle.shape[0]),
            .in = static_cast<int>(middle.shape[1] * groups),
            .height = static_cast<int>(middle.shape[2]),
            .width = static_cast<int>(middle.shape[3]),
            .groups = static_cast<int>(groups)};
}

std::vector<FactorInfo> expandFactors(const KernelShape& kernel, const Json& options) {
    if (SmallShapes::fit(kernel, options)) {
        const SmallShapes l(kernel, options);
        std::vector<FactorInfo> all;
        for (int factor = l.reach - 1; factor >= 0; --factor) {
            std::string name = "W"; // GCC 12 warns of "W" + …
            name += std::to_string(factor + 1);
            all.push_back({std::move(name),
                           {l.groups * l.channels(factor), l.channels(factor - 1), 3, 3},
                           factor == l.before()});
            if (all.back().core)
                all.back().kernel = kernelOf(all.back(), l.groups);
        }
        return all;
    }
    const WideShapes l(kernel, options);
    FactorInfo middle{"W2", {l.groups * l.wideOut, l.wideIn, l.height, l.width}, true};
    middle.kernel = kernelOf(middle, l.groups);
    return {{"W3", {l.groups * l.out, l.wideOut}},
            std::move(middle),
            {"W1", {l.groups * l.wideIn, l.in}}};
}

Fragment expandFragment(const KernelShape& kernel, const Json& options) {
    if (kernel.groups > 1 || SmallShapes::fit(kernel, options))
        return oneConvolution(kernel, expandFactors(kernel, options).size());
    const WideShapes l(kernel, options);
    const auto wideIn = static_cast<int>(l.wideIn), wideOut = static_cast<int>(l.wideOut);
    KernelShape middle = kernel;
    middle.out = wideOut;
    middle.in = wideIn;
    return oneConvolution(
        kernel, 3, {{.out = kernel.out, .in = wideOut}, middle, {.out = wideIn, .in = kernel.in}});
}

double expandCost(const KernelShape& kernel, const Json& options) {
    if (SmallShapes::fit(kernel, options)) {
        const SmallShapes l(kernel, options);
        double cost = 0, side = 3; // of the product so far
        for (int factor = l.reach - 2; factor >= 0; --factor, side += 2)
            cost +=
                static_cast<double>(l.groups * l.out * l.channels(factor) * l.channels(factor - 1))
                * 9 * side * side;
        return cost;
    }
    const WideShapes l(kernel, options);
    return static_cast<double>(l.groups * l.out * l.area() * l.wideIn * (l.wideOut + l.in));
}

std::vector<FieldInfo> expandOptions() {
    return {{.path = "expansion",
             .type = FieldType::Integer,
             .defaultValue = 4,
             .minimum = 1,
             .maximum = 16,
             .unit = "× channels",
             .label = "Expansion r",
             .help = "How many times wider the inner kernel is; its weights grow with the "
                     "square."},
            {.path = "start",
             .type = FieldType::Choice,
             .defaultValue = "plain",
             .choices = {"plain", "random"},
             .label = "Start",
             .help = "plain: the product is the plain network's kernel; random: each factor has "
                     "weights of its own, as in the paper.",
             .advanced = true},
            {.path = "larger",
             .type = FieldType::Choice,
             .defaultValue = "chain",
             .choices = {"chain", "whole"},
             .label = "Larger kernels",
             .help = "chain: 5 × 5, 7 × 7 and 9 × 9 as two to four 3 × 3 in a row, from r = 4 on "
                     "(fewer channels can't hold every kernel); whole: between 1 × 1, as smaller "
                     "ones are.",
             .advanced = true}};
}

} // namespace

const ParametrizationEntry& expandParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "expand",
          .label = "expand, W = W3·W2·W1",
          .help =
              "ExpandNet-CL: a 1 × 1 convolution to r times the channels, the kernel there, "
              "and a 1 × 1 convolution back, with nothing nonlinear between; larger kernels "
              "are chains of 3 × 3 (ExpandNet-CK). Multiplied out before it runs (unless "
              "network.contraction says otherwise), so it never works on the wide feature maps; "
              "borders are those of the factors in sequence on "
              "an input padded once, as in the paper's code, and not of factors that each pad. "
              "Tasks can have a middle factor (W2) of their own.",
          .source = "Guo 2020, ExpandNets, arXiv 1811.10495 and its repository; start = plain is "
                    "our own",
          .options = expandOptions()},
         expandFactors,
         expandCost,
         nullptr,
         expandFragment},
        [](const KernelShape& kernel, const Json& options) -> std::unique_ptr<Parametrization> {
            if (SmallShapes::fit(kernel, options))
                return std::make_unique<ExpandChain>(kernel, options);
            return std::make_unique<ExpandWide>(kernel, options);
        }};
    return entry;
}

} // namespace concertina
