// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_map.h"
#include "widgets/sharing/sharing_model.h"

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <optional>
#include <vector>

namespace concertina {

/// What moves when a map changes. Lengths are device-independent pixels.
struct MapPlaces {
    std::vector<double> columnX;
    std::vector<std::vector<double>> lineY; ///< by task, at each station of its line
    std::vector<double> headY;              ///< by task
};

/// Where everything of a map stands.
struct MapGeometry {
    static constexpr double Radius = 5.5;   ///< of a station of one line
    static constexpr double LineStep = 7.5; ///< between the lines of a bundle
    static constexpr double LaneStep = 11;  ///< between skips

    QSizeF size;
    MapPlaces places;
    double spacing = 0; ///< of heads
    double step = 0;    ///< between the lines of a bundle
    QRectF image;
    std::vector<QRectF> stations;
    std::vector<QRectF> labels;     ///< by column; empty where there is no room
    std::vector<QRectF> heads;      ///< by task
    std::vector<double> widths;     ///< of lines, by column: of what comes to it
    std::vector<double> headWidths; ///< the same of heads, by task
    std::vector<double> skipY;      ///< by skip

    double lineY(const MapLayout& map, std::size_t station, int task) const;
};

/// The least room in which everything can be told apart.
QSizeF leastMapSize(const MapLayout& map);

/// Fits a map into a size, which `leastMapSize` bounds below.
MapGeometry mapGeometry(const MapLayout& map, const std::vector<SharingTask>& tasks, QSizeF size);

/// A share of the way from one map to another of the same tasks: what is in both moves, what is new
/// comes from where its tasks' lines were.
MapGeometry between(const MapLayout& from, const MapGeometry& start, const MapLayout& to,
                    const MapGeometry& end, double share);

/// What lies at a point.
struct MapHit {
    std::optional<std::size_t> station;
    std::optional<std::size_t> label;  ///< column whose label it is
    std::optional<std::size_t> column; ///< of station or label, or where the line leads to
    std::optional<int> line;           ///< task, beside or in a station, or of a head

    bool operator==(const MapHit&) const = default;
    bool isEmpty() const { return !station && !label && !line; }
};

MapHit mapHit(const MapLayout& map, const MapGeometry& geometry, const QPointF& position);

/// A line's way to a station or its head: straight to `begins`, a bend, straight from `ends`.
struct MapSegment {
    QPointF from;
    QPointF to;
    double begins = 0;
    double ends = 0;
    std::size_t column = 0; ///< of `to`; the number of columns at the head
    double width = 0;

    double heightAt(double x) const;
};

/// From the image to the head of a task.
std::vector<MapSegment> mapSegments(const MapLayout& map, const MapGeometry& geometry, int task);

} // namespace concertina
