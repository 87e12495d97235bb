// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapsed_network.h"

#include <map>

namespace concertina {

CollapsedNetwork withoutTask(const CollapsedNetwork& network, const std::string& task,
                             FoldCounts& counts) {
    CollapsedNetwork left = network;
    left.program = {};
    left.tensors.clear();
    left.targets.clear();
    TaskSet kept = 0;
    for (std::size_t t = 0; t < network.targets.size(); ++t)
        kept |= network.targets[t].name != task ? taskBit(static_cast<int>(t)) : 0;
    const std::vector<TaskSet> served = tasksServed(network.program);
    std::map<int, int> tensors; // old → new
    std::vector<int> place(served.size(), -1);
    std::vector<bool> hasNorm(served.size()); // a norm of its own is left behind a convolution
    for (const Instruction& instruction : network.program.instructions)
        if (instruction.op == Op::ScaleShift)
            hasNorm[static_cast<std::size_t>(instruction.inputs.front())] = true;
    for (std::size_t i = 0; i < served.size(); ++i) {
        const Instruction& old = network.program.instructions[i];
        const bool needed = (served[i] & kept) != 0;
        if (!needed && old.op == Op::ScaleShift)
            --counts.keptNorms;
        if (!needed && old.op == Op::Conv) {
            const std::string& kernel =
                network.program.tensors[static_cast<std::size_t>(old.tensors.front())];
            const bool isOwn = kernel.find("/kernel/") != std::string::npos;
            counts.keptParts -= isOwn ? 0 : 1;
            counts.foldedNorms -= isOwn && !hasNorm[i] && !kernel.starts_with("head.") ? 1 : 0;
        }
        if (!needed)
            continue;
        place[i] = static_cast<int>(left.program.instructions.size());
        Instruction& instruction = left.program.instructions.emplace_back(old);
        for (int& input : instruction.inputs)
            input = place[static_cast<std::size_t>(input)];
        for (int& tensor : instruction.tensors) {
            const auto [entry, added] =
                tensors.try_emplace(tensor, static_cast<int>(left.tensors.size()));
            if (added) {
                const auto slot = static_cast<std::size_t>(tensor);
                left.program.tensors.push_back(network.program.tensors[slot]);
                left.tensors.push_back(network.tensors[slot]);
            }
            tensor = entry->second;
        }
    }
    for (const int t : tasksOf(kept)) {
        const auto index = static_cast<std::size_t>(t);
        left.targets.push_back(network.targets[index]);
        left.program.outputs.push_back(
            place[static_cast<std::size_t>(network.program.outputs[index])]);
    }
    counts.kernels = kernelCount(left.program);
    return left;
}

} // namespace concertina
