// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/run_marks.h"

#include "widgets/qt_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

constexpr qsizetype longestCaption = 40;

} // namespace

std::vector<PlotMark> marksOf(const std::vector<EventRecord>& events, const Json& planChanges) {
    std::vector<PlotMark> marks;
    const auto add = [&](std::int64_t step, const QString& caption) {
        const PlotMark mark{step, caption};
        if (std::ranges::find(marks, mark) == marks.end())
            marks.push_back(mark);
    };
    for (const EventRecord& event : events) {
        if (event.segment > 0) // of a line that is not the run's any more
            continue;
        if (event.code == "undo")
            add(event.step, QCoreApplication::translate("RunMarks", "change undone"));
        else if (event.code.starts_with("resume"))
            add(event.step, QCoreApplication::translate("RunMarks", "resumed"));
    }
    for (const Json& entry : planChanges.is_array() ? planChanges : Json::array()) {
        if (!entry.is_object() || !entry.contains("step") || !entry["step"].is_number_integer())
            continue;
        const Json change = entry.value("change", Json());
        const QString words =
            change.is_string() ? toQt(change.get<std::string>())
                               : QCoreApplication::translate("RunMarks", "sharing changed");
        marks.push_back({entry["step"].get<std::int64_t>(), words.simplified()});
    }
    std::ranges::stable_sort(marks, {}, &PlotMark::step);
    // Several at one step are one mark: their captions would hide each other.
    std::vector<PlotMark> merged;
    for (PlotMark& mark : marks) {
        if (!merged.empty() && merged.back().step == mark.step)
            merged.back().caption += QStringLiteral("; ") + mark.caption;
        else
            merged.push_back(std::move(mark));
    }
    for (PlotMark& mark : merged)
        if (mark.caption.size() > longestCaption)
            mark.caption = mark.caption.left(longestCaption - 1) + QStringLiteral("…");
    return merged;
}

} // namespace concertina
