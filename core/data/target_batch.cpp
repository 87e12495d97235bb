// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_batch.h"

#include "core/tensor/torch.h"

namespace concertina {

std::int64_t TargetBatch::size() const {
    if (!offsets.empty())
        return static_cast<std::int64_t>(offsets.size()) - 1;
    return defined() ? only().size(0) : 0;
}

TargetBatch TargetBatch::narrow(std::int64_t first, std::int64_t count) const {
    TargetBatch part;
    std::int64_t begin = first;
    std::int64_t length = count;
    if (!offsets.empty()) {
        begin = offsets[static_cast<std::size_t>(first)];
        length = offsets[static_cast<std::size_t>(first + count)] - begin;
        for (std::int64_t n = first; n <= first + count; ++n)
            part.offsets.push_back(offsets[static_cast<std::size_t>(n)] - begin);
    }
    for (const torch::Tensor& tensor : tensors)
        part.tensors.push_back(tensor.narrow(0, begin, length));
    return part;
}

TargetBatch TargetBatch::select(const std::vector<std::int64_t>& images) const {
    TargetBatch chosen;
    std::vector<std::int64_t> rows = images;
    if (!offsets.empty()) {
        rows.clear();
        chosen.offsets.push_back(0);
        for (const std::int64_t image : images) {
            const auto n = static_cast<std::size_t>(image);
            for (std::int64_t item = offsets[n]; item < offsets[n + 1]; ++item)
                rows.push_back(item);
            chosen.offsets.push_back(static_cast<std::int64_t>(rows.size()));
        }
    }
    for (const torch::Tensor& tensor : tensors)
        chosen.tensors.push_back(
            tensor.index_select(0, torch::tensor(rows, torch::kInt64).to(tensor.device())));
    return chosen;
}

TargetBatch TargetBatch::to(const torch::Device& device) const {
    TargetBatch moved;
    moved.offsets = offsets;
    for (const torch::Tensor& tensor : tensors)
        moved.tensors.push_back(tensor.to(device));
    return moved;
}

} // namespace concertina
