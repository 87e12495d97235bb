// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/batch.h"

#include "core/data/image_files.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace concertina {

namespace {

/// Which pixel of a sample each pixel of its augmented form is taken from.
struct Window {
    Window(int fullHeight, int fullWidth, const Augmentation& augmentation)
        : height(fullHeight), width(fullWidth), flip(augmentation.flip),
          rows(std::max(1, static_cast<int>(height / augmentation.scale))),
          columns(std::max(1, static_cast<int>(width / augmentation.scale))),
          top(static_cast<int>(std::lround(augmentation.top * (height - rows)))),
          left(static_cast<int>(std::lround(augmentation.left * (width - columns)))) {}

    int row(int y) const { return top + (2 * y + 1) * rows / (2 * height); }
    int column(int x) const {
        const int from = flip ? width - 1 - x : x;
        return left + (2 * from + 1) * columns / (2 * width);
    }

    int height, width; ///< of the sample
    bool flip;
    int rows, columns, top, left; ///< of the window
};

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

template <class Value>
Value valueAt(const TargetPlane& plane, int y, int x, int channel = 0, int channels = 1) {
    Value value;
    const std::size_t at =
        (static_cast<std::size_t>(y) * plane.width + x) * channels + static_cast<std::size_t>(channel);
    std::memcpy(&value, plane.bytes.data() + at * sizeof(Value), sizeof(Value));
    return value;
}

std::int64_t classAt(const TargetPlane& plane, const TargetInfo& target, int y, int x) {
    const int index = plane.encoding == Encoding::Index8 ? valueAt<std::uint8_t>(plane, y, x)
                                                         : valueAt<std::uint16_t>(plane, y, x);
    const bool known = index != target.ignore && index < static_cast<int>(target.classes.size());
    return known ? index : -1;
}

/// Metres; 0 where the stored value is invalid, not finite or not in front of the camera.
float depthAt(const TargetPlane& plane, const TargetInfo& target, int y, int x) {
    double stored = 0;
    switch (plane.encoding) {
    case Encoding::UInt8: stored = valueAt<std::uint8_t>(plane, y, x); break;
    case Encoding::UInt16: stored = valueAt<std::uint16_t>(plane, y, x); break;
    default: stored = static_cast<double>(valueAt<float>(plane, y, x)); break;
    }
    if (!std::isfinite(stored) || (target.invalid && stored == *target.invalid))
        return 0;
    const double metres = stored * target.scale + target.offset;
    return metres > 0 ? static_cast<float>(metres) : 0.0F;
}

/// A direction of unit length; 0 where what is stored is none. Rounding to a byte moves a length
/// by less than 0.01; what is off by more than 0.5 was never a direction.
std::array<float, 3> normalAt(const TargetPlane& plane, int y, int x) {
    std::array<float, 3> normal{};
    float square = 0;
    for (int c = 0; c < 3; ++c) {
        const float value =
            plane.encoding == Encoding::Rgb8
                ? static_cast<float>(valueAt<std::uint8_t>(plane, y, x, c, 3)) / 127.5F - 1
                : static_cast<float>(valueAt<std::uint16_t>(plane, y, x, c, 3)) / 32767.5F - 1;
        normal[static_cast<std::size_t>(c)] = value;
        square += value * value;
    }
    const float length = std::sqrt(square);
    if (length < 0.5F || length > 1.5F)
        return {};
    for (float& value : normal)
        value /= length;
    return normal;
}

/// Calls `write(index of the pixel, y, x in the plane)` for every pixel of the augmented form.
template <class Write>
void forEachPixel(const TargetPlane& plane, const Augmentation& augmentation, Write write) {
    const Window window(plane.height, plane.width, augmentation);
    std::size_t at = 0;
    for (int y = 0; y < plane.height; ++y)
        for (int x = 0; x < plane.width; ++x)
            write(at++, window.row(y), window.column(x));
}

void writeTarget(const TargetPlane& plane, const TargetInfo& target,
                 const Augmentation& augmentation, torch::Tensor out) {
    if (plane.empty())
        return;
    const std::size_t area = static_cast<std::size_t>(plane.height) * plane.width;
    if (target.kind == TargetKind::Classes) {
        auto* values = out.data_ptr<std::int64_t>();
        forEachPixel(plane, augmentation, [&](std::size_t at, int y, int x) {
            values[at] = classAt(plane, target, y, x);
        });
        return;
    }
    auto* values = out.data_ptr<float>();
    if (target.kind == TargetKind::Depth) {
        const auto nearer = static_cast<float>(1 / augmentation.scale);
        forEachPixel(plane, augmentation, [&](std::size_t at, int y, int x) {
            values[at] = depthAt(plane, target, y, x) * nearer;
        });
        return;
    }
    forEachPixel(plane, augmentation, [&](std::size_t at, int y, int x) {
        const auto normal = normalAt(plane, y, x);
        values[at] = augmentation.flip ? -normal[0] : normal[0];
        values[at + area] = normal[1];
        values[at + 2 * area] = normal[2];
    });
}

torch::Tensor emptyTarget(TargetKind kind, std::int64_t count, int height, int width) {
    switch (kind) {
    case TargetKind::Classes: return torch::full({count, height, width}, -1, torch::kInt64);
    case TargetKind::Depth: return torch::zeros({count, 1, height, width});
    case TargetKind::Normals: return torch::zeros({count, 3, height, width});
    }
    return {};
}

} // namespace

std::int64_t knownPixels(const TargetPlane& plane, const TargetInfo& target) {
    std::int64_t known = 0;
    for (int y = 0; y < plane.height; ++y)
        for (int x = 0; x < plane.width; ++x) {
            switch (target.kind) {
            case TargetKind::Classes: known += classAt(plane, target, y, x) >= 0; break;
            case TargetKind::Depth: known += depthAt(plane, target, y, x) > 0; break;
            case TargetKind::Normals: known += normalAt(plane, y, x) != std::array<float, 3>{}; break;
            }
        }
    return known;
}

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
    for (const torch::Tensor& target : targets)
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
    for (const std::size_t index : m_taskTargets)
        batch.targets.push_back(emptyTarget(m_targets[index].kind, count, height, width));
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
        for (std::size_t t = 0; t < m_taskTargets.size(); ++t)
            writeTarget(sample.targets[m_taskTargets[t]], m_targets[m_taskTargets[t]], augmentation,
                        batch.targets[t][static_cast<std::int64_t>(n)]);
    }
    return batch;
}

torch::Tensor BatchMaker::image(const Image& image) const {
    torch::Tensor tensor = torch::empty({1, 3, image.height, image.width});
    writeImage(image, m_normalization, false, tensor.data_ptr<float>());
    return tensor;
}

} // namespace concertina
