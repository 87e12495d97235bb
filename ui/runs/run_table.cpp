// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_table.h"

#include "core/model/catalogue.h"
#include "core/model/task_words.h"
#include "widgets/qt_text.h"

#include <algorithm>

namespace concertina {

namespace {

constexpr int linePoints = 96; // two to three pixels each of the longest sparkline

bool sameNumber(double a, double b) {
    return a == b || (a != a && b != b);
}

bool looksSame(const MetricCell& a, const MetricCell& b) {
    return sameNumber(a.best, b.best) && sameNumber(a.last, b.last) && a.bestStep == b.bestStep
           && a.lastStep == b.lastStep;
}

/// Columns for which some run has values, in the catalogue's order.
std::vector<MetricColumn> columnsFor(const Catalogue& catalogue,
                                     const std::vector<SeriesKey>& known) {
    std::vector<MetricColumn> columns;
    for (std::size_t i = 0; i < catalogue.tasks.size(); ++i) {
        const TaskInfo& task = catalogue.tasks[i];
        if (task.metrics.empty())
            continue;
        MetricColumn column{
            task.id, toQt(task.label), task.metrics.front(), static_cast<int>(i), {},
            toQt(task.letter)};
        for (const SeriesKey& key : known)
            if (key.task == task.id && key.name == column.info.name && key.split != "train")
                column.keys.push_back(key);
        if (!column.keys.empty())
            columns.push_back(std::move(column));
    }
    for (const SeriesKey& key : known) { // tasks with names of their own
        const TaskInfo* task = taskWithMain(catalogue, key.name);
        if (task == nullptr || catalogue.task(key.task) != nullptr || key.split == "train")
            continue;
        auto column = std::ranges::find(columns, key.task, &MetricColumn::task);
        if (column == columns.end())
            column = columns.insert(columns.end(), {key.task,
                                                    toQt(key.task),
                                                    task->metrics.front(),
                                                    static_cast<int>(columns.size()),
                                                    {},
                                                    toQt(key.task).left(1).toUpper()});
        column->keys.push_back(key);
    }
    return columns;
}

MetricCell cellOf(const SeriesSummary& summary, bool higherIsBetter) {
    MetricCell cell;
    const auto& best = higherIsBetter ? summary.highest : summary.lowest;
    if (best) {
        cell.best = best->value;
        cell.bestStep = best->step;
    }
    cell.last = summary.last;
    cell.lastStep = summary.rows > 0 ? summary.lastStep : -1;
    return cell;
}

} // namespace

bool looksSame(const RunRow& a, const RunRow& b) {
    const RunSummary& x = a.run;
    const RunSummary& y = b.run;
    return x.id == y.id && x.name == y.name && x.notes == y.notes && x.group == y.group
           && x.seed == y.seed && x.state == y.state && x.stateText == y.stateText
           && x.created == y.created && x.ended == y.ended && x.steps == y.steps
           && x.position == y.position && a.facts == b.facts
           && x.owner.has_value() == y.owner.has_value()
           && sameNumber(x.trainedParameters, y.trainedParameters)
           && sameNumber(x.collapsedParameters, y.collapsedParameters)
           && std::equal(a.metrics.begin(), a.metrics.end(), b.metrics.begin(), b.metrics.end(),
                         [](const MetricCell& left, const MetricCell& right) {
                             return looksSame(left, right);
                         });
}

Expected<RunTable> readRunTable(const Store& store, const Catalogue& catalogue,
                                RunFactsReader& facts) {
    const auto known = store.seriesKeys();
    if (!known)
        return failure(known.error());
    RunTable table{columnsFor(catalogue, *known), {}};
    std::vector<SeriesKey> keys;
    for (const MetricColumn& column : table.columns)
        keys.insert(keys.end(), column.keys.begin(), column.keys.end());
    auto runs = store.runs(keys);
    if (!runs)
        return failure(runs.error());
    table.rows.reserve(runs->size());
    for (RunSummary& run : *runs) {
        RunRow row{std::move(run), {}, {}};
        row.name = toQt(row.run.name);
        std::size_t at = 0;
        for (const MetricColumn& column : table.columns) {
            MetricCell cell;
            for (std::size_t i = 0; i < column.keys.size(); ++i, ++at)
                if (row.run.columns[at] && cell.lastStep < 0)
                    cell = cellOf(*row.run.columns[at], column.info.higherIsBetter);
            row.metrics.push_back(cell);
        }
        row.run.columns.clear();
        table.rows.push_back(std::move(row));
    }
    facts.begin();
    for (auto row = table.rows.rbegin(); row != table.rows.rend(); ++row)
        row->facts = facts.of(store, row->run);
    table.isWhole = facts.isWhole();
    return table;
}

Expected<std::vector<RunLines>> readLines(const Store& store, const std::vector<RunId>& runs,
                                          const std::vector<MetricColumn>& columns) {
    std::vector<RunLines> all;
    for (const RunId& run : runs) {
        const auto series = store.series(run);
        if (!series && series.error().code == "run.unknown")
            continue;
        if (!series)
            return failure(series.error());
        RunLines lines{run, {}, {}};
        for (const MetricColumn& column : columns) {
            lines.lines.emplace_back();
            lines.lastSteps.push_back(-1);
            const auto found = std::find_if(series->begin(), series->end(), [&](const auto& info) {
                return std::find(column.keys.begin(), column.keys.end(), info.key)
                       != column.keys.end();
            });
            if (found == series->end())
                continue;
            const auto points = store.sampledPoints(found->id, linePoints);
            if (!points)
                return failure(points.error());
            lines.lastSteps.back() = found->summary.lastStep;
            for (const MetricPoint& point : *points)
                lines.lines.back().push_back(point.value);
        }
        all.push_back(std::move(lines));
    }
    return all;
}

} // namespace concertina
