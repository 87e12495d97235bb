// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace concertina {

/// Inner products ⟨g_i, g_j⟩ of the gradients of the tasks that have a part in a step.
struct Gramian {
    std::vector<int> tasks;       ///< which, ascending
    std::vector<double> products; ///< row by row, as many rows as tasks

    std::size_t size() const { return tasks.size(); }

    /// Of the i-th and j-th of `tasks`.
    double at(std::size_t i, std::size_t j) const { return products[i * size() + j]; }
};

} // namespace concertina
