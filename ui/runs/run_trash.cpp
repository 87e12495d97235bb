// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_trash.h"

#include "core/values/text.h"
#include "ui/store/store_access.h"
#include "widgets/qt_text.h"

namespace concertina {

RunTrash::RunTrash(StoreAccess& store, QObject* parent) : QObject(parent), m_store(store) {}

void RunTrash::remove(const std::vector<RunId>& runs, const QString& what) {
    m_store.call(
        this,
        [runs, what](Store& store) -> Expected<Outcome> {
            Outcome outcome{{{}, what, 0}, {}};
            for (const RunId& run : runs) {
                const auto bytes = store.bytesOnDisk(run);
                const auto trashed = store.trashRun(run);
                if (!trashed) {
                    outcome.problems.push_back(trashed.error());
                    continue;
                }
                outcome.done.runs.push_back(run);
                outcome.done.bytes += bytes.value_or(0);
            }
            return outcome;
        },
        [this, what](const Expected<Outcome>& outcome) {
            if (!outcome) {
                Q_EMIT refused(tr("%1 could not be deleted.").arg(what), outcome.error());
                return;
            }
            if (!outcome->done.runs.empty())
                m_deletions.push_back(outcome->done);
            for (const Problem& problem : outcome->problems)
                Q_EMIT refused(tr("%1 could not be deleted.").arg(what), problem);
            Q_EMIT changed();
        });
}

void RunTrash::undo() {
    if (m_deletions.empty())
        return;
    const Deletion last = m_deletions.back();
    m_deletions.pop_back();
    m_store.call(
        this,
        [last](Store& store) -> Expected<Outcome> {
            Outcome left{{{}, last.what, last.bytes}, {}};
            for (const RunId& run : last.runs) {
                const auto restored = store.restoreRun(run);
                if (restored)
                    continue;
                left.problems.push_back(restored.error());
                if (restored.error().code != "run.unknown") // gone for good
                    left.done.runs.push_back(run);
            }
            return left;
        },
        [this, last](const Expected<Outcome>& left) {
            const Problems problems = left ? left->problems : Problems{left.error()};
            for (const Problem& problem : problems)
                Q_EMIT refused(tr("%1 could not be brought back.").arg(last.what), problem);
            const Deletion& again = left ? left->done : last;
            if (!again.runs.empty())
                m_deletions.push_back(again); // to be tried again
            Q_EMIT changed();
        });
}

QString RunTrash::text() const {
    if (m_deletions.empty())
        return {};
    const Deletion& last = m_deletions.back();
    return tr("Deleted %1. %2 will be freed when the window closes; until then it can be undone.")
        .arg(last.what, toQt(bytesText(static_cast<double>(last.bytes))));
}

} // namespace concertina
