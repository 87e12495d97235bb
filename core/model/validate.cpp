// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/validate.h"

#include "core/model/check_sets.h"
#include "core/model/network_design.h"
#include "core/values/initial_source.h"
#include "core/values/stop_after.h"
#include "core/values/text.h"

#include <algorithm>
#include <set>

namespace concertina {

namespace {

void append(Problems& all, Problems more) {
    for (Problem& problem : more)
        all.push_back(std::move(problem));
}

std::string recordPath(std::string_view list, std::size_t index) {
    return std::string(list) + "." + std::to_string(index);
}

/// As `checkMethod` reports it, with what ends it where no id is near.
Problems checkMethodOr(const std::optional<Fix>& fix, const Catalogue& catalogue, Family family,
                       const MethodChoice& choice, const std::string& path) {
    Problems problems = checkMethod(catalogue, family, choice, path);
    for (Problem& problem : problems)
        if (problem.code == "method.unknown" && !problem.fix)
            problem.fix = fix;
    return problems;
}

/// The default of a place, or the first method that there is.
std::optional<Fix> standardMethod(const MethodPlace<ExperimentSpec>& place,
                                  const Catalogue& catalogue) {
    static const ExperimentSpec defaults;
    const auto ids = catalogue.ids(place.family);
    if (ids.empty())
        return std::nullopt;
    const std::string& usual = place.get(defaults).id;
    return Fix{place.path + ".id", catalogue.find(place.family, usual) ? usual : ids.front()};
}

Problems checkMethods(const ExperimentSpec& spec, const Catalogue& catalogue) {
    Problems problems;
    for (const auto& place : specMethods())
        append(problems, checkMethodOr(standardMethod(place, catalogue), catalogue, place.family,
                                       place.get(spec), place.path));
    visitLists(spec,
               [&](std::string_view list, const auto& records, const auto&, const auto& method) {
                   for (std::size_t i = 0; i < records.size(); ++i) {
                       const std::string path = recordPath(list, i);
                       append(problems, checkMethodOr(Fix{path}, catalogue, method.family,
                                                      method.get(records[i]), path));
                   }
               });
    return problems;
}

Problems checkTasks(const ExperimentSpec& spec, const Catalogue& catalogue) {
    Problems problems;
    if (spec.tasks.empty()) {
        problems.push_back({"tasks.none", "tasks", "no task", "at least one task", ""});
        if (!catalogue.tasks.empty())
            problems.back().fix = Fix{recordPath(TasksPath, 0) + ".id", catalogue.tasks.front().id};
    }
    if (spec.tasks.size() > MaxTasks)
        problems.push_back({"tasks.many", "tasks", std::to_string(spec.tasks.size()) + " tasks",
                            "at most " + std::to_string(MaxTasks), ""});
    std::set<std::string> seen;
    for (std::size_t i = 0; i < spec.tasks.size(); ++i) {
        const std::string path = recordPath(TasksPath, i);
        const std::string& name = spec.tasks[i].called();
        if (!seen.insert(name).second)
            problems.push_back({"tasks.twice",
                                path + (spec.tasks[i].name.empty() ? ".id" : ".name"),
                                shortened(name, 80) + " twice", "each task once",
                                "tasks of one method need names", Fix{path}});
        if (auto problem = checkName(name, "tasks.name", path + ".name",
                                     "it stands in rules and in the names of tensors"))
            problems.push_back(std::move(*problem));
    }
    return problems;
}

/// What a network begins from, and what only such a network can have.
Problems checkInitial(const ExperimentSpec& spec) {
    Problems problems;
    const bool isNew = trimmed(spec.network.initial).empty();
    if (!isNew)
        if (auto source = initialSourceFrom(spec.network.initial); !source)
            problems.push_back(std::move(source.error()));
    for (std::size_t i = 0; i < spec.tasks.size(); ++i) {
        const std::string path = recordPath(TasksPath, i);
        if (!isNew && spec.tasks[i].rests && !spec.tasks[i].from.empty())
            problems.push_back({"tasks.rests", path + ".rests",
                                "a task that rests and begins from " + spec.tasks[i].from,
                                "one or the other",
                                "what rests has the head that it had; with from it is a new one",
                                Fix{path + ".rests", "false"}});
        if (!isNew)
            continue;
        const std::string hint = "network.initial is empty: the network is new";
        if (spec.tasks[i].rests)
            problems.push_back({"tasks.rests", path + ".rests", "a task that rests",
                                "a trained network that it begins from", hint,
                                Fix{path + ".rests", "false"}});
        if (!spec.tasks[i].from.empty())
            problems.push_back(
                {"tasks.from", path + ".from", "\"" + shortened(spec.tasks[i].from, 80) + "\"",
                 "a task of a network that it begins from", hint, Fix{path + ".from", ""}});
    }
    return problems;
}

/// Batch norm needs two values of a channel: one alone is its own mean, and has no variance. Each
/// batch is full, as the last of an epoch is left out where it isn't.
std::optional<Problem> checkNorms(const NetworkDesign& design, const ExperimentSpec& spec) {
    const Node* norm = design.graph.smallestNorm();
    const bool partitioned = design.routing == Routing::Partitioned;
    const int shares = partitioned ? design.taskCount() : 1; // a norm sees one task's images
    if (norm == nullptr || norm->height * norm->width > 1 || spec.train.batch / shares > 1)
        return std::nullopt;
    const auto size = [](int height, int width) {
        return std::to_string(height) + " × " + std::to_string(width);
    };
    return Problem{"train.one_value", "train.batch",
                   std::to_string(spec.train.batch) + (partitioned ? ", an image for a task" : "")
                       + ", where batch norm in " + design.graph.layer(norm->layer).name + " sees "
                       + size(norm->height, norm->width) + " of an image of "
                       + size(spec.data.height, spec.data.width) + ": one value a channel",
                   "at least " + std::to_string(2 * shares),
                   "or a larger data.height and data.width, or fewer stages of the backbone",
                   Fix{"train.batch", std::to_string(2 * shares)}};
}

bool sharesSomething(const NetworkDesign& design) {
    const auto shared = [](const Partition& partition) {
        return std::ranges::any_of(partition.groups,
                                   [](TaskSet group) { return taskCount(group) > 1; });
    };
    const auto& layers = design.plan.layers;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (shared(layers[i].kernels()) || shared(layers[i].bias)
            || (design.backbone.layers[i].norm && shared(layers[i].norm)))
            return true;
        for (const KernelStretch& stretch : design.stretchesOf(i))
            if (shared(layers[i].kernels(stretch.first, stretch.count)))
                return true;
    }
    return false;
}

/// Methods that combine the tasks' gradients on what they share would do nothing, in silence. A
/// sharing that changes on the way may come to it, or leave it.
std::optional<Problem> checkBalancing(const NetworkDesign& design, const ExperimentSpec& spec,
                                      const Catalogue& catalogue) {
    const BalancingInfo* balancing = catalogue.balancing(spec.train.balancing.id);
    if (balancing == nullptr || balancing->consumes != Consumes::Gramian || spec.tasks.size() < 2
        || !spec.network.planChanges.empty() || sharesSomething(design))
        return std::nullopt;
    return Problem{"train.balancing",
                   "train.balancing.id",
                   "\"" + balancing->id + "\", where no two tasks have a kernel, a bias or a norm "
                       + "in common",
                   "a layer that tasks share",
                   "it combines the tasks' gradients on what they share: see network.sharing",
                   Fix{"train.balancing.id", ExperimentSpec{}.train.balancing.id}};
}

/// Whether a problem is with something that `designNetwork` reads.
bool shapesNetwork(const Problem& problem) {
    const std::string& path = problem.path;
    return path == "tasks" || path.starts_with("tasks.") || path.starts_with("network.")
           || path == "data.height" || path == "data.width";
}

/// Kernels that never move from how they were drawn.
Problems doubtedFreezes(const ExperimentSpec& spec, const Catalogue& catalogue) {
    if (!trimmed(spec.network.initial).empty())
        return {};
    const std::vector<int> outputs(spec.tasks.size(), 1);
    const DesignResult result = designNetwork(spec, catalogue, outputs);
    if (!result.problems.empty())
        return {};
    std::vector<std::string> layers;
    for (const LayerPlan& plan : result.design.plan.layers)
        if (std::ranges::any_of(plan.factors,
                                [&](const auto& factor) { return plan.isFrozen(factor); }))
            layers.push_back(plan.layer);
    if (layers.empty())
        return {};
    constexpr std::size_t shown = 3;
    const std::size_t more = layers.size() > shown ? layers.size() - shown : 0;
    layers.resize(layers.size() - more);
    return {{"network.frozen_new", "network.sharing",
             "factors of " + join(layers, ", ")
                 + (more > 0 ? " and " + std::to_string(more) + " more" : "")
                 + " that are frozen as they were drawn",
             "a trained network to begin from",
             "name one in network.initial, or freeze by a change in training; random kernels that "
             "never move are seldom meant"}};
}

} // namespace

Problems validate(const ExperimentSpec& spec, const Catalogue& catalogue) {
    Problems problems = checkFields(spec);
    if (trimmed(spec.name).empty())
        problems.push_back({"run.name", "name", spec.name.empty() ? "an empty name" : "blanks",
                            "at least one letter", "", Fix{"name", ExperimentSpec{}.name}});
    append(problems, checkMethods(spec, catalogue));
    append(problems, checkTasks(spec, catalogue));
    append(problems, checkSets(spec));
    append(problems, checkInitial(spec));
    if (spec.train.epochs == 0 && spec.train.warmup > spec.train.steps)
        problems.push_back({"train.warmup", "train.warmup", std::to_string(spec.train.warmup),
                            "at most train.steps, " + std::to_string(spec.train.steps), "",
                            Fix{"train.warmup", std::to_string(spec.train.steps)}});
    if (!stopAfterFromText(spec.train.stopAfter))
        problems.push_back({"train.stop_after", "train.stop_after",
                            "\"" + shortened(spec.train.stopAfter, 40) + "\"",
                            "\"500 steps\", \"90 s\", \"10 min\" or \"2 h\"; empty: the whole plan",
                            "", Fix{"train.stop_after", ""}});
    if (spec.network.routing == Routing::Partitioned
        && spec.train.batch < static_cast<int>(spec.tasks.size()))
        problems.push_back({"train.batch", "train.batch", std::to_string(spec.train.batch),
                            "at least " + std::to_string(spec.tasks.size())
                                + ", an image for each task",
                            "network.routing is partitioned",
                            Fix{"train.batch", std::to_string(spec.tasks.size())}});
    // The network can be put together where everything that it is made of is right; what is wrong
    // elsewhere must not hide what it has to say.
    if (std::ranges::none_of(problems, shapesNetwork)) {
        const std::vector<int> outputs(spec.tasks.size(), 1);
        DesignResult result = designNetwork(spec, catalogue, outputs);
        if (result.problems.empty() && spec.train.batch >= 1)
            if (auto problem = checkNorms(result.design, spec))
                problems.push_back(std::move(*problem));
        if (result.problems.empty())
            if (auto problem = checkBalancing(result.design, spec, catalogue))
                problems.push_back(std::move(*problem));
        append(problems, std::move(result.problems));
    }
    return problems;
}

Problems doubts(const ExperimentSpec& spec, const Catalogue& catalogue) {
    Problems all = doubtedSets(spec, catalogue);
    append(all, doubtedFreezes(spec, catalogue));
    return all;
}

ExperimentSpec withCompleteOptions(ExperimentSpec spec, const Catalogue& catalogue) {
    const auto complete = [&](Family family, MethodChoice& choice) {
        choice = withCompleteOptions(catalogue, family, std::move(choice));
    };
    for (const auto& place : specMethods())
        complete(place.family, place.edit(spec));
    visitLists(spec, [&](std::string_view, auto& records, const auto&, const auto& method) {
        for (auto& record : records)
            complete(method.family, method.edit(record));
    });
    return spec;
}

} // namespace concertina
