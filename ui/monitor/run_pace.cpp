// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/run_pace.h"

#include "core/values/spec_sets.h"
#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr double window = 15; // seconds
constexpr double shortest = 1;

/// "coco 1.4, nyuv2 6.0"; empty where there is one set.
QString passesText(const std::vector<SeriesInfo>& series) {
    QStringList sets;
    for (const SeriesInfo& info : series)
        if (const auto set = setOfPasses(info.key.task, info.key.name); set && info.segment == 0)
            sets << QStringLiteral("%1 %2").arg(toQt(*set), toQt(fixedText(info.summary.last, 1)));
    return sets.join(QStringLiteral(", "));
}

} // namespace

void RunPace::clear() {
    m_positions.clear();
}

void RunPace::add(const RunPosition& position) {
    if (!m_positions.empty() && position.step < m_positions.back().step)
        m_positions.clear(); // it went back to a checkpoint
    if (!m_positions.empty() && position.step == m_positions.back().step)
        return;
    m_positions.push_back(position);
    while (m_positions.size() > 2 && position.seconds - m_positions[1].seconds >= window)
        m_positions.pop_front();
}

std::optional<double> RunPace::stepsPerSecond() const {
    if (m_positions.size() < 2)
        return std::nullopt;
    const RunPosition &first = m_positions.front(), &last = m_positions.back();
    const double seconds = last.seconds - first.seconds;
    if (!(seconds >= shortest))
        return std::nullopt;
    return static_cast<double>(last.step - first.step) / seconds;
}

QString groupedNumber(std::int64_t number) {
    return QLocale(QLocale::English).toString(static_cast<qlonglong>(number));
}

std::optional<double> progressShare(const RunSummary& run) {
    if (run.steps <= 0)
        return std::nullopt;
    return std::clamp(static_cast<double>(run.position.step) / static_cast<double>(run.steps), 0.0,
                      1.0);
}

QString progressText(const RunSummary& run, const std::vector<SeriesInfo>& series) {
    const RunPosition& at = run.position;
    if (run.state == RunState::Queued)
        return QStringLiteral("waits for its turn");
    if (run.steps <= 0)
        return QStringLiteral("step %1").arg(groupedNumber(at.step));
    QString text;
    if (run.stepsPerEpoch > 0) {
        const std::int64_t epochs = (run.steps + run.stepsPerEpoch - 1) / run.stepsPerEpoch;
        // The one that the last step was of.
        const std::int64_t epoch = std::clamp<std::int64_t>(
            (at.step + run.stepsPerEpoch - 1) / run.stepsPerEpoch, 1, epochs);
        text = QStringLiteral("epoch %1 of %2").arg(groupedNumber(epoch), groupedNumber(epochs));
        if (const QString passes = passesText(series); !passes.isEmpty())
            text += QStringLiteral(" (%1)").arg(passes);
        text += QStringLiteral(" · ");
    }
    text +=
        QStringLiteral("step %1 of %2 · %3 gone")
            .arg(groupedNumber(at.step), groupedNumber(run.steps), toQt(durationText(at.seconds)));
    // Over the whole run, so that validations count as often as they come.
    if (run.state == RunState::Running && at.step > 0 && at.step < run.steps)
        text += QStringLiteral(", %1 left")
                    .arg(toQt(durationText(at.seconds / static_cast<double>(at.step)
                                           * static_cast<double>(run.steps - at.step))));
    return text;
}

} // namespace concertina
