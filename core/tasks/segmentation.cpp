// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace concertina {

namespace {

/// The greatest score of each pixel and its class. Not argmax, which takes fifteen times as long
/// along the channels: a sixth of a compact step. Where a score is NaN the greatest is, too, and no
/// class is.
std::tuple<torch::Tensor, torch::Tensor> greatest(const torch::Tensor& scores) {
    return scores.max(1);
}

/// One confusion matrix over everything that was added, rows by truth.
class Confusion : public MetricAccumulator {
public:
    explicit Confusion(std::int64_t classes)
        : m_classes(classes), m_counts(torch::zeros({classes, classes}, torch::kInt64)) {}

    void add(const torch::Tensor& output, const TargetBatch& targets) override {
        const torch::Tensor& target = targets.only();
        const torch::Tensor valid = target >= 0;
        const auto [scores, classes] = greatest(output);
        m_finite = m_finite && torch::isfinite(scores.masked_select(valid)).all().item<bool>();
        const torch::Tensor pairs = (target * m_classes + classes).masked_select(valid).cpu();
        m_counts += torch::bincount(pairs, {}, m_classes * m_classes).view_as(m_counts);
    }

    /// mIoU over the classes that have pixels in truth or prediction, and pixel accuracy; NaN where
    /// a score was not finite.
    std::vector<double> values() const override {
        const torch::Tensor counts = m_counts.to(torch::kFloat64);
        const torch::Tensor hits = counts.diagonal();
        const torch::Tensor unions = counts.sum(0) + counts.sum(1) - hits;
        const torch::Tensor present = unions > 0;
        const double pixels = counts.sum().item<double>();
        if (pixels == 0 || !m_finite)
            return {std::numeric_limits<double>::quiet_NaN(),
                    std::numeric_limits<double>::quiet_NaN()};
        const torch::Tensor shares = hits.masked_select(present) / unions.masked_select(present);
        return {shares.mean().item<double>(), hits.sum().item<double>() / pixels};
    }

    /// IoU, and the share of a class's pixels that are found.
    ClassFigures byClass() const override {
        ClassFigures figures{
            .counted = "pixels",
            .metrics = {{"iou", "IoU", "", true, 3}, {"recall", "recall", "", true, 3}}};
        const auto counts = m_counts.accessor<std::int64_t, 2>();
        for (std::int64_t c = 0; c < m_classes; ++c) {
            std::int64_t truths = 0, found = 0;
            for (std::int64_t other = 0; other < m_classes; ++other) {
                truths += counts[c][other];
                found += counts[other][c];
            }
            const auto hits = static_cast<double>(m_finite ? counts[c][c] : 0);
            const auto share = [&](std::int64_t of) {
                return of > 0 && m_finite ? hits / static_cast<double>(of)
                                          : std::numeric_limits<double>::quiet_NaN();
            };
            figures.rows.push_back({truths, {share(truths + found - counts[c][c]), share(truths)}});
        }
        return figures;
    }

private:
    std::int64_t m_classes;
    torch::Tensor m_counts;
    bool m_finite = true; ///< all greatest scores at valid pixels
};

class Segmentation : public Task {
public:
    explicit Segmentation(std::size_t classes) : m_classes(static_cast<std::int64_t>(classes)) {}

    std::int64_t validCount(const TargetBatch& target) const override {
        return (target.only() >= 0).sum().item<std::int64_t>();
    }

    torch::Tensor loss(const torch::Tensor& output, const TargetBatch& targets) const override {
        const torch::Tensor& target = targets.only();
        if (validCount(targets) == 0)
            return {};
        if (output.is_cuda()) { // where that of planes, not of rows, is added up in any order
            const auto rows = torch::log_softmax(output, 1).movedim(1, -1).reshape({-1, m_classes});
            return torch::nll_loss(rows, target.flatten(), {}, at::Reduction::Mean, -1);
        }
        return torch::cross_entropy_loss(output, target, {}, at::Reduction::Mean, -1);
    }

    std::unique_ptr<MetricAccumulator> metrics() const override {
        return std::make_unique<Confusion>(m_classes);
    }

    torch::Tensor prediction(const torch::Tensor& output) const override {
        const auto [scores, classes] = greatest(output);
        return classes.masked_fill(torch::isfinite(scores).logical_not(), -1);
    }

private:
    std::int64_t m_classes;
};

} // namespace

const TaskEntry& segmentationTask() {
    static const TaskEntry entry{
        {{.id = "segmentation",
          .label = "Segmentation",
          .help = "A class for every pixel. Loss: cross-entropy over labelled pixels. mIoU and "
                  "pixel accuracy come from one confusion matrix over the whole set; classes "
                  "without pixels do not count.",
          .source = "MTAN's protocol (Liu 2019), pooled as LibMTL does",
          .options = denseHeadOptions()},
         &classesTarget(),
         "S",
         {{"miou", "mIoU", "", true, 3}, {"pixel_accuracy", "pixel accuracy", "", true, 3}},
         denseHead},
        [](const Json&, const TargetInfo& target) {
            return std::make_unique<Segmentation>(target.classes.size());
        }};
    return entry;
}

} // namespace concertina
