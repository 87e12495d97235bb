// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/named_run.h"
#include "app/session/run_session.h"
#include "app/session/trained_run.h"
#include "core/catalogue.h"
#include "core/model/costs.h"
#include "core/model/suggest_plan.h"
#include "core/values/table_text.h"
#include "core/values/text.h"
#include "db/store.h"

#include <cmath>

namespace concertina {

namespace {

/// Why a run has nothing to show, and what would help.
Problem nothingMeasured(const RunRecord& run, const ExperimentSpec& spec) {
    Problem problem{"conflict.none", run.summary.id, "no measurement of conflict",
                    "a run that has measured it", ""};
    if (spec.tasks.size() < 2)
        problem.hint = "it has one task alone";
    else if (spec.train.conflictEvery == 0)
        problem.hint = "train it with --set train.conflict_every=50";
    else if (run.summary.position.step >= spec.train.conflictEvery)
        problem.hint = "where it measured, its tasks share nothing, or fewer than two of them had a "
                       "valid pixel";
    else
        problem.hint = "it measures every " + std::to_string(spec.train.conflictEvery)
                       + " steps what several tasks share; it is at step "
                       + std::to_string(run.summary.position.step);
    return problem;
}

Json meanJson(const ConflictMean& mean) {
    return {{"event", "conflict"},
            {"layer", mean.layer},
            {"factor", mean.factor},
            {"tasks", {mean.taskA, mean.taskB}},
            {"cosine", mean.cosine},
            {"deviation", mean.deviation},
            {"norms", {mean.normA, mean.normB}},
            {"magnitude_similarity", mean.magnitudeSimilarity},
            {"samples", mean.samples},
            {"estimator", mean.estimator}};
}

void printMeans(const std::vector<ConflictMean>& means, bool csv, Console& console) {
    TableRows rows{{"Layer", "factor", "tasks", "cosine", "deviation", "magnitude similarity",
                    "samples", "estimator"}};
    for (const ConflictMean& mean : means) {
        console.emit(meanJson(mean));
        const auto shown = [csv](double value) {
            return csv ? numberText(value) : fixedText(value, 3);
        };
        rows.push_back({mean.layer, mean.factor, mean.taskA + " " + mean.taskB, shown(mean.cosine),
                        shown(mean.deviation), shown(mean.magnitudeSimilarity),
                        std::to_string(mean.samples), mean.estimator});
    }
    console.say(csv ? csvText(rows) : tableText(rows));
}

/// "20%" of a whole, or a number; none where it is neither.
std::optional<double> budgetOf(const std::string& text, double whole) {
    const bool share = text.ends_with('%');
    const auto number = numberFromText(share ? text.substr(0, text.size() - 1) : text);
    if (!number || !std::isfinite(*number) || *number < 0)
        return std::nullopt;
    return share ? *number / 100 * whole : *number;
}

void printSuggestions(const std::vector<SplitSuggestion>& splits, const std::string& run, bool csv,
                      Console& console) {
    TableRows rows{{"Rule", "conflict", "multiply–adds", "weights", "training step", "why"}};
    for (const SplitSuggestion& split : splits) {
        console.emit({{"event", "suggestion"},
                      {"rule", split.rule},
                      {"reason", split.reason},
                      {"conflict", split.conflict},
                      {"added_multiply_adds", split.addedMultiplyAdds},
                      {"added_weights", split.addedWeights},
                      {"step_ratio", split.stepRatio}});
        if (csv)
            rows.push_back({split.rule, numberText(split.conflict),
                            numberText(split.addedMultiplyAdds), numberText(split.addedWeights),
                            numberText(split.stepRatio), split.reason});
        else
            rows.push_back({split.rule, fixedText(split.conflict, 3),
                            "+" + shortCount(split.addedMultiplyAdds),
                            "+" + shortCount(split.addedWeights),
                            "×" + fixedText(split.stepRatio, 2)});
    }
    if (csv) {
        rows.front() = {"Rule", "conflict", "multiply-adds added", "weights added",
                        "training step, after ÷ before", "why"};
        console.say(csvText(rows));
    } else if (splits.empty()) {
        console.say("No split: no conflict beyond two standard errors, or none within the budget\n");
    } else {
        rows.front().pop_back();
        std::string text = tableText(rows);
        for (const SplitSuggestion& split : splits)
            text += "\n" + split.rule + "\n  " + split.reason;
        console.say(
            text
            + "\n\nWhat a split costs is counted on top of those above it. This run makes one when "
              "it goes on, after\n  concertina-cli replan "
            + run + " \"" + splits.front().rule
            + "\"\nand a new run from its start, as a line of network.sharing.\n");
    }
}

} // namespace

ExitCode conflictCommand(const CommonArguments& common, const ConflictArguments& arguments,
                         Console& console) {
    const auto wrongBudget = [&] {
        console.fail({"conflict.budget", "--budget", "\"" + shortened(arguments.budget, 40) + "\"",
                      "a share as in 20%, or a number of multiply–adds", ""});
        return WrongUsage;
    };
    if (!budgetOf(arguments.budget, 0))
        return wrongBudget();
    const auto store = Store::open(common.store, StoreMode::ReadOnly);
    if (!store)
        return console.fail(store.error());
    const auto id = namedRun(*store, arguments.run, console);
    if (!id)
        return console.fail(id.error());
    const auto run = store->run(*id);
    if (!run)
        return console.fail(run.error());
    const auto spec = specOf(*run, std::nullopt);
    if (!spec)
        return console.fail(spec.error());
    const auto measured = store->conflicts(*id, -1, arguments.last);
    if (!measured)
        return console.fail(measured.error());
    if (measured->empty())
        return console.fail(nothingMeasured(*run, *spec));
    const SharingPlan plan = planFromJson(run->plan).value_or(SharingPlan{});
    const auto means = conflictMeans(*measured, arguments.last, plan.layerNames());
    const bool csv = arguments.format == "csv";
    if (!arguments.suggest) {
        printMeans(means, csv, console);
        return Done;
    }
    const auto design = designOf(*run, *spec);
    if (!design)
        return console.fail(design.error());
    const double whole = networkCosts(*design, {}).multiplyAdds;
    printSuggestions(suggestPlan(*design, means,
                                 {.budget = budgetOf(arguments.budget, whole).value(),
                                  .step = costSettings(spec->train, catalogue())}),
                     *id, csv, console);
    return Done;
}

} // namespace concertina
