// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/interrupt.h"

namespace concertina {

class MainWindow;
class SessionRunService;

/// While it lives, what ends the program from outside lets trainings write a checkpoint first: a
/// signal, as in the command line, and a display that goes away.
///
/// Qt ends a program whose display is gone at once, out of its event loop; it says so before, as a
/// message, and that is where trainings are waited for. So it is with X (Qt 6.4 to 6.8: a warning,
/// then `exit`) and with Wayland (then `exit` or `_exit`).
///
/// One at a time, as signals and messages belong to the process.
class EndingGuard {
public:
    EndingGuard(SessionRunService& runs, MainWindow& window);
    ~EndingGuard();

    EndingGuard(const EndingGuard&) = delete;
    EndingGuard& operator=(const EndingGuard&) = delete;

private:
    InterruptWatch m_watch;
};

} // namespace concertina
