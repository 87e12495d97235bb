// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

namespace at {
class Tensor;
}

namespace concertina {

class Network;

/// Images [N, 3, H, W] through another form of a network, as its weights are now: one output
/// [N, C, H, W] a task. On the CPU.
using NetworkForm =
    std::function<std::vector<at::Tensor>(const Network& network, const at::Tensor& images)>;

} // namespace concertina
