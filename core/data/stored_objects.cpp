// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/stored_objects.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace concertina {

namespace {

/// Label, box, area, whether it is a crowd; then x, y and state a point. The first row has the
/// picture's width and height.
constexpr std::size_t objectColumns = 7;
constexpr std::size_t pointColumns = 3;

} // namespace

TargetPlane storedObjects(const PictureObjects& picture) {
    std::size_t points = 0;
    for (const ImageObject& object : picture.objects)
        points = std::max(points, object.points.size());
    const std::size_t columns = objectColumns + pointColumns * points;
    std::vector<float> values{static_cast<float>(picture.width),
                              static_cast<float>(picture.height)};
    values.resize(columns);
    for (const ImageObject& object : picture.objects) {
        for (const double value :
             {static_cast<double>(object.label), object.box.x, object.box.y, object.box.width,
              object.box.height, object.area, object.isCrowd ? 1.0 : 0.0})
            values.push_back(static_cast<float>(value));
        for (const Keypoint& point : object.points)
            values.insert(values.end(), {static_cast<float>(point.x), static_cast<float>(point.y),
                                         static_cast<float>(point.state)});
        assert(values.size() % columns == 0 && "objects with points have all of them");
    }
    TargetPlane plane{Encoding::Float32, static_cast<int>(values.size() / columns),
                      static_cast<int>(columns)};
    plane.bytes.resize(values.size() * sizeof(float));
    std::memcpy(plane.bytes.data(), values.data(), plane.bytes.size());
    return plane;
}

PictureObjects objectsOf(const TargetPlane& stored) {
    std::vector<float> values(stored.bytes.size() / sizeof(float));
    std::memcpy(values.data(), stored.bytes.data(), values.size() * sizeof(float));
    PictureObjects picture;
    if (values.empty())
        return picture;
    picture.width = static_cast<int>(values[0]);
    picture.height = static_cast<int>(values[1]);
    const auto columns = static_cast<std::size_t>(stored.width);
    for (std::size_t row = columns; row < values.size(); row += columns) {
        const auto at = [&](std::size_t column) {
            return static_cast<double>(values[row + column]);
        };
        ImageObject& object =
            picture.objects.emplace_back(ImageObject{.label = static_cast<int>(at(0)),
                                                     .box = {at(1), at(2), at(3), at(4)},
                                                     .area = at(5),
                                                     .isCrowd = at(6) != 0});
        for (std::size_t p = objectColumns; p < columns; p += pointColumns)
            object.points.push_back(
                {at(p), at(p + 1), static_cast<Keypoint::State>(static_cast<int>(at(p + 2)))});
    }
    return picture;
}

} // namespace concertina
