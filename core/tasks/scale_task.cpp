// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/scale_task.h"

#include "core/tensor/torch.h"

namespace concertina {

namespace {

/// Sums of |p − t| and |p − t| / t over valid pixels, in float64.
class ScaleErrors final : public MetricAccumulator {
public:
    void add(const torch::Tensor& output, const TargetBatch& targets) override {
        const torch::Tensor& target = targets.only();
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

class ScaleTask final : public Task {
public:
    std::int64_t validCount(const TargetBatch& target) const override {
        return (target.only() > 0).sum().item<std::int64_t>();
    }

    /// L1 over valid pixels.
    torch::Tensor loss(const torch::Tensor& output, const TargetBatch& targets) const override {
        const torch::Tensor& target = targets.only();
        const std::int64_t count = validCount(targets);
        if (count == 0)
            return {};
        const torch::Tensor valid = (target > 0).to(output.scalar_type());
        return ((output - target).abs() * valid).sum() / count;
    }

    std::unique_ptr<MetricAccumulator> metrics() const override {
        return std::make_unique<ScaleErrors>();
    }

    torch::Tensor prediction(const torch::Tensor& output) const override { return output; }
};

} // namespace

std::unique_ptr<Task> makeScaleTask() {
    return std::make_unique<ScaleTask>();
}

} // namespace concertina
