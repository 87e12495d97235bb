// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/mean.h"

#include "core/tensor/torch.h"

#include <numeric>

namespace concertina {

torch::Tensor weightedMean(const std::vector<torch::Tensor>& copies,
                           std::span<const int> weights) {
    if (copies.size() == 1)
        return copies.front();
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    torch::Tensor sum;
    for (std::size_t h = 1; h < copies.size(); ++h) {
        const torch::Tensor part = (copies[h] - copies[0]) * (weights[h] / all);
        sum = sum.defined() ? sum + part : part;
    }
    return copies[0] + sum;
}

JoinedStatistics joinedStatistics(const std::vector<torch::Tensor>& means,
                                  const std::vector<torch::Tensor>& variances,
                                  std::span<const int> weights) {
    const torch::Tensor mean = weightedMean(means, weights);
    if (means.size() == 1)
        return {mean, variances.front()};
    std::vector<torch::Tensor> squares;
    for (std::size_t i = 0; i < means.size(); ++i)
        squares.push_back(variances[i] + means[i].square());
    return {mean, weightedMean(squares, weights) - mean.square()};
}

torch::Tensor productOf(std::span<const torch::Tensor> copies) {
    torch::Tensor product = copies.front();
    for (const torch::Tensor& next : copies.subspan(1))
        product = product.dim() == 1 ? product * next : torch::mm(product, next);
    return product;
}

torch::Tensor identityLike(const torch::Tensor& factor) {
    return factor.dim() == 1 ? torch::ones_like(factor)
                             : torch::eye(factor.size(0), factor.options());
}

} // namespace concertina
