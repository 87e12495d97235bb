// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/layer_comparison.h"

#include "core/model/execution_tree.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace concertina {

namespace {

int instructionNamed(const Program& program, const std::string& name) {
    const auto found = std::ranges::find(program.instructions, name, &Instruction::name);
    return static_cast<int>(found - program.instructions.begin());
}

/// The expanded instruction with the output of a collapsed one: that of its name, or the norm behind
/// it where this was folded into it.
int counterpart(const UnfoldedNetwork& expanded, const Instruction& collapsed) {
    const int own = instructionNamed(expanded.program, collapsed.name);
    const NetworkDesign& design = expanded.design;
    const std::vector<bool> foldable = foldableNorms(design.graph, design.tree);
    for (std::size_t i = 0; i < foldable.size(); ++i)
        if (foldable[i] && expanded.program.instructions[i].inputs.front() == own
            && !design.becomesOneKernel(design.graph.node(design.tree.nodes[i].node)))
            return static_cast<int>(i);
    return own;
}

} // namespace

double largestMagnitude(const torch::Tensor& tensor) {
    return tensor.numel() == 0 ? 0 : tensor.abs().max().item<double>();
}

double largerOrNan(double a, double b) {
    return a >= b || std::isnan(a) ? a : b;
}

int borderOf(const NetworkDesign& design, std::size_t layer) {
    const Fragment& fragment = design.fragments[layer];
    return fragment.becomesOneKernel()
               ? (fragment.collapsedKernel().width - design.graph.layers[layer].kernel.width) / 2
               : 0;
}

int borderLayers(const NetworkDesign& design) {
    int count = 0;
    for (std::size_t i = 0; i < design.fragments.size(); ++i)
        count += borderOf(design, i) > 0 ? 1 : 0;
    return count;
}

LayerComparison::LayerComparison(const UnfoldedNetwork& expanded, const CollapsedNetwork& collapsed)
    : m_program(expanded.program),
      m_unitsAt(m_program.instructions.size()),
      m_lastRead(m_program.instructions.size(), -1) {
    for (std::size_t i = 0; i < collapsed.program.instructions.size(); ++i) {
        const Op op = collapsed.program.instructions[i].op;
        if (op == Op::Conv || op == Op::ScaleShift)
            addUnit(expanded, collapsed.program, i);
    }
}

void LayerComparison::addUnit(const UnfoldedNetwork& expanded, const Program& collapsed,
                              std::size_t which) {
    Instruction alone = collapsed.instructions[which];
    const auto& before = collapsed.instructions[static_cast<std::size_t>(alone.inputs.front())];
    Unit unit{.tensors = alone.tensors,
              .input = counterpart(expanded, before),
              .output = counterpart(expanded, alone)};
    const NetworkDesign& design = expanded.design;
    const ExecutedNode& executed = design.tree.nodes[static_cast<std::size_t>(unit.output)];
    const Op op = m_program.instructions[static_cast<std::size_t>(unit.output)].op;
    const bool isOne = design.becomesOneKernel(design.graph.node(executed.node));
    if (isOne)
        unit.border =
            borderOf(design, static_cast<std::size_t>(design.graph.node(executed.node).layer));
    unit.about = {.layer = design.graph.layer(design.graph.node(executed.node).layer).name,
                  .tasks = groupName(executed.tasks, design.plan.tasks),
                  .what = alone.op == Op::ScaleShift ? "norm"
                          : isOne                    ? "branches"
                          : op == Op::Norm           ? "kernel and norm"
                                                     : "kernel"};
    alone.inputs = {0};
    for (std::size_t i = 0; i < alone.tensors.size(); ++i) {
        unit.program.tensors.push_back(std::to_string(i));
        alone.tensors[i] = static_cast<int>(i);
    }
    unit.program.instructions = {{.op = Op::Input, .name = "input"}, std::move(alone)};
    unit.program.outputs = {1};
    m_unitsAt[static_cast<std::size_t>(unit.output)].push_back(m_units.size());
    int& last = m_lastRead[static_cast<std::size_t>(unit.input)];
    last = std::max(last, unit.output);
    m_units.push_back(std::move(unit));
}

void LayerComparison::add(const std::vector<torch::Tensor>& expanded,
                          const std::vector<torch::Tensor>& collapsed,
                          const torch::Tensor& image) {
    std::map<int, torch::Tensor> held; // what later units are given
    held[0] = image;
    const auto look = [&](int at, const torch::Tensor& output) {
        if (m_lastRead[static_cast<std::size_t>(at)] >= 0)
            held[at] = output;
        // Now: what follows may work in place.
        for (const std::size_t unit : m_unitsAt[static_cast<std::size_t>(at)])
            compare(m_units[unit], collapsed, held.at(m_units[unit].input), output);
        std::erase_if(held, [&](const auto& entry) {
            return m_lastRead[static_cast<std::size_t>(entry.first)] <= at;
        });
    };
    runProgram(m_program, expanded, image, {.look = look});
}

void LayerComparison::compare(Unit& unit, const std::vector<torch::Tensor>& collapsed,
                              const torch::Tensor& input, const torch::Tensor& expected) {
    std::vector<torch::Tensor> tensors;
    for (const int tensor : unit.tensors)
        tensors.push_back(collapsed[static_cast<std::size_t>(tensor)]);
    torch::Tensor apart = runProgram(unit.program, tensors, input, {}).front() - expected;
    for (const int side : {2, 3})
        apart = apart.slice(side, unit.border, apart.size(side) - unit.border);
    const double difference = largestMagnitude(apart);
    if (input.scalar_type() == torch::kFloat64) {
        unit.about.maxAbs64 = largerOrNan(unit.about.maxAbs64.value_or(0), difference);
        return;
    }
    unit.difference = largerOrNan(unit.difference, difference);
    unit.magnitude = largerOrNan(unit.magnitude, largestMagnitude(expected));
}

std::vector<LayerDifference> LayerComparison::finish() const {
    std::vector<LayerDifference> result;
    for (const Unit& unit : m_units) {
        result.push_back(unit.about);
        result.back().maxRel32 = unit.difference / (unit.magnitude == 0 ? 1 : unit.magnitude);
    }
    return result;
}

} // namespace concertina
