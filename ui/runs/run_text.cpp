// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_text.h"

#include "core/values/stop_after.h"
#include "widgets/qt_text.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <algorithm>

namespace concertina {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("RunText", text);
}

QString atStep(const QString& what, const RunSummary& run) {
    if (run.position.step <= 0)
        return what;
    return tr("%1 at step %2").arg(what, QLocale::c().toString(run.position.step));
}

} // namespace

std::string cutOf(const RunSummary& run, const TrainSpec& train) {
    return run.state == RunState::Finished
               ? cutText(train, run.stepsPerEpoch, run.position.step)
               : std::string();
}

QString stateWords(const RunSummary& run, const std::string& cut) {
    switch (run.state) {
    case RunState::Queued: return tr("queued");
    case RunState::Running: {
        if (run.steps <= 0)
            return run.position.step > 0 ? atStep(tr("training"), run) : tr("starting");
        const auto share = std::clamp<std::int64_t>(run.position.step * 100 / run.steps, 0, 100);
        return tr("training, %1 %").arg(share);
    }
    case RunState::Paused: return atStep(tr("paused"), run);
    case RunState::Finished: return cut.empty() ? tr("finished") : toQt(cut);
    case RunState::Stopped: return atStep(tr("stopped"), run);
    case RunState::Failed: {
        const QString failed = atStep(tr("failed"), run);
        return run.stateText.empty() ? failed : failed + QStringLiteral(": ") + toQt(run.stateText);
    }
    case RunState::Interrupted: return atStep(tr("interrupted"), run);
    }
    return {};
}

PageHeader::Tone stateTone(RunState state, bool cut) {
    switch (state) {
    case RunState::Running: return PageHeader::Tone::Busy;
    case RunState::Finished: return cut ? PageHeader::Tone::Neutral : PageHeader::Tone::Good;
    case RunState::Paused:
    case RunState::Interrupted: return PageHeader::Tone::Warning;
    case RunState::Failed: return PageHeader::Tone::Bad;
    case RunState::Queued:
    case RunState::Stopped: break;
    }
    return PageHeader::Tone::Neutral;
}

QString timeText(StoreTime time) {
    return QDateTime::fromMSecsSinceEpoch(time.time_since_epoch().count())
        .toString(QStringLiteral("yyyy-MM-dd hh:mm"));
}

} // namespace concertina
