// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/session/run_session.h"
#include "core/catalogue.h"
#include "core/values/text.h"
#include "db/store.h"

#include <cmath>
#include <cstdio>
#include <ctime>

namespace concertina {

namespace {

std::string timeText(StoreTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
    return text;
}

/// The main metric of every task that this program knows, as columns of a table of runs.
std::vector<SeriesKey> mainMetrics() {
    std::vector<SeriesKey> keys;
    for (const TaskInfo& task : catalogue().tasks)
        keys.push_back({task.id, task.metrics.front().name, "val"});
    return keys;
}

std::string stepsText(const RunSummary& run) {
    return std::to_string(run.position.step) + (run.steps > 0 ? "/" + std::to_string(run.steps) : "");
}

Json summaryJson(const RunSummary& run) {
    Json metrics = Json::object();
    const auto keys = mainMetrics();
    for (std::size_t i = 0; i < run.columns.size(); ++i)
        if (run.columns[i])
            metrics[metricKey(keys[i].task, keys[i].name)] =
                std::isfinite(run.columns[i]->last) ? Json(run.columns[i]->last) : Json();
    return {{"run", run.id},
            {"name", run.name},
            {"state", stateName(run.state)},
            {"text", run.stateText},
            {"seed", run.seed},
            {"created", timeText(run.created)},
            {"step", run.position.step},
            {"steps", run.steps},
            {"seconds", run.position.seconds},
            {"parameters",
             {{"expanded", run.trainedParameters}, {"collapsed", run.collapsedParameters}}},
            {"metrics", std::move(metrics)}};
}

/// "factored in 20 layers; merged in 20 layers": how a run's kernels are made and shared.
std::string kernelsText(const ExperimentSpec& spec) {
    std::vector<std::string> parts;
    for (const KernelSpec& kernel : spec.network.kernels)
        parts.push_back(kernel.layers + " " + kernel.method.id);
    return join(parts, "; ") + "; sharing " + join(spec.network.sharing, "; ");
}

} // namespace

ExitCode runsCommand(const CommonArguments& common, Console& console) {
    const auto store = Store::open(common.store, StoreMode::ReadOnly);
    if (!store && store.error().code == "store.missing") {
        console.say("No runs yet in " + common.store.string() + "\n");
        return Done;
    }
    if (!store)
        return console.fail(store.error());
    const auto runs = store->runs(mainMetrics());
    if (!runs)
        return console.fail(runs.error());
    std::vector<std::string> header{"Run", "name", "state", "step", "time", "created"};
    for (const TaskInfo& task : catalogue().tasks)
        header.push_back(task.metrics.front().label);
    std::vector<std::vector<std::string>> rows{header};
    for (const RunSummary& run : *runs) {
        console.emit(summaryJson(run));
        std::vector<std::string> row{run.id,          shortened(run.name, 40),
                                     std::string(stateName(run.state)),
                                     stepsText(run),  durationText(run.position.seconds),
                                     timeText(run.created)};
        for (std::size_t i = 0; i < run.columns.size(); ++i)
            row.push_back(run.columns[i] ? metricText(catalogue().tasks[i].metrics.front(),
                                                      run.columns[i]->last)
                                         : "");
        rows.push_back(std::move(row));
    }
    console.say(runs->empty() ? "No runs yet in " + common.store.string() + "\n" : tableText(rows));
    return Done;
}

ExitCode showCommand(const CommonArguments& common, const std::string& text, Console& console) {
    const auto store = Store::open(common.store, StoreMode::ReadOnly);
    if (!store)
        return console.fail(store.error());
    const auto found = store->findRun(text);
    if (!found)
        return console.fail(found.error());
    const auto run = store->run(*found);
    const auto series = store->series(*found);
    const auto checkpoints = store->checkpoints(*found);
    const auto events = store->events(*found);
    if (!run || !series || !checkpoints || !events)
        return console.fail(!run           ? run.error()
                            : !series      ? series.error()
                            : !checkpoints ? checkpoints.error()
                                           : events.error());
    Json json = summaryJson(run->summary);
    json["spec"] = run->spec;
    json["plan"] = run->plan;
    json["environment"] = run->environment;
    json["dataset"] = run->dataset;
    console.emit(json);
    const RunSummary& summary = run->summary;
    std::string out = "Run " + summary.id + " \"" + summary.name + "\"\n";
    out += "  " + std::string(stateName(summary.state))
           + (summary.stateText.empty() ? "" : ": " + summary.stateText) + ", step "
           + stepsText(summary) + ", " + durationText(summary.position.seconds) + ", created "
           + timeText(summary.created) + "\n";
    if (const auto spec = specOf(*run, std::nullopt))
        out += "  " + kernelsText(*spec) + "\n";
    std::vector<std::vector<std::string>> rows{{"Series", "rows", "last", "lowest", "highest"}};
    const auto extreme = [](const std::optional<SeriesExtreme>& value) {
        return value ? fixedText(value->value, 4) + " @" + std::to_string(value->step)
                     : std::string("–");
    };
    for (const SeriesInfo& info : *series)
        rows.push_back({info.key.split + " " + metricKey(info.key.task, info.key.name),
                        std::to_string(info.summary.rows), fixedText(info.summary.last, 4),
                        extreme(info.summary.lowest), extreme(info.summary.highest)});
    out += "\n" + tableText(rows) + "\n";
    for (const CheckpointRecord& checkpoint : *checkpoints)
        out += "  checkpoint at step " + std::to_string(checkpoint.position.step) + ", "
               + bytesText(double(checkpoint.bytes)) + ", "
               + (store->folder() / checkpoint.file).string() + "\n";
    for (const EventRecord& event : *events)
        out += "  step " + std::to_string(event.step) + ": " + event.text + "\n";
    console.say(out);
    return Done;
}

} // namespace concertina
