// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/run_group.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace concertina {

namespace {

constexpr std::string_view timeForm = "0000-00-00 00:00:00";

/// Whether a run stands in a line whose runs are `line`.
bool standsIn(std::span<const GroupedRun> runs, const Places& line, const GroupedRun& run) {
    const GroupedRun& first = runs[line.front()];
    if (!run.group || first.group != run.group)
        return false;
    if (first.name == run.name)
        return true;
    // One more network for a single task, or another seed of one.
    return !run.onlyTask.empty() && !first.onlyTask.empty()
           && std::ranges::all_of(line, [&](std::size_t place) {
                  return runs[place].name == run.name || runs[place].onlyTask != run.onlyTask;
              });
}

} // namespace

std::string groupNameAt(const std::string& name, std::time_t begun) {
    std::tm local{};
    localtime_r(&begun, &local);
    char text[timeForm.size() + 1];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
    return name + " " + text;
}

std::string nameOfGroup(const std::string& group) {
    if (group.size() <= timeForm.size())
        return group;
    const std::size_t space = group.size() - timeForm.size() - 1;
    std::string form = group.substr(space + 1);
    std::ranges::replace_if(
        form, [](char c) { return c >= '0' && c <= '9'; }, '0');
    return group[space] == ' ' && form == timeForm ? group.substr(0, space) : group;
}

std::vector<Places> experimentsOf(std::span<const std::string> names) {
    std::vector<Places> experiments;
    std::map<std::string_view, std::size_t> known;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto [found, isNew] = known.emplace(names[i], experiments.size());
        if (isNew)
            experiments.emplace_back();
        experiments[found->second].push_back(i);
    }
    return experiments;
}

std::string nameTogether(std::span<const std::string> names, const std::string& group) {
    return experimentsOf(names).size() == 1 ? names.front() : nameOfGroup(group);
}

double costTogether(std::span<const std::string> names, std::span<const double> costs) {
    double sum = 0;
    for (const Places& experiment : experimentsOf(names)) {
        double most = 0;
        for (const std::size_t place : experiment)
            most = std::max(most, costs[place]);
        sum += most;
    }
    return sum;
}

std::vector<Places> tableLines(std::span<const GroupedRun> runs) {
    std::vector<Places> lines;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto line = std::ranges::find_if(
            lines, [&](const Places& known) { return standsIn(runs, known, runs[i]); });
        if (line == lines.end())
            lines.push_back({i});
        else
            line->push_back(i);
    }
    return lines;
}

} // namespace concertina
