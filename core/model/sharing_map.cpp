// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_map.h"

#include "core/model/line_order.h"
#include "core/model/map_ways.h"

#include <algorithm>
#include <map>
#include <utility>

namespace concertina {

namespace {

/// By shared layer, the tasks that all of it runs once for.
std::vector<Partition> executedGroups(const NetworkDesign& design) {
    const std::size_t layers = design.plan.layers.size();
    const bool planned = design.tree.nodes.empty(); // a plan with problems is drawn too
    const LayerGraph& graph = planned ? design.backbone : design.graph;
    const ExecutionTree made = planned ? executionTree(graph, design.plan) : ExecutionTree{};
    std::vector<std::vector<TaskSet>> ofNode(graph.nodes.size());
    for (const ExecutedNode& executed : planned ? made.nodes : design.tree.nodes)
        ofNode[static_cast<std::size_t>(executed.node)].push_back(executed.tasks);
    std::vector<Partition> groups(layers, together(design.taskCount()));
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const Node& node = graph.nodes[i];
        if (node.op == Op::Conv && node.layer >= 0
            && static_cast<std::size_t>(node.layer) < layers) {
            Partition& all = groups[static_cast<std::size_t>(node.layer)];
            all = commonRefinement(all, {ofNode[i]});
        }
    }
    return groups;
}

/// What rests of what some tasks use in a layer.
MapFrozen frozenOf(const LayerPlan& plan, TaskSet tasks, TaskSet resting) {
    int parts = 0, frozen = 0;
    const auto count = [&](const Partition& partition, const std::string& name) {
        ++parts;
        const bool rests = std::ranges::all_of(partition.groups, [&](TaskSet group) {
            return (group & tasks) == 0 || (group & resting) != 0;
        });
        frozen += rests || plan.isFrozen(name) ? 1 : 0;
    };
    for (std::size_t k = 0; k < plan.factors.size(); ++k)
        count(plan.partitions[k], plan.factors[k]);
    if (plan.hasBias())
        count(plan.bias, "bias");
    count(plan.norm, "norm");
    if (frozen == parts)
        return MapFrozen::All;
    return frozen > 0 || !plan.frozen.empty() ? MapFrozen::Some : MapFrozen::None;
}

/// What a layer's fragment has beside one convolution.
struct FragmentFacts {
    int branches = 1;
    int keptBehind = 0;

    bool operator==(const FragmentFacts&) const = default;
};

FragmentFacts factsOf(const Fragment& fragment) {
    FragmentFacts facts;
    int reading = 0;
    for (const FragmentPart& part : fragment.parts) {
        const bool reads = std::ranges::count(part.inputs, FragmentPart::LayerInput) > 0;
        reading += reads ? 1 : 0;
        facts.keptBehind += !reads && part.kept && part.op == Op::Conv ? 1 : 0;
    }
    facts.branches = std::max(1, reading);
    return facts;
}

double layerMultiplyAdds(const Fragment& fragment, const Node& node) {
    const double places = static_cast<double>(node.height) * node.width;
    if (fragment.becomesOneKernel())
        return static_cast<double>(fragment.collapsedKernel().weights()) * places;
    double sum = 0;
    for (const FragmentPart& part : fragment.parts)
        if (part.op == Op::Conv)
            sum += static_cast<double>(part.kernel.weights()) * places;
    return sum;
}

class MapMaker {
public:
    MapMaker(const NetworkDesign& design, const std::set<std::string>& unfolded)
        : m_design(design),
          m_unfolded(unfolded),
          m_ways(mapWays(design.backbone, design.plan.layers.size())),
          m_groups(executedGroups(design)) {
        for (const LayerDesign& layer : design.layers)
            m_facts.push_back(factsOf(layer.fragment));
        m_layout.resting = design.plan.resting;
    }

    MapLayout make(std::span<const int> before) {
        placeLines(before);
        makeColumns();
        nameColumns();
        addCosts();
        for (std::size_t column = 0; column < m_layout.columns.size(); ++column)
            addStations(column);
        for (std::size_t task = 0; task < m_layout.lines.size(); ++task)
            followLine(static_cast<int>(task));
        for (const WaySkip& skip : m_ways.skips)
            addSkip(skip);
        stackSkips();
        return std::move(m_layout);
    }

private:
    TaskSet passing(std::size_t layer) const { return m_ways.passing[layer]; }
    const LayerPlan& plan(std::size_t layer) const { return m_design.plan.layers[layer]; }

    /// Groups of the ways come first: shortcuts may be parted in another way.
    void placeLines(std::span<const int> before) {
        std::vector<TaskSet> groups, others;
        for (std::size_t layer = 0; layer < m_groups.size(); ++layer)
            for (const TaskSet group : m_groups[layer].groups)
                (passing(layer) != 0 ? groups : others).push_back(group);
        groups.insert(groups.end(), others.begin(), others.end());
        m_layout.order = lineOrder(m_design.taskCount(), groups, before);
        m_layout.lines.resize(m_layout.order.size());
        for (std::size_t place = 0; place < m_layout.order.size(); ++place)
            m_layout.lines[static_cast<std::size_t>(m_layout.order[place])].y =
                static_cast<double>(place);
    }

    bool alike(std::size_t a, std::size_t b) const {
        LayerPlan named = plan(a);
        named.layer = plan(b).layer;
        return stageOf(plan(a).layer) == stageOf(plan(b).layer) && named == plan(b)
               && passing(a) == passing(b) && m_groups[a] == m_groups[b]
               && m_facts[a] == m_facts[b];
    }

    void makeColumns() {
        auto& columns = m_layout.columns;
        for (std::size_t layer = 0; layer < m_groups.size(); ++layer) {
            const std::string stage = stageOf(plan(layer).layer);
            if (!columns.empty() && !m_unfolded.contains(stage)
                && alike(columns.back().layers.back(), layer)) {
                columns.back().layers.push_back(layer);
                continue;
            }
            const LayerPlan& own = plan(layer);
            const bool merged = own.merged && own.refinement().groups.size() > 1;
            columns.push_back({.layers = {layer},
                               .stage = stage,
                               .label = own.layer,
                               .merged = merged,
                               .product = merged && own.product,
                               .branches = m_facts[layer].branches,
                               .keptBehind = m_facts[layer].keptBehind,
                               .onWay = passing(layer) != 0});
        }
    }

    void nameColumns() {
        std::map<std::string, std::size_t> sizes;
        for (std::size_t layer = 0; layer < m_groups.size(); ++layer)
            ++sizes[stageOf(plan(layer).layer)];
        for (MapColumn& column : m_layout.columns) {
            column.canUnfold = column.layers.size() > 1;
            column.canFold = m_unfolded.contains(column.stage) && sizes[column.stage] > 1;
            if (column.canUnfold && column.layers.size() == sizes[column.stage])
                column.label = column.stage;
            else if (column.canUnfold)
                column.label +=
                    "–" + plan(column.layers.back()).layer.substr(column.stage.size() + 1);
        }
    }

    void addCosts() {
        for (const Node& node : m_design.backbone.nodes) {
            if (node.op != Op::Conv || node.layer < 0)
                continue;
            const auto layer = static_cast<std::size_t>(node.layer);
            const double cost = layerMultiplyAdds(m_design.layers[layer].fragment, node);
            const int task = m_design.backbone.layers[layer].task;
            if (layer < m_groups.size())
                m_layout.columns[m_layout.columnOf(layer)].multiplyAdds += cost;
            else if (task >= 0)
                m_layout.lines[static_cast<std::size_t>(task)].headMultiplyAdds += cost;
        }
    }

    void addStations(std::size_t index) {
        MapColumn& column = m_layout.columns[index];
        const std::size_t layer = column.layers.front();
        const Partition kernels = plan(layer).kernels(), joined = plan(layer).joined();
        column.first = m_layout.stations.size();
        for (const TaskSet group : m_groups[layer].groups) {
            const TaskSet tasks = column.onWay ? group & passing(layer) : group;
            if (tasks == 0)
                continue;
            double sum = 0;
            for (const int task : tasksOf(tasks))
                sum += m_layout.lines[static_cast<std::size_t>(task)].y;
            m_layout.stations.push_back({.column = index,
                                         .tasks = tasks,
                                         .weights = groupContaining(kernels, group),
                                         .joined = groupContaining(joined, group),
                                         .kernel = groupOf(kernels, firstTask(tasks)),
                                         .y = sum / taskCount(tasks),
                                         .frozen = frozenOf(plan(layer), tasks, m_layout.resting)});
        }
        const auto begin = m_layout.stations.begin() + static_cast<std::ptrdiff_t>(column.first);
        std::stable_sort(begin, m_layout.stations.end(),
                         [](const MapStation& a, const MapStation& b) { return a.y < b.y; });
        column.count = m_layout.stations.size() - column.first;
    }

    void followLine(int task) {
        auto& stations = m_layout.lines[static_cast<std::size_t>(task)].stations;
        for (std::size_t i = 0; i < m_layout.stations.size(); ++i) {
            const MapStation& station = m_layout.stations[i];
            if (m_layout.columns[station.column].onWay && (station.tasks & taskBit(task)) != 0)
                stations.push_back(i);
        }
    }

    void addSkip(const WaySkip& way) {
        MapSkip skip{.op = way.op,
                     .from = way.from < 0 ? MapSkip::Image
                                          : m_layout.columnOf(static_cast<std::size_t>(way.from)),
                     .to = way.to < 0 ? m_layout.columns.size()
                                      : m_layout.columnOf(static_cast<std::size_t>(way.to)),
                     .through = {}};
        for (const std::size_t layer : way.through)
            if (const std::size_t column = m_layout.columnOf(layer);
                skip.through.empty() || skip.through.back() != column)
                skip.through.push_back(column);
        if (skip.from == skip.to)
            ++m_layout.columns[skip.from].skipsInside;
        else if (std::ranges::find(m_layout.skips, skip) == m_layout.skips.end())
            m_layout.skips.push_back(std::move(skip));
    }

    /// Shorter ones first; a skip lies outside all shorter ones that it overlaps.
    void stackSkips() {
        auto& skips = m_layout.skips;
        // From the image is from in front of column 0.
        const auto begin = [](const MapSkip& skip) { return skip.from + 1; };
        const auto end = [](const MapSkip& skip) { return skip.to + 1; };
        std::ranges::stable_sort(skips, {}, [&](const MapSkip& skip) {
            return std::pair(end(skip) - begin(skip), begin(skip));
        });
        for (std::size_t i = 0; i < skips.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j)
                if (begin(skips[j]) < end(skips[i]) && begin(skips[i]) < end(skips[j]))
                    skips[i].lane = std::max(skips[i].lane, skips[j].lane + 1);
            m_layout.lanes = std::max(m_layout.lanes, skips[i].lane + 1);
        }
    }

    const NetworkDesign& m_design;
    const std::set<std::string>& m_unfolded;
    MapWays m_ways;
    std::vector<Partition> m_groups;
    std::vector<FragmentFacts> m_facts;
    MapLayout m_layout;
};

} // namespace

double MapLayout::slot(const MapStation& station, int task) const {
    double slot = -0.5 * (taskCount(station.tasks) - 1);
    for (const int other : order) {
        if (other == task)
            break;
        slot += (station.tasks & taskBit(other)) != 0 ? 1 : 0;
    }
    return slot;
}

std::span<const MapStation> MapLayout::stationsOf(std::size_t column) const {
    return std::span(stations).subspan(columns[column].first, columns[column].count);
}

std::size_t MapLayout::columnOf(std::size_t layer) const {
    const auto behind = std::ranges::upper_bound(
        columns, layer, {}, [](const MapColumn& column) { return column.layers.front(); });
    const auto index = static_cast<std::size_t>(behind - columns.begin());
    if (index == 0 || layer > columns[index - 1].layers.back())
        return columns.size();
    return index - 1;
}

std::size_t MapLayout::trunk() const {
    std::size_t count = 0;
    for (const MapColumn& column : columns) {
        if (column.onWay
            && (column.count != 1
                || taskCount(stations[column.first].tasks) != static_cast<int>(lines.size())))
            break;
        ++count;
    }
    return count;
}

MapLayout mapLayout(const NetworkDesign& design, const std::set<std::string>& unfolded,
                    std::span<const int> before) {
    std::size_t shared = 0;
    for (const Layer& layer : design.backbone.layers)
        shared += layer.task < 0 ? 1 : 0;
    if (design.plan.layers.size() != shared || design.layers.size() != design.backbone.layers.size()
        || design.backbone.outputs.size() != design.plan.tasks.size() || design.plan.tasks.empty())
        return {};
    return MapMaker(design, unfolded).make(before);
}

} // namespace concertina
