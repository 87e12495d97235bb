// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_map.h"

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace concertina::testing {

/// Where a task's line passes a column, in the units of heads; lines of a bundle are a little less
/// than one apart.
inline double lineHeight(const MapLayout& map, std::size_t station, int task) {
    return map.stations[station].y + 0.9 * map.slot(map.stations[station], task);
}

/// What is wrong with a layout, from pixels' point of view; empty where nothing is.
inline std::string wrongInLayout(const MapLayout& map) {
    const auto tasks = static_cast<int>(map.lines.size());
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
        TaskSet seen = 0;
        double bottom = -1e9;
        for (const MapStation& station : map.stationsOf(c)) {
            if (station.column != c || station.tasks == 0 || (seen & station.tasks) != 0)
                return "a station's tasks in " + map.columns[c].label;
            seen |= station.tasks;
            const double half = 0.45 * taskCount(station.tasks);
            if (station.y - half < bottom && map.columns[c].onWay)
                return "stations overlap in " + map.columns[c].label;
            bottom = station.y + half;
            int runs = 0; // of its lines in the order
            bool inside = false;
            for (const int task : map.order) {
                const bool now = (station.tasks & taskBit(task)) != 0;
                runs += now && !inside ? 1 : 0;
                inside = now;
            }
            if (runs != 1 && map.columns[c].onWay)
                return "lines of a group apart in " + map.columns[c].label;
        }
    }
    std::set<double> heads;
    for (int task = 0; task < tasks; ++task) {
        const MapLine& line = map.lines[static_cast<std::size_t>(task)];
        heads.insert(line.y);
        std::size_t last = 0;
        for (const std::size_t station : line.stations) {
            if ((map.stations[station].tasks & taskBit(task)) == 0)
                return "a line passes a station that is not its own";
            if (station != line.stations.front() && map.stations[station].column <= last)
                return "a line goes back";
            last = map.stations[station].column;
        }
    }
    for (int task = 0; task < tasks; ++task)
        if (!heads.contains(task))
            return "heads are not evenly spaced";
    return {};
}

/// Pairs of lines that cross: they pass two columns, or a column and the heads, in different
/// orders.
inline int crossings(const MapLayout& map) {
    int count = 0;
    const auto tasks = static_cast<int>(map.lines.size());
    for (int a = 0; a < tasks; ++a)
        for (int b = a + 1; b < tasks; ++b) {
            std::map<std::size_t, double> heights;
            for (const std::size_t station : map.lines[static_cast<std::size_t>(a)].stations)
                heights[map.stations[station].column] = lineHeight(map, station, a);
            bool above =
                map.lines[static_cast<std::size_t>(a)].y < map.lines[static_cast<std::size_t>(b)].y;
            const auto& stations = map.lines[static_cast<std::size_t>(b)].stations;
            for (auto at = stations.rbegin(); at != stations.rend(); ++at) {
                const auto other = heights.find(map.stations[*at].column);
                if (other == heights.end())
                    continue;
                const bool now = other->second < lineHeight(map, *at, b);
                count += now != above ? 1 : 0;
                above = now;
            }
        }
    return count;
}

} // namespace concertina::testing
