// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parametrizations/stretches.h"

#include "core/tensor/torch.h"

namespace concertina {

namespace {

torch::Tensor shaped(const torch::Tensor& factor, const KernelShape& shape) {
    return factor.view({shape.out, shape.in / shape.groups, shape.height, shape.width});
}

} // namespace

torch::Tensor composeStretch(std::span<const torch::Tensor> factors,
                             std::span<const KernelShape> shapes) {
    torch::Tensor product = shaped(factors.front(), shapes.front());
    bool diagonal = shapes.front().isDiagonal();
    for (std::size_t i = 1; i < factors.size(); ++i) {
        const torch::Tensor next = shaped(factors[i], shapes[i]);
        if (shapes[i].isDiagonal()) {
            product = diagonal ? product * next : product * next.view({1, -1, 1, 1});
            continue;
        }
        if (diagonal) // [C, 1, 1, 1] scales what each channel is made of
            product = product * next;
        else if (product.size(2) * product.size(3) == 1)
            product = torch::mm(product.flatten(1), next.flatten(1))
                          .view({product.size(0), next.size(1), next.size(2), next.size(3)});
        else
            product = torch::matmul(product.permute({0, 2, 3, 1}), next.flatten(1))
                          .permute({0, 3, 1, 2})
                          .contiguous();
        diagonal = false;
    }
    return product;
}

} // namespace concertina
