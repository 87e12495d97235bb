// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/map_ways.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

/// What is known of a node of the backbone.
struct PassedNode {
    int way = -1; ///< the input behind the most layers; −1: the image
    int depth = 0;
};

class WayFinder {
public:
    WayFinder(const LayerGraph& backbone, std::size_t layers)
        : m_backbone(backbone), m_shared(layers) {
        m_ways.passing.assign(layers, 0);
        for (const Node& node : backbone.nodes) {
            PassedNode passed;
            for (const int input : node.inputs)
                if (passed.way < 0 || at(input).depth > at(passed.way).depth)
                    passed.way = input;
            if (passed.way >= 0)
                passed.depth = at(passed.way).depth + (node.op == Op::Conv ? 1 : 0);
            m_passed.push_back(passed);
        }
        for (std::size_t task = 0; task < backbone.outputs.size(); ++task)
            followTask(static_cast<int>(task));
        for (std::size_t index = 0; index < backbone.nodes.size(); ++index)
            addSkips(static_cast<int>(index));
    }

    MapWays take() { return std::move(m_ways); }

private:
    const PassedNode& at(int node) const { return m_passed[static_cast<std::size_t>(node)]; }

    bool isLayer(const Node& node) const {
        return node.op == Op::Conv && node.layer >= 0
               && static_cast<std::size_t>(node.layer) < m_shared;
    }
    bool isOnWay(int layer) const { return m_ways.passing[static_cast<std::size_t>(layer)] != 0; }

    void followTask(int task) {
        std::vector<std::size_t> layers;
        for (int node = m_backbone.outputs[static_cast<std::size_t>(task)]; node >= 0;
             node = at(node).way)
            if (isLayer(m_backbone.node(node)))
                layers.push_back(static_cast<std::size_t>(m_backbone.node(node).layer));
        std::ranges::reverse(layers);
        for (const std::size_t layer : layers)
            m_ways.passing[layer] |= taskBit(task);
        m_ways.layers.push_back(std::move(layers));
    }

    /// Of a node that joins, what its other inputs bring. Upsampling takes a size alone from its
    /// second.
    void addSkips(int index) {
        const Node& node = m_backbone.node(index);
        if (node.inputs.size() < 2 || node.op == Op::Upsample || node.task >= 0)
            return;
        bool isWay = true; // the first time that the way's own input stands among them
        for (const int input : node.inputs) {
            if (input == at(index).way && isWay) {
                isWay = false;
                continue;
            }
            WaySkip skip{.op = node.op, .from = -1, .to = layerBehind(index), .through = {}};
            for (int back = input; back >= 0; back = at(back).way) {
                const Node& passed = m_backbone.node(back);
                if (!isLayer(passed))
                    continue;
                if (isOnWay(passed.layer)) {
                    skip.from = passed.layer;
                    break;
                }
                skip.through.push_back(static_cast<std::size_t>(passed.layer));
            }
            std::ranges::reverse(skip.through);
            if (std::ranges::find(m_ways.skips, skip) == m_ways.skips.end())
                m_ways.skips.push_back(std::move(skip));
        }
    }

    /// The first layer on a way that reads a node, through what is no layer; −1: none.
    int layerBehind(int node) const {
        std::vector<char> reached(m_backbone.nodes.size(), 0);
        reached[static_cast<std::size_t>(node)] = 1;
        for (std::size_t i = static_cast<std::size_t>(node) + 1; i < reached.size(); ++i) {
            const Node& reader = m_backbone.nodes[i];
            const int way = at(static_cast<int>(i)).way;
            if (way < 0 || reached[static_cast<std::size_t>(way)] == 0)
                continue;
            if (!isLayer(reader))
                reached[i] = static_cast<char>(reader.task < 0);
            else if (isOnWay(reader.layer))
                return reader.layer;
        }
        return -1;
    }

    const LayerGraph& m_backbone;
    std::size_t m_shared;
    std::vector<PassedNode> m_passed;
    MapWays m_ways;
};

} // namespace

MapWays mapWays(const LayerGraph& backbone, std::size_t layers) {
    return WayFinder(backbone, layers).take();
}

} // namespace concertina
