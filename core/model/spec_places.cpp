// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/spec_places.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace concertina {

namespace {

std::string recordPrefix(std::string_view list, std::size_t index) {
    return std::string(list) + "." + std::to_string(index) + ".";
}

/// A chosen method and its options, of which `prefix` is the path with its dot.
void addMethod(std::vector<SpecPlace>& places, const Catalogue& catalogue,
               const std::string& prefix, Family family, const std::string& label,
               const std::string& help, const std::string& defaultValue,
               const MethodChoice& choice) {
    places.push_back({prefix + "id",
                      {.path = "id",
                       .type = FieldType::Choice,
                       .defaultValue = defaultValue,
                       .choices = catalogue.ids(family),
                       .label = label,
                       .help = help},
                      choice.id,
                      family});
    const MethodInfo* method = catalogue.find(family, choice.id);
    if (method == nullptr)
        return;
    for (const FieldInfo& option : method->options)
        places.push_back({prefix + "options." + option.path, option,
                          choice.options.contains(option.path) ? choice.options[option.path]
                                                               : option.defaultValue});
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
        addMethod(places, catalogue, prefix, method.family, method.label, method.help,
                  method.get(defaultValue).id, method.get(records[i]));
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
                addMethod(places, catalogue, where.path + ".", where.family, where.label,
                          where.help, where.get(defaultValue).id, where.get(spec));
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
    if (MethodChoice* choice = within(TasksPath, spec.tasks, taskMethod()))
        return choice;
    return within(KernelsPath, spec.network.kernels, kernelMethod());
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

template <class Record>
bool removeRecord(std::string_view list, std::vector<Record>& records, const std::string& path) {
    const auto index = entryOf(list, path, records.size());
    if (index)
        records.erase(records.begin() + static_cast<std::ptrdiff_t>(*index));
    return index.has_value();
}

/// Takes a record, an entry of a list of texts, or an option away; false where there is none.
bool removeAt(ExperimentSpec& spec, const std::string& path) {
    if (removeRecord(TasksPath, spec.tasks, path)
        || removeRecord(KernelsPath, spec.network.kernels, path))
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
    constexpr std::string_view options = "options.";
    return choice != nullptr && rest.starts_with(options)
           && choice->options.erase(rest.substr(options.size())) > 0;
}

} // namespace

std::vector<SpecPlace> placesOf(const ExperimentSpec& spec, const Catalogue& catalogue) {
    std::vector<SpecPlace> places;
    addSection(places, spec, catalogue, "", false);
    addSection(places, spec, catalogue, "data", true);
    addSection(places, spec, catalogue, "data", false);
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
    if (setRecordField(TasksPath, spec.tasks, taskFields(), place.path, value)
        || setRecordField(KernelsPath, spec.network.kernels, kernelFields(), place.path, value))
        return spec;
    std::string rest;
    MethodChoice* choice = choiceAt(spec, place.path, rest);
    if (choice == nullptr)
        return spec;
    if (place.family) {
        if (choice->id != value.get<std::string>())
            *choice = {value.get<std::string>(), Json::object()};
    } else if (value == place.field.defaultValue) {
        choice->options.erase(place.field.path);
    } else {
        choice->options[place.field.path] = value;
    }
    return spec;
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
