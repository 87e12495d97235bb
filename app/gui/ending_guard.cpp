// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/ending_guard.h"

#include "app/gui/session_run_service.h"
#include "ui/window/main_window.h"

#include <QLoggingCategory>
#include <QMetaObject>

#include <csignal>

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>

namespace concertina {

namespace {

std::atomic<SessionRunService*> guarded;
QtMessageHandler handlerBefore = nullptr;

bool reportsLostDisplay(const QString& text) {
    return text.startsWith(QLatin1String("The X11 connection broke"))
           || text.startsWith(QLatin1String("The Wayland connection "));
}

void handleMessage(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    if (handlerBefore != nullptr)
        handlerBefore(type, context, text);
    if (!reportsLostDisplay(text))
        return;
    if (SessionRunService* runs = guarded.exchange(nullptr)) {
        std::fputs("concertina: the display is gone; what trains is paused with a checkpoint.\n",
                   stderr);
        runs->suspendAndWait();
        // Not by `exit`: what it takes down, the threads of this window still use.
        _exit(EXIT_FAILURE);
    }
}

/// What a signal calls. One that comes from writing to a terminal that is gone is no reason to end.
std::function<void()> endingOf(SessionRunService& runs, MainWindow& window) {
    std::signal(SIGPIPE, SIG_IGN);
    return [&runs, &window] {
        // At once, whatever the window is doing; then it closes as it can.
        runs.suspendQueue();
        QMetaObject::invokeMethod(&window, &MainWindow::closeNow, Qt::QueuedConnection);
    };
}

} // namespace

EndingGuard::EndingGuard(SessionRunService& runs, MainWindow& window)
    : m_watch(endingOf(runs, window)) {
    guarded = &runs;
    // Settings of the logging must not hide it.
    QLoggingCategory::defaultCategory()->setEnabled(QtWarningMsg, true);
    handlerBefore = qInstallMessageHandler(handleMessage);
}

EndingGuard::~EndingGuard() {
    qInstallMessageHandler(handlerBefore);
    guarded = nullptr;
}

} // namespace concertina
