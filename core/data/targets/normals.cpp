// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_tensors.h"
#include "core/tensor/torch.h"

#include <array>
#include <cmath>

namespace concertina {

namespace {

/// A direction of unit length; 0 where what is stored is none. Rounding to a byte moves a length
/// by less than 0.01; what is off by more than 0.5 was never a direction.
std::array<float, 3> normalAt(const TargetPlane& plane, int y, int x) {
    std::array<float, 3> normal{};
    float square = 0;
    for (int c = 0; c < 3; ++c) {
        const float value =
            plane.encoding == Encoding::Rgb8
                ? static_cast<float>(valueAt<std::uint8_t>(plane, y, x, c, 3)) / 127.5F - 1
                : static_cast<float>(valueAt<std::uint16_t>(plane, y, x, c, 3)) / 32767.5F - 1;
        normal[static_cast<std::size_t>(c)] = value;
        square += value * value;
    }
    const float length = std::sqrt(square);
    if (length < 0.5F || length > 1.5F)
        return {};
    for (float& value : normal)
        value /= length;
    return normal;
}

/// [N, 3, H, W] of unit length, 0 where they are not known.
class NormalsTensors final : public TargetTensors {
public:
    const TargetKind& kind() const override { return normalsTarget(); }

    TargetBatch batch(const StoredTargets& stored) const override {
        const auto count = static_cast<std::int64_t>(stored.planes.size());
        const std::size_t area = static_cast<std::size_t>(stored.height) * stored.width;
        const torch::Tensor all = torch::zeros({count, 3, stored.height, stored.width});
        for (std::size_t n = 0; n < stored.planes.size(); ++n) {
            const TargetPlane& plane = *stored.planes[n];
            if (plane.empty())
                continue;
            auto* values = all[static_cast<std::int64_t>(n)].data_ptr<float>();
            const bool flip = stored.augmentations[n].flip;
            forEachPixel(plane, stored.augmentations[n], [&](std::size_t at, int y, int x) {
                const auto normal = normalAt(plane, y, x);
                values[at] = flip ? -normal[0] : normal[0];
                values[at + area] = normal[1];
                values[at + 2 * area] = normal[2];
            });
        }
        return all;
    }

    std::int64_t known(const TargetPlane& stored, const TargetInfo& /*info*/) const override {
        std::int64_t known = 0;
        for (int y = 0; y < stored.height; ++y)
            for (int x = 0; x < stored.width; ++x)
                known += normalAt(stored, y, x) != std::array<float, 3>{} ? 1 : 0;
        return known;
    }
};

} // namespace

const TargetTensors& normalsTensors() {
    static const NormalsTensors tensors;
    return tensors;
}

} // namespace concertina
