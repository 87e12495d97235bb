// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// Patterns of layer names that lie in each other, those that hold the others first: `*`, "enc*"
/// (the letters before a number), "dec1.*" (up to a dot), and the names themselves. Of patterns
/// that match the same layers it has the widest; of one layer, its name.
struct PatternTree {
    struct Node {
        std::string pattern;
        int parent = -1;
        int layer = -1; ///< of a name
    };
    std::vector<Node> nodes;

    explicit PatternTree(std::span<const std::string> names);
};

inline constexpr double NoWay = std::numeric_limits<double>::infinity();

/// What labels of patterns cost. A layer is in the context of the narrowest label above it, or
/// where there is none in that which all begin in.
struct LabelCosts {
    int contexts = 0;
    int start = 0;
    std::vector<double>
        weights;                ///< by context: of a label that leads to it; `NoWay`: there is none
    std::vector<double> layers; ///< by layer and context: what a layer in it still costs
    std::vector<double> entering; ///< the same: what it costs to come into a layer in it, whatever
                                  ///< label the layer has itself; empty: nothing
    std::vector<int> step; ///< by context: where one more label leads to, of weight 1; empty:
                           ///< there is none
};

struct PlacedLabel {
    int node = 0;
    int context = 0; ///< that it leads to
    bool step = false;
};

/// The labels of least cost, in the order of the tree's nodes: a node's come behind its parent's,
/// and where labels are rules the later wins. Also the context of each layer.
struct Labels {
    std::vector<PlacedLabel> placed;
    std::vector<int> contexts;
    double cost = 0;
};

Labels cheapestLabels(const PatternTree& tree, const LabelCosts& costs);

} // namespace concertina
