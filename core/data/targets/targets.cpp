// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_tensors.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace concertina {

const TargetTensors& classesTensors();
const TargetTensors& depthTensors();
const TargetTensors& inverseDepthTensors();
const TargetTensors& normalsTensors();
const TargetTensors& labelTensors();
const TargetTensors& presenceTensors();
const TargetTensors& valuesTensors();
const TargetTensors& boxesTensors();
const TargetTensors& keypointsTensors();

const TargetTensors& targetTensors(const TargetKind& kind) {
    static const std::array<const TargetTensors*, 9> all{
        &classesTensors(), &depthTensors(), &inverseDepthTensors(),
        &normalsTensors(), &labelTensors(), &presenceTensors(),
        &valuesTensors(),  &boxesTensors(), &keypointsTensors()};
    const auto found = std::ranges::find(
        all, &kind, [](const TargetTensors* tensors) { return &tensors->kind(); });
    assert(found != all.end() && "a test holds that both tables have the same kinds");
    return **found;
}

std::vector<NameAmount> TargetTensors::amounts(const TargetPlane& /*stored*/,
                                               const TargetInfo& /*info*/) const {
    return {};
}

ValueMap TargetTensors::truth(const TargetBatch& batch, std::int64_t n) const {
    return toValueMap(batch.only()[n], kind());
}

ValueMap TargetTensors::predicted(const torch::Tensor& prediction) const {
    return toValueMap(prediction, kind());
}

ValueMap toValueMap(const torch::Tensor& map, const TargetKind& kind) {
    const torch::Tensor values = map.detach().to(torch::kFloat32).cpu().contiguous();
    const auto* first = values.data_ptr<float>();
    return {&kind,
            static_cast<int>(map.size(-2)),
            static_cast<int>(map.size(-1)),
            {first, first + values.numel()}};
}

std::int64_t classAt(const TargetPlane& plane, const TargetInfo& target, int y, int x) {
    const int index = plane.encoding == Encoding::Index8 ? valueAt<std::uint8_t>(plane, y, x)
                                                         : valueAt<std::uint16_t>(plane, y, x);
    const bool known = index != target.ignore && index < static_cast<int>(target.classes.size());
    return known ? index : -1;
}

} // namespace concertina
