// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"

#include <QString>

#include <deque>
#include <optional>
#include <vector>

namespace concertina {

/// How fast a run goes, from the positions that it has reported.
class RunPace {
public:
    void clear();
    void add(const RunPosition& position);

    /// Over the last quarter of a minute of training; none before the first second of it.
    std::optional<double> stepsPerSecond() const;

private:
    std::deque<RunPosition> m_positions;
};

/// A run's progress as a line: "epoch 8 of 13 · step 744 of 1,200 · 5 min 26 s gone, 3 min 20 s
/// left". Of a run of several sets `series` has how often each was gone through: "epoch 2 of 13
/// (coco 1.4, nyuv2 6.0)".
QString progressText(const RunSummary& run, const std::vector<SeriesInfo>& series = {});

/// From 0 to 1; none where it is not known how many steps are planned.
std::optional<double> progressShare(const RunSummary& run);

/// "1,200".
QString groupedNumber(std::int64_t number);

} // namespace concertina
