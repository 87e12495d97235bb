// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "db/records.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <vector>

namespace concertina {

class StoreAccess;

/// What was deleted while the window is open: it lies in the store's trash, can be had back, and
/// is purged when the window closes.
class RunTrash : public QObject {
    Q_OBJECT

public:
    RunTrash(StoreAccess& store, QObject* parent);

    /// `what` names them to people.
    void remove(const std::vector<RunId>& runs, const QString& what);

    /// Brings back what was deleted last.
    void undo();

    bool isEmpty() const { return m_deletions.empty(); }
    QString text() const; ///< of the last deletion, with what it frees; empty where there is none

Q_SIGNALS:
    void changed();
    void refused(const QString& what, const concertina::Problem& problem);

private:
    struct Deletion {
        std::vector<RunId> runs;
        QString what;
        std::int64_t bytes = 0;
    };
    struct Outcome {
        Deletion done;
        Problems problems;
    };

    StoreAccess& m_store;
    std::vector<Deletion> m_deletions;
};

} // namespace concertina
