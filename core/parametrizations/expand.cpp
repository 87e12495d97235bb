// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace concertina {

namespace {

/// The three links of ExpandNet-CL, for one of the kernel's groups: 1 × 1 to r·m channels, k × k
/// to r·n, 1 × 1 to n.
struct WideLinks {
    std::int64_t groups = 1;
    std::int64_t in = 1, out = 1; ///< m and n, of a group
    std::int64_t wideIn = 1, wideOut = 1;
    std::int64_t height = 1, width = 1;

    WideLinks(const KernelShape& kernel, const Json& options)
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

/// Weights as the paper's links have them: normal, of the deviation √(2 / inputs).
torch::Tensor randomLink(std::vector<std::int64_t> sizes, std::int64_t inputs,
                         const at::Generator& generator) {
    return torch::empty(sizes, torch::kFloat64)
        .normal_(0, std::sqrt(2.0 / static_cast<double>(inputs)), generator);
}

/// ExpandNet-CL: W = W3 · W2 · W1 at every position of the kernel.
class ExpandWide : public Parametrization {
public:
    ExpandWide(const KernelShape& kernel, const Json& options)
        : m_links(kernel, options), m_random(options["start"] == "random") {}

    std::vector<torch::Tensor> start(const torch::Tensor& kernel,
                                     std::uint64_t seed) const override {
        const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
        const WideLinks& l = m_links;
        torch::Tensor first, middle, last;
        if (m_random) {
            const auto link = [&](std::int64_t outputs, std::int64_t inputs, std::int64_t area) {
                return randomLink({l.groups, outputs, inputs, area}, inputs * area, generator);
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
        const WideLinks& l = m_links;
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
    WideLinks m_links;
    bool m_random;
};

/// The 3 × 3 links of ExpandNet-CK, for one of the kernel's groups: from m channels to r·m, and
/// from the middle link on to r·n, the last to n.
struct SmallLinks {
    /// Corners that a 3 × 3 kernel can move its input to.
    static constexpr int corners = 4;

    std::int64_t groups = 1;
    std::int64_t in = 1, out = 1; ///< m and n, of a group
    std::int64_t expansion = 1;
    int reach = 0; ///< of the kernel to each side, and so the number of links

    SmallLinks(const KernelShape& kernel, const Json& options)
        : groups(kernel.groups), in(kernel.in / kernel.groups), out(kernel.out / kernel.groups),
          expansion(options["expansion"].get<std::int64_t>()), reach((kernel.width - 1) / 2) {}

    /// With four times the channels a chain of two to four links holds every kernel (see `start`);
    /// with fewer, or more links, it would not.
    static bool fit(const KernelShape& kernel, const Json& options) {
        return options["larger"] == "chain" && kernel.height == kernel.width
               && kernel.width % 2 == 1 && kernel.width >= 5 && kernel.width <= 9
               && options["expansion"].get<int>() >= corners;
    }

    int before() const { return reach / 2; }           ///< links before the middle one
    int behind() const { return reach - 1 - before(); } ///< and behind it
    /// Channels behind link `link`; behind link −1 the input's.
    std::int64_t channels(int link) const {
        if (link < 0 || link == reach - 1)
            return link < 0 ? in : out;
        return expansion * (link < before() ? in : out);
    }
};

/// ExpandNet-CK: W is the chain of its links, each 3 × 3.
class ExpandChain : public Parametrization {
public:
    ExpandChain(const KernelShape& kernel, const Json& options)
        : m_links(kernel, options), m_random(options["start"] == "random") {}

    /// Whatever W is: the links before the middle one copy the input four times, each moved one
    /// step more towards its corner; those behind it move four results and add them; and the
    /// middle one's 3 × 3 windows, so moved, cover W. Between the links stands a random rotation.
    std::vector<torch::Tensor> start(const torch::Tensor& kernel,
                                     std::uint64_t seed) const override {
        const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
        const SmallLinks& l = m_links;
        std::vector<torch::Tensor> links;
        torch::Tensor before;
        for (int link = 0; link < l.reach; ++link) {
            const std::int64_t outputs = l.channels(link), inputs = l.channels(link - 1);
            torch::Tensor made;
            if (m_random) {
                made = randomLink({l.groups, outputs, inputs, 3, 3}, 9 * inputs, generator);
            } else {
                made = clean(link, kernel.to(torch::kFloat64));
                if (before.defined())
                    made = torch::einsum("gacyx,gbc->gabyx", {made, before});
                if (link + 1 < l.reach) {
                    before = orthonormal(l.groups, outputs, made.size(1), generator);
                    made = torch::einsum("gba,gacyx->gbcyx", {before, made});
                }
            }
            links.insert(links.begin(), made.reshape({l.groups * outputs, inputs, 3, 3})
                                            .to(kernel.options())
                                            .contiguous());
        }
        return links;
    }

    /// From the narrow end: each product is a kernel to the n outputs.
    torch::Tensor materialize(std::span<const torch::Tensor> factors) const override {
        const SmallLinks& l = m_links;
        torch::Tensor product = factors.front().reshape({l.groups, l.out, -1, 3, 3});
        for (const torch::Tensor& link : factors.subspan(1)) {
            const std::int64_t inner = product.size(2), side = product.size(3);
            // Every weight of the one with every weight of the other, then summed where they meet.
            const torch::Tensor pairs =
                torch::bmm(product.permute({0, 1, 3, 4, 2})
                               .reshape({l.groups, l.out * side * side, inner}),
                           link.reshape({l.groups, inner, -1}))
                    .reshape({l.groups * l.out, side * side, -1})
                    .transpose(1, 2);
            product = torch::col2im(pairs, {side + 2, side + 2}, {3, 3}, {1, 1}, {0, 0}, {1, 1})
                          .reshape({l.groups, l.out, -1, side + 2, side + 2});
        }
        return product.flatten(0, 1).contiguous();
    }

private:
    /// A link between four copies of the inputs, or of the outputs, [groups, outputs, inputs, 3,
    /// 3]; a link at an end has them once there.
    torch::Tensor clean(int link, const torch::Tensor& kernel) const {
        const SmallLinks& l = m_links;
        if (link == l.before())
            return middle(kernel);
        const bool first = link == 0, last = link == l.reach - 1;
        const std::int64_t width = link < l.before() ? l.in : l.out;
        const torch::Tensor one = torch::eye(width, torch::kFloat64);
        std::vector<torch::Tensor> rows;
        for (int corner = 0; corner < SmallLinks::corners; ++corner) {
            torch::Tensor row =
                torch::zeros({width, (first ? 1 : SmallLinks::corners) * width, 3, 3},
                             torch::kFloat64);
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
        const SmallLinks& l = m_links;
        const int behind = l.behind() > 0 ? SmallLinks::corners : 1;
        const std::int64_t k = kernel.size(2);
        const torch::Tensor w = kernel.reshape({l.groups, l.out, l.in, k, k});
        torch::Tensor made =
            torch::zeros({l.groups, behind * l.out, SmallLinks::corners * l.in, 3, 3}, w.options());
        torch::Tensor cover = torch::zeros({k, k}, w.options());
        const auto window = [&](torch::Tensor of, int b, int a) {
            for (const int axis : {0, 1}) {
                const int moved = l.behind() * side(b, axis) + l.before() * side(a, axis);
                of = of.narrow(of.dim() - 2 + axis, l.reach + moved - 1, 3);
            }
            return of;
        };
        for (int b = 0; b < behind; ++b)
            for (int a = 0; a < SmallLinks::corners; ++a)
                window(cover, b, a).add_(1);
        for (int b = 0; b < behind; ++b)
            for (int a = 0; a < SmallLinks::corners; ++a)
                made.narrow(1, b * l.out, l.out)
                    .narrow(2, a * l.in, l.in)
                    .copy_(window(w / cover, b, a));
        return made;
    }

    /// −1 or 1: where a corner lies along y (0) or x (1).
    static int side(int corner, int axis) { return (corner >> axis) % 2 == 0 ? -1 : 1; }

    SmallLinks m_links;
    bool m_random;
};

std::vector<FactorInfo> expandFactors(const KernelShape& kernel, const Json& options) {
    if (SmallLinks::fit(kernel, options)) {
        const SmallLinks l(kernel, options);
        std::vector<FactorInfo> all;
        for (int link = l.reach - 1; link >= 0; --link) {
            std::string name = "W"; // GCC 12 warns of "W" + …
            name += std::to_string(link + 1);
            all.push_back({std::move(name),
                           {l.groups * l.channels(link), l.channels(link - 1), 3, 3},
                           link == l.before()});
        }
        return all;
    }
    const WideLinks l(kernel, options);
    return {{"W3", {l.groups * l.out, l.wideOut}},
            {"W2", {l.groups * l.wideOut, l.wideIn, l.height, l.width}, true},
            {"W1", {l.groups * l.wideIn, l.in}}};
}

std::vector<KernelShape> expandConvolutions(const KernelShape& kernel, const Json& options) {
    if (kernel.groups > 1 || SmallLinks::fit(kernel, options))
        return {};
    const WideLinks l(kernel, options);
    const auto wideIn = static_cast<int>(l.wideIn), wideOut = static_cast<int>(l.wideOut);
    KernelShape middle = kernel;
    middle.out = wideOut;
    middle.in = wideIn;
    return {{.out = kernel.out, .in = wideOut}, middle, {.out = wideIn, .in = kernel.in}};
}

/// The one between the others.
KernelFactor expandKernel(const KernelShape& kernel, const Json& options) {
    const auto factors = expandFactors(kernel, options);
    const auto core = std::ranges::find_if(factors, &FactorInfo::core);
    return {static_cast<std::size_t>(core - factors.begin()),
            {.out = static_cast<int>(core->shape[0]),
             .in = static_cast<int>(core->shape[1] * kernel.groups),
             .height = static_cast<int>(core->shape[2]),
             .width = static_cast<int>(core->shape[3]),
             .groups = kernel.groups}};
}

double expandCost(const KernelShape& kernel, const Json& options) {
    if (SmallLinks::fit(kernel, options)) {
        const SmallLinks l(kernel, options);
        double cost = 0, side = 3; // of the product so far
        for (int link = l.reach - 2; link >= 0; --link, side += 2)
            cost += static_cast<double>(l.groups * l.out * l.channels(link) * l.channels(link - 1))
                    * 9 * side * side;
        return cost;
    }
    const WideLinks l(kernel, options);
    return static_cast<double>(l.groups * l.out * l.area() * l.wideIn * (l.wideOut + l.in));
}

std::vector<FieldInfo> expandOptions() {
    return {{.path = "expansion",
             .type = FieldType::Integer,
             .standard = 4,
             .minimum = 1,
             .maximum = 16,
             .unit = "× channels",
             .label = "Expansion r",
             .help = "How many times wider the inner kernel is; its weights grow with the "
                     "square."},
            {.path = "start",
             .type = FieldType::Choice,
             .standard = "plain",
             .choices = {"plain", "random"},
             .label = "Start",
             .help = "plain: the product is the plain network's kernel; random: each link has "
                     "weights of its own, as in the paper.",
             .seldom = true},
            {.path = "larger",
             .type = FieldType::Choice,
             .standard = "chain",
             .choices = {"chain", "whole"},
             .label = "Larger kernels",
             .help = "chain: 5 × 5, 7 × 7 and 9 × 9 as two to four 3 × 3 in a row, from r = 4 on "
                     "(fewer channels can't hold every kernel); whole: between 1 × 1, as smaller "
                     "ones are.",
             .seldom = true}};
}

} // namespace

const ParametrizationEntry& expandParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "expand",
          .label = "expand, W = W3·W2·W1",
          .help = "ExpandNet-CL: a 1 × 1 convolution to r times the channels, the kernel there, "
                  "and a 1 × 1 convolution back, with nothing nonlinear between; larger kernels "
                  "are chains of 3 × 3 (ExpandNet-CK). Multiplied out before it runs (unless "
                  "network.bracketing says otherwise), so it never works on the wide feature maps; "
                  "borders are those of the links in sequence on "
                  "an input padded once, as in the paper's code, and not of links that each pad. "
                  "Tasks can have a middle link (W2) of their own.",
          .source = "Guo 2020, ExpandNets, arXiv 1811.10495 and its repository; start = plain is "
                    "our own",
          .options = expandOptions()},
         expandFactors,
         expandCost,
         nullptr,
         expandKernel,
         true,
         nullptr,
         expandConvolutions},
        [](const KernelShape& kernel, const Json& options) -> std::unique_ptr<Parametrization> {
            if (SmallLinks::fit(kernel, options))
                return std::make_unique<ExpandChain>(kernel, options);
            return std::make_unique<ExpandWide>(kernel, options);
        }};
    return entry;
}

} // namespace concertina
