// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/conflict.h"

#include "core/values/spread.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace concertina {

namespace {

/// Of the rows of one key.
ConflictMean meanOf(std::span<const ConflictRow* const> rows) {
    const ConflictRow& first = *rows.front();
    ConflictMean mean{.layer = first.layer,
                      .factor = first.factor,
                      .taskA = first.taskA,
                      .taskB = first.taskB,
                      .estimator = first.estimator};
    std::vector<double> cosines;
    for (const ConflictRow* row : rows) {
        if (!std::isfinite(row->cosine))
            continue;
        cosines.push_back(row->cosine);
        mean.normA += row->normA;
        mean.normB += row->normB;
        mean.magnitudeSimilarity += magnitudeSimilarity(row->normA, row->normB);
    }
    const Spread spread = spreadOf(cosines);
    mean.cosine = spread.mean;
    mean.deviation = spread.deviation;
    mean.samples = static_cast<int>(cosines.size());
    mean.normA /= mean.samples; // NaN where there is none
    mean.normB /= mean.samples;
    mean.magnitudeSimilarity /= mean.samples;
    return mean;
}

} // namespace

double magnitudeSimilarity(double normA, double normB) {
    return 2 * normA * normB / (normA * normA + normB * normB);
}

std::vector<ConflictMean> conflictMeans(std::span<const ConflictRow> rows, int last,
                                        std::span<const std::string> layers) {
    std::set<std::int64_t> steps;
    for (const ConflictRow& row : rows) {
        steps.insert(row.step);
        if (steps.size() > static_cast<std::size_t>(std::max(last, 0)))
            steps.erase(steps.begin());
    }
    std::vector<std::vector<const ConflictRow*>> keys; // the rows of each
    std::map<std::tuple<std::string, std::string, std::string, std::string, std::string>,
             std::size_t>
        known;
    for (const ConflictRow& row : rows) {
        if (!steps.contains(row.step))
            continue;
        const auto [entry, added] = known.try_emplace(
            {row.layer, row.factor, row.taskA, row.taskB, row.estimator}, keys.size());
        if (added)
            keys.emplace_back();
        keys[entry->second].push_back(&row);
    }
    std::vector<ConflictMean> means;
    for (const auto& key : keys)
        means.push_back(meanOf(key));
    std::ranges::stable_sort(means, {}, [&](const ConflictMean& mean) {
        return std::ranges::find(layers, mean.layer) - layers.begin();
    });
    return means;
}

std::vector<ConflictMean> ofWholeLayers(std::span<const ConflictMean> means) {
    struct Sums {
        double product = 0, squareA = 0, squareB = 0;
    };
    std::vector<ConflictMean> whole;
    std::vector<Sums> sums;
    for (const ConflictMean& mean : means) {
        if (mean.factor == "norm" || mean.samples == 0)
            continue;
        const auto known = std::ranges::find_if(whole, [&](const ConflictMean& other) {
            return other.layer == mean.layer && other.taskA == mean.taskA
                   && other.taskB == mean.taskB && other.estimator == mean.estimator;
        });
        const auto index = static_cast<std::size_t>(known - whole.begin());
        if (known == whole.end()) {
            whole.push_back(mean);
            whole.back().factor.clear();
            sums.emplace_back();
        }
        ConflictMean& layer = whole[index];
        layer.samples = std::min(layer.samples, mean.samples);
        layer.deviation = std::max(layer.deviation, mean.deviation);
        sums[index].product += mean.cosine * mean.normA * mean.normB;
        sums[index].squareA += mean.normA * mean.normA;
        sums[index].squareB += mean.normB * mean.normB;
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
        whole[i].normA = std::sqrt(sums[i].squareA);
        whole[i].normB = std::sqrt(sums[i].squareB);
        whole[i].cosine = sums[i].product / (whole[i].normA * whole[i].normB);
        whole[i].magnitudeSimilarity = magnitudeSimilarity(whole[i].normA, whole[i].normB);
    }
    return whole;
}

} // namespace concertina
