// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network.h"
#include "core/training/learner.h"
#include "core/training/run_data.h"
#include "core/values/events.h"

#include <cstddef>
#include <string>

namespace concertina {

/// A change of a run's plan that is made and not yet in effect.
struct MadeChange {
    Network network;
    PlanEvent event;
};

/// Makes the change `index` of a spec for the network that a learner trains; the learner stays as
/// it is. Where the change can change outputs, the event has the losses on the batch that comes
/// next. Problems of `Network::replanned`.
Expected<MadeChange> makeChange(const ExperimentSpec& spec, std::size_t index,
                                const Learner& learner, const RunData& data,
                                const RunPosition& position);

/// What is reported of a change that cannot be made.
std::string refusedText(const Problem& problem);

} // namespace concertina
