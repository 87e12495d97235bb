// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/set_passes.h"

#include "core/values/spec_sets.h"

#include <algorithm>

namespace concertina {

SetPasses::SetPasses(const RunData& data, std::int64_t step) : m_plan(data.trainingPlan) {
    if (data.sets.size() < 2)
        return;
    for (const OpenedSet& set : data.sets)
        m_names.push_back(passesSeries(set.name));
    m_ranges = m_plan.ranges();
    m_counts.assign(m_ranges.size(), 0);
    const std::int64_t perEpoch = m_plan.batchesPerEpoch();
    for (std::int64_t epoch = 0; step > 0; ++epoch, step -= perEpoch) {
        auto order = m_plan.order(epoch);
        order.resize(static_cast<std::size_t>(std::min(step, perEpoch) * m_plan.batch));
        add(order);
    }
}

void SetPasses::add(const std::vector<int>& samples) {
    for (const int sample : samples)
        for (std::size_t s = 0; s < m_ranges.size(); ++s)
            if (sample >= m_ranges[s].first && sample < m_ranges[s].first + m_ranges[s].count)
                ++m_counts[s];
}

std::vector<MetricValue> SetPasses::with(std::vector<MetricValue> values) const {
    for (std::size_t s = 0; s < m_ranges.size(); ++s)
        values.push_back(
            {"", m_names[s], static_cast<double>(m_counts[s]) / std::max(1, m_ranges[s].count)});
    return values;
}

} // namespace concertina
