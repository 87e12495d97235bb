// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/parametrization.h"

#include <torch/torch.h>

#include <algorithm>

namespace concertina {

namespace {

constexpr std::string_view diagonal = "diagonal";

/// Columns of the channel matricization, W.reshape(Co, Ci · kh · kw).
std::int64_t columns(const KernelShape& kernel) {
    return kernel.weights() / kernel.out;
}

std::int64_t rank(const KernelShape& kernel) {
    return std::min<std::int64_t>(kernel.out, columns(kernel));
}

bool isDiagonal(const Json& options) {
    return options["core"] == diagonal;
}

/// W = U · M · V in the channel matricization, at full rank.
class Factored : public Parametrization {
public:
    Factored(const KernelShape& kernel, bool diagonalCore)
        : m_shape{kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width},
          m_diagonal(diagonalCore) {}

    /// The SVD W = P S Qᵀ, split evenly: U = P √S, M = I, V = √S Qᵀ.
    std::vector<torch::Tensor> start(const torch::Tensor& kernel) const override {
        const torch::Tensor matrix = kernel.reshape({m_shape[0], -1}).to(torch::kFloat64);
        const auto [p, s, qt] = torch::linalg_svd(matrix, false);
        const torch::Tensor root = s.sqrt();
        const torch::Tensor u = p * root;
        const torch::Tensor v = root.unsqueeze(1) * qt;
        const torch::Tensor one = torch::ones(s.size(0), kernel.options());
        const torch::Tensor core = m_diagonal ? one : torch::diag(one);
        return {u.to(kernel.options()).contiguous(), core, v.to(kernel.options()).contiguous()};
    }

    /// (U · M) · V: the small product first.
    torch::Tensor materialize(std::span<const torch::Tensor> factors) const override {
        const torch::Tensor left =
            m_diagonal ? factors[0] * factors[1] : torch::mm(factors[0], factors[1]);
        return torch::mm(left, factors[2]).reshape(m_shape);
    }

private:
    std::vector<std::int64_t> m_shape;
    bool m_diagonal;
};

std::vector<FactorInfo> factors(const KernelShape& kernel, const Json& options) {
    const std::int64_t r = rank(kernel);
    const std::vector<std::int64_t> core =
        isDiagonal(options) ? std::vector{r} : std::vector{r, r};
    return {{"U", {kernel.out, r}}, {"M", core, true}, {"V", {r, columns(kernel)}}};
}

double composeCost(const KernelShape& kernel, const Json& options) {
    const auto r = static_cast<double>(rank(kernel));
    const double left = kernel.out * r * (isDiagonal(options) ? 1.0 : r);
    return left + kernel.out * r * static_cast<double>(columns(kernel));
}

} // namespace

const ParametrizationEntry& factoredParametrization() {
    static const ParametrizationEntry entry{
        {{.id = "factored",
          .label = "factored, W = U·M·V",
          .help = "The kernel as a matrix of output channels by input channels and positions, "
                  "written as a product of three that starts at its singular value "
                  "decomposition. U and V can be shared while each task has a core M of its own.",
          .source = "Ren & Shi 2023, arXiv 2308.13300 (per-task M, shared U and V); start and "
                    "matricization as in its spatial SVD, by channels",
          .options = {{.path = "core",
                       .type = FieldType::Choice,
                       .standard = "full",
                       .choices = {"full", "diagonal"},
                       .label = "Core M",
                       .help = "full: a square matrix; diagonal: one factor a singular value, as "
                               "in the paper."}}},
         factors,
         composeCost},
        [](const KernelShape& kernel, const Json& options) {
            return std::make_unique<Factored>(kernel, isDiagonal(options));
        }};
    return entry;
}

} // namespace concertina
