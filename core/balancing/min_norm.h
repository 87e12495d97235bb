// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/gramian.h"

#include <vector>

namespace concertina {

struct MinNorm {
    std::vector<double> weights; ///< ≥ 0, of sum 1
    bool converged = false;      ///< else they are the best that was found
};

/// The point of least norm in the convex hull of gradients: argmin ‖Σ w_t g_t‖² over the simplex.
/// At it ⟨d, g_t⟩ ≥ ‖d‖² for d = Σ w_t g_t and every t. Of two the closed form; of more, Wolfe's
/// method (1976, "Finding the nearest point in a polytope"), an active set method that ends
/// after finitely many exact solutions. It does not converge where a product is not finite, or
/// where rounding keeps it from the end.
MinNorm minNorm(const Gramian& gramian);

} // namespace concertina
