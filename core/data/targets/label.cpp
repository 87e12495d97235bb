// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_tensors.h"
#include "core/tensor/torch.h"

#include <limits>

namespace concertina {

namespace {

constexpr float notKnown = std::numeric_limits<float>::quiet_NaN();

/// Stored: one index. [N, classes, 1, 1], 1 at the class and 0 at the others; all NaN where it is
/// not known.
class LabelTensors final : public TargetTensors {
public:
    const TargetKind& kind() const override { return labelTarget(); }

    TargetBatch batch(const StoredTargets& stored) const override {
        const auto count = static_cast<std::int64_t>(stored.planes.size());
        const auto classes = static_cast<std::int64_t>(stored.info.classes.size());
        const torch::Tensor all = torch::full({count, classes, 1, 1}, notKnown);
        for (std::int64_t n = 0; n < count; ++n) {
            const TargetPlane& plane = *stored.planes[static_cast<std::size_t>(n)];
            const std::int64_t index = plane.empty() ? -1 : classAt(plane, stored.info, 0, 0);
            if (index < 0)
                continue;
            all[n].zero_();
            all[n][index].fill_(1);
        }
        return all;
    }

    std::int64_t known(const TargetPlane& stored, const TargetInfo& info) const override {
        return !stored.empty() && classAt(stored, info, 0, 0) >= 0 ? 1 : 0;
    }

    NamesCount namesCount() const override { return NamesCount::Pictures; }

    std::vector<NameAmount> amounts(const TargetPlane& stored,
                                    const TargetInfo& info) const override {
        const std::int64_t index = stored.empty() ? -1 : classAt(stored, info, 0, 0);
        if (index < 0)
            return {};
        return {{static_cast<int>(index), 1}};
    }
};

} // namespace

const TargetTensors& labelTensors() {
    static const LabelTensors tensors;
    return tensors;
}

} // namespace concertina
