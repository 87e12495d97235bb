// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/values/json.h"

#include <string>
#include <vector>

namespace concertina {

/// One operation of a program. Tensors by op: Conv kernel and bias, or the kernel alone; Norm
/// weight, bias, mean, variance; ScaleShift scale, shift; others none.
struct Instruction {
    Op op = Op::Input;
    std::string name;         ///< unique in its program
    std::vector<int> inputs;  ///< earlier instructions
    std::vector<int> tensors; ///< of `Program::tensors`
    Attributes attributes{};
    bool rests = false; ///< Norm: its running statistics stay, and it normalizes by them

    bool operator==(const Instruction&) const = default;
};

/// A network as a straight list of operations on named tensors: what is executed, expanded or
/// collapsed, and what a collapsed network's file holds.
struct Program {
    std::vector<Instruction> instructions; ///< the first is the image
    std::vector<std::string> tensors;      ///< names
    std::vector<int> outputs;              ///< an instruction a task

    bool operator==(const Program&) const = default;
};

/// Where a tensor of a network lives in files: "layer/what/group".
std::string tensorName(const std::string& layer, const std::string& what, TaskSet group,
                       const std::vector<std::string>& tasks);

/// Where a factor of a layer lives: in its layer, or in "network".
std::string factorPlace(const std::string& layer, const FactorInfo& factor);

/// How many kernels a program's tensors are, of layers and of what is kept behind them.
int kernelCount(const Program& program);

/// The program of an expanded network: one instruction an executed node of its execution tree.
/// Tensors are named "layer/kernel/…" and "layer/bias/…" (groups of the kernel partition),
/// "layer/norm.weight/…" and "layer/norm.bias/…" (groups of the norm's partition), and
/// "layer/norm.mean/…" and "layer/norm.var/…" (executed nodes). Those of the further parts
/// of a layer's fragment have their name: "layer/kernel.1x1/…", "layer/norm.1x1.mean/…"; of
/// stretches one behind the other "layer/kernel.link0/…", by their first factor.
Program programOf(const NetworkDesign& design);

/// For each instruction, the last one that reads it; itself where none does. Outputs live on.
std::vector<int> lastUses(const Program& program);

/// For each instruction, the tasks whose outputs it leads to.
std::vector<TaskSet> tasksServed(const Program& program);

/// What the outputs of some tasks need, in the same order and on the same tensors; these outputs
/// alone, by task.
Program programFor(const Program& program, TaskSet tasks);

/// As files have it: of each instruction op, name, the names of its inputs, those of its tensors
/// where it has some, and its attributes: of a conv stride, padding, dilation and groups, of a
/// pooling "window", "stride" and "padding" where it is not 2, 2 and 0, of an upsample "by" where
/// it is not bilinear.
Json toJson(const Program& program);

/// Whether programs of before 0.3 could not have read it: it has operations or attributes that
/// came later, or a convolution without a bias.
bool needsLaterReader(const Program& program);

/// Problems: "program.json", with the place in the JSON.
Expected<Program> programFromJson(const Json& json);

} // namespace concertina
