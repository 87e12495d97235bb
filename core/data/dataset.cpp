// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include "core/data/data_news.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

const SplitInfo* DatasetDescription::split(std::string_view splitName) const {
    const auto found = std::ranges::find(splits, splitName, &SplitInfo::name);
    return found == splits.end() ? nullptr : &*found;
}

const TargetInfo* DatasetDescription::target(std::string_view targetName) const {
    const auto found = std::ranges::find(targets, targetName, &TargetInfo::name);
    return found == targets.end() ? nullptr : &*found;
}

Json toJson(const TargetInfo& target) {
    Json json = {{"name", target.name}, {"kind", target.kind->id()}};
    if (target.kind->hasNames()) {
        json["classes"] = Json::array();
        for (const ClassInfo& info : target.classes) {
            Json& item =
                json["classes"].emplace_back(Json{{"name", info.name}, {"color", info.color}});
            if (!info.joined.empty())
                item["joined"] = info.joined;
        }
    }
    return json;
}

Expected<TargetInfo> targetFromJson(const Json& json) {
    const Problem broken{"target.json", "", shortened(jsonText(json), 80), "a target", ""};
    const auto text = [](const Json& object, const char* key) {
        return object.is_object() && object.contains(key) && object[key].is_string()
                   ? object[key].get<std::string>()
                   : std::string();
    };
    TargetInfo target{.name = text(json, "name")};
    const TargetKind* kind = targetKind(text(json, "kind"));
    if (target.name.empty() || kind == nullptr)
        return failure(broken);
    target.kind = kind;
    const Json classes = json.value("classes", Json::array());
    for (const Json& item : classes) {
        ClassInfo info{.name = text(item, "name")};
        const Json color = item.is_object() ? item.value("color", Json()) : Json();
        if (!color.is_array() || color.size() != info.color.size())
            return failure(broken);
        for (std::size_t c = 0; c < info.color.size(); ++c) {
            if (!color[c].is_number_unsigned() || color[c] > 255)
                return failure(broken);
            info.color[c] = color[c].get<std::uint8_t>();
        }
        for (const Json& point : item.value("joined", Json::array())) {
            if (!point.is_number_unsigned() || point >= classes.size())
                return failure(broken);
            info.joined.push_back(point.get<int>());
        }
        target.classes.push_back(std::move(info));
    }
    return target;
}

std::string unusedText(const std::vector<std::string>& unused) {
    if (unused.empty())
        return {};
    return std::to_string(unused.size())
           + (unused.size() == 1 ? " file belongs" : " files belong") + " to no sample: "
           + someOf(unused, unused.size());
}

std::string toText(const DatasetDescription& description) {
    std::vector<std::string> parts;
    std::vector<std::string> names;
    for (const TargetInfo& target : description.targets)
        names.push_back(target.name);
    bool complete = !names.empty();
    for (const SplitInfo& split : description.splits) {
        std::vector<std::string> lacking;
        for (std::size_t t = 0; t < split.targetCounts.size(); ++t)
            if (split.targetCounts[t] < split.size)
                lacking.push_back(description.targets[t].name + " "
                                  + std::to_string(split.targetCounts[t]));
        complete = complete && lacking.empty();
        const bool some = !lacking.empty() && lacking.size() < description.targets.size();
        parts.push_back(split.name + " " + std::to_string(split.size)
                        + (split.size == 1 ? " sample" : " samples")
                        + (lacking.empty() ? ""
                                           : " (" + join(lacking, ", ")
                                                 + (some ? ", others all)" : ")")));
    }
    return join(parts, ", ") + (complete ? ", all with " + join(names, ", ") : "");
}

Json toJson(const DatasetDescription& description) {
    Json splits = Json::object();
    Json counts = Json::object();
    for (const SplitInfo& split : description.splits) {
        splits[split.name] = split.size;
        for (std::size_t t = 0; t < description.targets.size(); ++t)
            counts[split.name][description.targets[t].name] =
                split.targetCounts.empty() ? split.size : split.targetCounts[t];
    }
    Json targets = Json::array();
    for (const TargetInfo& target : description.targets)
        targets.push_back(toJson(target));
    return {{"name", description.name},
            {"fingerprint", description.fingerprint},
            {"splits", std::move(splits)},
            {"target_counts", std::move(counts)},
            {"unused_files", description.unused.size()},
            {"text", toText(description)},
            {"targets", std::move(targets)}};
}

} // namespace concertina
