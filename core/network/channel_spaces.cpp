// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/channel_spaces.h"

#include <algorithm>

namespace concertina {

ChannelSpaces::ChannelSpaces(const LayerGraph& graph) {
    std::vector<std::vector<int>> spaces; // of each node's output
    for (const Node& node : graph.nodes) {
        std::vector<int> own;
        if (node.inputs.empty())
            own = {added(node.channels)};
        else
            own = spaces[static_cast<std::size_t>(node.inputs.front())];
        if (node.op == Op::Conv)
            own = addLayer(graph.layer(node.layer), static_cast<std::size_t>(node.layer), own);
        // Unpooling puts each channel where the channel of the same number was pooled.
        const bool isJoined = node.op == Op::Add || node.op == Op::MaxUnpool;
        for (std::size_t i = 1; i < node.inputs.size(); ++i) {
            const auto& other = spaces[static_cast<std::size_t>(node.inputs[i])];
            if (node.op == Op::Concat)
                own.insert(own.end(), other.begin(), other.end());
            for (std::size_t k = 0; isJoined && k < std::min(own.size(), other.size()); ++k)
                join(own[k], other[k]);
        }
        spaces.push_back(std::move(own));
    }
}

std::vector<int> ChannelSpaces::read(std::size_t layer) const {
    std::vector<int> roots;
    for (const int space : m_read.at(layer))
        roots.push_back(root(space));
    return roots;
}

std::vector<int> ChannelSpaces::addLayer(const Layer& layer, std::size_t index,
                                         const std::vector<int>& input) {
    const KernelShape& kernel = layer.kernel;
    const bool isDepthwise =
        kernel.groups > 1 && kernel.groups == kernel.in && kernel.out == kernel.in;
    m_read[index] = kernel.groups == 1 ? input : std::vector<int>();
    const int space = isDepthwise && input.size() == 1 ? input.front() : added(kernel.out);
    m_written[index] = space;
    return {space};
}

int ChannelSpaces::root(int space) const {
    while (m_parents[static_cast<std::size_t>(space)] != space)
        space = m_parents[static_cast<std::size_t>(space)];
    return space;
}

int ChannelSpaces::added(int channels) {
    m_parents.push_back(static_cast<int>(m_parents.size()));
    m_channels.push_back(channels);
    return m_parents.back();
}

void ChannelSpaces::join(int a, int b) {
    if (channels(a) == channels(b))
        m_parents[static_cast<std::size_t>(root(b))] = root(a);
}

} // namespace concertina
