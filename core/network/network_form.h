// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

namespace at {
class Tensor;
}

namespace concertina {

class Network;

/// Images [N, 3, H, W] to one output [N, C, H, W] a task, on the CPU.
using NetworkForward = std::function<std::vector<at::Tensor>(const at::Tensor& images)>;

/// Another form of a network, with its weights as they are at the call.
using NetworkForm = std::function<NetworkForward(const Network& network)>;

} // namespace concertina
