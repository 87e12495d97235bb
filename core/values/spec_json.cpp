// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/json_document.h"
#include "core/values/old_keys.h"
#include "core/values/spec.h"
#include "core/values/spec_fields.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// The value at a dotted path; null where there is none.
const Json* at(const Json& root, std::string_view path) {
    const Json* value = &root;
    for (const std::string& name : split(path, '.')) {
        if (!value->is_object() || !value->contains(name))
            return nullptr;
        value = &(*value)[name];
    }
    return value;
}

Json& place(Json& root, std::string_view path) {
    Json* value = &root;
    for (const std::string& name : split(path, '.'))
        value = &(*value)[name];
    return *value;
}

/// Reports keys that no path begins with. `paths` are complete: nothing is looked at behind one.
void findUnknownKeys(const Json& object, const std::vector<std::string>& paths,
                     const std::string& prefix, Problems& problems) {
    std::vector<std::string> names;
    for (const std::string& path : paths)
        if (path.starts_with(prefix))
            names.push_back(path.substr(prefix.size(), path.find('.', prefix.size()) - prefix.size()));
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    for (const auto& item : object.items()) {
        const std::string path = prefix + item.key();
        if (std::ranges::find(names, item.key()) == names.end())
            problems.push_back({"spec.unknown_key", path, "an unknown key", "a key of this section",
                                suggestion(item.key(), names)});
        else if (std::ranges::find(paths, path) != paths.end())
            continue;
        else if (item.value().is_object())
            findUnknownKeys(item.value(), paths, path + ".", problems);
        else
            problems.push_back({"field.type", path, shortened(jsonText(item.value()), 80),
                                "a section, { … }", ""});
    }
}

template <class Record>
void readFields(const Json& json, const std::vector<Field<Record>>& fields,
                const std::string& prefix, Record& record, Problems& problems) {
    for (const Field<Record>& field : fields) {
        const Json* value = at(json, field.path);
        if (value == nullptr)
            continue;
        if (auto problem = check(field, *value, prefix + field.path))
            problems.push_back(std::move(*problem));
        else
            field.set(record, *value);
    }
}

/// Reads "id" and "options" of an object into `method`.
void readMethod(const Json& object, const std::string& prefix, MethodChoice& method,
                Problems& problems) {
    if (const Json* id = at(object, "id")) {
        if (id->is_string()) {
            if (method.id != id->get<std::string>())
                method = {id->get<std::string>(), Json::object()};
        } else {
            problems.push_back({"field.type", prefix + "id", shortened(jsonText(*id), 80),
                                "the id of a method", ""});
        }
    }
    if (const Json* options = at(object, "options")) {
        if (options->is_object())
            method.options = *options;
        else
            problems.push_back({"field.type", prefix + "options", shortened(jsonText(*options), 80),
                                "an object of options", ""});
    }
}

/// A method that stands alone: `{id, options}`, or its id as a text.
void readMethodPlace(const Json& json, const MethodPlace<ExperimentSpec>& where,
                     ExperimentSpec& spec, Problems& problems) {
    const Json* value = at(json, where.path);
    if (value == nullptr)
        return;
    if (value->is_object()) {
        readMethod(*value, where.path + ".", where.edit(spec), problems);
        const std::string prefix = where.path + ".";
        findUnknownKeys(*value, {prefix + "id", prefix + "options"}, prefix, problems);
    } else if (value->is_string()) {
        where.edit(spec) = {value->get<std::string>(), Json::object()};
    } else {
        problems.push_back({"field.type", where.path, shortened(jsonText(*value), 80),
                            "an id, or an object with id and options", ""});
    }
}

template <class Record>
void readList(const Json& json, std::string_view path, const std::vector<Field<Record>>& fields,
              const MethodPlace<Record>& method, std::vector<Record>& list, Problems& problems) {
    const Json* value = at(json, path);
    if (value == nullptr)
        return;
    if (!value->is_array()) {
        problems.push_back({"field.type", std::string(path), shortened(jsonText(*value), 80),
                            "a list of objects", ""});
        return;
    }
    list.clear();
    for (const Json& item : *value) {
        const std::string prefix = std::string(path) + "." + std::to_string(list.size()) + ".";
        Record& record = list.emplace_back();
        if (!item.is_object()) {
            problems.push_back({"field.type", prefix.substr(0, prefix.size() - 1),
                                shortened(jsonText(item), 80), "an object", ""});
            continue;
        }
        readFields(item, fields, prefix, record, problems);
        readMethod(item, prefix, method.edit(record), problems);
        std::vector<std::string> paths{prefix + "id", prefix + "options"};
        for (const auto& field : fields)
            paths.push_back(prefix + field.path);
        findUnknownKeys(item, paths, prefix, problems);
    }
}

/// Whether the header names this format in a version that can be read.
std::optional<Problem> checkHeader(const Json& json) {
    if (!json.is_object())
        return Problem{"spec.json", "", shortened(jsonText(json), 60), "an experiment, { … }", ""};
    const Json* format = at(json, "format");
    if (format == nullptr || *format != Json(SpecFormat))
        return Problem{"spec.format", "format",
                       format == nullptr ? "nothing" : shortened(jsonText(*format), 60),
                       "\"" + std::string(SpecFormat) + "\"", "is this another kind of file?"};
    const Json* version = at(json, "version");
    if (version == nullptr || !version->is_number_integer() || version->get<double>() < 1)
        return Problem{"spec.version", "version",
                       version == nullptr ? "nothing" : shortened(jsonText(*version), 60),
                       "a whole number from 1", ""};
    if (version->get<double>() > SpecVersion)
        return Problem{"spec.version", "version", jsonText(*version),
                       "at most " + std::to_string(SpecVersion),
                       "the file comes from a newer Concertina; update this one to read it"};
    return std::nullopt;
}

bool isLeftOut(const FieldInfo& field, const Json& value) {
    return field.seldom && value == field.defaultValue;
}

template <class Record>
Json listJson(const std::vector<Record>& list, const std::vector<Field<Record>>& fields,
              const MethodPlace<Record>& method) {
    Json array = Json::array();
    for (const Record& record : list) {
        Json& item = array.emplace_back(Json::object());
        for (const Field<Record>& field : fields)
            if (const Json value = field.get(record); !isLeftOut(field, value))
                item[field.path] = value;
        item["id"] = method.get(record).id;
        item["options"] = method.get(record).options;
    }
    return array;
}

} // namespace

Json toJson(const MethodChoice& method) {
    return {{"id", method.id}, {"options", method.options}};
}

MethodChoice methodFromJson(const Json& json) {
    MethodChoice method;
    Problems unread;
    if (json.is_object())
        readMethod(json, "", method, unread);
    return method;
}

SpecReading readSpec(const Json& asWritten) {
    SpecReading reading;
    if (auto problem = checkHeader(asWritten)) {
        reading.problems.push_back(std::move(*problem));
        return reading;
    }
    const Json json = withCurrentKeys(asWritten);
    std::vector<std::string> paths{"format", "version"};
    visitLists(reading.spec,
               [&](std::string_view path, const auto&...) { paths.emplace_back(path); });
    for (const auto& field : specFields())
        paths.push_back(field.path);
    for (const auto& where : specMethods())
        paths.push_back(where.path);
    findUnknownKeys(json, paths, "", reading.problems);
    readFields(json, specFields(), "", reading.spec, reading.problems);
    for (const auto& where : specMethods())
        readMethodPlace(json, where, reading.spec, reading.problems);
    visitLists(reading.spec,
               [&](std::string_view path, auto& list, const auto& fields, const auto& method) {
                   readList(json, path, fields, method, list, reading.problems);
               });
    return reading;
}

SpecReading readSpecText(std::string_view text) {
    const auto json = readJsonDocument(text, "an experiment");
    if (json)
        return readSpec(*json);
    const Problem& problem = json.error();
    return {{}, {{"spec.json", "", problem.found, problem.expected, problem.hint}}};
}

Json toJson(const ExperimentSpec& spec) {
    Json json = Json::object();
    json["format"] = SpecFormat;
    json["version"] = SpecVersion;
    const auto writeFields = [&](std::string_view section) {
        for (const auto& field : specFields()) {
            const auto dot = field.path.find('.');
            const bool inside = section.empty() ? dot == std::string::npos
                                                : field.path.substr(0, dot) == section;
            if (const Json value = field.get(spec); inside && !isLeftOut(field, value))
                place(json, field.path) = value;
        }
    };
    const auto writeMethods = [&](std::string_view section) {
        for (const auto& where : specMethods())
            if (where.path.starts_with(section))
                place(json, where.path) = toJson(where.get(spec));
    };
    writeFields("");
    writeMethods("data.");
    writeFields("data");
    if (!spec.data.others.empty())
        place(json, OthersPath) = listJson(spec.data.others, dataSetFields(), dataSetMethod());
    json[std::string(TasksPath)] = listJson(spec.tasks, taskFields(), taskMethod());
    writeMethods("network.");
    place(json, KernelsPath) = listJson(spec.network.kernels, kernelFields(), kernelMethod());
    writeFields("network");
    writeMethods("train.");
    writeFields("train");
    return json;
}

} // namespace concertina
