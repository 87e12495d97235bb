// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace concertina {

/// One target of a batch of images. What its tensors hold is its kind's (`TargetTensors`).
struct TargetBatch {
    TargetBatch() = default;

    /// An entry an image.
    TargetBatch(torch::Tensor one) : tensors{std::move(one)} {}

    /// With the images as their first dimension, or, where there are offsets, items of the images.
    std::vector<torch::Tensor> tensors;
    /// Image n has the items from offsets[n] up to offsets[n + 1]. Empty: an entry an image.
    std::vector<std::int64_t> offsets{};

    /// Of a kind that has one tensor.
    const torch::Tensor& only() const { return tensors.front(); }

    bool defined() const { return !tensors.empty(); }

    /// Images.
    std::int64_t size() const;

    /// Of `count` images from `first` on; shares memory.
    TargetBatch narrow(std::int64_t first, std::int64_t count) const;

    /// Of these images, in this order, each as often as it is named.
    TargetBatch select(const std::vector<std::int64_t>& images) const;

    TargetBatch to(const torch::Device& device) const;
};

} // namespace concertina
