// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/presets.h"

#include "core/values/json.h"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

namespace concertina {

namespace {

constexpr std::string_view baselinesFile = "baselines";

bool names(const Json& list, std::string_view name) {
    return std::ranges::any_of(
        list, [&](const Json& item) { return item.get_ref<const std::string&>() == name; });
}

/// All presets, with the texts of those that are made here.
struct PresetTable {
    std::deque<std::string> made; // views stay valid
    std::vector<EmbeddedText> all;

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
    }
};

} // namespace

std::span<const EmbeddedText> presets() {
    static const PresetTable table;
    return table.all;
}

} // namespace concertina
