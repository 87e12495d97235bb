// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pattern_tree.h"

#include <algorithm>
#include <set>

namespace concertina {

namespace {

/// What patterns of this name's kind begin with.
std::vector<std::string> beginningsOf(const std::string& name) {
    std::vector<std::string> all;
    const auto letters = name.find_first_of("0123456789");
    if (letters != std::string::npos && letters > 0)
        all.push_back(name.substr(0, letters));
    for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
        all.push_back(name.substr(0, dot + 1));
    return all;
}

/// How many names begin so.
std::size_t countOf(std::span<const std::string> names, const std::string& beginning) {
    return static_cast<std::size_t>(std::ranges::count_if(
        names, [&](const std::string& name) { return name.starts_with(beginning); }));
}

/// Sums what its children cost in each context into their parents.
class LabelSearch {
public:
    LabelSearch(const PatternTree& tree, const LabelCosts& costs)
        : m_tree(tree),
          m_costs(costs),
          m_contexts(static_cast<std::size_t>(costs.contexts)),
          m_below(tree.nodes.size() * m_contexts, 0.0),
          m_best(tree.nodes.size(), -1) {
        for (std::size_t n = tree.nodes.size(); n-- > 0;)
            settle(n);
    }

    Labels labels() const {
        Labels found;
        std::vector<int> inherited(m_tree.nodes.size(), m_costs.start);
        for (std::size_t n = 0; n < m_tree.nodes.size(); ++n) {
            const auto& node = m_tree.nodes[n];
            int context =
                node.parent < 0 ? m_costs.start : inherited[static_cast<std::size_t>(node.parent)];
            const Way way = cheapest(n, static_cast<std::size_t>(context));
            if (n == 0)
                found.cost = way.cost;
            if (way.context != context || way.step) {
                found.placed.push_back({static_cast<int>(n), way.context, way.step});
                context = way.context;
            }
            inherited[n] = context;
            if (node.layer >= 0) {
                found.contexts.resize(
                    std::max(found.contexts.size(), static_cast<std::size_t>(node.layer) + 1));
                found.contexts[static_cast<std::size_t>(node.layer)] = context;
            }
        }
        return found;
    }

private:
    struct Way {
        double cost = 0;
        int context = 0;
        bool step = false;
    };

    double below(std::size_t node, std::size_t context) const {
        return m_below[node * m_contexts + context];
    }

    /// From the context that a node inherits: to stay, or the label that is best.
    Way cheapest(std::size_t node, std::size_t context) const {
        Way way{below(node, context), static_cast<int>(context)};
        if (!m_costs.step.empty()) {
            const auto to = static_cast<std::size_t>(m_costs.step[context]);
            if (to != context && 1 + below(node, to) < way.cost)
                way = {1 + below(node, to), static_cast<int>(to), true};
        }
        if (const int best = m_best[node]; best >= 0) {
            const auto to = static_cast<std::size_t>(best);
            if (m_costs.weights[to] + below(node, to) < way.cost)
                way = {m_costs.weights[to] + below(node, to), best};
        }
        return way;
    }

    void settle(std::size_t node) {
        const int layer = m_tree.nodes[node].layer;
        double least = NoWay;
        for (std::size_t c = 0; c < m_contexts; ++c) {
            if (layer >= 0)
                m_below[node * m_contexts + c] +=
                    m_costs.layers[static_cast<std::size_t>(layer) * m_contexts + c];
            const double cost = m_costs.weights[c] + below(node, c);
            if (cost < least) {
                least = cost;
                m_best[node] = static_cast<int>(c);
            }
        }
        const int parent = m_tree.nodes[node].parent;
        for (std::size_t c = 0; parent >= 0 && c < m_contexts; ++c) {
            double cost = cheapest(node, c).cost;
            if (layer >= 0 && !m_costs.entering.empty())
                cost += m_costs.entering[static_cast<std::size_t>(layer) * m_contexts + c];
            m_below[static_cast<std::size_t>(parent) * m_contexts + c] += cost;
        }
    }

    const PatternTree& m_tree;
    const LabelCosts& m_costs;
    std::size_t m_contexts;
    std::vector<double> m_below; ///< by node and context
    std::vector<int> m_best;     ///< by node: where its best label leads to; −1: none
};

} // namespace

PatternTree::PatternTree(std::span<const std::string> names) {
    std::set<std::string> beginnings;
    for (const std::string& name : names)
        for (std::string& beginning : beginningsOf(name))
            beginnings.insert(std::move(beginning));
    // Of those that match the same layers the widest, the shortest, is looked at first.
    std::vector<std::pair<std::string, std::size_t>> kept; // and how many it matches
    for (const std::string& beginning : beginnings) {
        const std::size_t count = countOf(names, beginning);
        const bool known = std::ranges::any_of(kept, [&](const auto& wider) {
            return wider.second == count && beginning.starts_with(wider.first);
        });
        if (count > 1 && count < names.size() && !known)
            kept.emplace_back(beginning, count);
    }
    nodes.push_back({.pattern = "*"});
    std::vector<int> nodeOf(kept.size(), -1);
    for (std::size_t i = 0; i < names.size(); ++i) {
        int parent = 0;
        // They are sorted, so that what holds another stands before it.
        for (std::size_t k = 0; k < kept.size(); ++k) {
            if (!names[i].starts_with(kept[k].first))
                continue;
            if (nodeOf[k] < 0) {
                nodeOf[k] = static_cast<int>(nodes.size());
                nodes.push_back({.pattern = kept[k].first + "*", .parent = parent});
            }
            parent = nodeOf[k];
        }
        nodes.push_back({.pattern = names[i], .parent = parent, .layer = static_cast<int>(i)});
    }
}

Labels cheapestLabels(const PatternTree& tree, const LabelCosts& costs) {
    return LabelSearch(tree, costs).labels();
}

} // namespace concertina
