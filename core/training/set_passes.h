// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/run_data.h"
#include "core/values/metric.h"

#include <cstdint>
#include <string>
#include <vector>

namespace concertina {

/// How often a training has gone through each of several sets.
class SetPasses {
public:
    /// After `step` steps: a function of the plan.
    SetPasses(const RunData& data, std::int64_t step);

    /// The samples of a batch as they were planned.
    void add(const std::vector<int>& samples);

    /// Values with one more a set, samples ÷ the set's size; none where there is one set.
    std::vector<MetricValue> with(std::vector<MetricValue> values) const;

private:
    LoaderPlan m_plan;
    std::vector<std::string> m_names;
    std::vector<SampleRange> m_ranges;
    std::vector<std::int64_t> m_counts;
};

} // namespace concertina
