// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/centers.h"

#include "core/data/target_objects.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace concertina {

namespace {

constexpr double centerOverlap = 0.7;

/// (w − r)(h − r) of w·h is in both boxes, so that they overlap by t where that is 2 t ÷ (1 + t).
double centerRadius(double width, double height) {
    constexpr double common = 2 * centerOverlap / (1 + centerOverlap);
    const double sum = width + height;
    return (sum - std::sqrt(std::max(0.0, sum * sum - 4 * width * height * (1 - common)))) / 2;
}

/// The planes of one class of one image.
struct CenterPlane {
    float* heat;
    float* counts;
    std::int64_t height;
    std::int64_t width;

    /// Raises the heat to a Gaussian around a cell.
    void peak(std::int64_t x, std::int64_t y, double radius) const {
        const double deviation = (2 * radius + 1) / 6;
        const auto reach = static_cast<std::int64_t>(radius);
        for (std::int64_t row = std::max<std::int64_t>(0, y - reach);
             row <= std::min(height - 1, y + reach); ++row)
            for (std::int64_t column = std::max<std::int64_t>(0, x - reach);
                 column <= std::min(width - 1, x + reach); ++column) {
                const double away = std::pow(static_cast<double>(column - x), 2)
                                    + std::pow(static_cast<double>(row - y), 2);
                float& value = heat[row * width + column];
                value = std::max(value,
                                 static_cast<float>(std::exp(-away / (2 * deviation * deviation))));
            }
    }

    /// Counts no cell whose middle is in the box, in cells.
    void passOver(const Box& box) const {
        for (std::int64_t row = 0; row < height; ++row)
            for (std::int64_t column = 0; column < width; ++column) {
                const double x = static_cast<double>(column) + 0.5;
                const double y = static_cast<double>(row) + 0.5;
                if (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height)
                    counts[row * width + column] = 0;
            }
    }
};

} // namespace

CenterMaps centerMaps(const TargetBatch& target, std::int64_t classes, std::int64_t height,
                      std::int64_t width) {
    const std::int64_t images = target.size();
    const TargetBatch near = target.to(torch::kCPU); // objects are read one by one
    const torch::Tensor heat = torch::zeros({images, classes, height, width});
    const torch::Tensor counts = torch::ones_like(heat);
    std::vector<std::int64_t> cells;
    std::vector<float> sizes, offsets;
    for (std::int64_t n = 0; n < images; ++n) {
        const BatchObjects image = objectsOf(near, n);
        if (!image.isKnown)
            counts[n].zero_();
        for (const ImageObject& object : image.objects) {
            if (object.label < 0 || object.label >= classes)
                continue;
            const std::int64_t plane = (n * classes + object.label) * height * width;
            const CenterPlane on{heat.data_ptr<float>() + plane, counts.data_ptr<float>() + plane,
                                 height, width};
            const Box box =
                object.box.scaled(static_cast<double>(width), static_cast<double>(height));
            if (object.isCrowd) {
                on.passOver(box);
                continue;
            }
            const double x = box.x + box.width / 2;
            const double y = box.y + box.height / 2;
            const auto column =
                std::clamp<std::int64_t>(static_cast<std::int64_t>(x), 0, width - 1);
            const auto row = std::clamp<std::int64_t>(static_cast<std::int64_t>(y), 0, height - 1);
            on.peak(column, row, centerRadius(box.width, box.height));
            cells.push_back((n * height + row) * width + column);
            sizes.insert(sizes.end(),
                         {static_cast<float>(box.width), static_cast<float>(box.height)});
            offsets.insert(offsets.end(), {static_cast<float>(x - static_cast<double>(column)),
                                           static_cast<float>(y - static_cast<double>(row))});
        }
    }
    // A centre counts in a crowd, too.
    counts.masked_fill_(heat == 1, 1);
    const auto count = static_cast<std::int64_t>(cells.size());
    const auto on = target.only().device();
    return {heat.to(on), counts.to(on), torch::tensor(cells, torch::kInt64).to(on),
            torch::tensor(sizes).view({count, 2}).to(on),
            torch::tensor(offsets).view({count, 2}).to(on)};
}

torch::Tensor centerLoss(const torch::Tensor& scores, const CenterMaps& maps) {
    const torch::Tensor likely = scores.sigmoid();
    const torch::Tensor isCenter = maps.heat == 1;
    const torch::Tensor at = (1 - likely).square() * torch::log_sigmoid(scores);
    const torch::Tensor around =
        (1 - maps.heat).pow(4) * likely.square() * torch::log_sigmoid(-scores);
    return -(torch::where(isCenter, at, around) * maps.counts).sum();
}

torch::Tensor atCells(const torch::Tensor& values, const torch::Tensor& cells) {
    return values.permute({0, 2, 3, 1}).reshape({-1, values.size(1)}).index_select(0, cells);
}

torch::Tensor centerPeaks(const torch::Tensor& output, std::int64_t classes, std::int64_t most) {
    const std::int64_t images = output.size(0);
    const std::int64_t height = output.size(2);
    const std::int64_t width = output.size(3);
    const torch::Tensor scores =
        (output.narrow(1, 0, classes).to(torch::kFloat32) - centerPrior).sigmoid();
    const torch::Tensor largest = torch::max_pool2d(scores, 3, 1, 1);
    const torch::Tensor peaks = torch::where(scores == largest, scores, torch::zeros_like(scores));
    const torch::Tensor flat = peaks.reshape({images, -1});
    const auto [score, index] = flat.topk(std::min(most, flat.size(1)), 1);
    const torch::Tensor cell = index.remainder(height * width);
    const torch::Tensor label = torch::floor_divide(index, height * width).to(torch::kFloat32);
    const auto at = [&](std::int64_t channel) {
        return output.select(1, classes + channel)
            .to(torch::kFloat32)
            .reshape({images, -1})
            .gather(1, cell);
    };
    const auto across = static_cast<double>(width);
    const auto down = static_cast<double>(height);
    const torch::Tensor boxWidth = at(0).clamp_min(0) / across;
    const torch::Tensor boxHeight = at(1).clamp_min(0) / down;
    const torch::Tensor x = (cell.remainder(width).to(torch::kFloat32) + at(2)) / across;
    const torch::Tensor y = (torch::floor_divide(cell, width).to(torch::kFloat32) + at(3)) / down;
    return torch::stack({label, score, x - boxWidth / 2, y - boxHeight / 2, boxWidth, boxHeight},
                        2);
}

} // namespace concertina
