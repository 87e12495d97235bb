// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/named_run.h"
#include "app/session/run_session.h"
#include "app/session/trained_run.h"
#include "core/catalogue.h"
#include "core/model/costs.h"
#include "core/values/run_group.h"
#include "core/values/spread.h"
#include "core/values/table_text.h"
#include "core/values/text.h"
#include "db/store.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace concertina {

namespace {

/// A run of a table.
struct Member {
    RunRecord record;
    ExperimentSpec spec;
    std::vector<SeriesInfo> series;

    const std::string& name() const { return record.summary.name; }
};

/// Runs that stand in one line of a table.
struct Line {
    std::string name;
    std::vector<Member> runs;
    std::vector<Places> experiments;
    std::map<std::string, std::vector<double>> metrics; ///< last values by "task/name", one a run

    bool isSingleTask() const { return runs.front().spec.tasks.size() == 1; }

    /// What the line's networks cost together, by what each run's record says of it.
    double together(double RunSummary::*cost) const {
        std::vector<std::string> names;
        std::vector<double> costs;
        for (const Member& run : runs) {
            names.push_back(run.name());
            costs.push_back(run.record.summary.*cost);
        }
        return costTogether(names, costs);
    }
};

/// What a metric of a table is.
struct Column {
    std::string task;
    MetricInfo info;

    std::string key() const { return metricKey(task, info.name); }
};

/// Whether a word means a run's group: all of its name, or that without the time.
bool meansGroupOf(const RunSummary& run, const std::string& word) {
    return run.group && (*run.group == word || nameOfGroup(*run.group) == word);
}

/// The runs that a word means: those of the newest group of this name, or the newest run of this
/// name and those of its name in its group; else what `Store::findRun` finds.
Expected<std::vector<RunId>> runsNamed(const Store& store, const std::vector<RunSummary>& all,
                                       const std::string& word) {
    const RunSummary* newest = nullptr;
    for (const RunSummary& run : all)
        if ((run.name == word || meansGroupOf(run, word))
            && (newest == nullptr || run.number > newest->number))
            newest = &run;
    std::vector<RunId> ids;
    for (const RunSummary& run : all)
        if (newest != nullptr && newest->group && run.group == newest->group
            && (run.name == word || meansGroupOf(run, word)))
            ids.push_back(run.id);
    if (!ids.empty())
        return ids;
    const auto found = store.findRun(word);
    return found ? Expected<std::vector<RunId>>(std::vector{*found}) : failure(found.error());
}

/// In the order of the words, each run once.
Expected<std::vector<RunId>> runsNamed(const Store& store, const std::vector<std::string>& words) {
    const auto all = store.runs({});
    if (!all)
        return failure(all.error());
    std::vector<RunId> ids;
    for (const std::string& word : words) {
        const auto named = runsNamed(store, *all, word);
        if (!named)
            return failure(named.error());
        for (const RunId& id : *named)
            if (std::ranges::find(ids, id) == ids.end())
                ids.push_back(id);
    }
    return ids;
}

/// Which of the runs of a name a word took; of a group it takes all.
void noteTaken(const Store& store, const std::string& word, Console& console) {
    const auto found = store.findRun(word);
    const auto run = found ? store.run(*found) : failure({});
    if (run && !run->summary.group)
        noteNamesakes(store, word, *found, console);
}

/// Everything of the runs of a line.
Line lineOf(std::vector<Member> runs) {
    std::vector<std::string> names;
    for (const Member& run : runs)
        names.push_back(run.name());
    Line line{.name = nameTogether(names, runs.front().record.summary.group.value_or("")),
              .experiments = experimentsOf(names)};
    for (const Member& run : runs)
        for (const SeriesInfo& info : run.series)
            if (info.key.split == run.spec.data.validationSplit)
                line.metrics[metricKey(info.key.task, info.key.name)].push_back(info.summary.last);
    line.runs = std::move(runs);
    return line;
}

Expected<std::vector<Line>> linesOf(const Store& store, const std::vector<std::string>& words) {
    const auto ids = runsNamed(store, words);
    if (!ids)
        return failure(ids.error());
    std::vector<Member> members;
    std::vector<GroupedRun> grouped;
    for (const RunId& id : *ids) {
        auto run = store.run(id);
        if (!run)
            return failure(run.error());
        auto series = store.series(id);
        if (!series)
            return failure(series.error());
        auto spec = specOf(*run, std::nullopt);
        if (!spec)
            return failure(spec.error());
        const bool single = spec->tasks.size() == 1;
        grouped.push_back({run->summary.group, run->summary.name,
                           single ? spec->tasks.front().called() : std::string()});
        members.push_back({std::move(*run), std::move(*spec), std::move(*series)});
    }
    std::vector<Line> lines;
    for (const Places& places : tableLines(grouped)) {
        std::vector<Member> runs;
        for (const std::size_t place : places)
            runs.push_back(std::move(members[place]));
        lines.push_back(lineOf(std::move(runs)));
    }
    return lines;
}

/// Names of tasks with their methods: those of the catalogue in its order, then those that were
/// given a name.
std::vector<std::pair<std::string, const TaskInfo*>> tasksOf(const std::vector<Line>& lines) {
    std::vector<std::pair<std::string, const TaskInfo*>> tasks;
    for (const TaskInfo& info : catalogue().tasks)
        tasks.emplace_back(info.id, &info);
    const auto add = [&](const TaskSpec& task) {
        const TaskInfo* info = catalogue().task(task.method.id);
        const auto isCalledSo = [&](const auto& known) { return known.first == task.called(); };
        if (info != nullptr && std::ranges::none_of(tasks, isCalledSo))
            tasks.emplace_back(task.called(), info);
    };
    for (const Line& line : lines)
        for (const Member& run : line.runs)
            std::ranges::for_each(run.spec.tasks, add);
    return tasks;
}

/// The metrics of all lines, in the order of their tasks.
std::vector<Column> columnsOf(const std::vector<Line>& lines) {
    std::vector<Column> columns;
    for (const auto& [task, info] : tasksOf(lines))
        for (const MetricInfo& metric : info->metrics) {
            const Column column{task, metric};
            if (std::ranges::any_of(lines, [&](const Line& line) {
                    return line.metrics.contains(column.key());
                }))
                columns.push_back(column);
        }
    return columns;
}

/// Of one image through the line's collapsed networks; NaN before all of them have begun.
double multiplyAddsOf(const Line& line) {
    double all = 0;
    for (const Places& experiment : line.experiments) {
        const Member& run = line.runs[experiment.front()];
        const auto design = designOf(run.record, run.spec);
        if (!design)
            return NAN;
        all += networkCosts(*design, {}).multiplyAdds;
    }
    return all;
}

/// Of each experiment.
std::vector<double> stepsOf(const Line& line) {
    std::vector<double> steps;
    for (const Places& experiment : line.experiments)
        steps.push_back(
            static_cast<double>(line.runs[experiment.front()].record.summary.position.step));
    return steps;
}

/// Once where all have the same.
std::string stepsText(const std::vector<double>& steps) {
    std::vector<std::string> texts;
    for (const double count : steps)
        texts.push_back(numberText(count));
    const bool same = std::ranges::count(steps, steps.front()) == std::ssize(steps);
    return same ? texts.front() : join(texts, " + ");
}

/// That each experiment has.
std::size_t seedsOf(const Line& line) {
    return std::ranges::min(line.experiments, {}, &Places::size).size();
}

/// To train each experiment once, in the mean.
double secondsOf(const Line& line) {
    double all = 0;
    for (const Places& experiment : line.experiments) {
        std::vector<double> seconds;
        for (const std::size_t run : experiment)
            seconds.push_back(line.runs[run].record.summary.position.seconds);
        all += spreadOf(seconds).mean;
    }
    return all;
}

/// Δm of a line against single-task runs; NaN where one of its tasks has none.
double gainOf(const Line& line, const std::vector<Column>& columns,
              const std::vector<Line>& single) {
    std::vector<ComparedMetric> compared;
    std::set<std::string> missing, known;
    for (const Column& column : columns) {
        const auto own = line.metrics.find(column.key());
        if (own == line.metrics.end())
            continue;
        std::vector<double> base;
        for (const Line& other : single)
            if (other.isSingleTask())
                if (const auto values = other.metrics.find(column.key());
                    values != other.metrics.end())
                    base.insert(base.end(), values->second.begin(), values->second.end());
        (base.empty() ? missing : known).insert(column.task);
        if (!base.empty())
            compared.push_back({column.task, column.info.higherIsBetter,
                                spreadOf(own->second).mean, spreadOf(base).mean});
    }
    return missing.empty() && !known.empty() ? multitaskGain(compared) : NAN;
}

/// One cell of a table: for people, and as columns of numbers for programs, whose titles name
/// their units.
struct Cell {
    std::string title, text;
    std::vector<std::pair<std::string, double>> numbers;
};

Cell metricCell(const Column& column, const Spread& spread) {
    const std::string title = column.task + " " + column.info.label;
    const std::string unit = column.info.unit.empty() ? "" : " (" + column.info.unit + ")";
    return {title,
            metricText(column.info, spread),
            {{title + unit, spread.mean}, {title + " deviation" + unit, spread.deviation}}};
}

/// A number of things; NaN and 0 where it is not known.
Cell countCell(const std::string& title, const std::string& forPrograms, double count) {
    return {title, count > 0 ? shortCount(count) : "–", {{forPrograms, count > 0 ? count : NAN}}};
}

/// A line as programs get it in JSON, and its cells behind its name.
Json lineJson(const Line& line) {
    return {{"event", "line"},
            {"name", line.name},
            {"seeds", seedsOf(line)},
            {"metrics", Json::object()},
            {"gain", nullptr},
            {"steps", stepsOf(line)},
            {"seconds", secondsOf(line)},
            {"trained_parameters", line.together(&RunSummary::trainedParameters)},
            {"parameters", line.together(&RunSummary::collapsedParameters)},
            {"multiply_adds", multiplyAddsOf(line)}};
}

std::vector<Cell> cellsOf(const Line& line, const std::vector<Column>& columns,
                          const std::vector<Line>& single, Json& json) {
    const auto seeds = static_cast<double>(seedsOf(line));
    std::vector<Cell> cells{{"seeds", numberText(seeds), {{"seeds", seeds}}}};
    for (const Column& column : columns) {
        const auto values = line.metrics.find(column.key());
        const Spread spread = values == line.metrics.end() ? Spread() : spreadOf(values->second);
        cells.push_back(metricCell(column, spread));
        json["metrics"][column.key()] = {{"mean", spread.mean}, {"deviation", spread.deviation}};
    }
    if (!single.empty()) {
        const double gain = gainOf(line, columns, single);
        cells.push_back(
            {"Δm, %", std::isfinite(gain) ? fixedText(gain, 2) : "–", {{"Δm (%)", gain}}});
        json["gain"] = gain;
    }
    const auto steps = stepsOf(line);
    cells.push_back({"steps", stepsText(steps), {{"steps", std::ranges::max(steps)}}});
    cells.push_back(countCell("parameters, training", "parameters in training",
                              json["trained_parameters"].get<double>()));
    cells.push_back(
        countCell("collapsed", "parameters collapsed", json["parameters"].get<double>()));
    cells.push_back(
        countCell("multiply–adds", "multiply-adds", json["multiply_adds"].get<double>()));
    const double seconds = secondsOf(line);
    cells.push_back({"time", durationText(seconds), {{"time (s)", seconds}}});
    return cells;
}

/// The titles as a row for programs, or for people; and a line's.
void addRows(TableRows& rows, const std::string& name, const std::vector<Cell>& cells, bool csv) {
    std::vector<std::string> titles{"Run"}, row{csv ? name : shortened(oneLine(name), 60)};
    for (const Cell& cell : cells) {
        if (!csv) {
            titles.push_back(cell.title);
            row.push_back(cell.text);
        }
        for (const auto& [title, number] : cell.numbers)
            if (csv) {
                titles.push_back(title);
                row.push_back(numberText(number));
            }
    }
    if (rows.empty())
        rows.push_back(std::move(titles));
    rows.push_back(std::move(row));
}

} // namespace

ExitCode tableCommand(const CommonArguments& common, const TableArguments& arguments,
                      Console& console) {
    const auto store = Store::open(common.store, StoreMode::ReadOnly);
    if (!store)
        return console.fail(store.error());
    const auto lines = linesOf(*store, arguments.runs);
    const auto single = arguments.single.empty() ? Expected<std::vector<Line>>(std::vector<Line>())
                                                 : linesOf(*store, arguments.single);
    if (!lines || !single)
        return console.fail(!lines ? lines.error() : single.error());
    for (const auto* words : {&arguments.runs, &arguments.single})
        for (const std::string& word : *words)
            noteTaken(*store, word, console);
    for (const Line& line : *single)
        if (!line.isSingleTask())
            console.note("--single " + oneLine(line.name)
                         + ": learns several tasks, and is left out of Δm");
    const auto columns = columnsOf(*lines);
    const bool csv = arguments.format == "csv";
    TableRows rows;
    for (const Line& line : *lines) {
        Json json = lineJson(line);
        addRows(rows, line.name, cellsOf(line, columns, *single, json), csv);
        console.emit(json);
    }
    console.say(csv                              ? csvText(rows)
                : arguments.format == "markdown" ? markdownText(rows)
                                                 : tableText(rows));
    return Done;
}

} // namespace concertina
