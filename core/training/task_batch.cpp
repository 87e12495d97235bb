// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/task_batch.h"

#include "core/tensor/torch.h"

#include <map>

namespace concertina {

namespace {

/// Tasks with a target by image, and valid values by task.
struct KnownTargets {
    std::vector<std::vector<std::size_t>> tasks;
    std::vector<std::int64_t> counts;
};

KnownTargets knownTargets(const Batch& batch, std::span<const std::unique_ptr<Task>> tasks) {
    KnownTargets known{
        std::vector<std::vector<std::size_t>>(static_cast<std::size_t>(batch.size())),
        std::vector<std::int64_t>(tasks.size(), 0)};
    for (std::size_t t = 0; t < tasks.size(); ++t)
        for (std::size_t n = 0; n < known.tasks.size(); ++n) {
            const std::int64_t count =
                tasks[t]->validCount(batch.targets[t].narrow(static_cast<std::int64_t>(n), 1));
            known.counts[t] += count;
            if (count > 0)
                known.tasks[n].push_back(t);
        }
    return known;
}

} // namespace

torch::Tensor TaskBatch::loss(const Task& task, const torch::Tensor& output) const {
    torch::Tensor sum;
    for (const Part& part : parts) {
        const TargetBatch truth = target.narrow(part.first, part.count);
        const torch::Tensor mean = task.loss(output.narrow(0, part.first, part.count), truth);
        if (!mean.defined())
            continue;
        const double weight = part.turns * static_cast<double>(task.validCount(truth))
                              / static_cast<double>(validCount);
        sum = sum.defined() ? sum + mean * weight : mean * weight;
    }
    return sum;
}

std::vector<TaskBatch> split(const Batch& batch, std::span<const std::unique_ptr<Task>> tasks,
                             std::int64_t step) {
    const KnownTargets known = knownTargets(batch, tasks);
    std::vector<std::map<int, std::vector<std::int64_t>>> dealt(tasks.size()); // by turns
    for (std::size_t n = 0; n < known.tasks.size(); ++n) {
        const std::vector<std::size_t>& open = known.tasks[n];
        if (open.empty())
            continue;
        const std::size_t turn = (n + static_cast<std::size_t>(step)) % open.size();
        dealt[open[turn]][static_cast<int>(open.size())].push_back(static_cast<std::int64_t>(n));
    }
    std::vector<TaskBatch> batches(tasks.size());
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        batches[t].validCount = known.counts[t];
        std::vector<std::int64_t> order;
        for (const auto& [turns, images] : dealt[t]) {
            batches[t].parts.push_back({static_cast<std::int64_t>(order.size()),
                                        static_cast<std::int64_t>(images.size()), turns});
            order.insert(order.end(), images.begin(), images.end());
        }
        if (order.empty())
            continue;
        const torch::Tensor rows = torch::tensor(order).to(batch.images.device());
        batches[t].images = batch.images.index_select(0, rows);
        batches[t].target = batch.targets[t].select(order);
    }
    return batches;
}

} // namespace concertina
