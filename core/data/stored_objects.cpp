// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/stored_objects.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace concertina {

namespace {

/// Label, box, area, whether it is a crowd; of the first row the picture's width and height.
constexpr std::size_t objectColumns = 7;
using ObjectRow = std::array<float, objectColumns>;

} // namespace

TargetPlane storedObjects(const PictureObjects& picture) {
    std::vector<ObjectRow> rows{
        {static_cast<float>(picture.width), static_cast<float>(picture.height)}};
    for (const ImageObject& object : picture.objects)
        rows.push_back({static_cast<float>(object.label), static_cast<float>(object.box.x),
                        static_cast<float>(object.box.y), static_cast<float>(object.box.width),
                        static_cast<float>(object.box.height), static_cast<float>(object.area),
                        object.isCrowd ? 1.0F : 0.0F});
    TargetPlane plane{Encoding::Float32, static_cast<int>(rows.size()), int{objectColumns}};
    plane.bytes.resize(rows.size() * sizeof(ObjectRow));
    std::memcpy(plane.bytes.data(), rows.data(), plane.bytes.size());
    return plane;
}

PictureObjects objectsOf(const TargetPlane& stored) {
    std::vector<ObjectRow> rows(stored.bytes.size() / sizeof(ObjectRow));
    std::memcpy(rows.data(), stored.bytes.data(), rows.size() * sizeof(ObjectRow));
    PictureObjects picture;
    if (rows.empty())
        return picture;
    picture.width = static_cast<int>(rows[0][0]);
    picture.height = static_cast<int>(rows[0][1]);
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const auto at = [&](std::size_t column) { return static_cast<double>(rows[i][column]); };
        picture.objects.push_back({.label = static_cast<int>(at(0)),
                                   .box = {at(1), at(2), at(3), at(4)},
                                   .area = at(5),
                                   .isCrowd = rows[i][6] != 0});
    }
    return picture;
}

} // namespace concertina
