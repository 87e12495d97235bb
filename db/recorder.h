// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace concertina {

class Connection;

// What a StoreWriter's queue holds, in order, and how a part of it is committed.

enum class Ownership { Keep, Release };

/// One picture of a preview as a PNG file's bytes.
struct PreviewPicture {
    std::string sample;
    std::string task; ///< empty for the input image
    std::string kind; ///< "image", "truth", "expanded", "collapsed"
    std::vector<std::uint8_t> png;
};

struct QueuedPreview {
    std::int64_t step = 0;
    PreviewPicture picture;
};

struct QueuedNotice {
    NoticeEvent notice;
    StoreTime time;
};

struct QueuedCheckpoint {
    CheckpointEvent checkpoint;
    StoreTime time;
};

struct QueuedState {
    StateEvent state;
    Ownership ownership = Ownership::Keep;
};

using MetricRows = std::vector<MetricRow>;
using ConflictRows = std::vector<ConflictRow>;
using QueueItem = std::variant<MetricRows, ConflictRows, QueuedPreview, QueuedCheckpoint,
                               QueuedNotice, RunPosition, QueuedState>;

/// Commits items of a run that this process owns, in one transaction, with a heartbeat. Where
/// it fails, nothing of the items is in the store, and the call may be repeated as it is.
/// Codes as Store's, and "run.lost". On the disk when it returns where a checkpoint is among
/// the items, since older checkpoints are deleted then.
Expected<void> record(Connection& connection, const RunId& run, std::span<const QueueItem> items);

} // namespace concertina
