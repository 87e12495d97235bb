// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/named_run.h"
#include "app/session/run_session.h"
#include "app/session/trained_run.h"
#include "core/catalogue.h"
#include "core/model/sharing_edit.h"
#include "core/model/sharing_plan.h"
#include "core/training/checkpoint_file.h"
#include "core/values/old_keys.h"
#include "core/values/stop_after.h"
#include "core/values/table_text.h"
#include "core/values/text.h"
#include "db/store.h"

#include <algorithm>
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

/// For programs: ISO 8601 in UTC.
std::string isoText(StoreTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

/// The main metric of every task that this program knows, as columns of a table of runs.
std::vector<SeriesKey> mainMetrics() {
    std::vector<SeriesKey> keys;
    for (const TaskInfo& task : catalogue().tasks)
        keys.push_back({task.id, task.metrics.front().name, "val"});
    return keys;
}

/// The state, or how far train.stop_after let a finished run go.
std::string stateText(const RunSummary& run, const Json& spec) {
    const SpecReading read = readSpec(spec);
    const std::string cut = run.state == RunState::Finished && read.problems.empty()
                                ? cutText(read.spec.train, run.stepsPerEpoch, run.position.step)
                                : std::string();
    return cut.empty() ? std::string(stateName(run.state)) : cut;
}

std::string stepsText(const RunSummary& run) {
    return std::to_string(run.position.step) + (run.steps > 0 ? "/" + std::to_string(run.steps) : "");
}

Json summaryJson(const RunSummary& run) {
    Json metrics = Json::object();
    const auto keys = mainMetrics();
    for (std::size_t i = 0; i < run.columns.size(); ++i)
        if (run.columns[i])
            metrics[metricKey(keys[i].task, keys[i].name)] = run.columns[i]->last;
    return {{"run", run.id},
            {"number", run.number},
            {"name", run.name},
            {"state", stateName(run.state)},
            {"text", run.stateText},
            {"seed", run.seed},
            {"created", isoText(run.created)},
            {"step", run.position.step},
            {"steps", run.steps},
            {"seconds", run.position.seconds},
            {"parameters",
             {{"expanded", run.trainedParameters}, {"collapsed", run.collapsedParameters}}},
            {"metrics", std::move(metrics)}};
}

Json extremeJson(const std::optional<SeriesExtreme>& extreme) {
    return extreme ? Json{{"value", extreme->value}, {"step", extreme->step}} : Json();
}

Json seriesJson(const std::vector<SeriesInfo>& series) {
    Json list = Json::array();
    for (const SeriesInfo& info : series)
        list.push_back({{"task", info.key.task},
                        {"name", info.key.name},
                        {"split", info.key.split},
                        {"segment", info.segment},
                        {"rows", info.summary.rows},
                        {"last", info.summary.last},
                        {"lowest", extremeJson(info.summary.lowest)},
                        {"highest", extremeJson(info.summary.highest)}});
    return list;
}

Json checkpointsJson(const Store& store, const std::vector<CheckpointRecord>& checkpoints) {
    Json list = Json::array();
    for (const CheckpointRecord& checkpoint : checkpoints)
        list.push_back({{"step", checkpoint.position.step},
                        {"file", (store.folder() / checkpoint.file).string()},
                        {"bytes", checkpoint.bytes},
                        {"sha256", checkpoint.sha256},
                        {"reason", checkpoint.reason}});
    return list;
}

Json eventsJson(const std::vector<EventRecord>& events) {
    Json list = Json::array();
    for (const EventRecord& event : events)
        list.push_back({{"step", event.step},
                        {"time", isoText(event.time)},
                        {"segment", event.segment},
                        {"code", event.code},
                        {"text", event.text}});
    return list;
}

/// The rows of the run's own line, or of those that were undone.
template <class Row>
std::vector<Row> linesOf(std::vector<Row> rows, bool undone) {
    std::erase_if(rows, [&](const Row& row) { return (row.segment > 0) != undone; });
    return rows;
}

/// Behind what is not of the run's own line.
std::string undoneText(int segment) {
    return segment == 0 ? "" : ", undone line " + std::to_string(segment);
}

/// "factored in 20 layers; merged in 20 layers": how a run's kernels are made and shared.
std::string kernelsText(const ExperimentSpec& spec) {
    std::vector<std::string> parts;
    for (const KernelSpec& kernel : spec.network.kernels)
        parts.push_back(kernel.layers + " " + kernel.method.id);
    return join(parts, "; ") + "; sharing " + join(spec.network.sharing, "; ");
}

/// Everything that the store knows of one run but its rows.
struct RunDetails {
    RunRecord run;
    std::vector<SeriesInfo> series;
    std::vector<CheckpointRecord> checkpoints;
    std::vector<EventRecord> events;
    /// What its network's gates and mixtures say, of the last checkpoint; none where there are
    /// none.
    std::optional<Expected<FactorReadings>> readings{};
};

std::optional<Expected<FactorReadings>> readingsOf(const Store& store, const RunDetails& details) {
    const auto spec = specOf(details.run, std::nullopt);
    if (!spec || details.checkpoints.empty())
        return std::nullopt;
    const auto design = designOf(details.run, *spec);
    if (!design || !design->hasReadings())
        return std::nullopt;
    return checkpointReadings(store.folder() / details.checkpoints.back().file);
}

/// "segmentation claims 5 of 6 layers: enc*, dec1.1", a line a task, and a table of mixtures.
std::string readingsText(const FactorReadings& readings) {
    std::string text;
    const std::vector<std::string> gated = readings.gatedLayers();
    for (const LayerClaims& own : layerClaims(readings)) {
        std::vector<std::size_t> chosen;
        for (std::size_t i = 0; i < gated.size(); ++i)
            if (std::ranges::find(own.layers, gated[i]) != own.layers.end())
                chosen.push_back(i);
        text += "  " + own.task + " claims " + std::to_string(chosen.size()) + " of "
                + std::to_string(own.gated) + (own.gated == 1 ? " layer" : " layers")
                + (chosen.empty() ? "" : ": " + join(layerPatterns(gated, chosen), ", ")) + "\n";
    }
    const std::string mixtures = mixturesText(readings);
    return text + (mixtures.empty() ? "" : "\n" + mixtures);
}

Expected<RunDetails> detailsOf(const Store& store, const std::string& text, Console& console) {
    const auto found = namedRun(store, text, console);
    if (!found)
        return failure(found.error());
    auto run = store.run(*found);
    if (!run)
        return failure(run.error());
    auto series = store.series(*found, Lines::All);
    if (!series)
        return failure(series.error());
    auto checkpoints = store.checkpoints(*found);
    if (!checkpoints)
        return failure(checkpoints.error());
    auto events = store.events(*found, 0, Lines::All);
    if (!events)
        return failure(events.error());
    RunDetails details{std::move(*run), std::move(*series), std::move(*checkpoints),
                       std::move(*events)};
    details.readings = readingsOf(store, details);
    return details;
}

Json detailsJson(const Store& store, const RunDetails& details) {
    Json json = summaryJson(details.run.summary);
    json["spec"] = withCurrentKeys(details.run.spec);
    json["plan"] = details.run.plan;
    if (const auto plan = planFromJson(details.run.plan))
        json["plan_hash"] = planHash(*plan);
    json["plan_changes"] = details.run.planChanges;
    if (details.readings && *details.readings)
        json["readings"] = toJson(**details.readings);
    json["environment"] = details.run.environment;
    json["dataset"] = details.run.dataset;
    // Apart, so that what was undone is not taken for the run's.
    json["series"] = seriesJson(linesOf(details.series, false));
    json["undone_series"] = seriesJson(linesOf(details.series, true));
    json["checkpoints"] = checkpointsJson(store, details.checkpoints);
    json["events"] = eventsJson(linesOf(details.events, false));
    json["undone_events"] = eventsJson(linesOf(details.events, true));
    return json;
}

std::string detailsText(const Store& store, const RunDetails& details) {
    const RunSummary& summary = details.run.summary;
    std::string text = runText(summary.id, summary.name) + "\n";
    text += "  " + stateText(summary, details.run.spec)
            + (summary.stateText.empty() ? "" : ": " + oneLine(summary.stateText)) + ", step "
            + stepsText(summary) + ", " + durationText(summary.position.seconds) + ", created "
            + timeText(summary.created) + "\n";
    if (const auto spec = specOf(details.run, std::nullopt))
        text += "  " + kernelsText(*spec) + "\n";
    if (const auto spec = specOf(details.run, std::nullopt))
        for (std::size_t i = 0; i < spec->network.planChanges.size(); ++i)
            text += (i < details.run.planChanges.size() ? "  changed after step "
                                                        : "  changes after step ")
                    + spec->network.planChanges[i] + "\n";
    if (const auto plan = planFromJson(details.run.plan))
        text += "  sharing plan " + planHash(*plan) + "\n";
    if (details.readings)
        text += *details.readings ? readingsText(**details.readings)
                                  : "  gates and mixtures can't be read: "
                                        + toText(details.readings->error()) + "\n";
    std::vector<std::vector<std::string>> rows{{"Series", "rows", "last", "lowest", "highest"}};
    const auto extreme = [](const std::optional<SeriesExtreme>& value) {
        return value ? digitsText(value->value, 4) + " @" + std::to_string(value->step)
                     : std::string("–");
    };
    for (const SeriesInfo& info : details.series)
        rows.push_back({info.key.split + " " + metricKey(info.key.task, info.key.name)
                            + undoneText(info.segment),
                        std::to_string(info.summary.rows), digitsText(info.summary.last, 4),
                        extreme(info.summary.lowest), extreme(info.summary.highest)});
    text += "\n" + tableText(rows) + "\n";
    for (const CheckpointRecord& checkpoint : details.checkpoints)
        text += "  checkpoint at step " + std::to_string(checkpoint.position.step) + ", "
                + bytesText(double(checkpoint.bytes)) + ", "
                + (store.folder() / checkpoint.file).string() + "\n";
    for (const EventRecord& event : details.events)
        text += "  step " + std::to_string(event.step) + undoneText(event.segment) + ": "
                + oneLine(event.text) + "\n";
    return text;
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
        // Only of one that has finished the spec says more.
        const auto record =
            run.state == RunState::Finished ? store->run(run.id) : Expected<RunRecord>();
        std::vector<std::string> row{run.id,          shortened(oneLine(run.name), 40),
                                     stateText(run, record ? record->spec : Json()),
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
    const auto details = detailsOf(*store, text, console);
    if (!details)
        return console.fail(details.error());
    console.emit(detailsJson(*store, *details));
    console.say(detailsText(*store, *details));
    return Done;
}

} // namespace concertina
