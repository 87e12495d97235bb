// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/polygon_mask.h"

#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace concertina {

namespace {

constexpr int finer = 5;

struct GridPoint {
    int x = 0, y = 0;
};

/// A place on the fine grid. It is rounded towards zero, as a cast of C does: other programs' masks
/// depend on it left of and above the image.
int onGrid(double place) {
    return static_cast<int>(finer * place + 0.5);
}

/// The middle of a pixel of the image from a place on the fine grid.
double pixelOf(int place) {
    return (place + 0.5) / finer - 0.5;
}

/// Follows the outline and notes where it passes the middle of a column.
class OutlineWalk {
public:
    OutlineWalk(int height, int width) : m_height(height), m_width(width) {}

    std::vector<std::uint32_t> changes;

    void edge(GridPoint from, GridPoint to) {
        const int dx = std::abs(to.x - from.x);
        const int dy = std::abs(to.y - from.y);
        // The smaller end counts as the beginning of the line, so that it is the same both ways.
        const bool turned = dx >= dy ? from.x > to.x : from.y > to.y;
        const GridPoint low = turned ? to : from;
        const GridPoint high = turned ? from : to;
        const int steps = std::max(dx, dy);
        if (steps == 0)
            return;
        const double slope = dx >= dy ? static_cast<double>(high.y - low.y) / dx
                                      : static_cast<double>(high.x - low.x) / dy;
        for (int i = 0; i <= steps; ++i) {
            const int along = turned ? steps - i : i;
            if (dx >= dy)
                step({low.x + along, static_cast<int>(low.y + slope * along + 0.5)});
            else
                step({static_cast<int>(low.x + slope * along + 0.5), low.y + along});
        }
    }

private:
    void step(GridPoint to) {
        if (m_started && to.x != m_at.x)
            pass(to);
        m_at = to;
        m_started = true;
    }

    void pass(GridPoint to) {
        const double column = pixelOf(to.x < m_at.x ? to.x : to.x - 1);
        if (column != std::floor(column) || column < 0 || column > m_width - 1)
            return;
        const double row =
            std::ceil(std::clamp(pixelOf(std::min(to.y, m_at.y)), 0.0, double(m_height)));
        changes.push_back(static_cast<std::uint32_t>(column) * static_cast<std::uint32_t>(m_height)
                          + static_cast<std::uint32_t>(row));
    }

    int m_height, m_width;
    GridPoint m_at;
    bool m_started = false;
};

} // namespace

Expected<RunMask> maskOfPolygon(int height, int width, std::span<const double> corners) {
    if (corners.size() % 2 != 0 || corners.size() < 6)
        return failure({"polygon.corners", "", std::to_string(corners.size()) + " numbers",
                        "x and y of at least three corners", ""});
    std::vector<GridPoint> points;
    for (std::size_t i = 0; i < corners.size(); i += 2) {
        const double x = corners[i];
        const double y = corners[i + 1];
        if (!std::isfinite(x) || !std::isfinite(y))
            return failure({"polygon.corners", "", "a corner that is no number",
                            "x and y of every corner", ""});
        if (x < -width || x > 2.0 * width || y < -height || y > 2.0 * height)
            return failure({"polygon.outside", "",
                            "a corner at (" + digitsText(x, 6) + ", " + digitsText(y, 6) + ")",
                            "corners in the image, which is " + std::to_string(width) + " × "
                                + std::to_string(height),
                            "is it of another image, or of another size of it?"});
        points.push_back({onGrid(x), onGrid(y)});
    }
    points.push_back(points.front());
    OutlineWalk walk(height, width);
    for (std::size_t i = 0; i + 1 < points.size(); ++i)
        walk.edge(points[i], points[i + 1]);
    return maskOfChanges(height, width, std::move(walk.changes));
}

} // namespace concertina
