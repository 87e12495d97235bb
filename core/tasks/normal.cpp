// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace concertina {

namespace {

constexpr int binsPerDegree = 1000;
constexpr int bins = 180 * binsPerDegree;

/// Which pixels have a normal: its length is 1, or 0 where it is not known.
torch::Tensor validPixels(const torch::Tensor& target) {
    return target.square().sum(1) > 0.5;
}

/// Directions of unit length along channels; what is 0 stays 0, as does its gradient.
torch::Tensor normalized(const torch::Tensor& vectors) {
    // Not torch::norm, which takes ten times as long along the channels: a tenth of a compact step.
    const torch::Tensor squares = vectors.square().sum({1}, true);
    constexpr double never = std::numeric_limits<double>::infinity();
    return vectors * squares.masked_fill(squares == 0, never).rsqrt();
}

/// Angles between prediction and truth. The median of a whole set is read from a histogram of
/// 0.001°, which is exact to half of that.
class Angles : public MetricAccumulator {
public:
    void add(const torch::Tensor& output, const TargetBatch& targets) override {
        const torch::Tensor& target = targets.only();
        const torch::Tensor truth = target.to(torch::kFloat64);
        const torch::Tensor cosine = (normalized(output.to(torch::kFloat64)) * truth)
                                         .sum(1)
                                         .masked_select(validPixels(target))
                                         .cpu();
        m_finite = m_finite && torch::isfinite(cosine).all().item<bool>();
        if (!m_finite) // there is no angle, and no bin for it
            return;
        const torch::Tensor degrees = cosine.clamp(-1, 1).acos() * (180 / std::numbers::pi);
        m_pixels += static_cast<double>(degrees.numel());
        m_sum += degrees.sum().item<double>();
        for (std::size_t i = 0; i < within.size(); ++i)
            m_within[i] += (degrees < within[i]).sum().item<double>();
        m_histogram += torch::histc(degrees, bins, 0, 180).to(torch::kInt64);
    }

    /// Mean, median, shares within 11.25°, 22.5° and 30°; NaN where an output was not finite.
    std::vector<double> values() const override {
        if (!m_finite)
            return std::vector<double>(2 + within.size(),
                                       std::numeric_limits<double>::quiet_NaN());
        std::vector<double> values{m_sum / m_pixels, median()};
        for (const double count : m_within)
            values.push_back(count / m_pixels);
        return values;
    }

private:
    /// The value below which half of the pixels lie, interpolated inside its bin.
    double median() const {
        const auto counts = m_histogram.accessor<std::int64_t, 1>();
        double below = 0;
        for (int i = 0; i < bins; ++i) {
            const auto count = static_cast<double>(counts[i]);
            if (count > 0 && below + count >= m_pixels / 2)
                return (i + (m_pixels / 2 - below) / count) / binsPerDegree;
            below += count;
        }
        return std::numeric_limits<double>::quiet_NaN();
    }

    static constexpr std::array within{11.25, 22.5, 30.0};

    bool m_finite = true; ///< all outputs at valid pixels
    double m_sum = 0;
    double m_pixels = 0;
    std::array<double, within.size()> m_within{};
    torch::Tensor m_histogram = torch::zeros({bins}, torch::kInt64);
};

class Normal : public Task {
public:
    std::int64_t validCount(const TargetBatch& target) const override {
        return validPixels(target.only()).sum().item<std::int64_t>();
    }

    /// 1 − mean of n̂ · n over pixels with a valid normal, n̂ normalized.
    torch::Tensor loss(const torch::Tensor& output, const TargetBatch& targets) const override {
        const torch::Tensor& target = targets.only();
        const std::int64_t count = validCount(targets);
        if (count == 0)
            return {};
        // Unknown normals are 0 and add nothing to the sum.
        return 1 - (prediction(output) * target).sum() / count;
    }

    std::unique_ptr<MetricAccumulator> metrics() const override {
        return std::make_unique<Angles>();
    }

    torch::Tensor prediction(const torch::Tensor& output) const override {
        return normalized(output);
    }
};

} // namespace

const TaskEntry& normalTask() {
    static const TaskEntry entry{
        {{.id = "normal",
          .label = "Normals",
          .help = "The direction of the surface, x right, y down, z away from the camera, pointing "
                  "towards it. Loss: one minus the mean cosine over pixels with a normal.",
          .source = "MTAN's protocol (Liu 2019), pooled over the pixels of the whole set",
          .options = denseHeadOptions()},
         &normalsTarget(),
         "N",
         {{"mean_angle", "mean angle", "°", false, 2},
          {"median_angle", "median angle", "°", false, 2},
          {"within_11_25", "within 11.25°", "", true, 3},
          {"within_22_5", "within 22.5°", "", true, 3},
          {"within_30", "within 30°", "", true, 3}},
         denseHead},
        [](const Json&, const TargetInfo&) { return std::make_unique<Normal>(); }};
    return entry;
}

} // namespace concertina
