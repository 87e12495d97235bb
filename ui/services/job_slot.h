// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/job_service.h"

#include <QObject>
#include <QPointer>

#include <cstdint>
#include <functional>
#include <utility>

namespace concertina {

/// One job at a time for one place of a page: the next one, `cancel` and the end of the slot end
/// the one before, which then gets no reply. GUI thread.
class JobSlot {
public:
    JobSlot() = default;
    ~JobSlot() { delete m_context; }
    JobSlot(const JobSlot&) = delete;
    JobSlot& operator=(const JobSlot&) = delete;

    bool isBusy() const { return m_busy; }

    /// The context goes, later, as this may be asked for in a call that it receives: so a service
    /// knows that no caller waits any more.
    void cancel() {
        if (m_context && m_busy)
            m_context.data()->deleteLater();
        if (m_busy)
            m_context = nullptr;
        m_busy = false;
        ++m_job;
    }

    /// What a service is handed for the next job. The context stays as long as jobs follow each
    /// other, as a newer job stops the older one of the same context.
    template <class T>
    Reply<T> next(std::function<void(Expected<T>)> done,
                  std::function<void(double, const QString&)> progress = {}) {
        if (!m_context)
            m_context = new QObject;
        m_busy = true;
        const std::uint64_t job = ++m_job;
        Reply<T> reply{m_context, [this, job, done = std::move(done)](Expected<T> result) {
                           if (job != m_job)
                               return;
                           m_busy = false;
                           done(std::move(result));
                       }};
        if (progress)
            reply.progress = [this, job, progress = std::move(progress)](double share,
                                                                         const QString& what) {
                if (job == m_job && m_busy)
                    progress(share, what);
            };
        return reply;
    }

private:
    QPointer<QObject> m_context;
    std::uint64_t m_job = 0;
    bool m_busy = false;
};

} // namespace concertina
