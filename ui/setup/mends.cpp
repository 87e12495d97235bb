// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/mends.h"

#include "core/values/spec_sets.h"
#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

namespace {

QString words(const char* text) {
    return QCoreApplication::translate("Mends", text);
}

/// What a fix does, as a button says it.
QString textOf(const Fix& fix, const SetupValue& value, const Catalogue& catalogue) {
    const std::string list = fix.path.substr(0, fix.path.rfind('.'));
    if (!fix.text)
        return list == KernelsPath               ? words("Remove these kernels")
               : list == OthersPath              ? words("Leave the set out")
               : placeAt(value, catalogue, list) ? words("Remove the rule")
                                                 : words("Remove it");
    const auto place = placeAt(value, catalogue, fix.path);
    if (!place)
        return words("Add %1").arg(toQt(*fix.text));
    const auto json = parseValue(place->field, *fix.text);
    const QString shown = toQt(shortened(*fix.text, 40));
    if (json && value.refused.contains(fix.path) && *json == place->value)
        return words("Back to %1").arg(shown);
    return words(json && *json == place->field.defaultValue ? "Set to the default, %1"
                                                            : "Set to %1")
        .arg(shown);
}

} // namespace

std::optional<Mend> mendFor(const Problem& problem, const SetupValue& value,
                            const Catalogue& catalogue) {
    if (!problem.fix)
        return std::nullopt;
    auto mended = withFix(value, catalogue, *problem.fix);
    if (!mended)
        return std::nullopt;
    return Mend{textOf(*problem.fix, value, catalogue), std::move(*mended)};
}

Problems datasetProblems(const ExperimentSpec& spec, std::size_t set,
                         const DatasetSummary& dataset) {
    std::vector<std::string> names;
    for (const auto& split : dataset.splits)
        names.push_back(split.name);
    Problems problems;
    const auto need = [&](const std::string& split, const std::string& path) {
        if (!names.empty() && std::ranges::find(names, split) == names.end())
            problems.push_back({"dataset.no_split", path, "\"" + shortened(split, 80) + "\"",
                                "a split of " + dataset.name, suggestion(split, names),
                                Fix{path, nearestName(split, names).value_or(names.front())}});
    };
    const DataSetSpec wanted = spec.data.sets()[set];
    need(wanted.trainSplit, pathInSet("data.train_split", set));
    need(wanted.validationSplit, pathInSet("data.val_split", set));
    return problems;
}

} // namespace concertina
