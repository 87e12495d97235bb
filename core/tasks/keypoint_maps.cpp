// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/keypoint_maps.h"

#include "core/data/target_objects.h"
#include "core/tasks/heat_plane.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace concertina {

namespace {

constexpr double farthestPeak = 0.3; ///< of the box's longer side
constexpr std::int64_t mostPeaks = 100;

bool isKnown(const Keypoint& point) {
    return point.state != Keypoint::State::Unknown;
}

/// The maps of points of one image of a batch, as they are filled.
struct PointFiller {
    std::int64_t image;
    std::int64_t count; ///< of points
    std::int64_t height;
    std::int64_t width;
    float* heat;
    float* counts;
    std::vector<std::int64_t>& cells;
    std::vector<float>& offsets;
    std::vector<std::int64_t>& centers;
    std::vector<std::int64_t>& indices;
    std::vector<float>& ways;

    HeatPlane plane(std::int64_t point) const {
        const std::int64_t at = (image * count + point) * height * width;
        return {heat + at, counts + at, height, width};
    }

    void add(const ImageObject& inShares) const {
        const ImageObject object =
            inShares.scaled(static_cast<double>(width), static_cast<double>(height));
        if (object.isCrowd || std::ranges::none_of(object.points, isKnown)) {
            for (std::int64_t p = 0; p < count; ++p)
                plane(p).passOver(object.box);
            return;
        }
        const HeatPlane any = plane(0);
        const std::int64_t column = any.column(object.box.x + object.box.width / 2);
        const std::int64_t row = any.row(object.box.y + object.box.height / 2);
        for (std::int64_t p = 0; p < count; ++p) {
            const Keypoint& point = object.points[static_cast<std::size_t>(p)];
            if (!isKnown(point))
                continue;
            const std::int64_t x = any.column(point.x);
            const std::int64_t y = any.row(point.y);
            plane(p).peak(x, y, heatRadius(object.box));
            cells.push_back((image * height + y) * width + x);
            offsets.insert(offsets.end(), {static_cast<float>(point.x - static_cast<double>(x)),
                                           static_cast<float>(point.y - static_cast<double>(y))});
            centers.push_back((image * height + row) * width + column);
            indices.push_back(p);
            ways.insert(ways.end(), {static_cast<float>(point.x - static_cast<double>(column)),
                                     static_cast<float>(point.y - static_cast<double>(row))});
        }
    }
};

/// Places in cells, with their scores; each [N, K, P].
struct Places {
    torch::Tensor x, y, score;
};

/// The peaks of each point's map, moved to their places in their cells.
Places peaksOfPoints(const torch::Tensor& heat, const torch::Tensor& offsets) {
    const std::int64_t images = heat.size(0);
    const std::int64_t points = heat.size(1);
    const HeatPeaks peaks = heatPeaks(heat.reshape({-1, 1, heat.size(2), heat.size(3)}), mostPeaks);
    const torch::Tensor cell = peaks.cell.view({images, points, -1});
    const auto offset = [&](std::int64_t axis) {
        const torch::Tensor plane = offsets.select(1, axis).flatten(1).unsqueeze(1);
        return plane.expand({images, points, plane.size(2)}).gather(2, cell);
    };
    return {cell.remainder(heat.size(3)) + offset(0),
            torch::floor_divide(cell, heat.size(3)) + offset(1), peaks.score.view_as(cell)};
}

/// The ends of the ways from the centres' cells, and the score of the cell that each is in; P is
/// the number of centres.
Places endsOfWays(const torch::Tensor& ways, const torch::Tensor& heat, const torch::Tensor& cell) {
    const std::int64_t images = heat.size(0);
    const std::int64_t points = heat.size(1);
    const std::int64_t height = heat.size(2);
    const std::int64_t width = heat.size(3);
    const torch::Tensor at = cell.unsqueeze(1).expand({images, 2 * points, cell.size(1)});
    const torch::Tensor way = ways.flatten(2).gather(2, at).view({images, points, 2, cell.size(1)});
    const torch::Tensor x = way.select(2, 0) + cell.remainder(width).unsqueeze(1);
    const torch::Tensor y = way.select(2, 1) + torch::floor_divide(cell, width).unsqueeze(1);
    const torch::Tensor there = y.nan_to_num().floor().clamp(0, height - 1) * width
                                + x.nan_to_num().floor().clamp(0, width - 1);
    return {x, y, (heat - centerPrior).sigmoid().flatten(2).gather(2, there.to(torch::kInt64))};
}

} // namespace

PointMaps pointMaps(const TargetBatch& target, std::int64_t points, std::int64_t height,
                    std::int64_t width) {
    const TargetBatch near = target.to(torch::kCPU);
    const torch::Tensor heat = torch::zeros({target.size(), points, height, width});
    const torch::Tensor counts = torch::ones_like(heat);
    std::vector<std::int64_t> cells, centers, indices;
    std::vector<float> offsets, ways;
    for (std::int64_t n = 0; n < target.size(); ++n) {
        const BatchObjects image = objectsOf(near, n);
        if (!image.isKnown)
            counts[n].zero_();
        const PointFiller filler{n,
                                 points,
                                 height,
                                 width,
                                 heat.data_ptr<float>(),
                                 counts.data_ptr<float>(),
                                 cells,
                                 offsets,
                                 centers,
                                 indices,
                                 ways};
        for (const ImageObject& object : image.objects)
            filler.add(object);
    }
    counts.masked_fill_(heat == 1, 1);
    const auto on = target.only().device();
    const auto list = [&](const std::vector<std::int64_t>& values) {
        return torch::tensor(values, torch::kInt64).to(on);
    };
    return {{heat.to(on), counts.to(on), list(cells), {}, pairsOf(offsets).to(on)},
            list(centers),
            list(indices),
            pairsOf(ways).to(on)};
}

torch::Tensor keypointPeaks(const torch::Tensor& output, std::int64_t points, std::int64_t most) {
    const torch::Tensor values = output.to(torch::kFloat32);
    const HeatPeaks centers = heatPeaks(values.narrow(1, 0, 1), most);
    const torch::Tensor boxes = centerPeaks(values, 1, centers); // [N, K, 6]
    const torch::Tensor heat = values.narrow(1, 5 + 2 * points, points);
    const Places ends = endsOfWays(values.narrow(1, 5, 2 * points), heat, centers.cell);
    const Places peaks = peaksOfPoints(heat, values.narrow(1, 5 + 3 * points, 2));

    // [N, points, K, P]
    const auto across = static_cast<double>(values.size(3));
    const auto down = static_cast<double>(values.size(2));
    const auto ofPeaks = [](const torch::Tensor& peak) { return peak.unsqueeze(2); };
    const auto ofObject = [&](std::int64_t column, double size) {
        return (boxes.select(2, column) * size).unsqueeze(1).unsqueeze(3);
    };
    const torch::Tensor x = ofPeaks(peaks.x), y = ofPeaks(peaks.y);
    const torch::Tensor left = ofObject(2, across), top = ofObject(3, down);
    const torch::Tensor width = ofObject(4, across), height = ofObject(5, down);
    const torch::Tensor away =
        ((ends.x.unsqueeze(3) - x).square() + (ends.y.unsqueeze(3) - y).square()).sqrt();
    const torch::Tensor counts = (x >= left) & (x <= left + width) & (y >= top)
                                 & (y <= top + height)
                                 & (away <= farthestPeak * torch::maximum(width, height))
                                 & (ofPeaks(peaks.score) >= LikelyPoint);
    constexpr double none = std::numeric_limits<double>::infinity();
    const auto [nearest, index] = away.masked_fill(counts.logical_not(), none).min(3);
    const torch::Tensor isDrawn = torch::isfinite(nearest);
    const auto chosen = [&, at = index](const torch::Tensor& peak, const torch::Tensor& end) {
        return torch::where(isDrawn, peak.gather(2, at), end);
    };
    const torch::Tensor found =
        torch::stack({chosen(peaks.x, ends.x) / across, chosen(peaks.y, ends.y) / down,
                      chosen(peaks.score, ends.score)},
                     3); // [N, points, K, 3]
    return torch::cat({boxes, found.permute({0, 2, 1, 3}).flatten(2)}, 2);
}

} // namespace concertina
