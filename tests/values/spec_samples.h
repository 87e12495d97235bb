// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec_fields.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

// Values and specs made from the table of fields, so that no field is left out of a test.

/// A value that the field takes and that is not its default.
inline Json otherValue(const FieldInfo& field) {
    const auto number = [&] {
        // Inside of whatever bounds there are, and away from the default.
        const double low = std::isfinite(field.minimum) ? field.minimum : -10.0;
        const double high = std::isfinite(field.maximum) ? std::min(field.maximum, 40.0) : 40.0;
        const double middle = std::floor((low + high) / 2);
        return field.defaultValue.is_number() && middle == field.defaultValue.get<double>()
                   ? middle + 1
                   : middle;
    };
    switch (field.type) {
    case FieldType::Boolean: return !field.defaultValue.get<bool>();
    case FieldType::Integer: return static_cast<std::int64_t>(number());
    case FieldType::Real: return number() + 0.25;
    case FieldType::Text:
    case FieldType::Folder:
    case FieldType::File: return "Größe \"x\"\n" + field.path;
    case FieldType::Choice:
        for (const std::string& choice : field.choices)
            if (field.defaultValue != choice)
                return choice;
        return nullptr;
    case FieldType::Integers: return Json::array({number(), number()});
    case FieldType::Reals: return Json::array({number() + 0.25, number()});
    case FieldType::Texts: return Json::array({"first", "second, with comma"});
    case FieldType::Methods: return Json::array({{{"id", "one"}, {"options", {{"k", 2}}}}});
    }
    return nullptr;
}

/// A spec in which nothing has its default: every field, method, list and option.
inline ExperimentSpec otherSpec() {
    ExperimentSpec spec;
    for (const auto& field : specFields())
        field.set(spec, otherValue(field));
    int number = 0;
    for (const auto& place : specMethods())
        place.edit(spec) = {"method" + std::to_string(++number),
                            {{"flag", true}, {"list", {1, 2}}, {"text", "a"}, {"number", 0.1}}};
    for (const std::string id : {"first", "second"}) {
        DataSetSpec& set = spec.data.others.emplace_back();
        for (const auto& field : dataSetFields())
            field.set(set, otherValue(field));
        set.dataset = {id, {{"option", id}}};
    }
    spec.tasks.clear();
    for (const std::string id : {"one", "two"}) {
        TaskSpec& task = spec.tasks.emplace_back();
        for (const auto& field : taskFields())
            field.set(task, otherValue(field));
        task.method = {id, {{"option", id}}};
    }
    spec.network.kernels.clear();
    for (const std::string id : {"plain", "factored", "chain"}) {
        KernelSpec& kernel = spec.network.kernels.emplace_back();
        for (const auto& field : kernelFields())
            field.set(kernel, otherValue(field));
        kernel.method = {id, {{"rank", 0.5}}};
    }
    return spec;
}

/// A place of `json` by a dotted path, list indices included.
inline Json& placeIn(Json& json, const std::string& path) {
    std::string pointer = "/" + path;
    for (char& letter : pointer)
        if (letter == '.')
            letter = '/';
    return json[Json::json_pointer(pointer)];
}

/// Every field of `otherSpec()` by its full path, records of lists included.
inline std::vector<std::pair<std::string, const FieldInfo*>> allFields() {
    std::vector<std::pair<std::string, const FieldInfo*>> all;
    for (const auto& field : specFields())
        all.emplace_back(field.path, &field);
    for (const auto& field : dataSetFields())
        all.emplace_back("data.others.1." + field.path, &field);
    for (const auto& field : taskFields())
        all.emplace_back("tasks.1." + field.path, &field);
    for (const auto& field : kernelFields())
        all.emplace_back("network.kernels.2." + field.path, &field);
    return all;
}

} // namespace concertina
