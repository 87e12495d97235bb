// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/interruptible.h"
#include "app/cli/named_run.h"
#include "app/cli/run_reporter.h"
#include "app/session/trial.h"
#include "core/catalogue.h"
#include "core/values/table_text.h"
#include "core/values/text.h"
#include "db/store.h"

namespace concertina {

namespace {

constexpr std::size_t Averaged = 10; ///< last steps, of which losses are the mean

std::string shownNumber(const std::optional<double>& value) {
    return value ? fixedText(*value, 4) : "–";
}

std::optional<double> validated(const TriedPlan& plan, const std::string& task,
                                const std::string& name) {
    for (const MetricValue& value : plan.validation)
        if (value.task == task && value.name == name)
            return value.value;
    return std::nullopt;
}

void printTrial(const Trial& trial, const ExperimentSpec& spec, Console& console) {
    const auto row = [](const std::string& what, const std::optional<double>& now,
                        const std::optional<double>& changed) {
        return std::vector<std::string>{
            what, shownNumber(now), shownNumber(changed),
            now && changed ? (*changed < *now ? "" : "+") + fixedText(*changed - *now, 4) : ""};
    };
    TableRows rows{{"", "as it is", "changed", "difference"}};
    std::vector<std::string> tasks{""};
    for (const TaskSpec& task : spec.tasks)
        tasks.push_back(task.called());
    for (const std::string& task : tasks)
        rows.push_back(row(metricKey(task, "loss"), lastMean(trial.now, task, "loss", Averaged),
                           lastMean(trial.changed, task, "loss", Averaged)));
    for (const TaskSpec& task : spec.tasks)
        for (const MetricInfo& metric : catalogue().task(task.method.id)->metrics)
            rows.push_back(row("val " + metricKey(task.called(), metric.name),
                               validated(trial.now, task.called(), metric.name),
                               validated(trial.changed, task.called(), metric.name)));
    rows.push_back(
        row("ms a step", 1000 * stepSeconds(trial.now), 1000 * stepSeconds(trial.changed)));
    console.say("From step " + std::to_string(trial.step) + ", "
                + std::to_string(trial.now.steps.size()) + " steps of the same batches; losses are "
                + "means of the last " + std::to_string(Averaged) + " steps:\n" + tableText(rows));
    for (const TriedPlan* plan : {&trial.now, &trial.changed})
        if (plan->problem)
            console.say((plan == &trial.now ? "As it is: " : "Changed: ") + toText(*plan->problem)
                        + "\n");
}

void emitTrial(const RunId& run, const Trial& trial, Console& console) {
    for (const TriedPlan* plan : {&trial.now, &trial.changed}) {
        Json steps = Json::array();
        for (const StepEvent& step : plan->steps)
            steps.push_back({{"step", step.position.step},
                             {"seconds", step.stepSeconds},
                             {"values", valuesJson(step.values)}});
        console.emit({{"event", "tried"},
                      {"run", run},
                      {"step", trial.step},
                      {"rules", plan->rules},
                      {"steps", std::move(steps)},
                      {"validation", valuesJson(plan->validation)},
                      {"problem", plan->problem ? Json(toText(*plan->problem)) : Json()}});
    }
}

} // namespace

ExitCode tryCommand(const CommonArguments& common, const TryArguments& arguments,
                    Console& console) {
    TrialRequest request{
        .rules = arguments.rules, .steps = arguments.steps, .dataFolder = common.folder()};
    ExperimentSpec spec;
    {
        const auto store = Store::open(common.store, StoreMode::ReadOnly);
        if (!store)
            return console.fail(store.error());
        const auto run = namedRun(*store, arguments.run, console);
        if (!run)
            return console.fail(run.error());
        const auto record = store->run(*run);
        if (!record)
            return console.fail(record.error());
        request.run = *run;
        spec = readSpec(record->spec).spec;
    }
    bool interrupted = false;
    const auto trial = interruptible(console, interrupted, [&](auto progress, auto stop) {
        return tryPlan(common.store, request, progress, stop);
    });
    if (!trial)
        return failed(console, trial.error(), interrupted);
    emitTrial(request.run, *trial, console);
    printTrial(*trial, spec, console);
    return trial->now.problem || trial->changed.problem ? ProblemReported : Done;
}

} // namespace concertina
