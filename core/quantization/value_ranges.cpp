// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantization/value_ranges.h"

#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace concertina {

namespace {

constexpr std::size_t bins = 2048;
constexpr std::size_t levels = 256;
constexpr std::size_t binsAStep = 8; ///< that a range is narrower than the one before

/// Σ p ln(p / q) of the bins from `begin` on, `count` of them, in 256 levels.
double divergence(const std::vector<double>& counts, std::size_t begin, std::size_t count) {
    std::vector<double> cut(counts.begin() + static_cast<std::ptrdiff_t>(begin),
                            counts.begin() + static_cast<std::ptrdiff_t>(begin + count));
    std::vector<double> sums(levels), filled(levels);
    const auto level = [&](std::size_t i) { return i * levels / count; };
    for (std::size_t i = 0; i < count; ++i)
        sums[level(i)] += cut[i];
    for (std::size_t i = 0; i < begin; ++i)
        cut.front() += counts[i];
    for (std::size_t i = begin + count; i < counts.size(); ++i)
        cut.back() += counts[i];
    for (std::size_t i = 0; i < count; ++i)
        filled[level(i)] += cut[i] > 0 ? 1 : 0;
    double all = 0, kept = 0, sum = 0;
    for (const double value : cut)
        all += value;
    for (const double value : sums)
        kept += value;
    if (kept == 0)
        return std::numeric_limits<double>::infinity();
    constexpr double least = 1e-9; // where nothing is left of what is cut off
    for (std::size_t i = 0; i < count; ++i)
        if (cut[i] > 0) {
            const double p = cut[i] / all;
            sum += p * std::log(p / std::max(sums[level(i)] / filled[level(i)] / kept, least));
        }
    return sum;
}

/// Runs a network on the images one by one, and hands what is wanted of its values out.
template <class Look>
bool forEachValue(const CollapsedNetwork& network, const torch::Tensor& images,
                  const std::vector<bool>& wanted, const std::function<bool()>& stopped,
                  const Look& look) {
    const torch::NoGradGuard noGrad;
    RunSettings settings;
    settings.look = [&](int i, const torch::Tensor& value) {
        if (wanted[static_cast<std::size_t>(i)])
            look(static_cast<std::size_t>(i), value);
    };
    for (std::int64_t n = 0; n < images.size(0); ++n) {
        if (stopped())
            return false;
        const torch::Tensor image = images.narrow(0, n, 1);
        if (wanted.front())
            look(0, image);
        network.forward(image, settings);
    }
    return true;
}

} // namespace

CalibratedRange entropyRange(const std::vector<double>& counts, const CalibratedRange& whole) {
    const auto all = static_cast<double>(counts.size());
    const double width = (whole.greatest - whole.least) / all;
    CalibratedRange best = whole;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t count = counts.size(); count >= levels; count -= binsAStep) {
        const double below = width > 0 ? -whole.least / width : 0; // bins, of all that there are
        const std::size_t begin = std::min(
            counts.size() - count,
            static_cast<std::size_t>(std::lround(below * (1 - static_cast<double>(count) / all))));
        const double lost = divergence(counts, begin, count);
        if (lost < least) {
            least = lost;
            best = {whole.least + width * static_cast<double>(begin),
                    whole.least + width * static_cast<double>(begin + count)};
        }
    }
    return {std::min(best.least, 0.0), std::max(best.greatest, 0.0)};
}

ValueScale scaleOf(const CalibratedRange& range) {
    constexpr int most = 255;
    const auto scale = static_cast<float>((range.greatest - range.least) / most);
    if (!(scale > std::numeric_limits<float>::min())) // all of it is 0
        return {1, 0};
    const double zero = std::round(-range.least / static_cast<double>(scale));
    return {scale, static_cast<int>(std::clamp(zero, 0.0, double(most)))};
}

Expected<std::vector<CalibratedRange>> valueRanges(const CollapsedNetwork& network,
                                                   const torch::Tensor& images,
                                                   const std::vector<bool>& wanted, RangeRule rule,
                                                   const std::function<bool()>& stopped) {
    std::vector<CalibratedRange> ranges(wanted.size());
    std::optional<std::size_t> broken;
    const bool done =
        forEachValue(network, images, wanted, stopped, [&](std::size_t i, const torch::Tensor& x) {
            const double least = x.min().item<double>(), greatest = x.max().item<double>();
            if (!broken && !(std::isfinite(least) && std::isfinite(greatest)))
                broken = i;
            ranges[i].least = std::min(ranges[i].least, least);
            ranges[i].greatest = std::max(ranges[i].greatest, greatest);
        });
    if (broken)
        return failure({"quantize.not_finite", network.program.instructions[*broken].name,
                        "values that are no finite numbers, for a training image",
                        "finite numbers, of which a range can be taken",
                        "a network that has diverged can't be held in 8 bits"});
    if (!done)
        return failure(stoppedProblem(network.name));
    if (rule == RangeRule::MinMax)
        return ranges;
    std::vector<torch::Tensor> histograms(wanted.size());
    const bool counted =
        forEachValue(network, images, wanted, stopped, [&](std::size_t i, const torch::Tensor& x) {
            if (ranges[i].greatest == ranges[i].least)
                return;
            const torch::Tensor values = x.masked_select(x != 0).to(torch::kFloat32);
            const torch::Tensor counts =
                torch::histc(values, bins, ranges[i].least, ranges[i].greatest).to(torch::kFloat64);
            histograms[i] = histograms[i].defined() ? histograms[i] + counts : counts;
        });
    if (!counted)
        return failure(stoppedProblem(network.name));
    for (std::size_t i = 0; i < ranges.size(); ++i)
        if (histograms[i].defined()) {
            const double* counts = histograms[i].data_ptr<double>();
            ranges[i] = entropyRange(std::vector<double>(counts, counts + bins), ranges[i]);
        }
    return ranges;
}

} // namespace concertina
