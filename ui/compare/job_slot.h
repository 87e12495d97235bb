// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/job_service.h"

#include <QObject>
#include <QPointer>

#include <functional>
#include <utility>

namespace concertina {

/// One job at a time for one place of a page: the next one, `cancel` and the end of the slot end
/// the one before, which is then not told. GUI thread.
class JobSlot {
public:
    JobSlot() = default;
    ~JobSlot() { delete m_context; }
    JobSlot(const JobSlot&) = delete;
    JobSlot& operator=(const JobSlot&) = delete;

    bool isBusy() const { return m_context != nullptr; }

    /// Later, as it may be asked for in a call that the context receives.
    void cancel() {
        if (m_context)
            m_context->deleteLater();
        m_context = nullptr;
    }

    /// What a service is handed for the next job.
    template <class T>
    Reply<T> next(std::function<void(Expected<T>)> done,
                  std::function<void(double, const QString&)> progress = {}) {
        cancel();
        m_context = new QObject;
        const QPointer<QObject> mine(m_context);
        Reply<T> reply{mine, [this, mine, done = std::move(done)](Expected<T> result) {
                           if (!mine || mine != m_context)
                               return;
                           cancel();
                           done(std::move(result));
                       }};
        if (progress)
            reply.progress = [this, mine, progress = std::move(progress)](double share,
                                                                         const QString& what) {
                if (mine && mine == m_context)
                    progress(share, what);
            };
        return reply;
    }

private:
    QPointer<QObject> m_context;
};

} // namespace concertina
