// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/spec_places.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace concertina {

namespace {

constexpr std::string_view OptionsPrefix = "options.";

std::string recordPrefix(std::string_view list, std::size_t index) {
    return std::string(list) + "." + std::to_string(index) + ".";
}

void append(std::vector<SpecPlace>& places, std::vector<SpecPlace> more) {
    places.insert(places.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

/// The places of the methods of a list, which stands at `path`.
void addListed(std::vector<SpecPlace>& places, const Catalogue& catalogue, const std::string& path,
               const FieldInfo& field, const Json& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const MethodChoice listed = methodFromJson(list[i]);
        auto own = placesOfMethod(
            listed, catalogue, *field.family, recordPrefix(path, i),
            {.path = "id", .defaultValue = listed.id, .label = field.label, .help = field.help});
        for (SpecPlace& place : own) {
            if (!place.list)
                place.list = list;
            if (!place.family)
                place.field.label = std::to_string(i + 1) + ". " + place.field.label;
        }
        append(places, std::move(own));
    }
}

template <class Record>
void addRecords(std::vector<SpecPlace>& places, const Catalogue& catalogue, std::string_view list,
                const std::vector<Record>& records, const std::vector<Field<Record>>& fields,
                const MethodPlace<Record>& method) {
    const Record defaultValue;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const std::string prefix = recordPrefix(list, i);
        for (const auto& field : fields)
            places.push_back({prefix + field.path, field, field.get(records[i])});
        append(places, placesOfMethod(method.get(records[i]), catalogue, method.family, prefix,
                                      {.path = "id",
                                       .defaultValue = method.get(defaultValue).id,
                                       .label = method.label,
                                       .help = method.help}));
    }
}

/// What stands once in the spec under one section; "": what stands in none.
void addSection(std::vector<SpecPlace>& places, const ExperimentSpec& spec,
                const Catalogue& catalogue, std::string_view section, bool methods) {
    const auto inside = [&](const std::string& path) {
        const auto dot = path.find('.');
        return (dot == std::string::npos ? "" : path.substr(0, dot)) == section;
    };
    static const ExperimentSpec defaultValue;
    if (methods)
        for (const auto& where : specMethods())
            if (inside(where.path))
                append(places,
                       placesOfMethod(where.get(spec), catalogue, where.family, where.path + ".",
                                      {.path = "id",
                                       .defaultValue = where.get(defaultValue).id,
                                       .label = where.label,
                                       .help = where.help}));
    if (!methods)
        for (const auto& field : specFields())
            if (inside(field.path))
                places.push_back({field.path, field, field.get(spec)});
}

/// The method choice whose id or options a path names, and what is behind it.
MethodChoice* choiceAt(ExperimentSpec& spec, const std::string& path, std::string& rest) {
    for (const auto& where : specMethods())
        if (path.starts_with(where.path + ".")) {
            rest = path.substr(where.path.size() + 1);
            return &where.edit(spec);
        }
    const auto within = [&](std::string_view list, auto& records,
                            const auto& method) -> MethodChoice* {
        for (std::size_t i = 0; i < records.size(); ++i)
            if (const std::string prefix = recordPrefix(list, i); path.starts_with(prefix)) {
                rest = path.substr(prefix.size());
                return &method.edit(records[i]);
            }
        return nullptr;
    };
    MethodChoice* choice = nullptr;
    visitLists(spec, [&](std::string_view list, auto& records, const auto&, const auto& method) {
        if (choice == nullptr)
            choice = within(list, records, method);
    });
    return choice;
}

/// The number behind a list's path and a dot, with nothing after it; none where there is none, or
/// no such entry.
std::optional<std::size_t> entryOf(std::string_view list, const std::string& path,
                                   std::size_t size) {
    if (!path.starts_with(std::string(list) + "."))
        return std::nullopt;
    const char* begin = path.data() + list.size() + 1;
    const char* end = path.data() + path.size();
    std::size_t index = 0;
    const auto parsed = std::from_chars(begin, end, index);
    const bool whole = parsed.ec == std::errc{} && parsed.ptr == end;
    return whole && index < size ? std::optional(index) : std::nullopt;
}

/// Changes the method that `rest` names, the choice itself or one in a list of its options, and
/// that is what `change` is given, with what is behind it. `list` is what a list holds that isn't
/// set. False where there is no such method, or `change` says so.
template <class Change>
bool changeMethod(MethodChoice& choice, const std::string& rest, const std::optional<Json>& list,
                  Change change) {
    const auto name = rest.starts_with(OptionsPrefix) ? OptionsPrefix.size() : rest.size();
    const auto dot = rest.find('.', name);
    const auto end = dot == std::string::npos ? dot : rest.find('.', dot + 1);
    if (end == std::string::npos)
        return change(choice, rest);
    const std::string option = rest.substr(name, dot - name);
    Json methods =
        choice.options.contains(option) ? choice.options[option] : list.value_or(Json::array());
    const auto index = methods.is_array()
                           ? entryOf(option, rest.substr(name, end - name), methods.size())
                           : std::nullopt;
    if (!index)
        return false;
    MethodChoice listed = methodFromJson(methods[*index]);
    if (!changeMethod(listed, rest.substr(end + 1), list, change))
        return false;
    methods[*index] = toJson(listed);
    choice.options[option] = std::move(methods);
    return true;
}

template <class Record>
bool setRecordField(std::string_view list, std::vector<Record>& records,
                    const std::vector<Field<Record>>& fields, const std::string& path,
                    const Json& value) {
    for (std::size_t i = 0; i < records.size(); ++i)
        for (const auto& field : fields)
            if (path == recordPrefix(list, i) + field.path) {
                field.set(records[i], value);
                return true;
            }
    return false;
}

template <class Record>
bool removeRecord(std::string_view list, std::vector<Record>& records, const std::string& path) {
    const auto index = entryOf(list, path, records.size());
    if (index)
        records.erase(records.begin() + static_cast<std::ptrdiff_t>(*index));
    return index.has_value();
}

/// Takes a record, an entry of a list of texts, or an option away; false where there is none.
bool removeAt(ExperimentSpec& spec, const std::string& path) {
    bool removed = false;
    visitLists(spec, [&](std::string_view list, auto& records, const auto&...) {
        removed = removed || removeRecord(list, records, path);
    });
    if (removed)
        return true;
    for (const auto& field : specFields()) {
        if (field.type != FieldType::Texts)
            continue;
        Json texts = field.get(spec);
        if (const auto index = entryOf(field.path, path, texts.size())) {
            texts.erase(*index);
            field.set(spec, texts);
            return true;
        }
    }
    std::string rest;
    MethodChoice* choice = choiceAt(spec, path, rest);
    const auto remove = [](MethodChoice& from, const std::string& at) {
        const auto end = at.find('.', OptionsPrefix.size());
        if (!at.starts_with(OptionsPrefix))
            return false;
        const std::string option = at.substr(OptionsPrefix.size(), end - OptionsPrefix.size());
        if (end == std::string::npos)
            return from.options.erase(option) > 0;
        const auto list = from.options.find(option);
        if (list == from.options.end() || !list->is_array())
            return false;
        const auto index = entryOf(option, at.substr(OptionsPrefix.size()), list->size());
        if (index)
            list->erase(*index);
        return index.has_value();
    };
    return choice != nullptr && changeMethod(*choice, rest, std::nullopt, remove);
}

} // namespace

std::vector<SpecPlace> placesOfMethod(const MethodChoice& choice, const Catalogue& catalogue,
                                      Family family, const std::string& prefix,
                                      FieldInfo described) {
    described.type = FieldType::Choice;
    described.choices = catalogue.ids(family);
    std::vector<SpecPlace> places{{prefix + "id", std::move(described), choice.id, family, {}}};
    const MethodInfo* method = catalogue.find(family, choice.id);
    if (method == nullptr)
        return places;
    for (const FieldInfo& option : method->options) {
        const Json& value = choice.options.contains(option.path) ? choice.options[option.path]
                                                                 : option.defaultValue;
        const std::string path = prefix + "options." + option.path;
        places.push_back({path, option, value, std::nullopt, {}});
        if (option.type == FieldType::Methods && !check(option, value, path))
            addListed(places, catalogue, path, option, value);
    }
    return places;
}

std::vector<SpecPlace> placesOf(const ExperimentSpec& spec, const Catalogue& catalogue) {
    std::vector<SpecPlace> places;
    addSection(places, spec, catalogue, "", false);
    addSection(places, spec, catalogue, "data", true);
    addSection(places, spec, catalogue, "data", false);
    addRecords(places, catalogue, OthersPath, spec.data.others, dataSetFields(), dataSetMethod());
    addRecords(places, catalogue, TasksPath, spec.tasks, taskFields(), taskMethod());
    addSection(places, spec, catalogue, "network", true);
    addRecords(places, catalogue, KernelsPath, spec.network.kernels, kernelFields(),
               kernelMethod());
    addSection(places, spec, catalogue, "network", false);
    addSection(places, spec, catalogue, "train", true);
    addSection(places, spec, catalogue, "train", false);
    return places;
}

std::optional<SpecPlace> placeAt(const ExperimentSpec& spec, const Catalogue& catalogue,
                                 const std::string& path) {
    auto places = placesOf(spec, catalogue);
    const auto found = std::ranges::find(places, path, &SpecPlace::path);
    return found == places.end() ? std::nullopt : std::optional(std::move(*found));
}

ExperimentSpec withJsonAt(ExperimentSpec spec, const SpecPlace& place, const Json& value) {
    for (const auto& field : specFields())
        if (field.path == place.path) {
            field.set(spec, value);
            return spec;
        }
    bool done = false;
    visitLists(spec, [&](std::string_view list, auto& records, const auto& fields, const auto&) {
        done = done || setRecordField(list, records, fields, place.path, value);
    });
    if (done)
        return spec;
    std::string rest;
    if (MethodChoice* choice = choiceAt(spec, place.path, rest))
        changeMethod(*choice, rest, place.list, [&](MethodChoice& changed, const std::string&) {
            changed = withJsonAt(std::move(changed), place, value);
            return true;
        });
    return spec;
}

MethodChoice withJsonAt(MethodChoice choice, const SpecPlace& place, const Json& value) {
    if (place.family) {
        if (choice.id != value.get<std::string>())
            choice = {value.get<std::string>(), Json::object()};
    } else if (value == place.field.defaultValue) {
        choice.options.erase(place.field.path);
    } else {
        choice.options[place.field.path] = value;
    }
    return choice;
}

Expected<ExperimentSpec> withFix(ExperimentSpec spec, const Catalogue& catalogue, const Fix& fix) {
    if (!fix.text) {
        if (!removeAt(spec, fix.path))
            return failure({"spec.no_place", fix.path, "nothing that could be taken away",
                            "a rule, a record or an option of the experiment", ""});
        return spec;
    }
    const auto place = placeAt(spec, catalogue, fix.path);
    if (!place)
        return withValue(spec, fix.path, *fix.text);
    const auto value = parseValue(place->field, *fix.text);
    if (!value)
        return failure(value.error());
    if (auto problem = check(place->field, *value, fix.path))
        return failure(std::move(*problem));
    return withJsonAt(std::move(spec), *place, *value);
}

} // namespace concertina
