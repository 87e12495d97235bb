// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"
#include "ui/monitor/run_pace.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <optional>

namespace concertina {

class RunService;
class StoreAccess;

/// What this process is doing, in the words of the status line: read once a second from the
/// store while something trains and the window is shown, else not at all.
class Activity : public QObject {
    Q_OBJECT

public:
    Activity(StoreAccess& store, RunService& runs, QObject* parent);

    bool isBusy() const { return m_busy; }
    /// Of the run that trains, waits or is paused first; its id until the store has read the name.
    QString runName() const;
    const QString& doing() const { return m_doing; }   ///< "Training rooms-demo · cpu, 2 threads"
    const QString& speed() const { return m_speed; }   ///< "52 images/s"; empty where not known
    const QString& memory() const { return m_memory; } ///< "Memory 1.3 GB", of this process

    void setWatched(bool watched);

Q_SIGNALS:
    void changed();

private:
    struct Seen {
        RunId run;
        QString name;
        QString device;
        int batch = 0;
        RunPosition position;
    };

    void refresh();
    void take(const Seen& seen);
    void describe();

    StoreAccess& m_store;
    RunService& m_runs;
    QTimer m_timer;
    std::optional<Seen> m_seen;
    bool m_busy = false;
    QString m_doing;
    RunPace m_pace;
    QString m_speed;
    QString m_memory;
};

} // namespace concertina
