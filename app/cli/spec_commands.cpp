// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/session/run_session.h"
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/values/presets.h"
#include "core/values/spec_fields.h"
#include "core/values/text.h"

#include <algorithm>
#include <fstream>

namespace concertina {

namespace {

constexpr std::streamsize largestSpec = 16 << 20;

std::vector<std::string> presetNames() {
    std::vector<std::string> names;
    for (const EmbeddedText& preset : presets())
        names.emplace_back(preset.name);
    return names;
}

/// The text of a spec's file or preset.
Expected<std::string> specText(const std::string& nameOrFile) {
    std::error_code error;
    if (std::filesystem::is_regular_file(nameOrFile, error)) {
        std::ifstream stream(nameOrFile, std::ios::binary);
        if (std::filesystem::file_size(nameOrFile, error) > largestSpec)
            return failure({"spec.file", nameOrFile, "more than 16 MiB", "an experiment as JSON", ""});
        std::string text{std::istreambuf_iterator<char>(stream), {}};
        if (stream)
            return text;
    }
    const auto preset = std::ranges::find(presets(), nameOrFile, &EmbeddedText::name);
    if (preset != presets().end())
        return std::string(preset->text);
    const auto names = presetNames();
    return failure({"spec.file", nameOrFile, "neither a file that can be read nor a preset",
                    "a file or a preset", suggestion(nameOrFile, names)});
}

std::string rangeText(const FieldInfo& field) {
    return acceptedText(field) + "; default "
           + (valueText(field.standard).empty() ? "none" : valueText(field.standard));
}

void addField(std::string& text, const std::string& path, const FieldInfo& field) {
    text += "  " + path + "\n      " + field.help + "\n      " + rangeText(field) + "\n";
}

Json fieldJson(const std::string& path, const FieldInfo& field) {
    Json json = {{"path", path}, {"label", field.label}, {"help", field.help},
                 {"default", field.standard}, {"accepts", acceptedText(field)}};
    return json;
}

} // namespace

tl::expected<ExperimentSpec, Problems> loadSpec(const std::string& nameOrFile,
                                                const std::vector<std::string>& assignments,
                                                const std::optional<std::string>& data) {
    const auto text = specText(nameOrFile);
    if (!text)
        return tl::unexpected(Problems{text.error()});
    SpecReading reading = readSpecText(*text);
    if (!reading.problems.empty())
        return tl::unexpected(std::move(reading.problems));
    ExperimentSpec spec = std::move(reading.spec);
    for (const std::string& assignment : assignments) {
        const auto equals = assignment.find('=');
        if (equals == std::string::npos)
            return tl::unexpected(Problems{{"cli.set", "--set", "\"" + assignment + "\"",
                                            "path=value", "for example train.lr=0.001"}});
        auto changed =
            withValue(spec, assignment.substr(0, equals), assignment.substr(equals + 1));
        if (!changed)
            return tl::unexpected(Problems{changed.error()});
        spec = std::move(*changed);
    }
    if (data) {
        auto changed = withDataFolder(spec, *data);
        if (!changed)
            return tl::unexpected(Problems{changed.error()});
        spec = std::move(*changed);
    }
    if (Problems problems = validate(spec, catalogue()); !problems.empty())
        return tl::unexpected(std::move(problems));
    return withCompleteOptions(std::move(spec), catalogue());
}

ExitCode specCheckCommand(const std::string& file, Console& console) {
    const auto spec = loadSpec(file, {}, std::nullopt);
    if (!spec)
        return console.fail(spec.error());
    console.say(file + ": a valid experiment, \"" + spec->name + "\"\n");
    console.emit({{"event", "valid"}, {"name", spec->name}});
    return Done;
}

ExitCode specShowCommand(const std::string& preset, const std::vector<std::string>& assignments,
                         Console& console) {
    const auto spec = loadSpec(preset, assignments, std::nullopt);
    if (!spec)
        return console.fail(spec.error());
    console.say(jsonText(toJson(*spec), 2) + "\n");
    console.emit(toJson(*spec));
    return Done;
}

std::string fieldsText() {
    std::string text;
    for (const auto& field : specFields())
        addField(text, field.path, field);
    for (const auto& place : specMethods()) {
        const auto ids = catalogue().ids(place.family);
        text += "  " + place.path + ".id\n      " + place.help + "\n      one of: " + join(ids, ", ")
                + "; default " + place.get(ExperimentSpec{}).id + "\n";
    }
    for (const auto& field : taskFields())
        addField(text, std::string(TasksPath) + ".N." + field.path, field);
    for (const auto& field : kernelFields())
        addField(text, std::string(KernelsPath) + ".N." + field.path, field);
    return text;
}

ExitCode specFieldsCommand(Console& console) {
    console.say(fieldsText());
    for (const auto& field : specFields())
        console.emit(fieldJson(field.path, field));
    return Done;
}

ExitCode listCommand(const std::string& family, Console& console) {
    for (const Family candidate :
         {Family::Dataset, Family::Task, Family::Backbone, Family::Parametrization,
          Family::Optimizer, Family::Schedule, Family::Balancing}) {
        if (family != std::string(familyName(candidate)) + "s")
            continue;
        for (const MethodInfo* method : catalogue().methods(candidate)) {
            Json json = {{"id", method->id},
                         {"label", method->label},
                         {"help", method->help},
                         {"source", method->source},
                         {"options", Json::array()}};
            std::string text = method->id + ": " + method->label + "\n    " + method->help
                               + "\n    Source: " + method->source + "\n";
            for (const FieldInfo& option : method->options) {
                addField(text, "options." + option.path, option);
                json["options"].push_back(fieldJson(option.path, option));
            }
            console.say(text);
            console.emit(json);
        }
    }
    return Done;
}

} // namespace concertina
