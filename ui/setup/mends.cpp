// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/mends.h"

#include "core/model/validate.h"
#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <utility>

namespace concertina {

namespace {

QString words(const char* text) {
    return QCoreApplication::translate("Mends", text);
}

QString shown(const Json& value) {
    return toQt(shortened(valueText(value), 40));
}

/// The number after a list's path ("network.sharing.3"); none where it is not of the list.
std::optional<std::size_t> indexIn(std::string_view list, const std::string& path) {
    if (!path.starts_with(std::string(list) + "."))
        return std::nullopt;
    const std::string rest = path.substr(list.size() + 1);
    const auto number = numberFromText(rest.substr(0, rest.find('.')));
    return number && *number >= 0 ? std::optional(static_cast<std::size_t>(*number)) : std::nullopt;
}

Json clamped(const FieldInfo& field, const Json& value) {
    if (value.is_array()) {
        Json list = Json::array();
        for (const Json& item : value)
            list.push_back(clamped(field, item));
        return list;
    }
    const double number = std::clamp(value.get<double>(), field.minimum, field.maximum);
    if (std::isnan(number))
        return field.standard;
    const bool whole = field.type == FieldType::Integer || field.type == FieldType::Integers;
    return whole ? Json(static_cast<std::int64_t>(std::clamp(number, -LargestInteger,
                                                             LargestInteger)))
                 : Json(number);
}

/// What a value that does not fit its field most likely was meant to be.
Json nearest(const FieldInfo& field, const Json& value) {
    const bool list = value.is_array();
    const bool numbers = value.is_number()
                         || (list && !value.empty() && std::ranges::all_of(value, [](const Json& v) {
                                return v.is_number();
                            }));
    Json meant = field.standard;
    if (field.type == FieldType::Choice && value.is_string())
        meant = nearestName(value.get<std::string>(), field.choices)
                    .value_or(field.standard.is_string() ? field.standard.get<std::string>() : "");
    else if (numbers)
        meant = clamped(field, value);
    return check(field, meant, "") ? field.standard : meant;
}

std::optional<Mend> setting(const SetupValue& value, const Catalogue& catalogue,
                            const SpecPlace& place, const Json& json) {
    Mend mend{words(json == place.field.standard ? "Set to the default, %1" : "Set to %1")
                  .arg(shown(json)),
              withJson(value, catalogue, place.path, json)};
    if (mend.value.refused.contains(place.path) || mend.value == value)
        return std::nullopt;
    return mend;
}

/// Of a text that was refused: what it may have meant.
std::optional<Mend> mendRefused(const SetupValue& value, const Catalogue& catalogue,
                                const SpecPlace& place, const RefusedText& refused) {
    const auto json = parseValue(place.field, refused.text);
    if (refused.problem.code == "seeds.twice") {
        Json once = Json::array();
        for (const Json& seed : *json)
            if (std::ranges::find(once, seed) == once.end())
                once.push_back(seed);
        return setting(value, catalogue, place, once);
    }
    if (json)
        return setting(value, catalogue, place, nearest(place.field, *json));
    // The value before it was typed over is nearer than the default.
    auto mend = setting(value, catalogue, place, place.value);
    if (mend)
        mend->text = words("Back to %1").arg(shown(place.value));
    return mend;
}

std::optional<Mend> mendOption(const Problem& problem, SetupValue value) {
    const auto drop = [&](const std::string& prefix, MethodChoice& choice) {
        if (problem.path.starts_with(prefix + "options."))
            choice.options.erase(problem.path.substr(prefix.size() + 8));
    };
    const SetupValue before = value;
    for (const auto& where : specMethods())
        drop(where.path + ".", where.edit(value.spec));
    for (std::size_t i = 0; i < value.spec.tasks.size(); ++i)
        drop(std::string(TasksPath) + "." + std::to_string(i) + ".", value.spec.tasks[i].method);
    for (std::size_t i = 0; i < value.spec.network.kernels.size(); ++i)
        drop(std::string(KernelsPath) + "." + std::to_string(i) + ".",
             value.spec.network.kernels[i].method);
    if (value == before)
        return std::nullopt;
    return Mend{words("Remove it"), std::move(value)};
}

std::optional<Mend> mendSharing(const Problem& problem, SetupValue value) {
    NetworkSpec& network = value.spec.network;
    for (const auto& [list, rules] :
         {std::pair("network.sharing", &network.sharing),
          std::pair("network.plan_changes", &network.planChanges)}) {
        const auto index = indexIn(list, problem.path);
        if (!index || *index >= rules->size())
            continue;
        rules->erase(rules->begin() + static_cast<std::ptrdiff_t>(*index));
        return Mend{words("Remove the rule"), std::move(value)};
    }
    return std::nullopt;
}

std::optional<Mend> mendKernels(const Problem& problem, const SetupValue& value,
                                const Catalogue& catalogue, const SetupFacts& facts) {
    const auto index = indexIn(KernelsPath, problem.path);
    const auto& kernels = value.spec.network.kernels;
    if (!index || *index >= kernels.size())
        return std::nullopt;
    if (const auto meant = nearestName(kernels[*index].layers, facts.layers))
        if (const auto place = placeAt(value, catalogue, problem.path))
            return setting(value, catalogue, *place, *meant);
    return Mend{words("Remove these kernels"), withoutKernels(value, *index)};
}

std::optional<Mend> mendTasks(const Problem& problem, SetupValue value,
                              const Catalogue& catalogue) {
    if (problem.code == "tasks.none") {
        if (catalogue.tasks.empty())
            return std::nullopt;
        const TaskInfo& first = catalogue.tasks.front();
        return Mend{words("Add %1").arg(toQt(first.label).toLower()),
                    withTask(std::move(value), first.id, true)};
    }
    const auto index = indexIn(TasksPath, problem.path);
    if (!index || *index >= value.spec.tasks.size())
        return std::nullopt;
    value.spec.tasks.erase(value.spec.tasks.begin() + static_cast<std::ptrdiff_t>(*index));
    return Mend{words("Remove it"), std::move(value)};
}

std::optional<Mend> mendSplit(const Problem& problem, const SetupValue& value,
                              const Catalogue& catalogue, const SetupFacts& facts) {
    const auto place = placeAt(value, catalogue, problem.path);
    if (!place || !facts.dataset || facts.dataset->splits.empty())
        return std::nullopt;
    std::vector<std::string> names;
    for (const auto& split : facts.dataset->splits)
        names.push_back(split.name);
    return setting(value, catalogue, *place,
                   nearestName(place->value.get<std::string>(), names).value_or(names.front()));
}

std::optional<Mend> likelyMend(const Problem& problem, const SetupValue& value,
                               const Catalogue& catalogue, const SetupFacts& facts) {
    const auto place = placeAt(value, catalogue, problem.path);
    if (const auto refused = value.refused.find(problem.path);
        place && refused != value.refused.end())
        return mendRefused(value, catalogue, *place, refused->second);
    if (problem.code == "method.unknown_option")
        return mendOption(problem, value);
    if (problem.code.starts_with("sharing.") || problem.code.starts_with("plan_change."))
        return mendSharing(problem, value);
    if (problem.code == "kernels.no_layer")
        return mendKernels(problem, value, catalogue, facts);
    if (problem.code == "tasks.none" || problem.code == "tasks.twice"
        || (problem.code == "method.unknown" && problem.path.starts_with(TasksPath)))
        return mendTasks(problem, value, catalogue);
    if (problem.code == "dataset.no_split")
        return mendSplit(problem, value, catalogue, facts);
    if (!place)
        return std::nullopt;
    if (problem.code == "train.warmup")
        return setting(value, catalogue, *place, value.spec.train.steps);
    if (problem.code.starts_with("field.") || problem.code == "method.unknown")
        return setting(value, catalogue, *place, nearest(place->field, place->value));
    if (problem.code.starts_with("dataset."))
        return std::nullopt; // a default would not find the data
    return setting(value, catalogue, *place, place->field.standard);
}

} // namespace

std::optional<Mend> mendFor(const Problem& problem, const SetupValue& value,
                            const Catalogue& catalogue, const SetupFacts& facts) {
    auto mend = likelyMend(problem, value, catalogue, facts);
    const auto stays = [&](const Problem& other) {
        return other.code == problem.code && other.path == problem.path;
    };
    if (mend && std::ranges::any_of(validate(mend->value.spec, catalogue), stays))
        return std::nullopt;
    return mend;
}

Problems datasetProblems(const ExperimentSpec& spec, const DatasetSummary& dataset) {
    std::vector<std::string> names;
    for (const auto& split : dataset.splits)
        names.push_back(split.name);
    Problems problems;
    const auto need = [&](const std::string& split, const char* path) {
        if (!names.empty() && std::ranges::find(names, split) == names.end())
            problems.push_back({"dataset.no_split", path, "\"" + shortened(split, 80) + "\"",
                                "a split of " + dataset.name, suggestion(split, names)});
    };
    need(spec.data.trainSplit, "data.train_split");
    need(spec.data.validationSplit, "data.val_split");
    return problems;
}

} // namespace concertina
