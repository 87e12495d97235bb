// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/evaluation.h"

#include "core/tensor/torch.h"
#include "core/training/task_signal.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

bool isFinite(double value) {
    return std::isfinite(value);
}

/// A task's loss and metrics over everything that was added.
class TaskSum {
public:
    explicit TaskSum(const Task& task) : m_task(task), m_metrics(task.metrics()) {}

    void add(const torch::Tensor& output, const TargetBatch& target) {
        const auto pixels = static_cast<double>(m_task.validCount(target));
        if (pixels == 0)
            return;
        m_loss += m_task.loss(output, target).item<double>() * pixels;
        m_pixels += pixels;
        m_metrics->add(output, target);
    }

    double pixels() const { return m_pixels; }

    /// The loss, then the metrics.
    std::vector<double> values() const {
        std::vector<double> values = m_metrics->values();
        values.insert(values.begin(), m_loss / m_pixels);
        return values;
    }

    ClassFigures byClass() const { return m_metrics->byClass(); }

private:
    const Task& m_task;
    std::unique_ptr<MetricAccumulator> m_metrics;
    double m_loss = 0;
    double m_pixels = 0;
};

/// The values of all tasks, and what is to be reported of them.
Evaluation summary(const std::vector<TaskSum>& sums, const ExperimentSpec& spec,
                   const RunData& data) {
    Evaluation result;
    const std::string split = "split \"" + spec.data.validationSplit + "\"";
    for (std::size_t t = 0; t < sums.size(); ++t) {
        const TaskInfo& info = taskEntry(spec.tasks[t].method.id).info;
        const std::string& task = spec.tasks[t].called();
        const auto values = sums[t].values();
        for (std::size_t m = 0; m < values.size(); ++m)
            result.values.push_back({task, m == 0 ? "loss" : info.metrics[m - 1].name, values[m]});
        const auto wrong = std::ranges::find_if_not(values, isFinite);
        if (sums[t].pixels() == 0)
            result.problems.push_back({"validation.no_pixel", targetText(data.targets[t]),
                                       "no valid value in " + split + ", so there are no metrics",
                                       "at least one", noValueHint(data.targets[t])});
        else if (wrong != values.end())
            result.problems.push_back(
                {"validation.not_finite", task,
                 (wrong == values.begin() ? "a loss" : "metrics") + (" of " + numberText(*wrong))
                     + " on " + split,
                 "finite numbers",
                 "its outputs are beyond what numbers hold; this is no state to go back to"});
        else
            result.good = true;
    }
    const auto isBad = [](const Problem& p) { return p.code == "validation.not_finite"; };
    result.good = result.good && std::ranges::none_of(result.problems, isBad);
    return result;
}

} // namespace

Expected<Evaluation> evaluate(const ExperimentSpec& spec, const RunData& data,
                              const ForwardPass& forward, const EvaluationSettings& settings) {
    const torch::NoGradGuard noGrad;
    std::vector<TaskSum> sums;
    for (const auto& task : data.tasks)
        sums.emplace_back(*task);
    bool any = false;
    const std::int64_t batches = data.validationPlan.batchesPerEpoch();
    Loader loader(data.validation, data.maker, data.validationPlan,
                  {.end = batches,
                   .threads = settings.threads,
                   .damaged = skipsDamaged(spec) ? Damaged::LeaveOut : Damaged::Stop});
    for (std::int64_t i = 0; i < batches; ++i) {
        if (settings.stop.stop_requested())
            return failure(stoppedProblem(spec.data.validationSplit));
        if (settings.progress)
            settings.progress(static_cast<double>(i) / static_cast<double>(batches),
                              "batch " + std::to_string(i + 1) + " of " + std::to_string(batches));
        const LoadedBatch loaded = loader.next();
        if (!loaded.batch)
            return failure(loaded.batch.error());
        if (settings.damaged)
            for (const Problem& problem : loaded.damaged)
                settings.damaged(problem);
        if (loaded.samples.empty())
            continue;
        any = true;
        const Batch batch = loaded.batch->to(settings.device);
        const auto outputs = forward(batch.images);
        for (std::size_t t = 0; t < sums.size(); ++t)
            sums[t].add(outputs[t], batch.targets[t]);
        if (settings.look)
            settings.look(loaded.samples, batch, outputs);
    }
    Evaluation result = summary(sums, spec, data);
    for (std::size_t t = 0; settings.byClass && t < sums.size(); ++t) {
        ClassFigures figures = sums[t].byClass();
        figures.task = spec.tasks[t].called();
        figures.classes = data.targets[t].classes;
        if (!figures.rows.empty())
            result.classes.push_back(std::move(figures));
    }
    if (!any) // what could not be read has been reported
        result.problems.clear();
    return result;
}

} // namespace concertina
