// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/map_geometry.h"

#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr double MapMargin = 14;
constexpr double ImageWidth = 28;
constexpr double ImageHeight = 30;
constexpr double LeastGap = 36; ///< between columns
constexpr double MostGap = 150;
constexpr double ForkRoom = 0.65; ///< of a gap, where lines part
constexpr double LongForkRoom = 0.12;
constexpr double MostForkRoom = 1.8;
constexpr double LabelHeight = 30;
constexpr double LeastSpacing = 22;
constexpr double MostSpacing = 110;
constexpr double ThinnestLine = 2.2;
constexpr double WidestLine = 5.6;
constexpr double LeastHeadWidth = 30;
constexpr double MostHeadWidth = 190;
constexpr double HeadLetterRoom = 38;

/// How far lines move behind a column, in heads.
double movesBehind(const MapLayout& map, std::size_t column) {
    double most = 0;
    for (const MapLine& line : map.lines)
        for (std::size_t k = 0; k < line.stations.size(); ++k) {
            const MapStation& here = map.stations[line.stations[k]];
            if (here.column != column)
                continue;
            const double next =
                k + 1 < line.stations.size() ? map.stations[line.stations[k + 1]].y : line.y;
            most = std::max(most, std::abs(next - here.y));
        }
    return most;
}

/// In gaps: what lines need to move by so many heads.
double forkRoom(double moves) {
    return moves > 0.01 ? ForkRoom + std::min(LongForkRoom * moves, MostForkRoom) : 0;
}

/// Room in front of each column and of the heads, in gaps.
std::vector<double> gapsOf(const MapLayout& map) {
    double start = 0; // from the image, which stands in the middle of the heads
    for (const MapLine& line : map.lines)
        if (!line.stations.empty())
            start = std::max(start, std::abs(map.stations[line.stations.front()].y
                                             - 0.5 * static_cast<double>(map.lines.size() - 1)));
    std::vector<double> gaps{0.9 + forkRoom(start)};
    for (std::size_t column = 0; column < map.columns.size(); ++column)
        gaps.push_back(1.0 + forkRoom(movesBehind(map, column)));
    return gaps;
}

double sumOf(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum;
}

double headWidthOf(const std::vector<SharingTask>& tasks, double width) {
    const QFontMetricsF metrics(textFont());
    double widest = 0;
    for (const SharingTask& task : tasks)
        widest = std::max(widest, metrics.horizontalAdvance(task.label));
    const double most = std::clamp(width * 0.22, LeastHeadWidth, MostHeadWidth);
    return std::clamp(widest + HeadLetterRoom, LeastHeadWidth, most);
}

/// Skips need room below the lines: lanes, and what a shortcut runs there.
double skipRoom(const MapLayout& map) {
    double room = map.skips.empty() ? 0 : 12 + map.lanes * MapGeometry::LaneStep;
    for (const MapSkip& skip : map.skips)
        for (const std::size_t column : skip.through)
            room += 14.0 * static_cast<double>(map.columns[column].count) + 18;
    return room;
}

double widthOf(double cost, double most) {
    const double share = most > 0 ? std::sqrt(std::max(cost, 0.0) / most) : 0;
    return ThinnestLine + (WidestLine - ThinnestLine) * share;
}

void setWidths(const MapLayout& map, MapGeometry& geometry) {
    const auto ofLayer = [](const MapColumn& column) {
        return column.multiplyAdds / static_cast<double>(column.layers.size());
    };
    double most = 0;
    for (const MapColumn& column : map.columns)
        most = std::max(most, ofLayer(column));
    for (const MapColumn& column : map.columns)
        geometry.widths.push_back(widthOf(ofLayer(column), most));
    for (const MapLine& line : map.lines)
        geometry.headWidths.push_back(widthOf(std::min(line.headMultiplyAdds, most), most));
}

/// The lowest point of lines and stations from one column to another.
double lowestOf(const MapLayout& map, const MapGeometry& geometry, const MapSkip& skip) {
    double lowest = 0;
    for (std::size_t i = 0; i < map.stations.size(); ++i) {
        const std::size_t column = map.stations[i].column;
        if (map.columns[column].onWay && column + 1 >= skip.from + 1 && column <= skip.to)
            lowest = std::max(lowest, geometry.stations[i].bottom());
    }
    if (skip.to == map.columns.size())
        for (const double y : geometry.places.headY)
            lowest = std::max(lowest, y + MapGeometry::Radius);
    return lowest;
}

/// Skips lie below what they pass, the inner ones first, with what they run on the way.
void placeSkips(const MapLayout& map, MapGeometry& geometry) {
    geometry.skipY.assign(map.skips.size(), 0);
    std::vector<std::size_t> order(map.skips.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return map.skips[i].lane; });
    for (std::size_t n = 0; n < order.size(); ++n) {
        const MapSkip& skip = map.skips[order[n]];
        double y = lowestOf(map, geometry, skip) + 10;
        for (std::size_t m = 0; m < n; ++m) {
            const MapSkip& inner = map.skips[order[m]];
            if (inner.from + 1 < skip.to + 1 && skip.from + 1 < inner.to + 1)
                y = std::max(y, geometry.skipY[order[m]] + MapGeometry::LaneStep);
        }
        for (const std::size_t column : skip.through) {
            const MapColumn& run = map.columns[column];
            for (std::size_t k = 0; k < run.count; ++k)
                geometry.stations[run.first + k].moveCenter(
                    {geometry.places.columnX[column], y + 14.0 * static_cast<double>(k) + 4});
            y += 14.0 * static_cast<double>(run.count - 1) + 4;
        }
        geometry.skipY[order[n]] = y;
    }
}

void placeLabels(const MapLayout& map, MapGeometry& geometry) {
    geometry.labels.assign(map.columns.size(), {});
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
        const MapColumn& column = map.columns[c];
        if (column.count == 0)
            continue;
        const double x = geometry.places.columnX[c];
        const auto xOf = [&](std::size_t other, double otherwise) {
            return other < geometry.places.columnX.size() ? geometry.places.columnX[other]
                                                          : otherwise;
        };
        const double left = c > 0 ? x - xOf(c - 1, x) : 2 * LeastGap;
        const double right = xOf(c + 1, x + 2 * LeastGap) - x;
        const double half = std::max(std::min({left, right, 120.0}) / 2 - 1, 8.0);
        const QRectF& top = geometry.stations[column.first];
        geometry.labels[c] =
            column.onWay
                ? QRectF(x - half, top.top() - LabelHeight - 5, 2 * half, LabelHeight)
                : QRectF(x - half, geometry.stations[column.first + column.count - 1].bottom() + 1,
                         2 * half, LabelHeight / 2);
    }
}

/// Everything that follows from the places.
void derive(const MapLayout& map, MapGeometry& geometry, double headWidth) {
    const MapPlaces& places = geometry.places;
    geometry.stations.assign(map.stations.size(), {});
    const double r = MapGeometry::Radius;
    for (std::size_t i = 0; i < map.stations.size(); ++i) {
        const double x = places.columnX[map.stations[i].column];
        geometry.stations[i] = QRectF(x - r, 0, 2 * r, 2 * r);
    }
    std::vector<char> seen(map.stations.size(), 0);
    for (std::size_t task = 0; task < map.lines.size(); ++task)
        for (std::size_t k = 0; k < map.lines[task].stations.size(); ++k) {
            const std::size_t station = map.lines[task].stations[k];
            QRectF& rect = geometry.stations[station];
            const double y = places.lineY[task][k];
            const double x = rect.left();
            const QRectF own(x, y - r, 2 * r, 2 * r);
            rect = seen[station] != 0 ? rect.united(own) : own;
            seen[station] = 1;
        }
    geometry.heads.clear();
    const double height = std::clamp(geometry.spacing - 6, 16.0, 30.0);
    for (const double y : places.headY)
        geometry.heads.push_back(
            {geometry.size.width() - MapMargin - headWidth, y - height / 2, headWidth, height});
    placeSkips(map, geometry);
    placeLabels(map, geometry);
}

} // namespace

double MapGeometry::lineY(const MapLayout& map, std::size_t station, int task) const {
    const auto& passed = map.lines[static_cast<std::size_t>(task)].stations;
    const auto at = std::ranges::find(passed, station);
    return at == passed.end() ? stations[station].center().y()
                              : places.lineY[static_cast<std::size_t>(task)]
                                            [static_cast<std::size_t>(at - passed.begin())];
}

QSizeF leastMapSize(const MapLayout& map) {
    const double width =
        2 * MapMargin + ImageWidth + LeastHeadWidth + 70 + LeastGap * sumOf(gapsOf(map));
    const double height =
        2 * MapMargin + LabelHeight + skipRoom(map)
        + LeastSpacing * static_cast<double>(std::max<std::size_t>(map.lines.size(), 2));
    return {width, height};
}

MapGeometry mapGeometry(const MapLayout& map, const std::vector<SharingTask>& tasks, QSizeF size) {
    MapGeometry geometry;
    geometry.size = size.expandedTo(leastMapSize(map));
    if (map.lines.empty())
        return geometry;
    const double width = geometry.size.width(), height = geometry.size.height();
    const double headWidth = headWidthOf(tasks, width);

    const auto count = static_cast<double>(map.lines.size());
    const double top = MapMargin + LabelHeight, room = height - MapMargin - top - skipRoom(map);
    geometry.spacing = std::min(room / count, MostSpacing);
    const double first = top + (room - geometry.spacing * (count - 1)) / 2;
    const auto heightOf = [&](double y) { return first + y * geometry.spacing; };

    const std::vector<double> gaps = gapsOf(map);
    const double left = MapMargin + ImageWidth, right = width - MapMargin - headWidth;
    const double gap = std::min((right - left) / sumOf(gaps), MostGap);
    double x = left;
    for (std::size_t column = 0; column < map.columns.size(); ++column)
        geometry.places.columnX.push_back(x += gap * gaps[column]);

    const double step = std::min(MapGeometry::LineStep, geometry.spacing * 0.6);
    geometry.step = step;
    double imageY = 0;
    for (std::size_t task = 0; task < map.lines.size(); ++task) {
        std::vector<double> heights;
        for (const std::size_t index : map.lines[task].stations) {
            const MapStation& station = map.stations[index];
            heights.push_back(heightOf(station.y)
                              + step * map.slot(station, static_cast<int>(task)));
        }
        geometry.places.headY.push_back(heightOf(map.lines[task].y));
        imageY += heightOf(map.lines[task].y) / count;
        geometry.places.lineY.push_back(std::move(heights));
    }
    const double imageHeight = std::max(ImageHeight, step * (count - 1) + 14);
    geometry.image = {MapMargin, imageY - imageHeight / 2, ImageWidth, imageHeight};
    setWidths(map, geometry);
    derive(map, geometry, headWidth);
    return geometry;
}

MapGeometry between(const MapLayout& from, const MapGeometry& start, const MapLayout& to,
                    const MapGeometry& end, double share) {
    if (from.lines.size() != to.lines.size() || share >= 1 || end.heads.empty())
        return end;
    MapGeometry now = end;
    const auto mixed = [share](double a, double b) { return a + (b - a) * share; };
    for (std::size_t c = 0; c < to.columns.size(); ++c)
        if (const std::size_t old = from.columnOf(to.columns[c].layers.front());
            old < from.columns.size())
            now.places.columnX[c] = mixed(start.places.columnX[old], end.places.columnX[c]);
    for (std::size_t task = 0; task < to.lines.size(); ++task) {
        now.places.headY[task] = mixed(start.places.headY[task], end.places.headY[task]);
        std::vector<double> heights(from.columns.size(), std::nan("")); // by column before
        for (std::size_t k = 0; k < from.lines[task].stations.size(); ++k)
            heights[from.stations[from.lines[task].stations[k]].column] =
                start.places.lineY[task][k];
        for (std::size_t k = 0; k < to.lines[task].stations.size(); ++k) {
            const std::size_t column = to.stations[to.lines[task].stations[k]].column;
            const std::size_t old = from.columnOf(to.columns[column].layers.front());
            if (old < heights.size() && std::isfinite(heights[old]))
                now.places.lineY[task][k] = mixed(heights[old], end.places.lineY[task][k]);
        }
    }
    now.image.moveTop(mixed(start.image.top(), end.image.top()));
    derive(to, now, end.heads.front().width());
    return now;
}

double MapSegment::heightAt(double x) const {
    if (x <= begins)
        return from.y();
    if (x >= ends)
        return to.y();
    const double t = (x - begins) / (ends - begins);
    return from.y() + (to.y() - from.y()) * t * t * (3 - 2 * t); // near the cubic that is drawn
}

std::vector<MapSegment> mapSegments(const MapLayout& map, const MapGeometry& geometry, int task) {
    const MapLine& line = map.lines[static_cast<std::size_t>(task)];
    const auto& heights = geometry.places.lineY[static_cast<std::size_t>(task)];
    std::vector<MapSegment> segments;
    const double headY = geometry.places.headY[static_cast<std::size_t>(task)];
    const double slot = static_cast<double>(std::ranges::find(map.order, task) - map.order.begin())
                        - 0.5 * static_cast<double>(map.order.size() - 1);
    QPointF from(geometry.image.right(), geometry.image.center().y() + slot * geometry.step);
    for (std::size_t k = 0; k <= heights.size(); ++k) {
        const bool head = k == heights.size();
        MapSegment segment{.from = from, .to = {}};
        segment.column = head ? map.columns.size() : map.stations[line.stations[k]].column;
        segment.to = head ? QPointF(geometry.heads[static_cast<std::size_t>(task)].left(), headY)
                          : QPointF(geometry.places.columnX[segment.column], heights[k]);
        segment.width = head ? geometry.headWidths[static_cast<std::size_t>(task)]
                             : geometry.widths[segment.column];
        // Labels stand above stations: the bend begins behind them.
        const double way = segment.to.x() - from.x();
        segment.begins = from.x() + std::min(0.42 * way, 26.0);
        segment.ends = segment.to.x() - std::min(0.2 * way, 12.0);
        from = segment.to;
        segments.push_back(segment);
    }
    return segments;
}

MapHit mapHit(const MapLayout& map, const MapGeometry& geometry, const QPointF& position) {
    MapHit hit;
    constexpr double Reach = 4;
    for (std::size_t task = 0; task < geometry.heads.size(); ++task)
        if (geometry.heads[task].contains(position))
            return {.station = {},
                    .label = {},
                    .column = map.columns.size(),
                    .line = static_cast<int>(task)};
    for (std::size_t i = 0; i < geometry.stations.size(); ++i)
        if (geometry.stations[i]
                .adjusted(-Reach, -Reach / 2, Reach, Reach / 2)
                .contains(position)) {
            hit.station = i;
            hit.column = map.stations[i].column;
        }
    for (std::size_t c = 0; !hit.station && c < geometry.labels.size(); ++c)
        if (geometry.labels[c].contains(position)) {
            hit.label = hit.column = c;
            return hit;
        }
    double nearest = MapGeometry::LineStep / 2 + 1;
    for (std::size_t task = 0; task < map.lines.size(); ++task) {
        if (hit.station
            && (map.stations[*hit.station].tasks & taskBit(static_cast<int>(task))) == 0)
            continue;
        for (const MapSegment& segment : mapSegments(map, geometry, static_cast<int>(task))) {
            if (position.x() < segment.from.x() - 2 * Reach
                || position.x() > segment.to.x() + 2 * Reach)
                continue;
            const double distance = std::abs(position.y() - segment.heightAt(position.x()));
            if (distance >= nearest)
                continue;
            nearest = distance;
            hit.line = static_cast<int>(task);
            if (!hit.station)
                hit.column = segment.column;
        }
    }
    return hit;
}

} // namespace concertina
