// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/window/thread_time.h"

#include <QApplication>

#include <utility>
#include <vector>

namespace concertina::bench {

/// The application of the benches, on no screen; can record how long each event takes.
class TimedApplication : public QApplication {
public:
    /// Made at the first call. It is not destroyed: Qt's own statics are gone before ours.
    static TimedApplication& instance() {
        static int count = 1;
        static char name[] = "concertina-bench";
        static char* arguments[] = {name, nullptr};
        qputenv("QT_QPA_PLATFORM", "offscreen");
        static auto* const application = new TimedApplication(count, arguments);
        return *application;
    }

    void record(bool on) {
        m_records = on;
        if (on)
            m_times.clear();
    }
    const std::vector<double>& times() const { return m_times; } ///< ms; events within events are one

    bool notify(QObject* receiver, QEvent* event) override {
        if (!m_records || std::exchange(m_inside, true))
            return QApplication::notify(receiver, event);
        const double before = threadMilliseconds();
        const bool done = QApplication::notify(receiver, event);
        m_times.push_back(threadMilliseconds() - before);
        m_inside = false;
        return done;
    }

private:
    using QApplication::QApplication;

    bool m_records = false;
    bool m_inside = false;
    std::vector<double> m_times;
};

} // namespace concertina::bench
