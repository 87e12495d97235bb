// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_file.h"

#include "core/model/plan_rules.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

constexpr const char* Format = "concertina-plan";
constexpr int Version = 1;

Expected<std::vector<std::string>> rulesIn(const Json& json, const std::string& name) {
    std::vector<std::string> rules;
    const Json list = json.value("rules", Json::array());
    if (!list.is_array() || !std::ranges::all_of(list, &Json::is_string))
        return failure({"plan_file.format", name, "rules that are no list of texts",
                        "\"rules\": [\"*: tied\", …]", ""});
    for (const Json& rule : list)
        rules.push_back(rule.get<std::string>());
    return rules;
}

} // namespace

std::string planFileText(const SharingPlan& plan, std::span<const LayerFactors> layers) {
    return Json{{"format", Format},
                {"version", Version},
                {"rules", rulesOf(plan, layers)},
                {"plan", toJson(plan)}}
               .dump(2)
           + "\n";
}

Expected<SharingPlan> planOfFile(std::string_view text, const std::string& name,
                                 std::span<const LayerFactors> layers,
                                 std::span<const std::string> tasks) {
    const auto json = readJson(text);
    if (!json)
        return failure({"plan_file.json", name, json.error().found, "JSON", json.error().hint});
    if (!json->is_object() || json->value("format", Json()) != Json(Format))
        return failure({"plan_file.format", name, "something else", "a plan of sharing",
                        std::string("it begins with \"format\": \"") + Format + "\""});
    const Json version = json->value("version", Json());
    if (!version.is_number_integer() || version.get<std::int64_t>() != Version)
        return failure({"plan_file.version", name, "version " + shortened(version.dump(), 20),
                        "version " + std::to_string(Version), "a later program has written it"});
    auto plan = planFromJson(json->value("plan", Json()));
    if (!plan) {
        plan.error().path = name + ": " + plan.error().path;
        return plan;
    }
    return planForNetwork(
        std::move(*plan), [&] { return rulesIn(*json, name); }, name, layers, tasks);
}

Expected<SharingPlan>
planForNetwork(SharingPlan plan, const std::function<Expected<std::vector<std::string>>()>& rules,
               const std::string& name, std::span<const LayerFactors> layers,
               std::span<const std::string> tasks) {
    if (!std::ranges::equal(plan.tasks, tasks))
        return failure({"plan_file.tasks", name, "a plan of " + join(plan.tasks, ", "),
                        join(tasks, ", "), ""});
    if (!checkPlan(plan, layers, tasks)) {
        plan.resting = 0; // no plan's business, but the experiment's
        return plan;
    }
    const auto said = rules();
    if (!said)
        return failure(said.error());
    auto resolved = resolvePlan(*said, layers, tasks, name + ": rules");
    if (!resolved.problems.empty())
        return failure(std::move(resolved.problems.front()));
    return std::move(resolved.plan);
}

} // namespace concertina
