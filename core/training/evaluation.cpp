// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/evaluation.h"

#include <torch/torch.h>

namespace concertina {

namespace {

/// A task's loss and metrics over everything that was added.
class TaskSum {
public:
    explicit TaskSum(const Task& task) : m_task(task), m_metrics(task.metrics()) {}

    void add(const torch::Tensor& output, const torch::Tensor& target) {
        const auto pixels = static_cast<double>(m_task.pixels(target));
        if (pixels == 0)
            return;
        m_loss += m_task.loss(output, target).item<double>() * pixels;
        m_pixels += pixels;
        m_metrics->add(output, target);
    }

    double loss() const { return m_loss / m_pixels; }
    std::vector<double> metrics() const { return m_metrics->values(); }

private:
    const Task& m_task;
    std::unique_ptr<MetricSum> m_metrics;
    double m_loss = 0;
    double m_pixels = 0;
};

} // namespace

Expected<std::vector<MetricValue>> evaluate(const ExperimentSpec& spec, const RunData& data,
                                            const ForwardPass& forward,
                                            const EvaluationSettings& settings) {
    const torch::NoGradGuard noGrad;
    std::vector<TaskSum> sums;
    for (const auto& task : data.tasks)
        sums.emplace_back(*task);
    const std::int64_t batches = data.validationPlan.batchesPerEpoch();
    Loader loader(data.validation, data.maker, data.validationPlan,
                  {.end = batches,
                   .threads = settings.threads,
                   .damaged = settings.skipDamaged ? Damaged::LeaveOut : Damaged::Stop});
    for (std::int64_t i = 0; i < batches; ++i) {
        const LoadedBatch loaded = loader.next();
        if (!loaded.batch)
            return failure(loaded.batch.error());
        if (settings.damaged)
            for (const Problem& problem : loaded.damaged)
                settings.damaged(problem);
        if (loaded.samples.empty())
            continue;
        const Batch batch = loaded.batch->to(settings.device);
        const auto outputs = forward(batch.images);
        for (std::size_t t = 0; t < sums.size(); ++t)
            sums[t].add(outputs[t], batch.targets[t]);
        if (settings.look)
            settings.look(loaded.samples, batch, outputs);
    }
    std::vector<MetricValue> values;
    for (std::size_t t = 0; t < sums.size(); ++t) {
        const TaskInfo& info = taskEntry(spec.tasks[t].method.id).info;
        const auto metrics = sums[t].metrics();
        values.push_back({info.id, "loss", sums[t].loss()});
        for (std::size_t m = 0; m < metrics.size(); ++m)
            values.push_back({info.id, info.metrics[m].name, metrics[m]});
    }
    return values;
}

} // namespace concertina
