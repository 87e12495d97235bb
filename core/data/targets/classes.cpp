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

    NamesCount namesCount() const override { return NamesCount::Pixels; }

    std::vector<NameAmount> amounts(const TargetPlane& stored,
                                    const TargetInfo& info) const override {
        std::vector<std::int64_t> pixels(info.classes.size());
        for (int y = 0; y < stored.height; ++y)
            for (int x = 0; x < stored.width; ++x)
                if (const std::int64_t index = classAt(stored, info, y, x); index >= 0)
                    ++pixels[static_cast<std::size_t>(index)];
        std::vector<NameAmount> amounts;
        for (std::size_t c = 0; c < pixels.size(); ++c)
            if (pixels[c] > 0)
                amounts.push_back({static_cast<int>(c), static_cast<double>(pixels[c])});
        return amounts;
    }
};

} // namespace

const TargetTensors& classesTensors() {
    static const ClassesTensors tensors;
    return tensors;
}

} // namespace concertina
