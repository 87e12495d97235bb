// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/quantization.h"

#include "core/collapse/collapsed_network.h"
#include "core/tensor/torch.h"

namespace concertina {

void ValueScale::round(torch::Tensor values) const {
    // Whole numbers of this size are exact, so that the zero need not be added before they are cut.
    constexpr int most = 255;
    values.div_(scale).round_().clamp_(-zero, most - zero).mul_(scale);
}

std::vector<torch::Tensor> CollapsedNetwork::forward(const torch::Tensor& images,
                                                     const RunSettings& settings) const {
    if (quantization.empty())
        return runProgram(program, tensors, images, settings);
    torch::Tensor input = images;
    if (!quantization.values.front().isFloat())
        quantization.values.front().round(input = images.clone());
    RunSettings rounding = settings;
    rounding.look = [&](int instruction, const torch::Tensor& value) {
        const ValueScale& how = quantization.values[static_cast<std::size_t>(instruction)];
        if (!how.isFloat())
            how.round(value);
        if (settings.look)
            settings.look(instruction, value);
    };
    return runProgram(program, tensors, input, rounding);
}

} // namespace concertina
