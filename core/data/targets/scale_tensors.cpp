// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/targets/scale_tensors.h"

#include "core/tensor/torch.h"

#include <cmath>

namespace concertina {

namespace {

/// 0 where the stored value is invalid, not finite or not above 0.
float numberAt(const TargetPlane& plane, const TargetInfo& target, int y, int x) {
    double stored = 0;
    switch (plane.encoding) {
    case Encoding::UInt8: stored = valueAt<std::uint8_t>(plane, y, x); break;
    case Encoding::UInt16: stored = valueAt<std::uint16_t>(plane, y, x); break;
    default: stored = static_cast<double>(valueAt<float>(plane, y, x)); break;
    }
    if (!std::isfinite(stored) || (target.invalid && stored == *target.invalid))
        return 0;
    const double value = stored * target.scale + target.offset;
    return value > 0 ? static_cast<float>(value) : 0.0F;
}

} // namespace

TargetBatch ScaleTensors::batch(const StoredTargets& stored) const {
    const auto count = static_cast<std::int64_t>(stored.planes.size());
    const torch::Tensor all = torch::zeros({count, 1, stored.height, stored.width});
    for (std::size_t n = 0; n < stored.planes.size(); ++n) {
        const TargetPlane& plane = *stored.planes[n];
        if (plane.empty())
            continue;
        auto* values = all[static_cast<std::int64_t>(n)].data_ptr<float>();
        const auto divided = static_cast<float>(divisor(stored.augmentations[n].scale));
        forEachPixel(plane, stored.augmentations[n], [&](std::size_t at, int y, int x) {
            values[at] = numberAt(plane, stored.info, y, x) / divided;
        });
    }
    return all;
}

std::int64_t ScaleTensors::known(const TargetPlane& stored, const TargetInfo& info) const {
    std::int64_t known = 0;
    for (int y = 0; y < stored.height; ++y)
        for (int x = 0; x < stored.width; ++x)
            known += numberAt(stored, info, y, x) > 0 ? 1 : 0;
    return known;
}

} // namespace concertina
