// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/replannable.h"

#include "core/values/spec.h"
#include "core/values/stop_after.h"

namespace concertina {

bool wasCut(const RunRecord& record) {
    const RunSummary& run = record.summary;
    return run.state == RunState::Finished
           && wasCut(readSpec(record.spec).spec.train, run.stepsPerEpoch, run.position.step);
}

Replannable replannable(const RunRecord& record, std::optional<RunState> own,
                        std::optional<std::int64_t> checkpoint) {
    if (own)
        return {.isPossible = *own == RunState::Running || *own == RunState::Paused};
    const RunState now = record.summary.state;
    const bool isElsewhere = record.summary.owner && now != RunState::Interrupted;
    if (record.plan.is_null() || !(canResume(now) || wasCut(record)) || isElsewhere)
        return {};
    return {.isPossible = true, .idleFrom = checkpoint.value_or(0)};
}

} // namespace concertina
