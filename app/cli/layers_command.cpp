// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/look_commands.h"
#include "core/catalogue.h"
#include "core/model/head_outputs.h"
#include "core/model/layer_table.h"
#include "core/model/spec_paths.h"
#include "core/prediction/opened_data.h"
#include "core/values/spec_sets.h"

#include <algorithm>

namespace concertina {

namespace {

/// Of the sets, where they can be opened.
ClassCounts classesOf(const ExperimentSpec& spec) {
    ClassCounts classes;
    for (std::size_t s = 0; s <= spec.data.others.size(); ++s)
        if (const auto summary = OpenedData().describe(withSetAlone(spec, s))) {
            ClassCounts own;
            for (const auto& target : summary->targets)
                own[target.name] = target.classes;
            addClasses(classes, spec, s, own);
        }
    return classes;
}

} // namespace

DesignResult designAsSetUp(const ExperimentSpec& spec, Console& console) {
    const auto lacks = [&](const ClassCounts& classes) {
        return std::ranges::any_of(spec.tasks, [&](const TaskSpec& task) {
            return lacksClasses(task, catalogue(), classes);
        });
    };
    const ClassCounts classes = lacks({}) ? classesOf(spec) : ClassCounts();
    if (lacks(classes))
        console.note("The dataset can't be opened: heads as for " + std::to_string(AssumedClasses)
                     + " classes");
    return designNetwork(spec, catalogue(),
                         headOutputs(spec, catalogue(), classes, AssumedClasses));
}

ExitCode layersCommand(const CommonArguments& common, const LayersArguments& arguments,
                       Console& console) {
    const auto spec = loadSpec(arguments.spec, arguments.assignments, common.data);
    if (!spec)
        return console.fail(spec.error());
    const DesignResult result = designAsSetUp(*spec, console);
    if (!result.problems.empty())
        return console.fail(result.problems);
    const LayerTable table = layerTable(result.design);
    for (const LayerRow& row : table.rows) {
        Json json = toJson(row);
        json["event"] = "layer";
        console.emit(json);
    }
    Json total = toJson(table.total);
    total["event"] = "total";
    console.emit(total);
    const bool csv = arguments.format == "csv";
    const TableRows rows = tableRows(table, csv);
    console.say(csv                              ? csvText(rows)
                : arguments.format == "markdown" ? markdownText(rows)
                                                 : tableText(rows));
    return Done;
}

} // namespace concertina
