// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/targets/objects_tensors.h"

#include "core/data/stored_objects.h"
#include "core/data/target_objects.h"
#include "core/tensor/torch.h"
#include "core/values/keypoint_names.h"
#include "core/values/object_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace concertina {

namespace {

/// An object of which less than this is left in a window need not be found, and is no error there.
constexpr double leastVisible = 0.25;

/// What a window shows of an object that is in shares of its picture, in shares of the window.
class SeenObjects {
public:
    /// `mirrored`: where each point goes in a mirrored picture.
    SeenObjects(const Window& window, std::vector<int> mirrored)
        : m_window(window), m_mirrored(std::move(mirrored)) {}

    /// None where it has no part in the window. `area` follows; points outside are not known.
    std::optional<ImageObject> operator()(ImageObject object) const {
        const Box whole = object.box.scaled(m_window.width, m_window.height);
        auto [x, width] = inside(whole.x, whole.x + whole.width, m_window.left, m_window.columns);
        const auto [y, height] =
            inside(whole.y, whole.y + whole.height, m_window.top, m_window.rows);
        if (!(width > 0 && height > 0))
            return std::nullopt;
        const double zoom = static_cast<double>(m_window.width) * m_window.height
                            / (static_cast<double>(m_window.columns) * m_window.rows);
        const double visible = width * height / (object.box.area() * zoom);
        if (m_window.flip)
            x = 1 - x - width;
        object.box = {x, y, width, height};
        object.area *= zoom * visible;
        object.isCrowd = object.isCrowd || visible < leastVisible;
        seePoints(object.points);
        return object;
    }

private:
    static std::pair<double, double> inside(double from, double to, double start, double room) {
        const double begin = std::clamp((from - start) / room, 0.0, 1.0);
        const double end = std::clamp((to - start) / room, 0.0, 1.0);
        return {begin, end - begin};
    }

    void seePoints(std::vector<Keypoint>& points) const {
        for (Keypoint& point : points) {
            point.x = (point.x * m_window.width - m_window.left) / m_window.columns;
            point.y = (point.y * m_window.height - m_window.top) / m_window.rows;
            if (m_window.flip)
                point.x = 1 - point.x;
            if (!(point.x >= 0 && point.x < 1 && point.y >= 0 && point.y < 1))
                point = {};
        }
        if (!m_window.flip)
            return;
        const std::vector<Keypoint> before = points;
        for (std::size_t i = 0; i < points.size(); ++i)
            points[static_cast<std::size_t>(m_mirrored[i])] = before[i];
    }

    const Window& m_window;
    std::vector<int> m_mirrored;
};

} // namespace

TargetBatch ObjectsTensors::batch(const StoredTargets& stored) const {
    const std::vector<int> mirrored =
        kind().namesPoints() ? mirroredPoints(stored.info.classes) : std::vector<int>{};
    std::vector<BatchObjects> images(stored.planes.size());
    for (std::size_t n = 0; n < images.size(); ++n) {
        if (stored.planes[n]->empty())
            continue;
        const PictureObjects picture = objectsOf(*stored.planes[n]);
        const Window window(stored.height, stored.width, stored.augmentations[n]);
        const SeenObjects seen(window, mirrored);
        images[n] = {true, picture.height, picture.width};
        for (ImageObject object : picture.objects) {
            if (!isOne(object, stored.info))
                continue;
            const double area = object.area;
            object = object.scaled(1.0 / picture.width, 1.0 / picture.height);
            object.area = area; // stays one in pixels of the picture
            if (auto shown = seen(std::move(object)))
                images[n].objects.push_back(std::move(*shown));
        }
    }
    return toTargetBatch(images, mirrored.size());
}

std::int64_t ObjectsTensors::known(const TargetPlane& stored, const TargetInfo& /*info*/) const {
    return std::ssize(objectsOf(stored).objects);
}

std::vector<NameAmount> ObjectsTensors::amounts(const TargetPlane& stored,
                                                const TargetInfo& info) const {
    std::vector<bool> has(info.classes.size());
    for (const ImageObject& object : objectsOf(stored).objects)
        if (isOne(object, info) && !object.isCrowd)
            note(object, has);
    std::vector<NameAmount> amounts;
    for (std::size_t c = 0; c < has.size(); ++c)
        if (has[c])
            amounts.push_back({static_cast<int>(c), 1});
    return amounts;
}

ValueMap ObjectsTensors::truth(const TargetBatch& batch, std::int64_t n) const {
    BatchObjects image = objectsOf(batch, n);
    const double pixels = static_cast<double>(image.width) * image.height;
    for (ImageObject& object : image.objects)
        object.area /= pixels;
    ValueMap map = objectMap(kind(), std::move(image.objects));
    if (image.isKnown)
        map.aspect = static_cast<double>(image.width) / image.height;
    else
        map.values = {std::numeric_limits<float>::quiet_NaN()};
    return map;
}

ValueMap ObjectsTensors::predicted(const torch::Tensor& prediction) const {
    ValueMap map = objectMap(kind(), foundObjects(prediction));
    if (!torch::isfinite(prediction).all().item<bool>())
        map.values = {std::numeric_limits<float>::quiet_NaN()};
    return map;
}

} // namespace concertina
