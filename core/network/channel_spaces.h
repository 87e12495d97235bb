// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"

#include <map>
#include <vector>

namespace concertina {

/// Which channels of a graph are the same ones. A space is what a convolution gives; norms and
/// pooling leave it as it is, a sum makes one of its inputs' spaces, and so does unpooling of the
/// indices' and its input's; a concatenation lays spaces beside each other, and a convolution of
/// one channel a group gives the space that it reads.
class ChannelSpaces {
public:
    explicit ChannelSpaces(const LayerGraph& graph);

    /// The space that a layer's kernel writes.
    int written(std::size_t layer) const { return root(m_written.at(layer)); }

    /// Those that it reads, one behind the other; none of a convolution in groups.
    std::vector<int> read(std::size_t layer) const;

    /// Channels of a space in this graph.
    int channels(int space) const { return m_channels[static_cast<std::size_t>(root(space))]; }

private:
    int root(int space) const;
    int added(int channels);
    void join(int a, int b);
    std::vector<int> addLayer(const Layer& layer, std::size_t index, const std::vector<int>& input);

    std::vector<int> m_parents;
    std::vector<int> m_channels;
    std::map<std::size_t, int> m_written; ///< by layer
    std::map<std::size_t, std::vector<int>> m_read;
};

} // namespace concertina
