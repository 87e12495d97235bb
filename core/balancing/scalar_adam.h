// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/balancing/balancing.h"

namespace concertina {

/// Adam (Kingma & Ba 2015) with the constants of torch.optim.Adam, on the numbers of a list of a
/// method's state, each by itself: one that is not updated in a step rests, with its moments and
/// its count. These lie beside the list, in NAME.m, NAME.v and NAME.t.
class ScalarAdam {
public:
    /// Adds the lists to a state.
    ScalarAdam(BalancingState& state, std::string name, std::vector<double> start);

    /// `decay` is coupled: part of the gradient.
    void update(BalancingState& state, std::size_t index, double gradient, double rate,
                double decay = 0) const;

private:
    std::string m_name;
};

} // namespace concertina
