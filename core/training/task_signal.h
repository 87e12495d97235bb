// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/run_data.h"
#include "core/values/problem.h"

#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// Which tasks have had something to learn from. A batch may lack valid values of a task; a task
/// that had none in an epoch learns nothing, and its curves are merely empty.
class TaskSignal {
public:
    /// `learned`: ids of the tasks that had a valid value in what was trained before; none: not
    /// known, which passes for all of them.
    TaskSignal(const RunData& data, const std::optional<std::vector<std::string>>& learned);

    /// A step: its losses, one a task, NaN without a valid value, and the samples behind them.
    void add(const std::vector<double>& losses, const std::vector<int>& samples);

    /// Ids of the tasks that had a valid value so far.
    std::vector<std::string> learned() const;

    /// Problem "train.no_signal" for each task that never had a valid value, once in a session; to
    /// be asked where an epoch or the training ends.
    Problems unreported();

    /// The same of all tasks, where none can be hoped for: training is at its end, or every sample of
    /// the split has been seen.
    std::optional<Problem> none(bool atEnd) const;

private:
    std::vector<TargetInfo> m_targets;
    std::vector<bool> m_learned; ///< a task
    std::vector<bool> m_reported;
    std::vector<bool> m_seen; ///< a sample
    std::string m_split;
    std::int64_t m_steps = 0;
};

/// "segmentation (index8)": a target and how it is stored.
std::string targetText(const TargetInfo& target);

/// Why a target may have no valid value, as a question.
std::string noValueHint(const TargetInfo& target);

} // namespace concertina
