// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "core/tasks/known_values.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"

#include <cmath>
#include <limits>

namespace concertina {

namespace {

constexpr double noPictures = std::numeric_limits<double>::quiet_NaN();

/// Keeps all scores: an average precision needs them in order.
class PresencePrecision : public MetricAccumulator {
public:
    void add(const torch::Tensor& output, const TargetBatch& target) override {
        m_scores.push_back(output.detach().flatten(1).to(torch::kFloat64).cpu());
        m_truths.push_back(target.only().flatten(1).to(torch::kFloat64).cpu());
    }

    /// The mean over the classes that some picture has of the average precision; the share of right
    /// answers at a score of 0.5, of all that are known.
    std::vector<double> values() const override {
        if (m_scores.empty())
            return {noPictures, noPictures};
        const auto [scores, truths, known] = joined();
        if (!known.any().item<bool>() || !isFinite(scores, known))
            return {noPictures, noPictures};
        double sum = 0;
        double classes = 0;
        for (const ClassFigures::Row& row : byClass().rows)
            if (row.truths > 0) {
                sum += row.values[0];
                ++classes;
            }
        const torch::Tensor right = ((scores >= 0) == (truths > 0.5)).masked_select(known);
        return {classes > 0 ? sum / classes : noPictures,
                right.to(torch::kFloat64).mean().item<double>()};
    }

    ClassFigures byClass() const override {
        if (m_scores.empty())
            return {};
        ClassFigures figures{.counted = "pictures", .metrics = {{"ap", "AP", "", true, 3}}};
        const auto [scores, truths, known] = joined();
        const bool isUsable = isFinite(scores, known);
        for (std::int64_t c = 0; c < scores.size(1); ++c) {
            const torch::Tensor rows = known.select(1, c);
            const torch::Tensor truth = truths.select(1, c).masked_select(rows);
            const auto pictures = std::llround(truth.sum().item<double>());
            figures.rows.push_back({pictures,
                                    {pictures > 0 && isUsable ? averagePrecision(
                                         scores.select(1, c).masked_select(rows), truth)
                                                              : noPictures}});
        }
        return figures;
    }

private:
    struct Joined {
        torch::Tensor scores, truths, known;
    };
    Joined joined() const {
        const torch::Tensor truths = torch::cat(m_truths);
        return {torch::cat(m_scores), truths, torch::isnan(truths).logical_not()};
    }

    static bool isFinite(const torch::Tensor& scores, const torch::Tensor& known) {
        return torch::isfinite(scores.masked_select(known)).all().item<bool>();
    }

    /// Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds, from the highest; equal scores are one threshold.
    static double averagePrecision(const torch::Tensor& scores, const torch::Tensor& truth) {
        const torch::Tensor order = std::get<1>(scores.sort(/*stable=*/true, 0, true));
        const torch::Tensor sortedScores = scores.index_select(0, order);
        const torch::Tensor sortedTruth = truth.index_select(0, order);
        const auto score = sortedScores.accessor<double, 1>();
        const auto isThere = sortedTruth.accessor<double, 1>();
        const double positives = truth.sum().item<double>();
        double hits = 0;
        double before = 0;
        double sum = 0;
        for (std::int64_t i = 0; i < score.size(0); ++i) {
            hits += isThere[i];
            if (i + 1 < score.size(0) && score[i + 1] == score[i])
                continue;
            sum += (hits - before) / positives * hits / static_cast<double>(i + 1);
            before = hits;
        }
        return sum;
    }

    std::vector<torch::Tensor> m_scores;
    std::vector<torch::Tensor> m_truths;
};

class PresenceOfClasses : public Task {
public:
    std::int64_t validCount(const TargetBatch& target) const override { return knownCount(target); }

    torch::Tensor loss(const torch::Tensor& output, const TargetBatch& target) const override {
        return meanOfKnown(torch::binary_cross_entropy_with_logits(
                               output, knownValues(target, output), {}, {}, at::Reduction::None),
                           target);
    }

    std::unique_ptr<MetricAccumulator> metrics() const override {
        return std::make_unique<PresencePrecision>();
    }

    torch::Tensor prediction(const torch::Tensor& output) const override {
        return output.sigmoid();
    }
};

} // namespace

const TaskEntry& presenceTask() {
    static const TaskEntry entry{
        {{.id = "presence",
          .label = "Class presence",
          .help = "Which classes the picture has: any number of them, each by itself. Loss: binary "
                  "cross-entropy over the classes of which it is known. mAP is the mean over the "
                  "classes that some picture has; classes that are not known of a picture do not "
                  "count in it.",
          .source = "Average precision as scikit-learn's average_precision_score",
          .options = {}},
         &presenceTarget(),
         "P",
         {{"map", "mAP", "", true, 3}, {"accuracy", "accuracy", "", true, 3}},
         [](GraphBuilder& builder, const HeadPlace& place, const Json&) {
             return pooledHead(builder, place);
         }},
        [](const Json&, const TargetInfo&) { return std::make_unique<PresenceOfClasses>(); }};
    return entry;
}

} // namespace concertina
