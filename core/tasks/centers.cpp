// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/centers.h"

#include "core/data/target_objects.h"
#include "core/tasks/heat_plane.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <vector>

namespace concertina {

torch::Tensor lossValues(const torch::Tensor& output) {
    return output.scalar_type() == torch::kFloat64 ? output : output.to(torch::kFloat32);
}

torch::Tensor pairsOf(const std::vector<float>& values) {
    return torch::tensor(values).view({static_cast<std::int64_t>(values.size()) / 2, 2});
}

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
            const HeatPlane on{heat.data_ptr<float>() + plane, counts.data_ptr<float>() + plane,
                               height, width};
            const Box box =
                object.box.scaled(static_cast<double>(width), static_cast<double>(height));
            if (object.isCrowd) {
                on.passOver(box);
                continue;
            }
            const double x = box.x + box.width / 2;
            const double y = box.y + box.height / 2;
            const std::int64_t column = on.column(x);
            const std::int64_t row = on.row(y);
            on.peak(column, row, heatRadius(box));
            cells.push_back((n * height + row) * width + column);
            sizes.insert(sizes.end(),
                         {static_cast<float>(box.width), static_cast<float>(box.height)});
            offsets.insert(offsets.end(), {static_cast<float>(x - static_cast<double>(column)),
                                           static_cast<float>(y - static_cast<double>(row))});
        }
    }
    // A centre counts in a crowd, too.
    counts.masked_fill_(heat == 1, 1);
    const auto on = target.only().device();
    return {heat.to(on), counts.to(on), torch::tensor(cells, torch::kInt64).to(on),
            pairsOf(sizes).to(on), pairsOf(offsets).to(on)};
}

torch::Tensor centerLoss(const torch::Tensor& scores, const CenterMaps& maps) {
    const torch::Tensor likely = scores.sigmoid();
    const torch::Tensor isCenter = maps.heat == 1;
    const torch::Tensor at = (1 - likely).square() * torch::log_sigmoid(scores);
    const torch::Tensor around =
        (1 - maps.heat).pow(4) * likely.square() * torch::log_sigmoid(-scores);
    return -(torch::where(isCenter, at, around) * maps.counts).sum();
}

torch::Tensor centersLoss(const torch::Tensor& values, const TargetBatch& target,
                          std::int64_t classes, double sizeWeight) {
    const CenterMaps maps = centerMaps(target, classes, values.size(2), values.size(3));
    torch::Tensor sum = centerLoss(values.narrow(1, 0, classes) - centerPrior, maps);
    const std::int64_t objects = maps.cells.size(0);
    if (objects > 0) {
        const torch::Tensor boxes = atCells(values.narrow(1, classes, 4), maps.cells);
        sum = sum + sizeWeight * (boxes.narrow(1, 0, 2) - maps.sizes).abs().sum()
              + (boxes.narrow(1, 2, 2) - maps.offsets).abs().sum();
    }
    return sum / static_cast<double>(std::max<std::int64_t>(1, objects));
}

FieldInfo sizeWeightOption() {
    return {.path = "size_weight",
            .type = FieldType::Real,
            .defaultValue = 0.1,
            .minimum = 0,
            .maximum = 100,
            .label = "Weight of sizes",
            .help = "Of the distance between sizes, in cells of the map, beside that of places.",
            .advanced = true};
}

torch::Tensor atCells(const torch::Tensor& values, const torch::Tensor& cells) {
    return values.permute({0, 2, 3, 1}).reshape({-1, values.size(1)}).index_select(0, cells);
}

HeatPeaks heatPeaks(const torch::Tensor& scores, std::int64_t most) {
    const torch::Tensor likely = (scores.to(torch::kFloat32) - centerPrior).sigmoid();
    const torch::Tensor largest = torch::max_pool2d(likely, 3, 1, 1);
    const torch::Tensor flat =
        torch::where(likely == largest, likely, torch::zeros_like(likely)).flatten(1);
    const auto [score, index] = flat.topk(std::min(most, flat.size(1)), 1);
    const std::int64_t cells = scores.size(2) * scores.size(3);
    return {score, torch::floor_divide(index, cells), index.remainder(cells)};
}

torch::Tensor centerPeaks(const torch::Tensor& output, std::int64_t classes,
                          const HeatPeaks& peaks) {
    const auto across = static_cast<double>(output.size(3));
    const auto down = static_cast<double>(output.size(2));
    const auto at = [&](std::int64_t channel) {
        return output.select(1, classes + channel)
            .to(torch::kFloat32)
            .flatten(1)
            .gather(1, peaks.cell);
    };
    const torch::Tensor width = at(0).clamp_min(0) / across;
    const torch::Tensor height = at(1).clamp_min(0) / down;
    const torch::Tensor x =
        (peaks.cell.remainder(output.size(3)).to(torch::kFloat32) + at(2)) / across;
    const torch::Tensor y =
        (torch::floor_divide(peaks.cell, output.size(3)).to(torch::kFloat32) + at(3)) / down;
    return torch::stack({peaks.label.to(torch::kFloat32), peaks.score, x - width / 2,
                         y - height / 2, width, height},
                        2);
}

} // namespace concertina
