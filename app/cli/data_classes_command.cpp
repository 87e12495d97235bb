// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/look_commands.h"

#include "app/cli/interruptible.h"
#include "core/catalogue.h"
#include "core/data/data_survey.h"
#include "core/model/recognize_data.h"
#include "core/values/table_text.h"
#include "core/values/text.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <stop_token>

namespace concertina {

namespace {

/// For programs: a row a class (its share), a quantity (its mean) and a target without names.
void addCsvRows(TableRows& rows, const DataSurvey& survey) {
    for (std::size_t t = 0; t < survey.targets.size(); ++t) {
        const DataSurvey::Target& target = survey.targets[t];
        const auto add = [&](const std::string& name, const std::string& value, int samples) {
            rows.push_back({survey.split, target.name, name, value, std::to_string(samples)});
        };
        const auto name = [&](int index) {
            return target.names[static_cast<std::size_t>(index)].name;
        };
        for (const ClassShare& share : classShares(survey, t))
            add(name(share.index), numberText(share.share), share.samples);
        for (const QuantitySpread& spread : quantitySpreads(survey, t))
            add(name(spread.index), spread.samples > 0 ? numberText(spread.mean) : "",
                spread.samples);
        if (target.names.empty())
            add("", "", samplesWith(survey, t));
    }
}

/// For people: a table a target.
void sayTarget(const DataSurvey& survey, std::size_t t, Console& console) {
    const DataSurvey::Target& target = survey.targets[t];
    const auto samples = survey.samples.size();
    console.say("\n" + oneLine(survey.split + ", " + target.name) + ": "
                + std::to_string(samplesWith(survey, t)) + " of " + std::to_string(samples)
                + " samples\n");
    const auto name = [&](int index) {
        return oneLine(target.names[static_cast<std::size_t>(index)].name);
    };
    TableRows rows;
    if (target.isOfClasses())
        rows.push_back(
            {"Class",
             target.count == NamesCount::Pixels ? "share of pixels, %" : "share of pictures, %",
             "samples"});
    for (const ClassShare& share : classShares(survey, t))
        rows.push_back(
            {name(share.index), fixedText(100 * share.share, 2), std::to_string(share.samples)});
    if (target.count == NamesCount::Values)
        rows.push_back({"Quantity", "least", "mean", "most", "samples"});
    for (const QuantitySpread& spread : quantitySpreads(survey, t)) {
        const auto text = [&](double value) {
            return spread.samples > 0 ? digitsText(value, 4) : std::string("–");
        };
        rows.push_back({name(spread.index), text(spread.least), text(spread.mean),
                        text(spread.most), std::to_string(spread.samples)});
    }
    if (!rows.empty())
        console.say(tableText(rows));
}

/// Of one split after the other; "stopped" where Ctrl-C ended it.
Expected<std::vector<DataSurvey>> surveysOf(const Dataset& dataset,
                                            const std::vector<std::string>& splits,
                                            const Progress& progress, const std::stop_token& stop) {
    std::vector<DataSurvey> surveys;
    for (const std::string& split : splits) {
        const Progress named = [&](double share, const std::string& what) {
            progress(share, split + ", " + what);
        };
        auto survey = surveyData(dataset, split, 0, std::numeric_limits<int>::max(), named, stop);
        if (!survey)
            return failure(survey.error());
        surveys.push_back(std::move(*survey));
    }
    return surveys;
}

/// Of one dataset; `name`: of the set, where the spec has several.
ExitCode sayClasses(const MethodChoice& choice, const std::string& name,
                    const DataClassesArguments& arguments, Console& console) {
    const auto dataset = openWholly(choice);
    if (!dataset)
        return console.fail(dataset.error());
    std::vector<std::string> splits = arguments.splits;
    if (splits.empty())
        for (const SplitInfo& split : (*dataset)->description().splits)
            splits.push_back(split.name);
    bool interrupted = false;
    const auto surveys = interruptible(console, interrupted,
                                       [&](const Progress& progress, const std::stop_token& stop) {
                                           return surveysOf(**dataset, splits, progress, stop);
                                       });
    if (!surveys)
        return failed(console, surveys.error(), interrupted);
    TableRows csv{{"split", "target", "name", "share or mean", "samples"}};
    Problems unreadable;
    if (arguments.format == "text")
        console.say((name.empty() ? "" : name + ": ") + oneLine((*dataset)->description().name)
                    + "\n");
    for (const DataSurvey& survey : *surveys) {
        addCsvRows(csv, survey);
        for (std::size_t t = 0; arguments.format == "text" && t < survey.targets.size(); ++t)
            sayTarget(survey, t, console);
        Json json = toJson(survey);
        json["event"] = "classes";
        if (!name.empty())
            json["set"] = name;
        console.emit(json);
        for (const int i : unreadableSamples(survey))
            unreadable.push_back(*survey.samples[static_cast<std::size_t>(i)].problem);
    }
    if (arguments.format == "csv")
        console.say((name.empty() ? "" : name + "\n") + csvText(csv));
    if (!unreadable.empty())
        console.fail(unreadable);
    return unreadable.empty() ? Done : ProblemReported;
}

} // namespace

tl::expected<ExperimentSpec, Problems> meantSpec(const std::string& word,
                                                 const CommonArguments& common) {
    const auto placed = withDataAt(catalogue(), {}, word);
    if (placed)
        return *placed;
    std::error_code ignored;
    if (std::filesystem::is_directory(word, ignored))
        return tl::unexpected(Problems{placed.error()});
    return loadSpec(word, {}, common.data);
}

ExitCode forEachSet(const ExperimentSpec& spec, const SetCommand& command) {
    ExitCode code = Done;
    for (const DataSetSpec& set : spec.data.sets())
        if (code != Interrupted)
            code =
                std::max(code, command(set.dataset, spec.data.others.empty() ? "" : set.called()));
    return code;
}

ExitCode dataClassesCommand(const CommonArguments& common, const DataClassesArguments& arguments,
                            Console& console) {
    const auto spec = meantSpec(arguments.data, common);
    if (!spec)
        return console.fail(spec.error());
    return forEachSet(*spec, [&](const MethodChoice& dataset, const std::string& name) {
        return sayClasses(dataset, name, arguments, console);
    });
}

} // namespace concertina
