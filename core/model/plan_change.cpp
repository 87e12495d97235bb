// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_change.h"

#include "core/values/old_keys.h"
#include "core/values/text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace concertina {

namespace {

constexpr const char* changesPath = "network.plan_changes";

/// A rule of a change becomes one of the network's own rules or kernels. It must read.
void takeRule(NetworkSpec& network, const std::string& rule) {
    if (auto kernel = parseKernelRule(rule).value())
        network.kernels.push_back(std::move(*kernel));
    else
        network.sharing.push_back(rule);
}

} // namespace

NetworkSpec networkAfter(const NetworkSpec& network, std::size_t changes) {
    NetworkSpec after = network;
    after.planChanges.clear();
    for (std::size_t i = 0; i < changes; ++i) {
        const PlanChange change = parsePlanChange(network.planChanges[i]).value();
        for (const std::string& rule : change.rules)
            takeRule(after, rule);
    }
    return after;
}

namespace {

/// The rules of a change's text: between semicolons, but for those in texts of a kernel's options.
std::vector<std::string> rulesOf(std::string_view text) {
    std::vector<std::string> rules(1);
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ';' && !quoted) {
            rules.emplace_back();
            continue;
        }
        if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
            quoted = !quoted;
        rules.back() += text[i];
    }
    for (std::string& rule : rules)
        rule = std::string(trimmed(rule));
    return rules;
}

/// Whether each group that has one of these tasks is inside one of the others.
bool isFiner(const Partition& finer, const Partition& coarser, TaskSet tasks = ~TaskSet{0}) {
    return std::ranges::all_of(finer.groups, [&](TaskSet group) {
        return (group & tasks) == 0 || groupContaining(coarser, group) != 0;
    });
}

/// Why kernels cannot be made anew from those before; the path is empty.
std::optional<Problem> checkNewKernels(const NetworkDesign& before, const NetworkDesign& after) {
    for (std::size_t i = 0; i < after.plan.layers.size(); ++i) {
        const LayerDesign& was = before.layers[i];
        const LayerDesign& is = after.layers[i];
        if (was.method == is.method)
            continue;
        const LayerPlan& plan = after.plan.layers[i];
        if (!was.factors.composable || !is.factors.composable)
            return Problem{"kernel.not_linear", "", "another kernel for " + plan.layer,
                           "kernels that are functions of their factors alone",
                           was.method.id + " or " + is.method.id + " is more while it trains"};
        for (std::size_t k = 0; k < plan.factors.size(); ++k)
            if (!isFiner(plan.partitions[k], before.plan.layers[i].kernels()))
                return Problem{"kernel.shared", "",
                               plan.factors[k] + " of " + plan.layer
                                   + " shared by tasks whose kernels differ",
                               "factors that are shared where the kernel is one",
                               "put the layer in another state before, tied or separate"};
    }
    return std::nullopt;
}

/// Why a change does not leave alone what rests; the path is empty.
std::optional<Problem> checkWhatRests(const NetworkDesign& before, const NetworkDesign& after) {
    if (after.plan.resting == 0)
        return std::nullopt;
    if (auto problem = checkResting(after.plan))
        return problem;
    if (!changesOutputs(before, after, after.plan.resting))
        return std::nullopt;
    return Problem{"sharing.rests", "",
                   "a change of what "
                       + join(groupNames({{after.plan.resting}}, after.plan.tasks).front(), ", ")
                       + (taskCount(after.plan.resting) > 1 ? " use" : " uses"),
                   "one that leaves alone what rests",
                   "part the others' copies, or join them among themselves"};
}

/// A change that was read: its own problems, without a path.
Problems checkKernelMethod(const std::string& rule, const Catalogue& catalogue) {
    const auto kernel = parseKernelRule(rule).value();
    return kernel ? checkMethod(catalogue, Family::Parametrization, kernel->method, "")
                  : Problems{};
}

bool sameNetwork(const NetworkDesign& a, const NetworkDesign& b) {
    return a.plan == b.plan
           && std::ranges::equal(a.layers, b.layers, {}, &LayerDesign::method,
                                 &LayerDesign::method);
}

} // namespace

Expected<std::optional<KernelSpec>> parseKernelRule(std::string_view rule) {
    const auto colon = rule.find(':');
    std::string_view rest =
        colon == std::string_view::npos ? "" : trimmed(rule.substr(colon + 1));
    constexpr std::string_view verb = "kernel";
    if (!rest.starts_with(verb))
        return std::nullopt;
    const auto wrong = [&](std::string found) {
        return failure({"kernel.syntax", "", std::move(found),
                        "LAYERS: kernel ID {OPTIONS}, as in \"dec1.*: kernel factored\"", ""});
    };
    rest = trimmed(rest.substr(verb.size()));
    if (rest.starts_with('{') && rest.find('|') != std::string_view::npos)
        return std::nullopt; // groups of a factor of this name
    const auto end = rest.find_first_of(" \t{");
    KernelSpec kernel{.layers = std::string(trimmed(rule.substr(0, colon))),
                      .method = {.id = std::string(rest.substr(0, end))}};
    if (kernel.layers.empty() || kernel.method.id.empty()
        || kernel.layers.find_first_of(" \t\r\n{}|") != std::string::npos)
        return wrong("\"" + shortened(std::string(rule), 80) + "\"");
    if (end == std::string_view::npos)
        return kernel;
    auto options = readJson(trimmed(rest.substr(end)));
    if (!options || !options->is_object())
        return wrong("\"" + shortened(std::string(trimmed(rest.substr(end))), 80) + "\"");
    kernel.method.options = withCurrentOptions(std::move(*options));
    return kernel;
}

Expected<PlanChange> parsePlanChange(std::string_view text) {
    const auto refused = [&] {
        return failure({"plan_change.syntax", "", "\"" + shortened(std::string(text), 80) + "\"",
                        "STEP: LAYERS: STATE, as in \"400: dec1.*: separate\"",
                        "in place of a state also freeze, unfreeze, rest, or kernel ID"});
    };
    const std::string_view line = trimmed(text);
    PlanChange change;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), change.step);
    const auto digits = static_cast<std::size_t>(end - line.data());
    if (error != std::errc{} || change.step < 0 || digits >= line.size() || line[digits] != ':')
        return refused();
    change.rules = rulesOf(line.substr(digits + 1));
    for (const std::string& one : change.rules) {
        const auto kernel = parseKernelRule(one);
        if (!kernel)
            return failure(kernel.error());
        if (const auto rule = parseSharingRule(one); !*kernel && !rule)
            return failure(rule.error());
    }
    return change;
}

std::string rulesText(const PlanChange& change) {
    return join(change.rules, "; ");
}

std::string toText(const PlanChange& change) {
    return std::to_string(change.step) + ": " + rulesText(change);
}

std::vector<PlanChange> planChangesOf(const NetworkSpec& network) {
    std::vector<PlanChange> changes;
    for (const std::string& text : network.planChanges)
        changes.push_back(parsePlanChange(text).value());
    return changes;
}

std::size_t addChange(NetworkSpec& network, const PlanChange& change) {
    const auto changes = planChangesOf(network);
    const auto behind = std::ranges::upper_bound(changes, change.step, {}, &PlanChange::step);
    const auto index = behind - changes.begin();
    network.planChanges.insert(network.planChanges.begin() + index, toText(change));
    return static_cast<std::size_t>(index);
}

void removeChange(NetworkSpec& network, std::size_t index) {
    network.planChanges.erase(network.planChanges.begin() + static_cast<std::ptrdiff_t>(index));
}

std::int64_t nextChange(const NetworkSpec& network, std::size_t index) {
    return index < network.planChanges.size()
               ? parsePlanChange(network.planChanges[index]).value().step
               : std::numeric_limits<std::int64_t>::max();
}

std::size_t changesBefore(const NetworkSpec& network, std::int64_t step) {
    const auto changes = planChangesOf(network);
    return static_cast<std::size_t>(
        std::ranges::count_if(changes, [step](const PlanChange& c) { return c.step < step; }));
}

Problems checkPlanChanges(const NetworkSpec& network, const LayerGraph& graph,
                          const std::vector<std::string>& tasks, const Catalogue& catalogue,
                          TaskSet resting) {
    Problems problems;
    if (network.planChanges.empty())
        return problems;
    NetworkSpec so = networkAfter(network, 0);
    DesignResult last = designLayers(graph, tasks, so, catalogue);
    last.design.plan.resting = resting;
    Problems known = last.problems; // reported where the rules and kernels themselves are read
    std::int64_t before = 0;
    for (std::size_t i = 0; i < network.planChanges.size(); ++i) {
        const auto report = [&](Problem problem) {
            problem.path = std::string(changesPath) + "." + std::to_string(i);
            problem.fix = Fix{problem.path};
            problems.push_back(std::move(problem));
        };
        const auto change = parsePlanChange(network.planChanges[i]);
        // What comes behind one that does not read builds on it.
        if (!change) {
            report(change.error());
            return problems;
        }
        for (const std::string& rule : change->rules)
            if (auto wrong = checkKernelMethod(rule, catalogue); !wrong.empty()) {
                report(std::move(wrong.front()));
                return problems;
            }
        if (change->step < before)
            report({"plan_change.order", "", "step " + std::to_string(change->step),
                    "at least " + std::to_string(before) + ", the change before it",
                    "put the changes in the order of their steps"});
        before = change->step;
        for (const std::string& rule : change->rules) {
            takeRule(so, rule);
            DesignResult next = designLayers(graph, tasks, so, catalogue);
            next.design.plan.resting = resting;
            for (const Problem& problem : next.problems)
                if (std::ranges::find(known, problem) == known.end()) {
                    known.push_back(problem);
                    report(problem);
                }
            if (last.problems.empty() && next.problems.empty())
                for (auto problem : {checkNewKernels(last.design, next.design),
                                     checkWhatRests(last.design, next.design)})
                    if (problem)
                        report(std::move(*problem));
            last = std::move(next);
        }
    }
    return problems;
}

Expected<NetworkSpec> withPlanChange(NetworkSpec network, const PlanChange& change,
                                     const NetworkDesign& design, const Catalogue& catalogue) {
    const std::size_t index = addChange(network, change);
    auto problems = checkPlanChanges(network, design.backbone, design.plan.tasks, catalogue,
                                     design.plan.resting);
    if (!problems.empty()) {
        problems.front().path = rulesText(change);
        problems.front().fix.reset(); // it is about a place in a spec that is not the caller's
        return failure(std::move(problems.front()));
    }
    if (sameNetwork(designAfter(network, index + 1, design, catalogue),
                    designAfter(network, index, design, catalogue)))
        return failure({"plan_change.nothing", rulesText(change), "the sharing as it is",
                        "a rule that changes it", ""});
    return network;
}

Problems addRules(NetworkSpec& network, const std::vector<std::string>& rules, std::int64_t step,
                  const NetworkDesign& design, const Catalogue& catalogue) {
    Problems problems;
    PlanChange taken{step, {}};
    NetworkSpec tried = network;
    for (const std::string& rule : rules)
        if (auto changed = withPlanChange(tried, {step, {rule}}, design, catalogue)) {
            tried = std::move(*changed);
            taken.rules.push_back(rule);
        } else {
            problems.push_back(changed.error());
        }
    if (!taken.rules.empty())
        addChange(network, taken);
    return problems;
}

std::vector<NetworkDesign> designsOfChange(const NetworkSpec& network, std::size_t index,
                                           const NetworkDesign& design,
                                           const Catalogue& catalogue) {
    std::vector<NetworkDesign> designs;
    NetworkSpec so = networkAfter(network, index);
    const PlanChange change = parsePlanChange(network.planChanges[index]).value();
    for (const std::string& rule : change.rules) {
        takeRule(so, rule);
        designs.push_back(
            designLayers(design.backbone, design.plan.tasks, so, catalogue, design.contraction)
                .design);
        designs.back().plan.resting = design.plan.resting;
    }
    return designs;
}

NetworkDesign designAfter(const NetworkSpec& network, std::size_t changes,
                          const NetworkDesign& design, const Catalogue& catalogue) {
    NetworkDesign result =
        designLayers(design.backbone, design.plan.tasks, networkAfter(network, changes), catalogue,
                     design.contraction)
            .design;
    result.plan.resting = design.plan.resting;
    return result;
}

bool changesOutputs(const NetworkDesign& before, const NetworkDesign& after, TaskSet tasks) {
    for (std::size_t i = 0; i < after.plan.layers.size(); ++i) {
        const LayerPlan& was = before.plan.layers[i];
        const LayerPlan& is = after.plan.layers[i];
        if (before.layers[i].method != after.layers[i].method)
            return true;
        bool kept = isFiner(is.norm, was.norm, tasks)
                    && (!is.hasBias() || isFiner(is.bias, was.bias, tasks));
        for (std::size_t k = 0; k < is.partitions.size(); ++k)
            kept = kept && isFiner(is.partitions[k], was.partitions[k], tasks);
        // Copies that are averaged from here on, or no longer, must have been one.
        kept = kept
               && ((was.merged == is.merged && was.product == is.product)
                   || was.refinement().groups.size() == 1);
        if (!kept)
            return true;
    }
    return false;
}

} // namespace concertina
