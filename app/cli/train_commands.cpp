// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/interrupt.h"
#include "app/cli/run_reporter.h"
#include "app/session/run_session.h"
#include "core/catalogue.h"
#include "core/training/environment.h"
#include "core/training/trainer.h"
#include "core/values/text.h"
#include "db/store.h"

#include <algorithm>
#include <functional>

namespace concertina {

namespace {

/// One validation metric of a finished run.
struct FinalMetric {
    std::string task;
    MetricInfo info;
    SeriesSummary summary;

    const std::optional<SeriesExtreme>& best() const {
        return info.higherIsBetter ? summary.highest : summary.lowest;
    }
};

/// The metrics of a run's validation split, in the order of its tasks and their descriptors.
std::vector<FinalMetric> finalMetrics(const Store& store, const RunId& run,
                                      const ExperimentSpec& spec) {
    std::vector<FinalMetric> metrics;
    const auto series = store.series(run);
    if (!series)
        return metrics;
    for (const TaskSpec& task : spec.tasks) {
        std::vector<MetricInfo> infos{{.name = "loss", .label = "loss"}};
        for (const MetricInfo& info : catalogue().task(task.method.id)->metrics)
            infos.push_back(info);
        for (const MetricInfo& info : infos) {
            const SeriesKey key{task.method.id, info.name, spec.data.validationSplit};
            const auto found = std::ranges::find(*series, key, &SeriesInfo::key);
            if (found != series->end())
                metrics.push_back({task.method.id, info, found->summary});
        }
    }
    return metrics;
}

void tellMetrics(const std::vector<FinalMetric>& metrics, Console& console) {
    if (metrics.empty())
        return;
    std::vector<std::vector<std::string>> rows{{"Validation", "last", "best", "at step"}};
    for (const FinalMetric& metric : metrics) {
        const auto& best = metric.best();
        rows.push_back({metric.task + " · " + metric.info.label,
                        metricText(metric.info, metric.summary.last),
                        best ? metricText(metric.info, best->value) : "–",
                        best ? std::to_string(best->step) : "–"});
    }
    console.say("\n" + tableText(rows) + "\n");
}

void emitFinished(const RunId& run, const TrainResult& result,
                  const std::vector<FinalMetric>& metrics, Console& console) {
    Json last = Json::object();
    Json best = Json::object();
    for (const FinalMetric& metric : metrics) {
        const std::string key = metricKey(metric.task, metric.info.name);
        last[key] = metric.summary.last;
        best[key] = metric.best() ? Json(metric.best()->value) : Json();
    }
    console.emit({{"event", "finished"},
                  {"run", run},
                  {"state", stateName(result.state)},
                  {"step", result.position.step},
                  {"seconds", result.position.seconds},
                  {"metrics", std::move(last)},
                  {"best", std::move(best)}});
}

using Training = std::function<Expected<TrainResult>(RunControl&, RunObserver&)>;

/// Trains under the eyes of the console and of Ctrl-C, and tells how it ended.
ExitCode trainAndTell(const CommonArguments& common, const RunId& run, const ExperimentSpec& spec,
                      const std::optional<std::filesystem::path>& report, Console& console,
                      const Training& training) {
    if (const std::string warning = environmentWarning(); !warning.empty())
        console.say("  " + warning + "\n");
    RunControl control;
    RunReporter reporter(console);
    bool interrupted = false;
    Expected<TrainResult> result = [&] {
        const InterruptWatch watch([&] {
            console.note("Stopping with a checkpoint; Ctrl-C once more ends at once.");
            control.suspend();
        });
        auto trained = training(control, reporter);
        interrupted = watch.interrupted();
        return trained;
    }();
    if (!result)
        return console.fail(result.error());
    const auto store = Store::open(common.store, StoreMode::ReadOnly);
    const auto metrics = store ? finalMetrics(*store, run, spec) : std::vector<FinalMetric>{};
    tellMetrics(metrics, console);
    if (result->problem) {
        const ExitCode code = console.fail(*result->problem);
        emitFinished(run, *result, metrics, console);
        return code;
    }
    const bool left = result->state != RunState::Finished;
    console.say("  Run " + run + " \"" + spec.name + "\" " + std::string(stateName(result->state))
                + " at step " + std::to_string(result->position.step) + " after "
                + durationText(result->position.seconds)
                + (left ? "; go on with: concertina-cli resume " + run : "") + "\n");
    ExitCode code = interrupted && left ? Interrupted : Done;
    if (report && !left)
        code = reportRun(common, run, *report, console);
    emitFinished(run, *result, metrics, console);
    return code;
}

} // namespace

ExitCode trainCommand(const CommonArguments& common, const TrainArguments& arguments,
                      Console& console) {
    const auto spec = loadSpec(arguments.spec, arguments.assignments, common.data);
    if (!spec)
        return console.fail(spec.error());
    // A run that cannot start would only stand about in the store.
    if (const auto problem = checkStart(*spec))
        return console.fail(*problem);
    const auto run = createRun(common.store, *spec);
    if (!run)
        return console.fail(run.error());
    console.say("Run " + *run + " \"" + spec->name + "\" in " + common.store.string() + "\n");
    console.emit({{"event", "created"}, {"run", *run}, {"store", common.store.string()}});
    return trainAndTell(common, *run, *spec, arguments.report, console,
                        [&](RunControl& control, RunObserver& observer) {
                            return trainRun(common.store, *run, *spec, control, observer);
                        });
}

ExitCode resumeCommand(const CommonArguments& common, const std::string& text,
                       const std::optional<std::filesystem::path>& report, Console& console) {
    RunId run;
    ExperimentSpec spec;
    {
        const auto store = Store::open(common.store, StoreMode::ReadOnly);
        if (!store)
            return console.fail(store.error());
        const auto found = store->findRun(text);
        if (!found)
            return console.fail(found.error());
        const auto record = store->run(*found);
        if (!record)
            return console.fail(record.error());
        const auto read = specOf(*record, common.data);
        if (!read)
            return console.fail(read.error());
        run = *found;
        spec = *read;
    }
    console.say("Run " + run + " \"" + spec.name + "\" goes on\n");
    return trainAndTell(common, run, spec, report, console,
                        [&](RunControl& control, RunObserver& observer) {
                            return resumeRun(common.store, run, common.data, control, observer);
                        });
}

} // namespace concertina
