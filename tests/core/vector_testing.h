// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/gramian.h"

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

namespace concertina::testing {

// Gradients that are made up: a row a task.

using Vector = std::vector<double>;

inline double dot(const Vector& a, const Vector& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

inline Gramian gramianOf(const std::vector<Vector>& rows) {
    Gramian gramian;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        gramian.tasks.push_back(static_cast<int>(i));
        for (const Vector& other : rows)
            gramian.products.push_back(dot(rows[i], other));
    }
    return gramian;
}

inline Vector combined(const std::vector<Vector>& rows, const Vector& weights) {
    Vector sum(rows.front().size(), 0.0);
    for (std::size_t t = 0; t < rows.size(); ++t)
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += weights[t] * rows[t][i];
    return sum;
}

inline std::vector<Vector> randomRows(std::mt19937_64& random, std::size_t count,
                                      std::size_t size) {
    std::normal_distribution<double> normal;
    std::vector<Vector> rows(count, Vector(size));
    for (Vector& row : rows)
        for (double& x : row)
            x = normal(random);
    return rows;
}

inline bool near(const Vector& a, const Vector& b, double tolerance) {
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i] - b[i]) <= tolerance))
            return false;
    return true;
}

} // namespace concertina::testing
