// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_objects.h"

#include "core/tensor/torch.h"

#include <algorithm>

namespace concertina {

namespace {

constexpr std::int64_t itemColumns = 7;
constexpr std::int64_t foundColumns = 6;
constexpr std::int64_t pointColumns = 3;

} // namespace

TargetBatch toTargetBatch(const std::vector<BatchObjects>& images, std::size_t points) {
    const std::int64_t columns = itemColumns + pointColumns * static_cast<std::int64_t>(points);
    std::vector<float> values;
    std::int64_t rows = 0;
    const auto add = [&](std::initializer_list<double> row) {
        for (const double value : row)
            values.push_back(static_cast<float>(value));
    };
    TargetBatch batch;
    batch.offsets.push_back(0);
    for (const BatchObjects& image : images) {
        if (image.isKnown) {
            add({-1, static_cast<double>(image.width), static_cast<double>(image.height)});
            values.resize(static_cast<std::size_t>(++rows * columns));
            for (const ImageObject& object : image.objects) {
                add({static_cast<double>(object.label), object.box.x, object.box.y,
                     object.box.width, object.box.height, object.area, object.isCrowd ? 1.0 : 0.0});
                for (const Keypoint& point : object.points)
                    add({point.x, point.y, static_cast<double>(point.state)});
                values.resize(static_cast<std::size_t>(++rows * columns));
            }
        }
        batch.offsets.push_back(rows);
    }
    const torch::Tensor items = torch::empty({rows, columns}, torch::kFloat32);
    std::ranges::copy(values, items.data_ptr<float>());
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
    for (std::int64_t i = 1; i < end - first; ++i) {
        ImageObject& object = image.objects.emplace_back(
            ImageObject{.label = static_cast<int>(row[i][0]),
                        .box = {row[i][1], row[i][2], row[i][3], row[i][4]},
                        .area = row[i][5],
                        .isCrowd = row[i][6] != 0});
        for (std::int64_t p = itemColumns; p < rows.size(1); p += pointColumns)
            object.points.push_back(
                {row[i][p], row[i][p + 1],
                 static_cast<Keypoint::State>(static_cast<int>(row[i][p + 2]))});
    }
    return image;
}

std::vector<ImageObject> foundObjects(const torch::Tensor& prediction) {
    const torch::Tensor rows = prediction.detach().to(torch::kFloat64).cpu().contiguous();
    const auto row = rows.accessor<double, 2>();
    std::vector<ImageObject> objects;
    for (std::int64_t i = 0; i < row.size(0); ++i) {
        ImageObject& object =
            objects.emplace_back(ImageObject{.label = static_cast<int>(row[i][0]),
                                             .box = {row[i][2], row[i][3], row[i][4], row[i][5]},
                                             .score = row[i][1]});
        object.area = object.box.area();
        for (std::int64_t p = foundColumns; p < rows.size(1); p += pointColumns)
            object.points.push_back(
                {row[i][p], row[i][p + 1],
                 row[i][p + 2] >= LikelyPoint ? Keypoint::State::Seen : Keypoint::State::Hidden});
    }
    return objects;
}

} // namespace concertina
