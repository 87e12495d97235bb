// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_objects.h"

#include "core/tensor/torch.h"

#include <array>

namespace concertina {

namespace {

constexpr std::int64_t itemColumns = 7;

} // namespace

TargetBatch toTargetBatch(const std::vector<BatchObjects>& images) {
    std::vector<std::array<float, itemColumns>> rows;
    TargetBatch batch;
    batch.offsets.push_back(0);
    for (const BatchObjects& image : images) {
        if (image.isKnown) {
            rows.push_back({-1, static_cast<float>(image.width), static_cast<float>(image.height)});
            for (const ImageObject& object : image.objects)
                rows.push_back({static_cast<float>(object.label), static_cast<float>(object.box.x),
                                static_cast<float>(object.box.y),
                                static_cast<float>(object.box.width),
                                static_cast<float>(object.box.height),
                                static_cast<float>(object.area), object.isCrowd ? 1.0F : 0.0F});
        }
        batch.offsets.push_back(static_cast<std::int64_t>(rows.size()));
    }
    const torch::Tensor items =
        torch::empty({static_cast<std::int64_t>(rows.size()), itemColumns}, torch::kFloat32);
    std::copy_n(rows.empty() ? nullptr : rows.front().data(), rows.size() * itemColumns,
                items.data_ptr<float>());
    batch.tensors.push_back(items);
    return batch;
}

BatchObjects objectsOf(const TargetBatch& batch, std::int64_t n) {
    const std::int64_t first = batch.offsets[static_cast<std::size_t>(n)];
    const std::int64_t end = batch.offsets[static_cast<std::size_t>(n) + 1];
    BatchObjects image;
    if (first == end)
        return image;
    const torch::Tensor rows = batch.only().narrow(0, first, end - first).cpu().contiguous();
    const auto row = rows.accessor<float, 2>();
    image.isKnown = true;
    image.width = static_cast<int>(row[0][1]);
    image.height = static_cast<int>(row[0][2]);
    for (std::int64_t i = 1; i < end - first; ++i)
        image.objects.push_back({.label = static_cast<int>(row[i][0]),
                                 .box = {row[i][1], row[i][2], row[i][3], row[i][4]},
                                 .area = row[i][5],
                                 .isCrowd = row[i][6] != 0});
    return image;
}

std::vector<ImageObject> foundObjects(const torch::Tensor& prediction) {
    const torch::Tensor rows = prediction.detach().to(torch::kFloat64).cpu().contiguous();
    const auto row = rows.accessor<double, 2>();
    std::vector<ImageObject> objects;
    for (std::int64_t i = 0; i < row.size(0); ++i)
        objects.push_back({.label = static_cast<int>(row[i][0]),
                           .box = {row[i][2], row[i][3], row[i][4], row[i][5]},
                           .score = row[i][1]});
    return objects;
}

} // namespace concertina
