// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/task_signal.h"

#include "core/data/dataset_json.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>

namespace concertina {

TaskSignal::TaskSignal(const RunData& data, const std::optional<std::vector<std::string>>& learned)
    : m_targets(data.targets),
      m_reported(data.targets.size()),
      m_seen(static_cast<std::size_t>(data.training->size())),
      m_split(data.training->split()) {
    for (const TargetInfo& target : m_targets)
        m_learned.push_back(!learned
                            || std::ranges::find(*learned, target.name) != learned->end());
}

void TaskSignal::add(const std::vector<double>& losses, const std::vector<int>& samples) {
    for (std::size_t t = 0; t < m_learned.size(); ++t)
        m_learned[t] = m_learned[t] || !std::isnan(losses[t]);
    for (const int sample : samples)
        m_seen[static_cast<std::size_t>(sample)] = true;
    ++m_steps;
}

std::vector<std::string> TaskSignal::learned() const {
    std::vector<std::string> names;
    for (std::size_t t = 0; t < m_learned.size(); ++t)
        if (m_learned[t])
            names.push_back(m_targets[t].name);
    return names;
}

Problems TaskSignal::unreported() {
    Problems problems;
    for (std::size_t t = 0; t < m_learned.size(); ++t) {
        if (m_learned[t] || m_reported[t])
            continue;
        m_reported[t] = true;
        problems.push_back({"train.no_signal", targetText(m_targets[t]),
                            "no valid value in " + std::to_string(m_steps)
                                + (m_steps == 1 ? " step" : " steps") + ", so nothing is learned",
                            "at least one in an epoch", noValueHint(m_targets[t])});
    }
    return problems;
}

std::optional<Problem> TaskSignal::none(bool atEnd) const {
    const bool all = std::ranges::all_of(m_seen, [](bool seen) { return seen; });
    const bool any = std::ranges::any_of(m_learned, [](bool learned) { return learned; });
    if (any || !(atEnd || all))
        return std::nullopt;
    std::vector<std::string> targets;
    for (const TargetInfo& target : m_targets)
        targets.push_back(targetText(target));
    return Problem{"train.no_signal", join(targets, ", "),
                   "no valid value of any task "
                       + (all ? "in split \"" + m_split + "\"" : std::string("in any step")),
                   "targets to learn from", noValueHint(m_targets.front())};
}

std::string targetText(const TargetInfo& target) {
    return target.name + " (" + std::string(encodingName(target)) + ")";
}

std::string noValueHint(const TargetInfo& target) {
    return target.kind->noneHint(target.ignore);
}

} // namespace concertina
