// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace concertina {

/// What a metric of a task means to people.
struct MetricInfo {
    std::string name;  ///< stable: "miou", "abs_err"
    std::string label; ///< "mIoU", "absolute error"
    std::string unit;  ///< "", "m", "°"; shares are from 0 to 1
    bool higherIsBetter = false;
    int digits = 3; ///< decimals that are worth showing

    bool operator==(const MetricInfo&) const = default;
};

/// One value of one metric. `task` is empty for what belongs to no task (total loss, rate).
struct MetricValue {
    std::string task;
    std::string name;
    double value = 0; ///< NaN where it is not defined

    bool operator==(const MetricValue&) const = default;
};

/// A metric's value at a place in training, as the store keeps it.
struct MetricRow {
    std::string task;
    std::string name;
    std::string split; ///< "train", "val", …
    std::int64_t step = 0;
    double epoch = 0;   ///< in epochs, with the fraction that is done
    double seconds = 0; ///< spent training until here, pauses not counted
    double value = 0;

    bool operator==(const MetricRow&) const = default;
};

/// A metric of a multitask network beside that of a network for its task alone.
struct ComparedMetric {
    std::string task;
    bool higherIsBetter = false;
    double value = 0;
    double single = 0;
};

/// Δm = (100 / T) Σ_t mean_m ±(M − B) / B in percent, the mean for each task first, positive is
/// better (Maninis 2019; LibMTL's Δp).
double multitaskGain(const std::vector<ComparedMetric>& metrics);

/// "segmentation/miou"; the name alone where there is no task.
std::string metricKey(const std::string& task, const std::string& name);

/// The value at full use: its decimals and its unit, "0.412", "0.673 m", "34.9°".
std::string metricText(const MetricInfo& info, double value);

} // namespace concertina
