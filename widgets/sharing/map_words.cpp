// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/map_words.h"

#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <QCoreApplication>
#include <QStringList>

namespace concertina {

namespace {

QString mapWords(const char* text) {
    return QCoreApplication::translate("concertina::SharingMap", text);
}

QString labelOf(const MapLayout& map, std::size_t column) {
    if (column == MapSkip::Image)
        return mapWords("the image");
    return column < map.columns.size() ? toQt(map.columns[column].label) : mapWords("the heads");
}

QString skipWords(const MapSkip& skip) {
    return skip.op == Op::MaxUnpool ? mapWords("pooling indices")
           : skip.op == Op::Concat  ? mapWords("features to concatenate")
                                    : mapWords("features to add");
}

QStringList skipTexts(const MapLayout& map, std::size_t column) {
    QStringList texts;
    for (const MapSkip& skip : map.skips) {
        if (skip.from == column)
            texts << mapWords("%1 go to %2").arg(skipWords(skip), labelOf(map, skip.to));
        if (skip.to == column)
            texts << mapWords("%1 come from %2").arg(skipWords(skip), labelOf(map, skip.from));
        for (const std::size_t through : skip.through)
            if (through == column)
                texts << mapWords("on a shortcut from %1 to %2")
                             .arg(labelOf(map, skip.from), labelOf(map, skip.to));
    }
    if (map.columns[column].skipsInside > 0)
        texts << mapWords("skips between its layers: %1").arg(map.columns[column].skipsInside);
    return texts;
}

QString costText(double multiplyAdds) {
    return mapWords("%1 multiply–adds").arg(toQt(shortCount(multiplyAdds)));
}

} // namespace

QString mapTaskNames(TaskSet set, const std::vector<int>& order,
                     const std::vector<SharingTask>& tasks) {
    QStringList names;
    for (const int task : order)
        if ((set & taskBit(task)) != 0)
            names << (static_cast<std::size_t>(task) < tasks.size()
                          ? tasks[static_cast<std::size_t>(task)].label
                          : QString::number(task + 1));
    if (names.size() < 2)
        return names.join(QString());
    const QString last = names.takeLast();
    return mapWords("%1 and %2").arg(names.join(QStringLiteral(", ")), last);
}

QString mapStationText(const MapLayout& map, std::size_t station,
                       const std::vector<SharingTask>& tasks) {
    const MapStation& shown = map.stations[station];
    const MapColumn& column = map.columns[shown.column];
    const auto names = [&](TaskSet set) { return mapTaskNames(set, map.order, tasks); };
    QString text = toQt(column.label);
    if (column.layers.size() > 1)
        text += mapWords(", %1 layers").arg(column.layers.size());
    if (tasks.size() > 1)
        text += mapWords(", kernel %1")
                    .arg(shown.kernel < 26 ? QString(QChar(u'A' + shown.kernel))
                                           : QString::number(shown.kernel + 1));
    QStringList parts{mapWords("runs once for %1").arg(names(shown.tasks))};
    if (column.product)
        parts << mapWords("merged by product");
    else if (column.merged)
        parts << mapWords("merged: a core a task, one kernel");
    if (const TaskSet tied = shown.weights & ~shown.tasks; tied != 0)
        parts << mapWords("the same weights as for %1").arg(names(tied));
    if (const TaskSet joined = shown.joined & ~shown.weights; joined != 0)
        parts << mapWords("shares factors with %1").arg(names(joined));
    if (column.branches > 1)
        parts << mapWords("%1 branches in training").arg(column.branches);
    if (column.keptBehind > 0)
        parts << mapWords("parts kept behind the kernel: %1").arg(column.keptBehind);
    if (shown.frozen != MapFrozen::None)
        parts << (shown.frozen == MapFrozen::All ? mapWords("frozen") : mapWords("frozen in part"));
    parts << costText(column.multiplyAdds);
    parts << skipTexts(map, shown.column);
    return text + QStringLiteral(": ") + parts.join(QStringLiteral("; "));
}

QString mapHeadText(const MapLayout& map, int task, const std::vector<SharingTask>& tasks) {
    QString text = mapWords("Head of %1: %2")
                       .arg(mapTaskNames(taskBit(task), map.order, tasks),
                            costText(map.lines[static_cast<std::size_t>(task)].headMultiplyAdds));
    if ((map.resting & taskBit(task)) != 0)
        text += mapWords("; the task rests");
    return text;
}

} // namespace concertina
