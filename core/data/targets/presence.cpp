// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_tensors.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <limits>

namespace concertina {

namespace {

/// Stored: a byte a class, 0 or 1; others are not known. [N, classes, 1, 1]; NaN is not known.
class PresenceTensors final : public TargetTensors {
public:
    const TargetKind& kind() const override { return presenceTarget(); }

    TargetBatch batch(const StoredTargets& stored) const override {
        const auto count = static_cast<std::int64_t>(stored.planes.size());
        const auto classes = static_cast<std::int64_t>(stored.info.classes.size());
        const torch::Tensor all =
            torch::full({count, classes, 1, 1}, std::numeric_limits<float>::quiet_NaN());
        auto* values = all.data_ptr<float>();
        for (std::size_t n = 0; n < stored.planes.size(); ++n) {
            const auto& bytes = stored.planes[n]->bytes;
            for (std::size_t c = 0; c < std::min(bytes.size(), stored.info.classes.size()); ++c)
                if (bytes[c] <= 1)
                    values[n * static_cast<std::size_t>(classes) + c] = bytes[c];
        }
        return all;
    }

    std::int64_t known(const TargetPlane& stored, const TargetInfo& /*info*/) const override {
        return std::ranges::count_if(stored.bytes, [](std::uint8_t byte) { return byte <= 1; });
    }

    NamesCount namesCount() const override { return NamesCount::Pictures; }

    std::vector<NameAmount> amounts(const TargetPlane& stored,
                                    const TargetInfo& info) const override {
        std::vector<NameAmount> amounts;
        for (std::size_t c = 0; c < std::min(stored.bytes.size(), info.classes.size()); ++c)
            if (stored.bytes[c] != 0)
                amounts.push_back(
                    {static_cast<int>(c),
                     stored.bytes[c] == 1 ? 1 : std::numeric_limits<double>::quiet_NaN()});
        return amounts;
    }
};

} // namespace

const TargetTensors& presenceTensors() {
    static const PresenceTensors tensors;
    return tensors;
}

} // namespace concertina
