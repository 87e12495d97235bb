// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/stored_objects.h"
#include "core/data/target_objects.h"
#include "core/data/target_tensors.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace concertina {

namespace {

/// An object of which less than this is left in a window need not be found, and is no error there.
constexpr double leastVisible = 0.25;

/// A box in shares of a window of a picture that is `height` × `width` pixels large; none where it
/// has no part in it. `area` follows.
std::optional<ImageObject> inWindow(ImageObject object, const Window& window) {
    const Box whole = object.box.scaled(window.width, window.height);
    const auto inside = [](double from, double length, double start, double room) {
        const double begin = std::clamp((from - start) / room, 0.0, 1.0);
        const double end = std::clamp((from + length - start) / room, 0.0, 1.0);
        return std::pair{begin, end - begin};
    };
    auto [x, width] = inside(whole.x, whole.width, window.left, window.columns);
    const auto [y, height] = inside(whole.y, whole.height, window.top, window.rows);
    if (!(width > 0 && height > 0))
        return std::nullopt;
    const double zoom = static_cast<double>(window.width) * window.height
                        / (static_cast<double>(window.columns) * window.rows);
    const double visible = width * height / (object.box.area() * zoom);
    if (window.flip)
        x = 1 - x - width;
    object.box = {x, y, width, height};
    object.area *= zoom * visible;
    object.isCrowd = object.isCrowd || visible < leastVisible;
    return object;
}

/// Items of an image: one for the picture, and one an object (target_objects.h).
class BoxesTensors final : public TargetTensors {
public:
    const TargetKind& kind() const override { return boxesTarget(); }

    TargetBatch batch(const StoredTargets& stored) const override {
        std::vector<BatchObjects> images;
        for (std::size_t n = 0; n < stored.planes.size(); ++n)
            images.push_back(
                augmented(*stored.planes[n], stored.info,
                          Window(stored.height, stored.width, stored.augmentations[n])));
        return toTargetBatch(images);
    }

    std::int64_t known(const TargetPlane& stored, const TargetInfo& /*info*/) const override {
        return std::ssize(objectsOf(stored).objects);
    }

    NamesCount namesCount() const override { return NamesCount::Pictures; }

    std::vector<NameAmount> amounts(const TargetPlane& stored,
                                    const TargetInfo& info) const override {
        std::vector<bool> has(info.classes.size());
        for (const ImageObject& object : objectsOf(stored).objects)
            if (isOfClass(object, info) && !object.isCrowd)
                has[static_cast<std::size_t>(object.label)] = true;
        std::vector<NameAmount> amounts;
        for (std::size_t c = 0; c < has.size(); ++c)
            if (has[c])
                amounts.push_back({static_cast<int>(c), 1});
        return amounts;
    }

    ValueMap truth(const TargetBatch& batch, std::int64_t n) const override {
        BatchObjects image = objectsOf(batch, n);
        ValueMap map = objectMap(boxesTarget(), std::move(image.objects));
        if (!image.isKnown)
            map.values = {std::numeric_limits<float>::quiet_NaN()};
        return map;
    }

    ValueMap predicted(const torch::Tensor& prediction) const override {
        ValueMap map = objectMap(boxesTarget(), foundObjects(prediction));
        if (!torch::isfinite(prediction).all().item<bool>())
            map.values = {std::numeric_limits<float>::quiet_NaN()};
        return map;
    }

private:
    static bool isOfClass(const ImageObject& object, const TargetInfo& info) {
        return object.label >= 0 && object.label < static_cast<int>(info.classes.size());
    }

    static BatchObjects augmented(const TargetPlane& plane, const TargetInfo& info,
                                  const Window& window) {
        BatchObjects image;
        if (plane.empty())
            return image;
        const PictureObjects picture = objectsOf(plane);
        image.isKnown = true;
        image.height = picture.height;
        image.width = picture.width;
        for (ImageObject object : picture.objects) {
            object.box = object.box.scaled(1.0 / picture.width, 1.0 / picture.height);
            if (!isOfClass(object, info))
                continue;
            if (const auto seen = inWindow(object, window))
                image.objects.push_back(*seen);
        }
        return image;
    }
};

} // namespace

const TargetTensors& boxesTensors() {
    static const BoxesTensors tensors;
    return tensors;
}

} // namespace concertina
