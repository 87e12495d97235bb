// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/events.h"

namespace concertina {

/// Receives the events of a training, in the thread that trains; a call that blocks makes it wait.
class RunObserver {
public:
    virtual ~RunObserver() = default;

    virtual void started(const StartEvent&) {}
    virtual void stepped(const StepEvent&) {}
    virtual void conflicted(const ConflictEvent&) {}
    virtual void validated(const ValidationEvent&) {}
    virtual void previewed(const PreviewEvent&) {}
    virtual void replanned(const PlanEvent&) {}
    virtual void checkpointed(const CheckpointEvent&) {}
    virtual void stateChanged(const StateEvent&) {}
    virtual void noticed(const NoticeEvent&) {}
};

} // namespace concertina
