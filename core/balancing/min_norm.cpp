// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/min_norm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace concertina {

namespace {

using Vector = std::vector<double>;

/// Solves a x = b by elimination with row pivots; not finite where the matrix has no inverse.
Vector solved(std::vector<Vector> a, Vector b) {
    const std::size_t n = b.size();
    for (std::size_t c = 0; c < n; ++c) {
        std::size_t pivot = c;
        for (std::size_t r = c + 1; r < n; ++r)
            if (std::abs(a[r][c]) > std::abs(a[pivot][c]))
                pivot = r;
        std::swap(a[c], a[pivot]);
        std::swap(b[c], b[pivot]);
        for (std::size_t r = c + 1; r < n; ++r) {
            const double factor = a[r][c] / a[c][c];
            for (std::size_t k = c; k < n; ++k)
                a[r][k] -= factor * a[c][k];
            b[r] -= factor * b[c];
        }
    }
    for (std::size_t c = n; c-- > 0;) {
        for (std::size_t k = c + 1; k < n; ++k)
            b[c] -= a[c][k] * b[k];
        b[c] /= a[c][c];
    }
    return b;
}

class Wolfe {
public:
    explicit Wolfe(const Gramian& gramian) : m_gramian(gramian), m_weights(gramian.size(), 0.0) {
        std::size_t shortest = 0;
        for (std::size_t i = 0; i < size(); ++i)
            if (gramian.at(i, i) < gramian.at(shortest, shortest))
                shortest = i;
        m_weights[shortest] = 1;
        m_active = {shortest};
    }

    MinNorm run() {
        for (std::size_t round = 0; round < 20 * size() + 20; ++round) {
            const auto [entering, converged] = lookAround();
            if (converged)
                return {m_weights, true};
            if (std::ranges::find(m_active, entering) != m_active.end())
                break; // rounding: it is in already
            m_active.push_back(entering);
            if (!moveToFace())
                break;
        }
        return {m_weights, false};
    }

private:
    std::size_t size() const { return m_gramian.size(); }

    /// The gradient that the present point agrees least with; whether it agrees enough, up to the
    /// rounding of these sums.
    std::pair<std::size_t, bool> lookAround() const {
        double norm = 0, least = std::numeric_limits<double>::infinity(), magnitude = 0;
        std::size_t entering = 0;
        for (std::size_t j = 0; j < size(); ++j) {
            double product = 0, sum = 0;
            for (const std::size_t i : m_active) {
                product += m_weights[i] * m_gramian.at(i, j);
                sum += m_weights[i] * std::abs(m_gramian.at(i, j));
            }
            norm += m_weights[j] * product;
            magnitude = std::max(magnitude, sum);
            if (product < least) {
                least = product;
                entering = j;
            }
        }
        constexpr double rounding = 16 * std::numeric_limits<double>::epsilon();
        return {entering, norm - least <= 1e-11 * norm + rounding * magnitude};
    }

    /// To the least norm of the affine hull of the active ones; where that lies outside their
    /// simplex, as far as its border, whose opposite ones leave. False where it cannot be found.
    bool moveToFace() {
        while (true) {
            const Vector target = affineMinimum();
            if (!std::ranges::all_of(target, [](double x) { return std::isfinite(x); }))
                return false;
            double step = 1;
            std::size_t leaving = target.size();
            for (std::size_t k = 0; k < target.size(); ++k) {
                const double here = m_weights[m_active[k]];
                if (target[k] > 0)
                    continue;
                const double ratio = here > 0 ? here / (here - target[k]) : 0;
                if (leaving == target.size() || ratio < step) {
                    step = ratio;
                    leaving = k;
                }
            }
            for (std::size_t k = 0; k < target.size(); ++k) {
                double& weight = m_weights[m_active[k]];
                weight = std::max(0.0, weight + step * (target[k] - weight));
            }
            if (leaving == target.size())
                return true;
            m_weights[m_active[leaving]] = 0;
            m_active.erase(m_active.begin() + static_cast<std::ptrdiff_t>(leaving));
            if (m_active.empty())
                return false;
        }
    }

    /// Solved for weights times lengths: gradients may be of very different ones. One of length 0
    /// is the least norm by itself, and never among several.
    Vector affineMinimum() const {
        const std::size_t n = m_active.size();
        Vector lengths;
        for (const std::size_t i : m_active)
            lengths.push_back(std::sqrt(m_gramian.at(i, i)));
        const double shortest = *std::ranges::min_element(lengths);
        std::vector<Vector> matrix(n + 1, Vector(n + 1, 0.0));
        for (std::size_t r = 0; r < n; ++r) {
            for (std::size_t c = 0; c < n; ++c)
                matrix[r][c] = m_gramian.at(m_active[r], m_active[c]) / (lengths[r] * lengths[c]);
            matrix[r][n] = matrix[n][r] = shortest / lengths[r];
        }
        Vector right(n + 1, 0.0);
        right[n] = 1;
        Vector solution = solved(std::move(matrix), std::move(right));
        solution.pop_back();
        for (std::size_t k = 0; k < n; ++k)
            solution[k] *= shortest / lengths[k];
        return solution;
    }

    const Gramian& m_gramian;
    Vector m_weights;
    std::vector<std::size_t> m_active;
};

Vector ofTwo(const Gramian& g) {
    const double whole = g.at(0, 0) + g.at(1, 1) - 2 * g.at(0, 1); // ‖g_1 − g_2‖²
    const double first = whole > 0 ? std::clamp((g.at(1, 1) - g.at(0, 1)) / whole, 0.0, 1.0) : 0.5;
    return {first, 1 - first};
}

} // namespace

MinNorm minNorm(const Gramian& gramian) {
    const std::size_t size = gramian.size();
    const Vector equal(size, 1.0 / static_cast<double>(std::max<std::size_t>(size, 1)));
    if (!std::ranges::all_of(gramian.products, [](double x) { return std::isfinite(x); }))
        return {equal, false};
    if (size < 2 || std::ranges::all_of(gramian.products, [](double x) { return x == 0; }))
        return {equal, true};
    if (size == 2)
        return {ofTwo(gramian), true};
    MinNorm result = Wolfe(gramian).run();
    const double sum = std::accumulate(result.weights.begin(), result.weights.end(), 0.0);
    for (double& weight : result.weights)
        weight /= sum;
    return result;
}

} // namespace concertina
