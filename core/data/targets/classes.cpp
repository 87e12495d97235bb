// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_tensors.h"
#include "core/tensor/torch.h"

namespace concertina {

namespace {

/// [N, H, W] int64, −1 where there is none.
class ClassesTensors final : public TargetTensors {
public:
    const TargetKind& kind() const override { return classesTarget(); }

    TargetBatch batch(const StoredTargets& stored) const override {
        const auto count = static_cast<std::int64_t>(stored.planes.size());
        const torch::Tensor all =
            torch::full({count, stored.height, stored.width}, -1, torch::kInt64);
        for (std::size_t n = 0; n < stored.planes.size(); ++n) {
            const TargetPlane& plane = *stored.planes[n];
            if (plane.empty())
                continue;
            auto* values = all[static_cast<std::int64_t>(n)].data_ptr<std::int64_t>();
            forEachPixel(plane, stored.augmentations[n], [&](std::size_t at, int y, int x) {
                values[at] = classAt(plane, stored.info, y, x);
            });
        }
        return all;
    }

    std::int64_t known(const TargetPlane& stored, const TargetInfo& info) const override {
        std::int64_t known = 0;
        for (int y = 0; y < stored.height; ++y)
            for (int x = 0; x < stored.width; ++x)
                known += classAt(stored, info, y, x) >= 0 ? 1 : 0;
        return known;
    }
};

} // namespace

const TargetTensors& classesTensors() {
    static const ClassesTensors tensors;
    return tensors;
}

} // namespace concertina
