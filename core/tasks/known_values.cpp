// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/known_values.h"

#include "core/tensor/torch.h"

namespace concertina {

std::int64_t knownCount(const TargetBatch& target) {
    return torch::isnan(target.only()).logical_not().sum().item<std::int64_t>();
}

torch::Tensor knownValues(const TargetBatch& target, const torch::Tensor& output) {
    return target.only().nan_to_num().to(output.scalar_type());
}

torch::Tensor meanOfKnown(const torch::Tensor& losses, const TargetBatch& target) {
    const std::int64_t count = knownCount(target);
    if (count == 0)
        return {};
    const torch::Tensor known = torch::isnan(target.only()).logical_not();
    return (losses * known.to(losses.scalar_type())).sum() / count;
}

} // namespace concertina
