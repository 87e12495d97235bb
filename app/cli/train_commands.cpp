// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/network_commands.h"

#include "app/cli/named_run.h"
#include "app/cli/run_reporter.h"
#include "app/session/interrupt.h"
#include "app/session/run_session.h"
#include "core/catalogue.h"
#include "core/training/trainer.h"
#include "core/values/file_place.h"
#include "core/values/presets.h"
#include "core/values/run_group.h"
#include "core/values/stop_after.h"
#include "core/values/table_text.h"
#include "core/values/text.h"
#include "db/store.h"

#include <algorithm>
#include <cmath>
#include <ctime>
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
            const SeriesKey key{task.called(), info.name, spec.data.validationSplit};
            const auto found = std::ranges::find(*series, key, &SeriesInfo::key);
            if (found != series->end())
                metrics.push_back({task.called(), info, found->summary});
        }
    }
    return metrics;
}

void printMetrics(const std::vector<FinalMetric>& metrics, Console& console) {
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

/// Trains under the eyes of the console and of Ctrl-C, and reports how it ended.
ExitCode trainAndReport(const CommonArguments& common, const RunId& run, const ExperimentSpec& spec,
                        const std::optional<std::filesystem::path>& report, Console& console,
                        const Training& training) {
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
    printMetrics(metrics, console);
    if (result->problem) {
        const ExitCode code = console.fail(*result->problem);
        emitFinished(run, *result, metrics, console);
        return code;
    }
    const bool left = result->state != RunState::Finished;
    const auto record = store ? store->run(run) : failure({});
    const bool cut = !left && record
                     && wasCut(spec.train, record->summary.stepsPerEpoch, result->position.step);
    const std::string ended =
        cut ? cutText(spec.train, record->summary.stepsPerEpoch, result->position.step)
            : std::string(stateName(result->state)) + " at step "
                  + std::to_string(result->position.step);
    console.say("  " + runText(run, spec.name) + " " + ended + " after "
                + durationText(result->position.seconds)
                + (left || cut ? "; go on with: concertina-cli resume " + run : "")
                + (cut ? " --until end" : "") + "\n");
    ExitCode code = interrupted && left ? Interrupted : Done;
    if (report && !left)
        code = reportRun(common, run, *report, console);
    emitFinished(run, *result, metrics, console);
    return code;
}

/// A new run of a spec to its end. One of several has a folder of its own in the report's.
ExitCode trainOne(const CommonArguments& common, const ExperimentSpec& spec,
                  const std::optional<std::string>& group,
                  const std::optional<std::filesystem::path>& report, bool oneOfSeveral,
                  Console& console) {
    const auto run = createRun(common.store, spec, group);
    if (!run)
        return console.fail(run.error());
    console.say(runText(*run, spec.name) + " in " + common.store.string() + "\n");
    console.emit({{"event", "created"}, {"run", *run}, {"store", common.store.string()}});
    auto folder = report;
    if (folder && oneOfSeveral)
        *folder /= *run;
    return trainAndReport(common, *run, spec, folder, console,
                          [&](RunControl& control, RunObserver& observer) {
                              return trainRun(common.store, *run, spec, control, observer);
                          });
}

/// What one word of the command line trains: the seeds of a spec, or of each preset of a group.
struct Part {
    std::string name;
    std::vector<ExperimentSpec> specs;
};

/// Problems of `loadSpecs` and `checkStart`: a run that cannot start would only stand about in the
/// store.
tl::expected<Part, Problems> partOf(const std::string& word, const CommonArguments& common,
                                    const TrainArguments& arguments) {
    const auto specs = loadSpecs(word, common, arguments);
    if (!specs)
        return tl::unexpected(specs.error());
    Part part{.name = presetGroup(word) != nullptr ? word : specs->front().name};
    for (const ExperimentSpec& spec : *specs) {
        if (const auto problem = checkStart(spec))
            return tl::unexpected(Problems{*problem});
        for (const std::int64_t seed :
             arguments.seeds.empty() ? std::vector{spec.seed} : arguments.seeds) {
            part.specs.push_back(spec);
            part.specs.back().seed = seed;
        }
    }
    return part;
}

/// Makes the report's folder: where it can't be, that is reported before hours of training.
std::optional<Problem> checkReport(const std::optional<std::filesystem::path>& folder) {
    const auto made = folder ? makeFolder(*folder) : Expected<void>();
    return made ? std::nullopt : std::optional(made.error());
}

/// A name that no other part has: two files may have one.
std::string nameAmong(const std::vector<Part>& parts, const std::string& name) {
    std::string own = name;
    for (int number = 2; std::ranges::find(parts, own, &Part::name) != parts.end(); ++number)
        own = name + " (" + std::to_string(number) + ")";
    return own;
}

} // namespace

ExitCode trainSpec(const CommonArguments& common, const ExperimentSpec& spec,
                   const std::optional<std::filesystem::path>& report, Console& console) {
    if (const auto problem = checkStart(spec))
        return console.fail(*problem);
    if (const auto problem = checkReport(report))
        return console.fail(*problem);
    return trainOne(common, spec, std::nullopt, report, false, console);
}

ExitCode trainCommand(const CommonArguments& common, const TrainArguments& arguments,
                      Console& console) {
    std::vector<Part> parts;
    std::size_t runs = 0;
    for (const std::string& word : arguments.specs) {
        auto part = partOf(word, common, arguments);
        if (!part)
            return console.fail(part.error());
        part->name = nameAmong(parts, part->name);
        runs += part->specs.size();
        parts.push_back(std::move(*part));
    }
    if (const auto problem = checkReport(arguments.report))
        return console.fail(*problem);
    const std::time_t now = std::time(nullptr);
    for (const Part& part : parts) {
        std::optional<std::string> group;
        if (arguments.group || part.specs.size() > 1)
            group = groupNameAt(arguments.group.value_or(part.name), now);
        for (const ExperimentSpec& spec : part.specs) {
            const ExitCode code =
                trainOne(common, spec, group, arguments.report, runs > 1, console);
            if (code != Done)
                return code;
        }
    }
    return Done;
}

ExitCode resumeCommand(const CommonArguments& common, const ResumeArguments& arguments,
                       Console& console) {
    if (const auto problem = checkReport(arguments.report))
        return console.fail(*problem);
    ResumeChoice choice{.dataFolder = common.folder()};
    if (arguments.until) {
        choice.until = stopAfterUntil(*arguments.until);
        if (!choice.until) {
            console.fail({"resume.until", "--until", "\"" + shortened(*arguments.until, 40) + "\"",
                          "a step's number, a time of training (\"90 s\", \"10 min\", \"2 h\"), or "
                          "end",
                          ""});
            return WrongUsage;
        }
    }
    RunId run;
    ExperimentSpec spec;
    {
        const auto store = Store::open(common.store, StoreMode::ReadOnly);
        if (!store)
            return console.fail(store.error());
        const auto found = namedRun(*store, arguments.run, console);
        if (!found)
            return console.fail(found.error());
        const auto record = store->run(*found);
        if (!record)
            return console.fail(record.error());
        const auto read = specOf(*record, common.folder());
        if (!read)
            return console.fail(read.error());
        if (const auto problem = checkResumable(*record, *read, choice.until))
            return console.fail(*problem);
        run = *found;
        spec = *read;
    }
    console.say(runText(run, spec.name) + " is made ready to go on\n");
    return trainAndReport(common, run, spec, arguments.report, console,
                          [&](RunControl& control, RunObserver& observer) {
                              return resumeRun(common.store, run, choice, control, observer);
                          });
}

namespace {

ExitCode undoLast(const CommonArguments& common, const RunId& run, Console& console) {
    const auto undone = undoPlan(common.store, run);
    if (!undone)
        return console.fail(undone.error());
    console.emit({{"event", "undone"},
                  {"run", run},
                  {"change", undone->change},
                  {"step", undone->step},
                  {"segment", undone->segment},
                  {"plan_changes", undone->spec.network.planChanges}});
    console.say(runText(run, undone->spec.name) + " goes on without \"" + undone->change
                + "\" from step " + std::to_string(undone->step) + " (concertina-cli resume " + run
                + ")\n");
    return Done;
}

} // namespace

ExitCode replanCommand(const CommonArguments& common, const ReplanArguments& arguments,
                       Console& console) {
    std::optional<std::int64_t> at;
    if (arguments.at != "now") {
        const auto step = numberFromText(arguments.at);
        if (!step || *step < 0 || *step != std::floor(*step) || *step > 1e15) {
            console.fail({"replan.at", "--at", "\"" + shortened(arguments.at, 40) + "\"",
                          "a step's number, or now", ""});
            return WrongUsage;
        }
        at = static_cast<std::int64_t>(*step);
    }
    if (arguments.rules.empty() != arguments.undo) {
        console.fail({"replan.rules", "", arguments.undo ? "rules and --undo" : "no rule",
                      "rules, or --undo",
                      "run \"concertina-cli replan --help\" for more"});
        return WrongUsage;
    }
    RunId run;
    bool cut = false; // by train.stop_after, or it could not go on
    {
        const auto store = Store::open(common.store, StoreMode::ReadOnly);
        if (!store)
            return console.fail(store.error());
        const auto found = namedRun(*store, arguments.run, console);
        if (!found)
            return console.fail(found.error());
        run = *found;
        const auto record = store->run(run);
        cut = record && record->summary.state == RunState::Finished;
    }
    if (arguments.undo)
        return undoLast(common, run, console);
    const auto spec = changePlan(common.store, run, at, arguments.rules);
    if (!spec)
        return console.fail(spec.error());
    const auto& changes = spec->network.planChanges;
    console.emit({{"event", "replanned"}, {"run", run}, {"plan_changes", changes}});
    console.say(runText(run, spec->name) + " changes its sharing when it goes on "
                "(concertina-cli resume " + run + (cut ? " --until end" : "") + "):\n  "
                + join(changes, "\n  ") + "\n");
    return Done;
}

} // namespace concertina
