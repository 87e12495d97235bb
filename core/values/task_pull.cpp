// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/task_pull.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace concertina {

namespace {

/// Of one factor of one layer: who was measured on it, and their Gramian.
struct FactorGramian {
    std::map<std::string, double> norms;
    std::map<std::pair<std::string, std::string>, double> products; ///< both ways
};

struct PullSums {
    double product = 0; ///< of the task's gradient with the sum of the others'
    double square = 0;  ///< of the task's gradient
    double others = 0;  ///< of the sum
};

void add(PullSums& sums, const FactorGramian& factor, const std::string& task) {
    std::vector<const std::string*> others;
    for (const auto& [other, norm] : factor.norms)
        if (factor.products.contains({task, other}))
            others.push_back(&other);
    sums.square += factor.norms.at(task) * factor.norms.at(task);
    for (const std::string* u : others) {
        sums.product += factor.products.at({task, *u});
        sums.others += factor.norms.at(*u) * factor.norms.at(*u);
        for (const std::string* v : others)
            if (const auto both = factor.products.find({*u, *v}); both != factor.products.end())
                sums.others += both->second;
    }
}

std::vector<TaskPull> pullsOfLayer(std::span<const ConflictMean> means) {
    std::map<std::string, FactorGramian> factors;
    std::vector<TaskPull> pulls;
    const auto know = [&](const std::string& task, int samples) {
        const auto known = std::ranges::find(pulls, task, &TaskPull::task);
        if (known == pulls.end())
            pulls.push_back({.layer = means.front().layer,
                             .task = task,
                             .samples = samples,
                             .estimator = means.front().estimator});
        else
            known->samples = std::min(known->samples, samples);
    };
    for (const ConflictMean& mean : means) {
        if (mean.factor == "norm" || mean.samples == 0 || mean.estimator != means.front().estimator)
            continue;
        FactorGramian& factor = factors[mean.factor];
        factor.norms[mean.taskA] = mean.normA;
        factor.norms[mean.taskB] = mean.normB;
        const double product = mean.cosine * mean.normA * mean.normB;
        factor.products[{mean.taskA, mean.taskB}] = product;
        factor.products[{mean.taskB, mean.taskA}] = product;
        know(mean.taskA, mean.samples);
        know(mean.taskB, mean.samples);
    }
    for (TaskPull& pull : pulls) {
        PullSums sums;
        for (const auto& [name, factor] : factors)
            if (factor.norms.contains(pull.task))
                add(sums, factor, pull.task);
        pull.norm = std::sqrt(sums.square);
        pull.othersNorm = std::sqrt(std::max(sums.others, 0.0));
        pull.cosine = sums.product / (pull.norm * pull.othersNorm);
    }
    return pulls;
}

} // namespace

std::vector<TaskPull> taskPulls(std::span<const ConflictMean> means) {
    std::vector<TaskPull> all;
    for (std::size_t first = 0; first < means.size();) {
        std::size_t end = first;
        while (end < means.size() && means[end].layer == means[first].layer)
            ++end;
        const auto pulls = pullsOfLayer(means.subspan(first, end - first));
        all.insert(all.end(), pulls.begin(), pulls.end());
        first = end;
    }
    return all;
}

} // namespace concertina
