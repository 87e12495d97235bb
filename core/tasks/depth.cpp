// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/task.h"
#include "core/values/color_map.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

/// Sums of |p − t| and |p − t| / t over valid pixels, in float64.
class DepthErrors : public MetricSum {
public:
    void add(const torch::Tensor& output, const torch::Tensor& target) override {
        const torch::Tensor valid = target > 0;
        const torch::Tensor truth = target.masked_select(valid).to(torch::kFloat64);
        const torch::Tensor error = (output.masked_select(valid).to(torch::kFloat64) - truth).abs();
        m_absolute += error.sum().item<double>();
        m_relative += (error / truth).sum().item<double>();
        m_pixels += static_cast<double>(truth.numel());
    }

    std::vector<double> values() const override {
        return {m_absolute / m_pixels, m_relative / m_pixels}; // NaN where there are none
    }

private:
    double m_absolute = 0;
    double m_relative = 0;
    double m_pixels = 0;
};

class Depth : public Task {
public:
    std::int64_t pixels(const torch::Tensor& target) const override {
        return (target > 0).sum().item<std::int64_t>();
    }

    /// L1 over pixels with a valid depth.
    torch::Tensor loss(const torch::Tensor& output, const torch::Tensor& target) const override {
        const std::int64_t count = pixels(target);
        if (count == 0)
            return {};
        const torch::Tensor valid = (target > 0).to(output.scalar_type());
        return ((output - target).abs() * valid).sum() / count;
    }

    std::unique_ptr<MetricSum> metrics() const override { return std::make_unique<DepthErrors>(); }

    torch::Tensor prediction(const torch::Tensor& output) const override { return output; }

    /// From the nearest to the farthest valid depth.
    ValueRange range(const torch::Tensor& map) const override {
        const torch::Tensor known = map.masked_select((map > 0) & torch::isfinite(map));
        if (known.numel() == 0)
            return {0, 1};
        const ValueRange range{known.min().item<double>(), known.max().item<double>()};
        return range.high > range.low ? range : ValueRange{range.low, range.low + 1};
    }

    Image draw(const torch::Tensor& map, const ValueRange& range) const override {
        const torch::Tensor depth = map[0].to(torch::kFloat32).cpu().contiguous();
        const auto values = depth.accessor<float, 2>();
        Image image = blankImage(static_cast<int>(map.size(1)), static_cast<int>(map.size(2)));
        for (int y = 0; y < image.height; ++y)
            for (int x = 0; x < image.width; ++x) {
                const double metres = static_cast<double>(values[y][x]);
                const bool known = metres != 0 && std::isfinite(metres);
                const Rgb color =
                    known ? viridis((metres - range.low) / (range.high - range.low)) : UnknownColor;
                std::copy(color.begin(), color.end(), image.pixel(y, x));
            }
        return image;
    }
};

} // namespace

const TaskEntry& depthTask() {
    static const TaskEntry entry{
        {{.id = "depth",
          .label = "Depth",
          .help = "The distance along the camera's axis in metres. Loss: mean absolute error over "
                  "pixels with a measurement.",
          .source = "MTAN's protocol (Liu 2019), pooled over the pixels of the whole set"},
         TargetKind::Depth,
         "D",
         {{"abs_err", "absolute error", "m", false, 3},
          {"rel_err", "relative error", "", false, 3}},
         [](int) { return 1; }},
        [](const Json&, const TargetInfo&) { return std::make_unique<Depth>(); }};
    return entry;
}

} // namespace concertina
