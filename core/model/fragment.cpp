// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/fragment.h"

#include <algorithm>
#include <cassert>

namespace concertina {

namespace {

std::string partName(const std::string& what, const FragmentPart& part) {
    return part.name.empty() ? what : what + "." + part.name;
}

/// Writes the nodes of one layer's parts behind a graph's. `node` is the layer's in the backbone.
int writeParts(LayerGraph& graph, const Node& node, int input, const Fragment& fragment) {
    const auto wordOf = [](Op op) {
        return op == Op::Conv ? ".conv" : op == Op::Norm ? ".norm" : ".add";
    };
    std::vector<int> written;
    for (std::size_t p = 0; p < fragment.parts.size(); ++p) {
        const FragmentPart& part = fragment.parts[p];
        Node now = node;
        now.op = part.op;
        now.part = static_cast<int>(p);
        now.name = partName(graph.layer(node.layer).name + wordOf(part.op), part);
        now.inputs.clear();
        for (const int from : part.inputs)
            now.inputs.push_back(
                from == FragmentPart::LayerInput ? input : written[static_cast<std::size_t>(from)]);
        const Node& before = graph.node(now.inputs.front());
        now.channels = part.op == Op::Conv ? part.kernel.out : before.channels;
        now.height = before.height;
        now.width = before.width;
        if (part.op == Op::Conv) {
            now.height = sideBehind(before.height, part.kernel.height, part.kernel.applied());
            now.width = sideBehind(before.width, part.kernel.width, part.kernel.applied());
            now.firstFactor = part.firstFactor;
            now.factorCount = part.factorCount;
        }
        written.push_back(graph.add(std::move(now)));
    }
    return written.back();
}

} // namespace

bool Fragment::becomesOneKernel() const {
    const auto convolutions = std::ranges::count(parts, Op::Conv, &FragmentPart::op);
    const bool more =
        convolutions > 1 || std::ranges::count(parts, Op::Norm, &FragmentPart::op) > 1;
    return more && std::ranges::none_of(parts, [](const FragmentPart& part) {
               return part.kept || part.stretch;
           });
}

KernelShape Fragment::collapsedKernel() const {
    KernelShape result = mainConvolution().kernel;
    std::vector<int> reach; // of each part, from the middle of what the layer reads
    for (const FragmentPart& part : parts) {
        int widest = 0;
        for (const int input : part.inputs)
            if (input != FragmentPart::LayerInput)
                widest = std::max(widest, reach[static_cast<std::size_t>(input)]);
        if (part.op == Op::Conv)
            widest += part.kernel.dilation * (part.kernel.width - 1) / 2;
        reach.push_back(widest);
    }
    const int more = reach.back() - result.dilation * (result.width - 1) / 2;
    assert(more == 0 || result.dilation == 1);
    result.height += 2 * more;
    result.width += 2 * more;
    result.padding += more;
    return result;
}

bool Fragment::hasInnerNorms() const {
    return std::ranges::any_of(
        parts, [](const FragmentPart& part) { return part.op == Op::Norm && !part.name.empty(); });
}

const FragmentPart& Fragment::mainConvolution() const {
    const auto composed = std::ranges::find_if(parts, [](const FragmentPart& part) {
        return part.op == Op::Conv && part.kernelFactors() > 1;
    });
    return composed != parts.end() ? *composed
                                   : *std::ranges::find(parts, Op::Conv, &FragmentPart::op);
}

Fragment oneConvolution(const KernelShape& kernel, std::size_t factors,
                        std::vector<KernelShape> convolutions) {
    return {{{.op = Op::Conv,
              .inputs = {FragmentPart::LayerInput},
              .factorCount = factors,
              .kernel = kernel,
              .convolutions = std::move(convolutions)},
             {.op = Op::Norm, .inputs = {0}}}};
}

LayerGraph withFragments(const LayerGraph& graph, std::span<const Fragment> fragments) {
    return rewritten(graph, [&](LayerGraph& result, Node node) {
        if (node.layer < 0)
            return result.add(std::move(node));
        const int input = node.inputs.front();
        if (node.op == Op::Conv && graph.layer(node.layer).norm)
            return input; // the fragment reads what it read, and stands where its norm is
        return writeParts(result, node, input, fragments[static_cast<std::size_t>(node.layer)]);
    });
}

std::string kernelTensor(const FragmentPart& part) {
    return partName("kernel", part);
}

std::string biasTensor(const FragmentPart& part) {
    return partName("bias", part);
}

std::string normTensor(const FragmentPart& part, const std::string& what) {
    return partName("norm", part) + "." + what;
}

} // namespace concertina
