// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/batch.h"

#include "core/data/image_files.h"
#include "core/data/target_tensors.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace concertina {

namespace {

Image cropped(const Image& image, const Window& window) {
    Image part{window.rows, window.columns, image.channels, {}};
    const auto row = static_cast<std::size_t>(window.columns) * image.channels;
    part.bytes.resize(row * window.rows);
    for (int y = 0; y < window.rows; ++y)
        std::memcpy(part.bytes.data() + row * y, image.pixel(window.top + y, window.left), row);
    return part;
}

/// Writes an RGB picture as three normalized planes.
void writeImage(const Image& image, const Normalization& normalization, bool flip, float* out) {
    const std::size_t area = static_cast<std::size_t>(image.height) * image.width;
    for (std::size_t c = 0; c < 3; ++c) {
        const float scale = 1.0F / (255.0F * normalization.deviation[c]);
        const float shift = -normalization.mean[c] / normalization.deviation[c];
        float* plane = out + c * area;
        for (int y = 0; y < image.height; ++y)
            for (int x = 0; x < image.width; ++x) {
                const int from = flip ? image.width - 1 - x : x;
                const float value = image.pixel(y, from)[c];
                plane[static_cast<std::size_t>(y) * image.width + x] = value * scale + shift;
            }
    }
}

} // namespace

Normalization normalizationOf(InputNormalization choice) {
    switch (choice) {
    case InputNormalization::ImageNet: return {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
    case InputNormalization::Unit: break;
    }
    return {};
}

Batch Batch::to(const torch::Device& device) const {
    if (device.is_cpu())
        return *this;
    Batch moved{.images = images.to(device)};
    for (const TargetBatch& target : targets)
        moved.targets.push_back(target.to(device));
    return moved;
}

BatchMaker::BatchMaker(std::vector<TargetInfo> targets, std::vector<std::size_t> taskTargets,
                       Normalization normalization)
    : m_targets(std::move(targets)), m_taskTargets(std::move(taskTargets)),
      m_normalization(normalization) {}

Batch BatchMaker::make(std::span<const Sample* const> samples,
                       std::span<const Augmentation> augmentations) const {
    const auto count = static_cast<std::int64_t>(samples.size());
    const int height = samples.front()->image.height;
    const int width = samples.front()->image.width;
    Batch batch{.images = torch::empty({count, 3, height, width})};
    const std::size_t area = static_cast<std::size_t>(height) * width;
    for (std::size_t n = 0; n < samples.size(); ++n) {
        const Sample& sample = *samples[n];
        const Augmentation& augmentation = augmentations[n];
        const Window window(height, width, augmentation);
        const Image image = augmentation.scale > 1
                                ? resized(cropped(sample.image, window), height, width)
                                : sample.image;
        writeImage(image, m_normalization, augmentation.flip,
                   batch.images.data_ptr<float>() + n * 3 * area);
    }
    for (const std::size_t index : m_taskTargets) {
        StoredTargets stored{m_targets[index], {}, augmentations, height, width};
        for (const Sample* sample : samples)
            stored.planes.push_back(&sample->targets[index]);
        batch.targets.push_back(targetTensors(*stored.info.kind).batch(stored));
    }
    return batch;
}

torch::Tensor BatchMaker::image(const Image& image) const {
    torch::Tensor tensor = torch::empty({1, 3, image.height, image.width});
    writeImage(image, m_normalization, false, tensor.data_ptr<float>());
    return tensor;
}

} // namespace concertina
