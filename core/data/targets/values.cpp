// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_tensors.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concertina {

namespace {

/// Stored: a float a quantity, NaN where it is not known; times the target's scale, plus its
/// offset. [N, quantities, 1, 1].
class ValuesTensors final : public TargetTensors {
public:
    const TargetKind& kind() const override { return valuesTarget(); }

    TargetBatch batch(const StoredTargets& stored) const override {
        const auto count = static_cast<std::int64_t>(stored.planes.size());
        const auto quantities = static_cast<std::int64_t>(stored.info.classes.size());
        const torch::Tensor all =
            torch::full({count, quantities, 1, 1}, std::numeric_limits<float>::quiet_NaN());
        auto* values = all.data_ptr<float>();
        for (std::size_t n = 0; n < stored.planes.size(); ++n)
            for (int i = 0;
                 i < std::min<int>(stored.planes[n]->width, static_cast<int>(quantities)); ++i)
                values[static_cast<std::int64_t>(n) * quantities + i] =
                    quantityAt(*stored.planes[n], stored.info, i);
        return all;
    }

    std::int64_t known(const TargetPlane& stored, const TargetInfo& info) const override {
        std::int64_t known = 0;
        for (int i = 0; i < stored.width; ++i)
            known += std::isnan(quantityAt(stored, info, i)) ? 0 : 1;
        return known;
    }

    NamesCount namesCount() const override { return NamesCount::Values; }

    std::vector<NameAmount> amounts(const TargetPlane& stored,
                                    const TargetInfo& info) const override {
        std::vector<NameAmount> amounts;
        for (int i = 0; i < std::min<int>(stored.width, static_cast<int>(info.classes.size())); ++i)
            if (const float value = quantityAt(stored, info, i); !std::isnan(value))
                amounts.push_back({i, value});
        return amounts;
    }

private:
    static float quantityAt(const TargetPlane& plane, const TargetInfo& info, int i) {
        const auto value =
            plane.empty() ? std::numeric_limits<float>::quiet_NaN() : valueAt<float>(plane, 0, i);
        if (!std::isfinite(value))
            return std::numeric_limits<float>::quiet_NaN();
        return static_cast<float>(static_cast<double>(value) * info.scale + info.offset);
    }
};

} // namespace

const TargetTensors& valuesTensors() {
    static const ValuesTensors tensors;
    return tensors;
}

} // namespace concertina
