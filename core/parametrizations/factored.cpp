// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace concertina {

namespace {

/// Of the random columns and rows that a rank above the full one adds, against the others' mean
/// square: small, but not zero, or the core between them would see no gradient.
constexpr double fillScale = 0.1;

/// Everything that a kernel's shape and the options say of the product U · M · C_1 … · V.
struct Form {
    bool spatial = false;
    bool diagonal = false;
    bool scaledFactors = true; ///< U √S, V √S; else U and V are orthonormal and M holds S
    std::int64_t rows = 0;     ///< of the matrix
    std::int64_t columns = 0;
    std::int64_t rank = 0;
    int innerFactors = 0;
    double regularizer = 0;

    Form(const KernelShape& kernel, const Json& options)
        // One position or one input channel leaves nothing to be separated.
        : spatial(options["matricization"] == "spatial" && kernel.in > kernel.groups
                  && kernel.height * kernel.width > 1),
          diagonal(options["core"] == "diagonal"),
          scaledFactors(options["split"] == "balanced"),
          innerFactors(options["depth"].get<int>() - 3),
          regularizer(options["regularizer"].get<double>()) {
        rows = std::int64_t{kernel.out} * (spatial ? kernel.height : 1);
        columns = kernel.weights() / rows;
        rank = std::max<std::int64_t>(
            1, std::llround(options["rank"].get<double>() * static_cast<double>(fullRank())));
    }

    std::int64_t fullRank() const { return std::min(rows, columns); }

    std::vector<std::int64_t> coreShape() const {
        return diagonal ? std::vector{rank} : std::vector{rank, rank};
    }
};

/// W as a matrix, times the cores in a chain.
class Factored : public Parametrization {
public:
    Factored(const KernelShape& kernel, const Json& options)
        : m_shape{kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width},
          m_form(kernel, options) {}

    /// The SVD W = P S Qᵀ, cut off at the rank or filled up to it.
    std::vector<torch::Tensor> initialize(const torch::Tensor& kernel,
                                          const KernelStart& start) const override {
        auto [p, s, qt] = torch::linalg_svd(matrixOf(kernel.to(torch::kFloat64)), false);
        const std::int64_t kept = std::min(m_form.rank, s.size(0));
        s = s.slice(0, 0, kept);
        const torch::Tensor outer = m_form.scaledFactors ? s.sqrt() : torch::ones_like(s);
        torch::Tensor u = p.slice(1, 0, kept) * outer;
        torch::Tensor v = outer.unsqueeze(1) * qt.slice(0, 0, kept);
        torch::Tensor core = m_form.scaledFactors ? torch::ones_like(s) : s;
        if (const std::int64_t more = m_form.rank - kept; more > 0) {
            auto generator = at::make_generator<at::CPUGeneratorImpl>(start.seed);
            const auto filled = [&](const torch::Tensor& like, std::vector<std::int64_t> sizes) {
                const double size = like.square().mean().sqrt().item<double>();
                return torch::empty(sizes, like.options()).normal_(0, fillScale * size, generator);
            };
            u = torch::cat({u, filled(u, {m_form.rows, more})}, 1);
            v = torch::cat({v, filled(v, {more, m_form.columns})}, 0);
            core = torch::cat({core, torch::zeros(more, core.options())});
        }
        std::vector<torch::Tensor> factors{u, inCoreShape(core)};
        for (int i = 0; i < m_form.innerFactors; ++i)
            factors.push_back(inCoreShape(torch::ones_like(core)));
        factors.push_back(v);
        for (torch::Tensor& factor : factors)
            factor = factor.to(kernel.options()).contiguous();
        return factors;
    }

    /// From the left, the small products first.
    torch::Tensor compose(std::span<const torch::Tensor> factors,
                          const ComposeMoment&) const override {
        torch::Tensor product = factors.front();
        for (const torch::Tensor& core : factors.subspan(1, factors.size() - 2))
            product = m_form.diagonal ? product * core : torch::mm(product, core);
        return kernelOf(torch::mm(product, factors.back()));
    }

    /// λ / r² ‖UᵀU − I‖², and the same for Vᵀ.
    torch::Tensor regularizer(std::size_t factor, const torch::Tensor& value,
                              const RegularizerMoment&) const override {
        const bool isLast = factor + 1 == static_cast<std::size_t>(3 + m_form.innerFactors);
        if (m_form.regularizer == 0 || (factor > 0 && !isLast))
            return {};
        const torch::Tensor gram = factor == 0 ? value.t().mm(value) : value.mm(value.t());
        const auto r = static_cast<double>(m_form.rank);
        return (gram - torch::eye(m_form.rank, gram.options())).square().sum()
               * (m_form.regularizer / (r * r));
    }

private:
    torch::Tensor matrixOf(const torch::Tensor& kernel) const {
        return (m_form.spatial ? kernel.permute({0, 2, 1, 3}) : kernel)
            .reshape({m_form.rows, m_form.columns});
    }

    torch::Tensor kernelOf(const torch::Tensor& matrix) const {
        return m_form.spatial ? matrix.reshape({m_shape[0], m_shape[2], m_shape[1], m_shape[3]})
                                    .permute({0, 2, 1, 3})
                                    .contiguous()
                              : matrix.reshape(m_shape);
    }

    torch::Tensor inCoreShape(const torch::Tensor& diagonal) const {
        return m_form.diagonal ? diagonal : torch::diag(diagonal);
    }

    std::vector<std::int64_t> m_shape;
    Form m_form;
};

std::vector<FactorInfo> factoredFactors(const KernelShape& kernel, const Json& options) {
    const Form form(kernel, options);
    std::vector<FactorInfo> all{{"U", {form.rows, form.rank}}, {"M", form.coreShape(), true}};
    for (int i = 1; i <= form.innerFactors; ++i) {
        std::string name = "C"; // GCC 12 warns of "C" + …
        name += std::to_string(i);
        all.push_back({std::move(name), form.coreShape()});
    }
    all.push_back({"V", {form.rank, form.columns}});
    return all;
}

/// V is the convolution with the kernel's window, U and M are pointwise. Kernels with groups, and
/// matrices by rows of positions (spatial), can't run as convolutions: they are composed.
Fragment factoredFragment(const KernelShape& kernel, const Json& options) {
    const Form form(kernel, options);
    const auto count = static_cast<std::size_t>(3 + form.innerFactors);
    if (form.spatial || kernel.groups > 1)
        return oneConvolution(kernel, count);
    const int rank = static_cast<int>(form.rank);
    const KernelShape core{.out = rank, .in = rank, .groups = form.diagonal ? rank : 1};
    std::vector<KernelShape> all{{.out = kernel.out, .in = rank}};
    all.insert(all.end(), static_cast<std::size_t>(1 + form.innerFactors), core);
    all.push_back(kernel);
    all.back().out = rank;
    return oneConvolution(kernel, count, std::move(all));
}

double factoredCost(const KernelShape& kernel, const Json& options) {
    const Form form(kernel, options);
    const auto left = static_cast<double>(form.rows * form.rank);
    const double cores =
        left * (form.diagonal ? 1.0 : static_cast<double>(form.rank)) * (1 + form.innerFactors);
    return cores + left * static_cast<double>(form.columns);
}

Problems checkFactored(const KernelShape&, const Json& options) {
    const bool orthonormal = options["split"] == "core" && options["rank"].get<double>() <= 1;
    if (options["regularizer"].get<double>() == 0 || orthonormal)
        return {};
    return {{"factored.regularizer", "regularizer", jsonText(options["regularizer"]),
             "0 unless split is core and rank at most 1",
             "only then do U and V start orthonormal, and can stay so", Fix{"regularizer", "0"}}};
}

std::vector<FieldInfo> factoredOptions() {
    return {{.path = "core",
             .type = FieldType::Choice,
             .defaultValue = "full",
             .choices = {"full", "diagonal"},
             .label = "Core M",
             .help = "full: a square matrix; diagonal: one factor a singular value, as in the "
                     "paper."},
            {.path = "matricization",
             .type = FieldType::Choice,
             .defaultValue = "channel",
             .choices = {"channel", "spatial"},
             .label = "Matrix",
             .help = "channel: Co × (Ci·kh·kw); spatial: (Co·kh) × (Ci·kw), about five times the "
                     "composing. Pointwise and depthwise kernels are always by channel."},
            {.path = "rank",
             .type = FieldType::Real,
             .defaultValue = 1.0,
             .minimum = 0.001,
             .maximum = 16,
             .unit = "× full rank",
             .label = "Rank",
             .help = "Below 1 the start is the nearest kernel of that rank; above 1 it is "
                     "unchanged, with room beside it.",
             .advanced = true},
            {.path = "depth",
             .type = FieldType::Integer,
             .defaultValue = 3,
             .minimum = 3,
             .maximum = 16,
             .unit = "factors",
             .label = "Depth",
             .help = "3 is U·M·V; each factor more stands between M and V, is shared by all tasks "
                     "at the start, and starts as the identity.",
             .advanced = true},
            {.path = "split",
             .type = FieldType::Choice,
             .defaultValue = "balanced",
             .choices = {"balanced", "core"},
             .label = "Singular values",
             .help = "balanced: evenly in U and V, M is the identity; core: all in M, U and V are "
                     "orthonormal.",
             .advanced = true},
            {.path = "regularizer",
             .type = FieldType::Real,
             .defaultValue = 0.0,
             .minimum = 0,
             .maximum = 1e6,
             .label = "Orthogonality regularizer",
             .help = "λ of λ/r² (‖UᵀU − I‖² + ‖VVᵀ − I‖²), added to the loss; 0: none. Needs all "
                     "singular values in the core and a rank of at most 1.",
             .advanced = true}};
}

} // namespace

const ParametrizationEntry& factoredParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "factored",
          .label = "factored, W = U·M·V",
          .help = "The kernel as a matrix, written as a product that starts at its singular value "
                  "decomposition. U and V can be shared while each task has a core M of its own.",
          .source = "Ren & Shi 2023, arXiv 2308.13300 (per-task M, shared U and V, spatial SVD); "
                    "matricization by channels, rank and depth are options of our own",
          .options = factoredOptions()},
         factoredFactors,
         factoredCost,
         checkFactored,
         factoredFragment},
        [](const KernelShape& kernel, const Json& options) {
            return std::make_unique<Factored>(kernel, options);
        }};
    return entry;
}

} // namespace concertina
