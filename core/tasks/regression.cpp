// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "core/tasks/known_values.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"

#include <cmath>

namespace concertina {

namespace {

constexpr const char* absoluteLoss = "l1";
constexpr const char* squaredLoss = "l2";
constexpr const char* smoothLoss = "smooth_l1";

/// Sums over the quantities that are known, in float64.
class QuantityErrors : public MetricAccumulator {
public:
    void add(const torch::Tensor& output, const TargetBatch& target) override {
        const torch::Tensor known = torch::isnan(target.only()).logical_not();
        const torch::Tensor truth = target.only().masked_select(known).to(torch::kFloat64);
        const torch::Tensor error = output.masked_select(known).to(torch::kFloat64) - truth;
        m_absolute += error.abs().sum().item<double>();
        m_squares += error.square().sum().item<double>();
        m_values += static_cast<double>(truth.numel());
    }

    std::vector<double> values() const override {
        return {m_absolute / m_values, std::sqrt(m_squares / m_values)}; // NaN where there are none
    }

private:
    double m_absolute = 0;
    double m_squares = 0;
    double m_values = 0;
};

class Regression : public Task {
public:
    explicit Regression(std::string loss) : m_loss(std::move(loss)) {}

    std::int64_t validCount(const TargetBatch& target) const override { return knownCount(target); }

    torch::Tensor loss(const torch::Tensor& output, const TargetBatch& target) const override {
        const torch::Tensor truth = knownValues(target, output);
        const torch::Tensor error = output - truth;
        const torch::Tensor each =
            m_loss == squaredLoss  ? error.square()
            : m_loss == smoothLoss ? torch::smooth_l1_loss(output, truth, at::Reduction::None, 1.0)
                                   : error.abs();
        return meanOfKnown(each, target);
    }

    std::unique_ptr<MetricAccumulator> metrics() const override {
        return std::make_unique<QuantityErrors>();
    }

    torch::Tensor prediction(const torch::Tensor& output) const override { return output; }

private:
    std::string m_loss;
};

} // namespace

const TaskEntry& regressionTask() {
    static const TaskEntry entry{
        {{.id = "regression",
          .label = "Regression",
          .help = "Quantities of the whole picture, such as counts or a mean depth. Loss: of those "
                  "that are known, with equal weights: a dataset's scale should bring each to the "
                  "order of 1. Errors are in the quantities' own units.",
          .source = "own",
          .options = {{.path = "loss",
                       .type = FieldType::Choice,
                       .defaultValue = absoluteLoss,
                       .choices = {absoluteLoss, smoothLoss, squaredLoss},
                       .label = "Loss",
                       .help =
                           "l1: mean absolute error; l2: mean squared error; smooth_l1: squared "
                           "below 1, as PyTorch's smooth_l1_loss."}}},
         &valuesTarget(),
         "R",
         {{"mae", "mean absolute error", "", false, 3}, {"rmse", "root mean square", "", false, 3}},
         [](GraphBuilder& builder, const HeadPlace& place, const Json&) {
             return pooledHead(builder, place);
         }},
        [](const Json& options, const TargetInfo&) {
            return std::make_unique<Regression>(options.at("loss").get<std::string>());
        }};
    return entry;
}

} // namespace concertina
