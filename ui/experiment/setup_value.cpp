// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/setup_value.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace concertina {

namespace {

constexpr std::string_view SeedPath = "seed";

void makeSeeds(SpecPlace& place, const std::vector<std::int64_t>& seeds) {
    place.field.type = FieldType::Integers;
    place.field.mayBeEmpty = false;
    place.field.defaultValue = Json::array({place.field.defaultValue});
    place.field.label = "Seeds";
    place.field.help += " Several, as in \"0, 1, 2\", start as one group of runs.";
    place.value = seeds;
}

/// What was refused at paths that no longer are, or mean something else now.
void forget(SetupValue& value, std::string_view prefix) {
    std::erase_if(value.refused,
                  [prefix](const auto& entry) { return entry.first.starts_with(prefix); });
}

std::optional<Problem> checkSeeds(const Json& json) {
    std::set<std::int64_t> seen;
    Json each = Json::array();
    for (const Json& seed : json)
        if (std::ranges::find(each, seed) == each.end())
            each.push_back(seed);
    for (const Json& seed : json)
        if (const auto number = static_cast<std::int64_t>(seed.get<double>());
            !seen.insert(number).second)
            return Problem{"seeds.twice",
                           std::string(SeedPath),
                           std::to_string(number) + " twice",
                           "each seed once",
                           "two runs with one seed are equal",
                           Fix{std::string(SeedPath), valueText(each)}};
    return std::nullopt;
}

/// Tasks go on with a set that is called otherwise than before.
void renameSets(ExperimentSpec& spec, const std::vector<DataSetSpec>& before) {
    const auto after = spec.data.sets();
    for (std::size_t s = 0; s < std::min(before.size(), after.size()); ++s) {
        const std::string& old = before[s].called();
        const std::string& now = after[s].called();
        if (old == now || std::ranges::count(before, old, &DataSetSpec::called) > 1
            || std::ranges::count(before, now, &DataSetSpec::called) > 0)
            continue;
        for (TaskSpec& task : spec.tasks)
            std::ranges::replace(task.data, old, now);
    }
}

void setAt(SetupValue& value, const SpecPlace& place, const Json& json) {
    if (place.path == SeedPath) {
        value.seeds.clear();
        for (const Json& seed : json)
            value.seeds.push_back(static_cast<std::int64_t>(seed.get<double>()));
        value.spec.seed = value.seeds.front();
        return;
    }
    const auto before = value.spec.data.sets();
    value.spec = withJsonAt(std::move(value.spec), place, json);
    renameSets(value.spec, before);
    if (place.field.type == FieldType::Methods) // other methods stand at its places
        forget(value, place.path + ".");
    if (place.family) // another method has other options
        forget(value, place.path.substr(0, place.path.size() - 2) + "options.");
}

} // namespace

SetupValue setupOf(ExperimentSpec spec) {
    const std::int64_t seed = spec.seed;
    return {std::move(spec), {seed}, {}};
}

std::vector<SpecPlace> placesOf(const SetupValue& value, const Catalogue& catalogue) {
    std::vector<SpecPlace> places = placesOf(value.spec, catalogue);
    for (SpecPlace& place : places)
        if (place.path == SeedPath)
            makeSeeds(place, value.seeds);
    return places;
}

std::optional<SpecPlace> placeAt(const SetupValue& value, const Catalogue& catalogue,
                                 const std::string& path) {
    auto place = placeAt(value.spec, catalogue, path);
    if (place && path == SeedPath)
        makeSeeds(*place, value.seeds);
    return place;
}

SetupValue withText(SetupValue value, const Catalogue& catalogue, const std::string& path,
                    const std::string& text) {
    const auto place = placeAt(value, catalogue, path);
    if (!place)
        return value;
    const auto json = parseValue(place->field, text);
    if (json) {
        value = withJson(std::move(value), catalogue, path, *json);
        // As it was typed: the form shows it again as it is.
        if (const auto refused = value.refused.find(path); refused != value.refused.end()) {
            refused->second.text = text;
            // A value that fits, written in another way ("20.000"), may have been meant for
            // another.
            auto& fix = refused->second.problem.fix;
            if (fix && fix->text && parseValue(place->field, *fix->text) == json)
                fix = Fix{path, valueText(place->value)};
        }
        return value;
    }
    Problem problem = json.error();
    problem.path = path;
    // The value before it was typed over is nearer than the default.
    problem.fix = Fix{path, valueText(place->value)};
    value.refused[path] = {text, std::move(problem)};
    return value;
}

SetupValue withJson(SetupValue value, const Catalogue& catalogue, const std::string& path,
                    const Json& json) {
    const auto place = placeAt(value, catalogue, path);
    if (!place)
        return value;
    auto problem = check(place->field, json, path);
    if (!problem && path == SeedPath)
        problem = checkSeeds(json);
    if (problem) {
        value.refused[path] = {valueText(json), std::move(*problem)};
        return value;
    }
    value.refused.erase(path);
    setAt(value, *place, json);
    return value;
}

std::optional<SetupValue> withFix(SetupValue value, const Catalogue& catalogue, const Fix& fix) {
    const SetupValue before = value;
    if (fix.text && placeAt(value, catalogue, fix.path)) {
        value = withText(std::move(value), catalogue, fix.path, *fix.text);
    } else {
        auto spec = withFix(value.spec, catalogue, fix);
        if (!spec)
            return std::nullopt;
        value.spec = std::move(*spec);
        for (const std::string_view list : {OthersPath, TasksPath, KernelsPath})
            if (const std::string records = std::string(list) + "."; fix.path.starts_with(records))
                forget(value, records);
        value.refused.erase(fix.path);
    }
    return value == before || value.refused.contains(fix.path) ? std::nullopt
                                                               : std::optional(std::move(value));
}

SetupValue withTask(SetupValue value, const std::string& task, bool on) {
    auto& tasks = value.spec.tasks;
    const auto isTask = [&](const TaskSpec& spec) { return spec.method.id == task; };
    if (!on)
        std::erase_if(tasks, isTask);
    else if (std::ranges::none_of(tasks, isTask))
        tasks.push_back({{task, Json::object()}, 1.0});
    forget(value, std::string(TasksPath) + ".");
    return value;
}

SetupValue withSet(SetupValue value) {
    const auto sets = value.spec.data.sets();
    DataSetSpec added{.dataset = {.id = sets.front().dataset.id, .options = Json::object()}};
    for (std::size_t number = sets.size() + 1; added.name.empty(); ++number)
        if (const std::string name = "set" + std::to_string(number);
            std::ranges::find(sets, name, &DataSetSpec::called) == sets.end())
            added.name = name;
    value.spec.data.others.push_back(std::move(added));
    return value;
}

SetupValue withoutSet(SetupValue value, std::size_t index) {
    auto& others = value.spec.data.others;
    if (index < others.size()) {
        for (TaskSpec& task : value.spec.tasks)
            std::erase(task.data, others[index].called());
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(index));
    }
    forget(value, std::string(OthersPath) + ".");
    return value;
}

SetupValue withKernels(SetupValue value, const std::string& layers) {
    auto& kernels = value.spec.network.kernels;
    KernelSpec record = kernels.empty() ? KernelSpec{} : kernels.back();
    record.layers = layers;
    kernels.push_back(std::move(record));
    return value;
}

SetupValue withoutKernels(SetupValue value, std::size_t index) {
    auto& kernels = value.spec.network.kernels;
    if (index < kernels.size())
        kernels.erase(kernels.begin() + static_cast<std::ptrdiff_t>(index));
    forget(value, std::string(KernelsPath) + ".");
    return value;
}

} // namespace concertina
