// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/check_sets.h"

#include "core/values/spec_fields.h"
#include "core/values/spec_sets.h"
#include "core/values/text.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace concertina {

namespace {

void checkNamesOfSets(const std::vector<DataSetSpec>& sets, Problems& problems) {
    std::set<std::string> seen;
    for (std::size_t s = 0; s < sets.size(); ++s) {
        const std::string& name = sets[s].called();
        if (!seen.insert(name).second)
            problems.push_back({"data.twice", pathInSet("data.name", s),
                                shortened(name, 80) + " twice", "each set once",
                                "sets of one dataset need names",
                                Fix{pathInSet("data.dataset", s)}});
        if (auto problem = checkName(sets[s].name, "data.name", pathInSet("data.name", s),
                                     "it stands in the names of samples and curves"))
            problems.push_back(std::move(*problem));
    }
}

void checkDataOfTasks(const ExperimentSpec& spec, const std::vector<DataSetSpec>& sets,
                      Problems& problems) {
    std::vector<std::string> names;
    for (const DataSetSpec& set : sets)
        names.push_back(set.called());
    std::vector<bool> used(sets.size());
    for (std::size_t t = 0; t < spec.tasks.size(); ++t) {
        const std::string path = std::string(TasksPath) + "." + std::to_string(t) + ".data";
        std::set<std::string> seen;
        for (const std::string& name : spec.tasks[t].data) {
            if (std::ranges::find(names, name) == names.end())
                problems.push_back({"tasks.data", path, "\"" + shortened(name, 80) + "\"",
                                    "a set of data or data.others: " + join(names, ", "),
                                    suggestion(name, names), Fix{path, ""}});
            else if (!seen.insert(name).second)
                problems.push_back({"tasks.data", path, shortened(name, 80) + " twice",
                                    "each set once", "", Fix{path, name}});
        }
        for (const std::size_t set : setsOf(spec.tasks[t], sets))
            used[set] = true;
    }
    if (!problems.empty()) // then a name may have been meant for a set that looks unused
        return;
    for (std::size_t s = 0; s < sets.size(); ++s)
        if (!used[s] && sets.size() > 1) {
            problems.push_back({"data.unused", pathInSet("data.dataset", s),
                                "set " + shortened(names[s], 80) + ", which no task learns from",
                                "a task with this name in its data", "or leave the set out"});
            if (s > 0)
                problems.back().fix = Fix{pathInSet("data.dataset", s)};
        }
}

void checkWeights(const std::vector<DataSetSpec>& sets, Problems& problems) {
    const auto isWeighed = [](const DataSetSpec& set) { return set.weight > 0; };
    if (sets.size() < 2 || std::ranges::none_of(sets, isWeighed))
        return;
    for (std::size_t s = 0; s < sets.size(); ++s)
        if (!isWeighed(sets[s]))
            problems.push_back({"data.weight", pathInSet("data.weight", s),
                                "0, where other sets have a share",
                                "a share above 0 for each set, or none for any", "",
                                Fix{pathInSet("data.weight", s), "1"}});
}

} // namespace

std::optional<Problem> checkName(const std::string& name, const char* code, const std::string& path,
                                 const char* hint) {
    const bool fits =
        name.size() <= 100 && std::ranges::all_of(name, [](char sign) {
            const auto byte = static_cast<unsigned char>(sign);
            return byte >= 0x80 || std::isalnum(byte) != 0 || sign == '-' || sign == '_';
        });
    if (fits)
        return std::nullopt;
    return Problem{code,
                   path,
                   "\"" + shortened(name, 80) + "\"",
                   "at most 100 letters, digits, - and _",
                   hint,
                   Fix{path, ""}};
}

Problems checkSets(const ExperimentSpec& spec) {
    Problems problems;
    const auto sets = spec.data.sets();
    checkNamesOfSets(sets, problems);
    if (problems.empty()) // tasks name sets
        checkDataOfTasks(spec, sets, problems);
    checkWeights(sets, problems);
    return problems;
}

Problems doubtedSets(const ExperimentSpec& spec, const Catalogue& catalogue) {
    const BalancingInfo* balancing = catalogue.balancing(spec.train.balancing.id);
    if (spec.tasks.empty() || spec.data.others.empty() || spec.data.mix != DataMix::Batches
        || balancing == nullptr || balancing->consumes == Consumes::Losses)
        return {};
    const auto sets = spec.data.sets();
    const auto first = setsOf(spec.tasks.front(), sets);
    const bool together = std::ranges::all_of(
        spec.tasks, [&](const TaskSpec& task) { return setsOf(task, sets) == first; });
    if (together)
        return {};
    return {{"data.apart", "data.mix",
             "batches, each of one set, beside balancing \"" + balancing->id
                 + "\", which compares the tasks of one batch",
             "data.mix samples, or balancing by losses alone",
             "tasks of different sets are in no batch together, so it does nothing between them"}};
}

} // namespace concertina
