// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"

#include <cstdint>
#include <optional>

namespace concertina {

/// Whether the sharing of a run can still be changed.
struct Replannable {
    bool isPossible = false;
    /// The step from which a run that is not being trained would go on; none: it is trained, or
    /// waits in memory.
    std::optional<std::int64_t> idleFrom;

    bool operator==(const Replannable&) const = default;
};

/// `own`: the state of a run that this process trains or keeps; `checkpoint`: the last one's step.
Replannable replannable(const RunRecord& record, std::optional<RunState> own,
                        std::optional<std::int64_t> checkpoint);

/// Whether a finished run was ended before its plan, by train.stop_after.
bool wasCut(const RunRecord& record);

} // namespace concertina
