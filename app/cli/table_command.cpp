// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/session/run_session.h"
#include "app/session/trained_run.h"
#include "core/catalogue.h"
#include "core/model/costs.h"
#include "core/values/run_group.h"
#include "core/values/spread.h"
#include "core/values/text.h"
#include "db/store.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace concertina {

namespace {

/// Runs that differ in their seeds alone.
struct Variant {
    ExperimentSpec spec; ///< of the first
    std::vector<RunRecord> runs;

    const std::string& name() const { return runs.front().summary.name; }
};

/// Of a group the runs of one name, or those that have a single task, a network for each: all that
/// stand together for a multitask network. Or a run that is in no group.
struct Line {
    std::string name;
    std::vector<Variant> variants;
    std::map<std::string, std::vector<double>> metrics; ///< last values by "task/name", one a run

    bool isSingleTask() const { return variants.front().spec.tasks.size() == 1; }

    /// Whether a run with a single task is one more of its task's, or the first for another task.
    bool takes(const std::string& run, const TaskSpec& task) const {
        return isSingleTask() && std::ranges::all_of(variants, [&](const Variant& variant) {
                   return variant.name() == run
                          || variant.spec.tasks.front().method.id != task.method.id;
               });
    }
    const std::optional<std::string>& group() const {
        return variants.front().runs.front().summary.group;
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
            && (newest == nullptr || run.created > newest->created))
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

Expected<std::vector<Line>> linesOf(const Store& store, const std::vector<std::string>& words) {
    const auto ids = runsNamed(store, words);
    if (!ids)
        return failure(ids.error());
    std::vector<Line> lines;
    for (const RunId& id : *ids) {
        auto run = store.run(id);
        const auto series = store.series(id);
        if (!run || !series)
            return failure(!run ? run.error() : series.error());
        auto spec = specOf(*run, std::nullopt);
        if (!spec)
            return failure(spec.error());
        const auto& group = run->summary.group;
        const std::string& name = run->summary.name;
        const bool single = spec->tasks.size() == 1;
        auto line = std::ranges::find_if(lines, [&](const Line& known) {
            return group && known.group() == group
                   && (known.variants.front().name() == name
                       || (single && known.takes(name, spec->tasks.front())));
        });
        if (line == lines.end())
            line = lines.insert(lines.end(), {.name = name});
        else if (line->name != name)
            line->name = nameOfGroup(*group);
        for (const SeriesInfo& info : *series)
            if (info.key.split == spec->data.validationSplit)
                line->metrics[metricKey(info.key.task, info.key.name)].push_back(info.summary.last);
        auto variant = std::ranges::find(line->variants, name, &Variant::name);
        if (variant == line->variants.end())
            variant = line->variants.insert(line->variants.end(), {.spec = std::move(*spec)});
        variant->runs.push_back(std::move(*run));
    }
    return lines;
}

/// The metrics of all lines, in the order of the catalogue.
std::vector<Column> columnsOf(const std::vector<Line>& lines) {
    std::vector<Column> columns;
    for (const TaskInfo& task : catalogue().tasks)
        for (const MetricInfo& info : task.metrics) {
            const Column column{task.id, info};
            if (std::ranges::any_of(lines, [&](const Line& line) {
                    return line.metrics.contains(column.key());
                }))
                columns.push_back(column);
        }
    return columns;
}

/// What the line's networks cost together, from their specs, plans and numbers of classes.
std::optional<NetworkCosts> costsOf(const Line& line) {
    NetworkCosts all;
    for (const Variant& variant : line.variants) {
        const auto design = designOf(variant.runs.front(), variant.spec);
        if (!design)
            return std::nullopt;
        const NetworkCosts costs = networkCosts(*design, {});
        all.trainedParameters += costs.trainedParameters;
        all.collapsedParameters += costs.collapsedParameters;
        all.multiplyAdds += costs.multiplyAdds;
    }
    return all;
}

/// Of each variant; once where all have the same.
std::string stepsOf(const Line& line) {
    std::vector<std::string> steps;
    for (const Variant& variant : line.variants)
        steps.push_back(std::to_string(variant.runs.front().summary.position.step));
    const bool same = std::ranges::count(steps, steps.front()) == std::ssize(steps);
    return same ? steps.front() : join(steps, " + ");
}

/// That each variant has.
std::size_t seedsOf(const Line& line) {
    std::size_t least = line.variants.front().runs.size();
    for (const Variant& variant : line.variants)
        least = std::min(least, variant.runs.size());
    return least;
}

/// To train all variants once, in the mean.
double secondsOf(const Line& line) {
    double all = 0;
    for (const Variant& variant : line.variants) {
        std::vector<double> seconds;
        for (const RunRecord& run : variant.runs)
            seconds.push_back(run.summary.position.seconds);
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

using Rows = std::vector<std::vector<std::string>>;

std::string markdown(const Rows& rows) {
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        text += "| " + join(rows[i], " | ") + " |\n";
        if (i == 0) {
            text += "|---|";
            for (std::size_t k = 1; k < rows[i].size(); ++k)
                text += "---:|";
            text += "\n";
        }
    }
    return text;
}

} // namespace

std::string csvText(const std::vector<std::vector<std::string>>& rows) {
    std::string text;
    for (const auto& row : rows) {
        std::vector<std::string> cells;
        for (std::string cell : row) {
            for (std::size_t at = 0; (at = cell.find('"', at)) != std::string::npos; at += 2)
                cell.insert(at, 1, '"');
            cells.push_back("\"" + cell + "\"");
        }
        text += join(cells, ",") + "\n";
    }
    return text;
}

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
    const auto columns = columnsOf(*lines);
    const bool withGain = !single->empty();
    std::vector<std::string> header{"Run", "seeds"};
    for (const Column& column : columns)
        header.push_back(column.task + " " + column.info.label);
    if (withGain)
        header.emplace_back("Δm, %");
    for (const char* title : {"steps", "parameters, training", "collapsed", "multiply–adds", "time"})
        header.emplace_back(title);
    Rows rows{header};
    for (const Line& line : *lines) {
        const std::size_t seeds = seedsOf(line);
        std::vector<std::string> row{line.name, std::to_string(seeds)};
        Json metrics = Json::object();
        for (const Column& column : columns) {
            const auto values = line.metrics.find(column.key());
            const Spread spread =
                values == line.metrics.end() ? Spread() : spreadOf(values->second);
            row.push_back(metricText(column.info, spread));
            metrics[column.key()] = {{"mean", spread.mean}, {"deviation", spread.deviation}};
        }
        const double gain = gainOf(line, columns, *single);
        if (withGain)
            row.push_back(std::isfinite(gain) ? fixedText(gain, 2) : "–");
        const auto costs = costsOf(line);
        row.push_back(stepsOf(line));
        row.push_back(costs ? shortCount(costs->trainedParameters) : "–");
        row.push_back(costs ? shortCount(costs->collapsedParameters) : "–");
        row.push_back(costs ? shortCount(costs->multiplyAdds) : "–");
        row.push_back(durationText(secondsOf(line)));
        rows.push_back(std::move(row));
        console.emit({{"event", "line"},
                      {"name", line.name},
                      {"seeds", seeds},
                      {"metrics", std::move(metrics)},
                      {"gain", gain},
                      {"seconds", secondsOf(line)},
                      {"parameters", costs ? Json(costs->collapsedParameters) : Json()},
                      {"multiply_adds", costs ? Json(costs->multiplyAdds) : Json()}});
    }
    console.say(arguments.format == "csv"        ? csvText(rows)
                : arguments.format == "markdown" ? markdown(rows)
                                                 : tableText(rows));
    return Done;
}

} // namespace concertina
