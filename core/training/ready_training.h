// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/initial_state.h"
#include "core/training/run_data.h"
#include "core/training/trainer.h"

namespace concertina {

/// For the trainer: what `prepareTraining` has made.
struct ReadyTraining {
    TrainRequest request;
    RunData data;
    InitialState initial;
};

} // namespace concertina
