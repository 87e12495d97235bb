// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <limits>

namespace concertina {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Which images have a class, and which: [N] each.
struct Labels {
    explicit Labels(const TargetBatch& target)
        : valid(torch::isnan(target.only().flatten(1)).any(1).logical_not()),
          classes(target.only().flatten(1).nan_to_num().argmax(1)) {}

    torch::Tensor valid;
    torch::Tensor classes;
};

/// Pictures by class, and those whose class has one of the greatest scores.
class TopScores : public MetricAccumulator {
public:
    explicit TopScores(std::int64_t classes)
        : m_pictures(torch::zeros({classes}, torch::kFloat64)),
          m_hits(torch::zeros({classes}, torch::kFloat64)) {}

    void add(const torch::Tensor& output, const TargetBatch& target) override {
        const Labels labels(target);
        const torch::Tensor rows = labels.valid.nonzero().flatten();
        if (rows.numel() == 0)
            return;
        const torch::Tensor scores = output.flatten(1).index_select(0, rows).to(torch::kFloat64);
        const torch::Tensor classes = labels.classes.index_select(0, rows);
        m_finite = m_finite && torch::isfinite(scores).all().item<bool>();
        // The place of a class is how many have a greater score.
        const torch::Tensor own = scores.gather(1, classes.unsqueeze(1));
        const torch::Tensor place = (scores > own).sum(1);
        const torch::Tensor first = (scores.argmax(1) == classes).to(torch::kFloat64);
        m_five += (place < 5).sum().item<double>();
        m_pictures.index_add_(0, classes.cpu(), torch::ones_like(first).cpu());
        m_hits.index_add_(0, classes.cpu(), first.cpu());
    }

    /// Shares of the pictures whose class is the first, among the first five, and the mean over the
    /// classes of the first.
    std::vector<double> values() const override {
        const double pictures = m_pictures.sum().item<double>();
        if (pictures == 0 || !m_finite)
            return {none, none, none};
        const torch::Tensor seen = m_pictures > 0;
        const torch::Tensor shares = m_hits.masked_select(seen) / m_pictures.masked_select(seen);
        return {m_hits.sum().item<double>() / pictures, m_five / pictures,
                shares.mean().item<double>()};
    }

private:
    torch::Tensor m_pictures; ///< a class
    torch::Tensor m_hits;     ///< of them whose class has the greatest score
    double m_five = 0;
    bool m_finite = true;
};

class Classification : public Task {
public:
    Classification(std::size_t classes, double smoothing)
        : m_classes(static_cast<std::int64_t>(classes)), m_smoothing(smoothing) {}

    std::int64_t validCount(const TargetBatch& target) const override {
        return Labels(target).valid.sum().item<std::int64_t>();
    }

    torch::Tensor loss(const torch::Tensor& output, const TargetBatch& target) const override {
        const Labels labels(target);
        const torch::Tensor rows = labels.valid.nonzero().flatten();
        if (rows.numel() == 0)
            return {};
        return torch::cross_entropy_loss(output.flatten(1).index_select(0, rows),
                                         labels.classes.index_select(0, rows), {},
                                         at::Reduction::Mean, -1, m_smoothing);
    }

    std::unique_ptr<MetricAccumulator> metrics() const override {
        return std::make_unique<TopScores>(m_classes);
    }

    torch::Tensor prediction(const torch::Tensor& output) const override {
        return output.softmax(1);
    }

private:
    std::int64_t m_classes;
    double m_smoothing;
};

} // namespace

const TaskEntry& classificationTask() {
    static const TaskEntry entry{
        {{.id = "classification",
          .label = "Classification",
          .help =
              "One class for the whole picture. Loss: cross-entropy over the pictures that have "
              "one. The head is the mean of the features over the picture and a linear layer, as "
              "torchvision's networks have it.",
          .source = "He 2016 (arXiv 1512.03385); smoothing: Szegedy 2016 (arXiv 1512.00567)",
          .options = {{.path = "smoothing",
                       .type = FieldType::Real,
                       .defaultValue = 0.0,
                       .minimum = 0,
                       .maximum = 0.5,
                       .label = "Label smoothing",
                       .help = "The share of the target that is spread over all classes.",
                       .advanced = true}}},
         &labelTarget(),
         "C",
         {{"top1", "top-1 accuracy", "", true, 3},
          {"top5", "top-5 accuracy", "", true, 3},
          {"class_accuracy", "class accuracy", "", true, 3}},
         [](GraphBuilder& builder, const HeadPlace& place, const Json&) {
             return pooledHead(builder, place);
         }},
        [](const Json& options, const TargetInfo& target) {
            return std::make_unique<Classification>(target.classes.size(),
                                                    options.at("smoothing").get<double>());
        }};
    return entry;
}

} // namespace concertina
