// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/presets.h"

#include "core/values/json.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>

namespace concertina {

namespace {

constexpr std::string_view baselinesFile = "baselines";

bool names(const Json& list, std::string_view name) {
    return std::ranges::any_of(
        list, [&](const Json& item) { return item.get_ref<const std::string&>() == name; });
}

/// Whether a baseline of this name says of which presets it is, and not of this one.
bool isOfOthers(const Json& baselines, const Json& name, std::string_view base) {
    return std::ranges::any_of(baselines["baselines"], [&](const Json& baseline) {
        return baseline["name"] == name && baseline.contains("of") && !names(baseline["of"], base);
    });
}

/// All presets, with the texts of those that are made here.
struct PresetTable {
    std::deque<std::string> made; // views stay valid
    std::vector<EmbeddedText> all;
    std::vector<PresetGroup> groups;
    std::map<std::string, std::string_view, std::less<>> formerNames; ///< to the names of now

    PresetTable() {
        const auto files = presetFiles();
        const auto file = std::ranges::find(files, baselinesFile, &EmbeddedText::name);
        const Json baselines = parseJson(file->text);
        for (const EmbeddedText& base : files) {
            if (base.name == baselinesFile)
                continue;
            all.push_back(base);
            for (const Json& baseline : baselines["baselines"])
                if (names(baseline.contains("of") ? baseline["of"] : baselines["of"], base.name))
                    add(base, baseline);
        }
        for (const Json& base : baselines["of"])
            for (const Json& group : baselines["groups"])
                addGroup(baselines, base.get<std::string>(), group);
    }

    void add(const EmbeddedText& base, const Json& baseline) {
        Json spec = parseJson(base.text);
        spec.merge_patch(baseline["changes"]);
        const std::string baseName(base.name);
        if (baseline.contains("also") && baseline["also"].contains(baseName))
            spec.merge_patch(baseline["also"][baseName]);
        made.push_back(baseName + "-" + baseline["name"].get<std::string>());
        const std::string_view name = made.back();
        spec["name"] = name;
        spec["notes"] = baseline["notes"];
        made.push_back(jsonText(spec, 2));
        all.push_back({name, made.back()});
        if (baseline.contains("formerly"))
            formerNames[baseName + "-" + baseline["formerly"].get<std::string>()] = name;
    }

    void addGroup(const Json& baselines, const std::string& base, const Json& group) {
        PresetGroup added{base + "-" + group["name"].get<std::string>(), group["notes"], {}};
        for (const Json& baseline : group["baselines"])
            if (!isOfOthers(baselines, baseline, base))
                added.presets.push_back(base + "-" + baseline.get<std::string>());
        groups.push_back(std::move(added));
    }
};

const PresetTable& presetTable() {
    static const PresetTable table;
    return table;
}

} // namespace

std::span<const EmbeddedText> presets() {
    return presetTable().all;
}

const EmbeddedText* presetNamed(std::string_view name) {
    const PresetTable& table = presetTable();
    if (const auto former = table.formerNames.find(name); former != table.formerNames.end())
        name = former->second;
    const auto found = std::ranges::find(table.all, name, &EmbeddedText::name);
    return found == table.all.end() ? nullptr : &*found;
}

std::span<const PresetGroup> presetGroups() {
    return presetTable().groups;
}

} // namespace concertina
