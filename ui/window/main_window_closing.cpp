// SPDX-License-Identifier: GPL-3.0-or-later
// How the window closes: with a checkpoint of what trains, and everything written.
#include "ui/services/dialogs.h"
#include "ui/services/run_service.h"
#include "ui/store/store_access.h"
#include "ui/window/activity.h"
#include "ui/window/main_window.h"
#include "widgets/controls/notice_bar.h"

#include <QCloseEvent>

#include <algorithm>

namespace concertina {

void MainWindow::closeEvent(QCloseEvent* event) {
    if (m_closing == Closing::Done) {
        saveSession();
        event->accept();
        Q_EMIT closed();
        return;
    }
    event->ignore();
    if (m_closing == Closing::No)
        beginClosing();
    else if (m_closing != Closing::Asking)
        showMessage(tr("Closing as soon as the checkpoint is written…"));
}

void MainWindow::beginClosing() {
    const auto own = m_services.runs.runs();
    const auto training = std::find_if(
        own.begin(), own.end(), [](const OwnRun& run) { return run.state == RunState::Running; });
    if (training != own.end()) {
        m_closing = Closing::Asking;
        const auto answer = m_services.dialogs.askClosing(this, m_activity->runName());
        if (m_closing != Closing::Asking)
            return; // it had to close meanwhile
        m_closing = Closing::No;
        if (answer == Dialogs::Closing::GoOn)
            showMinimized();
        if (answer != Dialogs::Closing::PauseAndQuit)
            return;
    }
    putAway();
}

void MainWindow::closeNow() {
    if (m_closing == Closing::No || m_closing == Closing::Asking)
        putAway();
}

void MainWindow::putAway() {
    if (QWidget* editor = focusWidget())
        editor->clearFocus(); // what is being typed is written before the store is put away
    if (m_services.runs.runs().empty())
        purgeAndClose();
    else
        suspendRuns();
}

void MainWindow::suspendRuns() {
    m_closing = Closing::Suspending;
    m_notices->add(Pill::Tone::Neutral,
                   tr("Pausing what trains, with a checkpoint; the window closes after that."));
    m_services.runs.suspendAll();
}

void MainWindow::purgeAndClose() {
    m_closing = Closing::Purging;
    saveSession();
    // What was deleted in this session goes for good. Where that fails, the next session does it.
    m_services.store.call(
        this, [](Store& store) { return store.purgeTrash(); },
        [this](const Expected<std::int64_t>&) {
            m_closing = Closing::Done;
            close();
        });
}

} // namespace concertina
