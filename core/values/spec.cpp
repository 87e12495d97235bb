// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/spec.h"

#include "core/values/old_keys.h"
#include "core/values/spec_fields.h"
#include "core/values/text.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace concertina {

namespace {

template <class Record>
void checkRecord(const Record& record, const std::vector<Field<Record>>& fields,
                 const std::string& prefix, Problems& problems) {
    for (const Field<Record>& field : fields)
        if (auto problem = check(field, field.get(record), prefix + field.path))
            problems.push_back(std::move(*problem));
}

std::string recordPath(std::string_view list, std::size_t index) {
    return std::string(list) + "." + std::to_string(index) + ".";
}

/// Every path that `--set` may name where the spec is as it is now; for suggestions.
std::vector<std::string> knownPaths(const ExperimentSpec& spec) {
    std::vector<std::string> paths;
    for (const auto& field : specFields())
        paths.push_back(field.path);
    for (const auto& place : specMethods())
        paths.push_back(place.path + ".id");
    visitLists(spec, [&](std::string_view path, const auto& list, const auto& fields, const auto&) {
        for (std::size_t i = 0; i <= list.size(); ++i)
            for (const std::string& name : {std::string("id"), fields.front().path})
                paths.push_back(recordPath(path, i) + name);
    });
    return paths;
}

/// Suggests among the paths of the section that is named, as all of them begin alike; where there
/// is no such section, among all, or the sections.
Problem unknownPath(const ExperimentSpec& spec, std::string_view path) {
    const std::string section(path.substr(0, path.find('.')));
    const std::string prefix = section + ".";
    const auto known = knownPaths(spec);
    std::vector<std::string> inside, sections;
    for (const std::string& candidate : known) {
        if (candidate.starts_with(prefix))
            inside.push_back(candidate.substr(prefix.size()));
        const std::string first = candidate.substr(0, candidate.find('.'));
        if (std::ranges::find(sections, first) == sections.end())
            sections.push_back(first);
    }
    // A method in an option that is a list of such.
    constexpr std::string_view options = ".options.";
    if (const auto at = path.find(options); at != path.npos)
        if (const auto dot = path.find('.', at + options.size()); dot != path.npos)
            return {"spec.unknown_path", std::string(path), "no such field",
                    "a method that stands in the list, or the id of one more",
                    "set the list itself first: " + std::string(path.substr(0, dot)) + "=ID,ID"};
    // An option of a method, one level too high.
    const std::vector<std::string> ofMethods{"id", "layers", "weight"};
    for (const std::string& candidate : known) {
        const auto method = candidate.substr(0, candidate.rfind('.') + 1);
        const auto rest = path.substr(std::min(method.size(), path.size()));
        if (candidate.ends_with(".id") && path.starts_with(method) && !rest.empty()
            && rest.find('.') == rest.npos && !nearestName(rest, ofMethods))
            return {"spec.unknown_path", std::string(path), "no such field", "the path of a field",
                    "did you mean \"" + method + "options." + std::string(rest) + "\"?"};
    }
    auto near = inside.empty() ? nearestName(path, known)
                               : nearestName(path.substr(std::min(prefix.size(), path.size())), inside);
    if (near && !inside.empty())
        near->insert(0, prefix);
    for (std::string& name : inside)
        name.insert(0, prefix);
    return {"spec.unknown_path", std::string(path), "no such field", "the path of a field",
            near ? "did you mean \"" + *near + "\"?"
                 : "one of: " + join(inside.empty() ? sections : inside, ", ")};
}

/// The number that a path begins with, and what stands behind its dot.
std::optional<std::pair<std::size_t, std::string_view>> entryIn(std::string_view path) {
    std::size_t index = 0;
    const auto parsed = std::from_chars(path.data(), path.data() + path.size(), index);
    const auto dot = static_cast<std::size_t>(parsed.ptr - path.data());
    if (parsed.ec != std::errc{} || dot + 1 >= path.size() || path[dot] != '.')
        return std::nullopt;
    return std::pair(index, path.substr(dot + 1));
}

bool setInMethods(Json& list, std::string_view rest, std::string_view text);

/// Sets "id", "options.NAME", or the same of a method in a list of such,
/// "options.NAME.INDEX.…"; false where `rest` is none of these.
bool setMethod(MethodChoice& method, std::string_view rest, std::string_view text) {
    constexpr std::string_view options = "options.";
    if (rest == "id") {
        if (method.id != text)
            method = {std::string(text), Json::object()};
        return true;
    }
    if (!rest.starts_with(options) || rest.size() == options.size())
        return false;
    rest.remove_prefix(options.size());
    const auto dot = rest.find('.');
    Json& option = method.options[std::string(rest.substr(0, dot))];
    if (dot != std::string_view::npos)
        return setInMethods(option, rest.substr(dot + 1), text);
    option = looseValue(text);
    return true;
}

/// An index one past the end adds a method, by its id.
bool setInMethods(Json& list, std::string_view rest, std::string_view text) {
    const auto entry = entryIn(rest);
    const std::size_t size = list.is_array() ? list.size() : 0;
    if (!entry || entry->first > size || (entry->first == size && entry->second != "id"))
        return false;
    if (!list.is_array())
        list = Json::array();
    if (entry->first == size)
        list.push_back(toJson(MethodChoice()));
    MethodChoice method = methodFromJson(list[entry->first]);
    const bool done = setMethod(method, entry->second, text);
    list[entry->first] = toJson(method);
    return done;
}

/// Sets a field of a record by the path inside it. Nothing is done where no field has this path.
template <class Record>
Expected<bool> setField(Record& record, const std::vector<Field<Record>>& fields,
                        std::string_view inner, std::string_view path, std::string_view text) {
    const auto field = std::ranges::find(fields, inner, &FieldInfo::path);
    if (field == fields.end())
        return false;
    auto value = parseValue(*field, text);
    if (!value) {
        value.error().path = path;
        return failure(value.error());
    }
    if (auto problem = check(*field, *value, std::string(path)))
        return failure(std::move(*problem));
    field->set(record, *value);
    return true;
}

/// Sets something in a list of records: `rest` is "INDEX.…" behind the list's own path.
template <class Record>
Expected<bool> setInList(std::vector<Record>& list, const std::vector<Field<Record>>& fields,
                         const MethodPlace<Record>& place, std::string_view rest,
                         std::string_view path, std::string_view text) {
    const auto entry = entryIn(rest);
    if (!entry || entry->first > list.size())
        return false;
    const auto [index, inner] = *entry;
    Record record = index < list.size() ? list[index] : Record{};
    bool done = setMethod(place.edit(record), inner, text);
    if (!done) {
        auto set = setField(record, fields, inner, path, text);
        if (!set)
            return set;
        done = *set;
    }
    if (done && index == list.size())
        list.push_back(std::move(record));
    else if (done)
        list[index] = std::move(record);
    return done;
}

/// The rule list may be set entry by entry: "network.sharing.0".
bool setText(std::vector<std::string>& list, std::string_view rest, std::string_view text) {
    std::size_t index = 0;
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), index);
    if (parsed.ec != std::errc{} || parsed.ptr != rest.data() + rest.size() || index > list.size())
        return false;
    if (index == list.size())
        list.emplace_back();
    list[index] = text;
    return true;
}

/// The record of a list that has this id, with all that is set there; else a new one. One of kernels
/// is for all layers.
Json recordOf(const std::string& id, const Json& list) {
    const auto known = std::ranges::find_if(list, [&](const Json& record) {
        return record["id"] == Json(id) && record.value("layers", "*") == "*";
    });
    return known != list.end() ? *known : Json{{"id", id}};
}

/// Sets a whole list of records: by their ids with commas between them ("segmentation,depth"), or by
/// the JSON that a spec has there.
Expected<ExperimentSpec> withList(const ExperimentSpec& spec, std::string_view path,
                                  std::string_view text) {
    Json json = toJson(spec);
    const auto dot = path.find('.');
    Json& list = dot == path.npos
                     ? json[std::string(path)]
                     : json[std::string(path.substr(0, dot))][std::string(path.substr(dot + 1))];
    if (trimmed(text).starts_with('[')) {
        const auto read = readJson(text, {.members = 1000});
        if (!read)
            return failure({read.error().code, std::string(path), read.error().found,
                            read.error().expected, read.error().hint});
        list = *read;
    } else {
        const auto ids = trimmed(text).empty() ? std::vector<std::string>() : split(text, ',');
        Json records = Json::array();
        for (const std::string& id : ids)
            records.push_back(recordOf(id, list));
        list = std::move(records);
    }
    SpecReading reading = readSpec(json);
    if (!reading.problems.empty())
        return failure(reading.problems.front());
    return reading.spec;
}

/// `path` without `prefix` and its dot; empty where it does not stand under it.
std::string_view under(std::string_view path, std::string_view prefix) {
    if (path.size() > prefix.size() + 1 && path.starts_with(prefix) && path[prefix.size()] == '.')
        return path.substr(prefix.size() + 1);
    return {};
}

using Leaves = std::vector<std::pair<std::string, Json>>;

/// All leaves of a JSON value by their paths, in order.
void flatten(const Json& value, const std::string& path, Leaves& leaves) {
    const bool records = value.is_array() && !value.empty() && value.front().is_object();
    if (value.is_object() || records) {
        std::size_t index = 0;
        for (const auto& item : value.items()) {
            const std::string name = records ? std::to_string(index++) : item.key();
            flatten(item.value(), path.empty() ? name : path + "." + name, leaves);
        }
    } else {
        leaves.emplace_back(path, value);
    }
}

} // namespace

std::vector<DataSetSpec> DataSpec::sets() const {
    std::vector<DataSetSpec> all{{.dataset = dataset,
                                  .name = name,
                                  .trainSplit = trainSplit,
                                  .validationSplit = validationSplit,
                                  .weight = weight}};
    all.insert(all.end(), others.begin(), others.end());
    return all;
}

std::string TaskSpec::targetName() const {
    return data.empty() ? learns() : join(data, "+") + "/" + learns();
}

std::vector<std::size_t> setsOf(const TaskSpec& task, const std::vector<DataSetSpec>& sets) {
    if (task.data.empty())
        return {0};
    std::vector<std::size_t> named;
    for (const std::string& name : task.data)
        if (const auto found = std::ranges::find(sets, name, &DataSetSpec::called);
            found != sets.end())
            named.push_back(static_cast<std::size_t>(found - sets.begin()));
    return named;
}

Problems checkFields(const ExperimentSpec& spec) {
    Problems problems;
    checkRecord(spec, specFields(), "", problems);
    visitLists(spec, [&](std::string_view path, const auto& list, const auto& fields, const auto&) {
        for (std::size_t i = 0; i < list.size(); ++i)
            checkRecord(list[i], fields, recordPath(path, i), problems);
    });
    return problems;
}

Expected<ExperimentSpec> withValue(const ExperimentSpec& spec, std::string_view pathAsWritten,
                                   std::string_view text) {
    const std::string current = currentPath(pathAsWritten);
    const std::string_view path = current;
    if (const std::string valid = validUtf8(text); valid != text)
        return failure(
            {"spec.encoding", current, "\"" + shortened(valid, 80) + "\"", "a text in UTF-8", ""});
    if (path == OthersPath || path == TasksPath || path == KernelsPath)
        return withList(spec, path, text);
    ExperimentSpec changed = spec;
    auto done = setField(changed, specFields(), path, path, text);
    for (const auto& place : specMethods())
        if (done && !*done)
            if (const auto rest = path == place.path ? "id" : under(path, place.path);
                !rest.empty())
                *done = setMethod(place.edit(changed), rest, text);
    visitLists(changed,
               [&](std::string_view list, auto& records, const auto& fields, const auto& method) {
                   if (const auto rest = under(path, list); done && !*done && !rest.empty())
                       done = setInList(records, fields, method, rest, path, text);
               });
    for (KernelSpec& kernel : changed.network.kernels)
        kernel.method.options = withCurrentOptions(std::move(kernel.method.options));
    if (done && !*done)
        if (const auto rest = under(path, "network.sharing"); !rest.empty())
            *done = setText(changed.network.sharing, rest, text);
    if (!done)
        return failure(done.error());
    if (!*done)
        return failure(unknownPath(spec, path));
    return changed;
}

std::vector<SpecDifference> differences(const ExperimentSpec& left, const ExperimentSpec& right) {
    Leaves leftLeaves, rightLeaves;
    flatten(toJson(left), "", leftLeaves);
    flatten(toJson(right), "", rightLeaves);
    const auto valueIn = [](const Leaves& leaves, const std::string& path) -> const Json* {
        const auto leaf = std::ranges::find(leaves, path, &Leaves::value_type::first);
        return leaf == leaves.end() ? nullptr : &leaf->second;
    };
    // What files leave out has its default; a record or an option may be on one side alone.
    const auto shown = [](const std::string& path, const Json* value) {
        const auto field = std::ranges::find(specFields(), path, &FieldInfo::path);
        return value != nullptr              ? valueText(*value)
               : field != specFields().end() ? valueText(field->defaultValue)
                                             : "—";
    };
    std::vector<SpecDifference> result;
    std::set<std::string> seen;
    for (const Leaves* leaves : {&leftLeaves, &rightLeaves})
        for (const auto& leaf : *leaves) {
            const Json* before = valueIn(leftLeaves, leaf.first);
            const Json* after = valueIn(rightLeaves, leaf.first);
            const bool same = before != nullptr && after != nullptr && *before == *after;
            if (!same && seen.insert(leaf.first).second)
                result.push_back({leaf.first, shown(leaf.first, before), shown(leaf.first, after)});
        }
    return result;
}

} // namespace concertina
