// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace concertina {

// What the map shows: which tasks run together, from the image to the heads, without pixels.
//
// Columns go from left to right, one a layer or run of like layers of a stage; a station is what is
// run there once for a group of tasks. Lines, one a task, go through the stations of its way to its
// head. A station stands at the mean height of its tasks' heads, which are one apart.

enum class MapFrozen { None, Some, All };

struct MapStation {
    std::size_t column = 0;
    TaskSet tasks = 0;   ///< run together; in the order of the lines they are neighbours
    TaskSet weights = 0; ///< those that have this kernel, here or at other stations of the column
    TaskSet joined = 0; ///< those that share a copy of a factor with it, directly or through others
    int kernel = 0;     ///< index among the kernels of its layer: 0 is A
    double y = 0;       ///< of its middle; 0 is the upmost head
    MapFrozen frozen = MapFrozen::None;

    bool operator==(const MapStation&) const = default;
};

/// A layer or a run of like ones.
struct MapColumn {
    std::vector<std::size_t> layers; ///< of the plan
    std::string stage;               ///< "enc1"
    std::string label;               ///< "enc1", "enc1.2", "enc1.1–2"
    std::size_t first = 0;           ///< station; the others follow in the lines' order
    std::size_t count = 0;
    double multiplyAdds = 0; ///< of all its layers, for one image, once
    bool merged = false;     ///< one kernel of several copies
    bool product = false;    ///< merged by product
    int branches = 1;        ///< side by side in training
    int keptBehind = 0;      ///< parts that run behind the kernel in the collapsed network too
    int skipsInside = 0;     ///< that begin and end in it, as it is folded
    bool onWay = true;       ///< else it lies on a shortcut
    bool canUnfold = false;  ///< several layers in one column
    bool canFold = false;    ///< one of several columns of an unfolded stage

    bool operator==(const MapColumn&) const = default;
};

/// Features that take another way than the lines': U-Net's concatenations, SegNet's pooling
/// indices, residual sums.
struct MapSkip {
    static constexpr std::size_t Image = static_cast<std::size_t>(-1);

    Op op = Op::Concat;
    std::size_t from = 0;             ///< column; Image where it starts there
    std::size_t to = 0;               ///< column; the number of columns: the heads
    std::vector<std::size_t> through; ///< columns that lie on it
    int lane = 0; ///< nested skips lie on lanes of their own, the innermost on 0

    bool operator==(const MapSkip&) const = default;
};

struct MapLine {
    std::vector<std::size_t> stations; ///< in the order in which they are passed
    double y = 0;                      ///< of its head
    double headMultiplyAdds = 0;

    bool operator==(const MapLine&) const = default;
};

struct MapLayout {
    std::vector<MapColumn> columns;
    std::vector<MapStation> stations;
    std::vector<MapLine> lines; ///< one a task
    std::vector<MapSkip> skips;
    std::vector<int> order; ///< the tasks from the top
    TaskSet resting = 0;
    int lanes = 0;

    bool operator==(const MapLayout&) const = default;

    /// Where a task's line lies in a station's bundle: −1, 0, 1 for three tasks.
    double slot(const MapStation& station, int task) const;

    std::span<const MapStation> stationsOf(std::size_t column) const;

    /// The column that a layer of the plan is in; the number of columns where it is in none.
    std::size_t columnOf(std::size_t layer) const;

    /// How many columns, from the image, all tasks run together through.
    std::size_t trunk() const;
};

/// `unfolded` names stages of which each layer has a column of its own. `before` is the order that
/// the lines stood in; of a new map none.
MapLayout mapLayout(const NetworkDesign& design, const std::set<std::string>& unfolded = {},
                    std::span<const int> before = {});

} // namespace concertina
