// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/session/run_session.h"
#include "core/catalogue.h"
#include "core/model/recognize_data.h"
#include "core/model/spec_paths.h"
#include "core/model/validate.h"
#include "core/training/trainer.h"
#include "core/values/presets.h"
#include "core/values/spec_fields.h"
#include "core/values/table_text.h"
#include "core/values/text.h"

#include <algorithm>
#include <fstream>

namespace concertina {

namespace {

constexpr std::streamsize largestSpec = 16 << 20;

/// The experiments that are compiled in, and the groups of them.
std::vector<std::string> presetNames() {
    std::vector<std::string> names;
    for (const EmbeddedText& preset : presets())
        names.emplace_back(preset.name);
    for (const PresetGroup& group : presetGroups())
        names.push_back(group.name);
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
    if (const EmbeddedText* preset = presetNamed(nameOrFile))
        return std::string(preset->text);
    if (const PresetGroup* group = presetGroup(nameOrFile))
        return failure({"spec.group", nameOrFile, "a group of presets", "one of its presets",
                        join(group->presets, ", ")});
    const auto names = presetNames();
    return failure({"spec.file", nameOrFile, "neither a file that can be read nor a preset",
                    "a file or a preset", suggestion(nameOrFile, names)});
}

/// A place that `--set` takes a value for.
struct SetPlace {
    std::string path;
    std::string label;
    std::string help;
    std::string accepts;
    Json defaultValue;
};

SetPlace placeOf(const std::string& path, const FieldInfo& field) {
    return {path, field.label, field.help, acceptedText(field), field.defaultValue};
}

SetPlace placeOf(const std::string& path, const std::string& label, const std::string& help,
                 Family family, const std::string& defaultValue) {
    return {path + "id", label, help, "one of: " + join(catalogue().ids(family), ", "),
            defaultValue};
}

template <class Record>
std::string ids(const std::vector<Record>& records) {
    std::vector<std::string> all;
    for (const Record& record : records)
        all.push_back(record.method.id);
    return join(all, ",");
}

/// Every field of a spec in order; N stands for a number in a list.
std::vector<SetPlace> setPlaces() {
    std::vector<SetPlace> places;
    for (const auto& field : specFields())
        places.push_back(placeOf(field.path, field));
    for (const auto& method : specMethods())
        places.push_back(placeOf(method.path + ".", method.label, method.help, method.family,
                                 method.get(ExperimentSpec{}).id));
    const std::string other = std::string(OthersPath) + ".N.";
    places.push_back({std::string(OthersPath), "Other sets",
                      "All sets beside the first, for tasks that name them (tasks.N.data).",
                      "ids of datasets with commas between them (nyuv2,coco), or a list as JSON",
                      ""});
    places.push_back(placeOf(other, dataSetMethod().label, dataSetMethod().help,
                             dataSetMethod().family, DataSetSpec{}.dataset.id));
    for (const auto& field : dataSetFields())
        places.push_back(placeOf(other + field.path, field));
    places.push_back({std::string(TasksPath), "Tasks", "All that is predicted, in place of the tasks of the spec.",
                      "ids with commas between them (segmentation,depth), or a list as JSON",
                      ids(ExperimentSpec{}.tasks)});
    const std::string task = std::string(TasksPath) + ".N.";
    places.push_back(placeOf(task, taskMethod().label, taskMethod().help, taskMethod().family,
                             TaskSpec{}.method.id));
    for (const auto& field : taskFields())
        places.push_back(placeOf(task + field.path, field));
    places.push_back({std::string(KernelsPath), "Kernels", "How all layers' kernels are made, in place of the list of the spec.",
                      "an id (factored), or a list as JSON", ids(ExperimentSpec{}.network.kernels)});
    const std::string kernel = std::string(KernelsPath) + ".N.";
    places.push_back(placeOf(kernel, kernelMethod().label, kernelMethod().help,
                             kernelMethod().family, KernelSpec{}.method.id));
    for (const auto& field : kernelFields())
        places.push_back(placeOf(kernel + field.path, field));
    return places;
}

/// How an option of a method of a family is set: its path, or the words of a command.
std::string placeOfOption(Family family, const std::string& option) {
    if (family == Family::Export)
        return "--option " + option;
    const std::string behind = "options." + option;
    if (family == Family::Task)
        return std::string(TasksPath) + ".N." + behind;
    if (family == Family::Parametrization)
        return std::string(KernelsPath) + ".N." + behind;
    return std::ranges::find(specMethods(), family, &MethodPlace<ExperimentSpec>::family)->path
           + "." + behind;
}

std::string listedName(Family family) {
    return std::string(familyName(family)) + "s";
}

std::string textOf(const SetPlace& place) {
    const std::string defaultValue = valueText(place.defaultValue);
    return "  " + place.path + "\n      " + place.help + "\n      " + place.accepts + "; default "
           + (defaultValue.empty() ? "none" : defaultValue) + "\n";
}

Json jsonOf(const SetPlace& place) {
    return {{"path", place.path},
            {"label", place.label},
            {"help", place.help},
            {"default", place.defaultValue},
            {"accepts", place.accepts}};
}

/// What is to be given with --data: the sets whose data is a folder that the spec does not name.
std::string lackingText(const ExperimentSpec& spec) {
    std::string text;
    for (const DataSetSpec& set : spec.data.sets()) {
        const FieldInfo* folder = placeOption(catalogue(), set.dataset);
        if (folder != nullptr
            && set.dataset.options.value(folder->path, folder->defaultValue) == Json(""))
            text += " --data "
                    + (spec.data.others.empty() ? std::string("PATH") : set.called() + "=PATH");
    }
    return text.empty() ? text : "; its data is given with" + text;
}

ExitCode listPresets(Console& console) {
    for (const EmbeddedText& preset : presets()) {
        const std::string notes = readSpecText(preset.text).spec.notes;
        console.say(std::string(preset.name) + ": " + notes + "\n");
        console.emit({{"id", preset.name}, {"help", notes}});
    }
    for (const PresetGroup& group : presetGroups()) {
        console.say(group.name + ": " + group.notes + " (" + join(group.presets, ", ") + ")\n");
        console.emit({{"id", group.name}, {"help", group.notes}, {"presets", group.presets}});
    }
    return Done;
}

} // namespace

tl::expected<ExperimentSpec, Problems> loadSpec(const std::string& nameOrFile,
                                                const std::vector<std::string>& assignments,
                                                const std::vector<std::string>& data) {
    const auto text = specText(nameOrFile);
    if (!text)
        return tl::unexpected(Problems{text.error()});
    SpecReading reading = readSpecText(*text);
    for (Problem& problem : reading.problems)
        if (problem.path.empty())
            problem.path = nameOrFile;
    if (!reading.problems.empty())
        return tl::unexpected(std::move(reading.problems));
    // Folders in a file are relative to it, those of the command line to where it is given.
    std::error_code error;
    ExperimentSpec spec = std::move(reading.spec);
    if (std::filesystem::is_regular_file(nameOrFile, error))
        spec = withAbsoluteFolders(std::move(spec), catalogue(),
                                   std::filesystem::absolute(nameOrFile, error).parent_path());
    return finishedSpec(std::move(spec), assignments, data);
}

tl::expected<ExperimentSpec, Problems> finishedSpec(ExperimentSpec spec,
                                                    const std::vector<std::string>& assignments,
                                                    const std::vector<std::string>& data) {
    for (const std::string& assignment : assignments) {
        const auto equals = assignment.find('='); // there is one, as the command line checks
        auto changed =
            withValue(spec, assignment.substr(0, equals), assignment.substr(equals + 1));
        if (!changed)
            return tl::unexpected(Problems{changed.error()});
        spec = std::move(*changed);
    }
    for (const std::string& place : data) {
        auto changed = withDataAt(catalogue(), spec, place);
        if (!changed)
            return tl::unexpected(Problems{changed.error()});
        spec = std::move(*changed);
    }
    if (Problems problems = validate(spec, catalogue()); !problems.empty())
        return tl::unexpected(std::move(problems));
    return withAbsoluteFolders(withCompleteOptions(std::move(spec), catalogue()), catalogue());
}

tl::expected<std::vector<ExperimentSpec>, Problems> loadSpecs(const std::string& word,
                                                              const CommonArguments& common,
                                                              const TrainArguments& arguments) {
    const PresetGroup* group = presetGroup(word);
    std::vector<ExperimentSpec> specs;
    for (const std::string& member : group != nullptr ? group->presets : std::vector{word}) {
        auto spec = loadSpec(member, arguments.assignments, common.data);
        if (!spec)
            return tl::unexpected(std::move(spec.error()));
        specs.push_back(std::move(*spec));
    }
    return specs;
}

ExitCode specCheckCommand(const CommonArguments& common, const TrainArguments& arguments,
                          Console& console) {
    ExitCode code = Done;
    for (const std::string& word : arguments.specs) {
        const auto specs = loadSpecs(word, common, arguments);
        if (!specs) {
            code = console.fail(specs.error());
            continue;
        }
        for (const ExperimentSpec& spec : *specs) {
            for (const Problem& doubt : doubts(spec, catalogue()))
                console.note(toText(doubt));
            // A folder that is named is opened, as a training would.
            const auto problem = common.data.empty() ? std::nullopt : checkStart(spec);
            if (problem) {
                code = console.fail(*problem);
                continue;
            }
            console.say(word + ": a valid experiment, \"" + oneLine(spec.name) + "\""
                        + lackingText(spec) + "\n");
            console.emit({{"event", "valid"}, {"name", spec.name}});
        }
    }
    return code;
}

ExitCode specShowCommand(const std::string& preset, const std::vector<std::string>& assignments,
                         Console& console) {
    const auto spec = loadSpec(preset, assignments, {});
    if (!spec)
        return console.fail(spec.error());
    console.say(jsonText(toJson(*spec), 2) + "\n");
    console.emit(toJson(*spec));
    return Done;
}

const PresetGroup* presetGroup(const std::string& nameOrFile) {
    std::error_code error;
    if (std::filesystem::is_regular_file(nameOrFile, error))
        return nullptr;
    const auto found = std::ranges::find(presetGroups(), nameOrFile, &PresetGroup::name);
    return found == presetGroups().end() ? nullptr : &*found;
}

std::string fieldsText() {
    std::string text;
    for (const SetPlace& place : setPlaces())
        text += textOf(place);
    return text
           + "\nA method has options of its own, which \"concertina-cli list\" prints: "
             "list backbones, list parametrizations, …\n";
}

ExitCode specFieldsCommand(Console& console) {
    console.say(fieldsText());
    for (const SetPlace& place : setPlaces())
        console.emit(jsonOf(place));
    return Done;
}

std::vector<std::string> listedFamilies() {
    std::vector<std::string> names{"presets"};
    for (const Family family : AllFamilies)
        names.push_back(listedName(family));
    return names;
}

ExitCode listCommand(const std::string& family, Console& console) {
    if (family == "presets")
        return listPresets(console);
    for (const Family candidate : AllFamilies) {
        if (family != listedName(candidate))
            continue;
        for (const MethodInfo* method : catalogue().methods(candidate)) {
            Json json = {{"id", method->id},
                         {"label", method->label},
                         {"help", method->help},
                         {"source", method->source},
                         {"options", Json::array()}};
            if (!method->cost.empty())
                json["cost"] = method->cost;
            std::string text = method->id + ": " + method->label + "\n    " + method->help
                               + (method->cost.empty() ? "" : "\n    Cost: " + method->cost)
                               + "\n    Source: " + method->source + "\n";
            for (const FieldInfo& option : method->options) {
                const SetPlace place = placeOf(placeOfOption(candidate, option.path), option);
                text += textOf(place);
                json["options"].push_back(jsonOf(place));
            }
            console.say(text);
            console.emit(json);
        }
    }
    return Done;
}

} // namespace concertina
