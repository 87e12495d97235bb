// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/beginning.h"
#include "core/training/run_data.h"
#include "core/training/trainer.h"

namespace concertina {

/// For the trainer: what `prepareTraining` has made.
struct ReadyTraining {
    TrainRequest request;
    RunData data;
    Beginning beginning;
};

} // namespace concertina
