// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// How the gradients of two tasks' losses agree on one factor of one layer, in a copy that both
/// own: one measurement. Cosines of different estimators are not comparable: fewer samples mean
/// more noise, and noise draws a cosine towards 0.
struct ConflictRow {
    std::int64_t step = 0;
    std::string layer;
    std::string factor; ///< a name of the layer's factors, or "norm" for γ and β together
    std::string taskA;
    std::string taskB;
    std::string estimator; ///< "exact" on a whole batch, "exact-half" on its first half,
                           ///< "exact-half-sets" on half a batch of each of several sets
    double cosine = 0;     ///< NaN where a gradient is zero
    double normA = 0;
    double normB = 0;

    bool operator==(const ConflictRow&) const = default;
};

/// Over so many measurements means go, where nothing else is asked for.
inline constexpr int ConflictWindow = 20;

/// 2ab / (a² + b²): 1 where two gradients are equally long, near 0 where one drowns the other
/// (Yu et al. 2020, arXiv 2001.06782, definition 2). NaN where both are 0.
double magnitudeSimilarity(double normA, double normB);

/// What a pair of tasks did on one factor over several measurements of one estimator.
struct ConflictMean {
    std::string layer;
    std::string factor;
    std::string taskA;
    std::string taskB;
    std::string estimator;
    double cosine = 0; ///< means over the measurements in which it is finite; NaN: in none
    double deviation = 0; ///< of the cosines; NaN where there are less than two
    double normA = 0;
    double normB = 0;
    double magnitudeSimilarity = 0;
    int samples = 0; ///< measurements with a finite cosine

    bool operator==(const ConflictMean&) const = default;
};

/// Means over the last `last` measured steps: layers in the order of `layers`, others behind them,
/// and within a layer the keys in the order in which they first come.
std::vector<ConflictMean> conflictMeans(std::span<const ConflictRow> rows, int last,
                                        std::span<const std::string> layers);

/// For each layer, pair and estimator the row of all its factors together, as if they were one
/// long vector: Σ cos·a·b / √(Σa² · Σb²), of the means. Batch norms are left out. `factor` is
/// empty, the number of measurements the smallest of the factors', the deviation the largest.
std::vector<ConflictMean> ofWholeLayers(std::span<const ConflictMean> means);

} // namespace concertina
