// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/opened_sets.h"

#include "core/data/joined_dataset.h"
#include "core/tasks/task.h"
#include "core/values/spec_sets.h"
#include "core/values/text.h"

#include <algorithm>
#include <numeric>

namespace concertina {

namespace {

constexpr std::int64_t mostDrawn = 100'000'000; ///< samples of an epoch, whose order is kept

std::optional<Problem> checkSplit(const DatasetDescription& description, const std::string& split,
                                  const std::string& path) {
    if (description.split(split) != nullptr)
        return std::nullopt;
    std::vector<std::string> names;
    for (const SplitInfo& one : description.splits)
        names.push_back(one.name);
    return Problem{"dataset.split", path, "\"" + split + "\"", "a split of " + description.name,
                   suggestion(split, names)};
}

/// The index of the target that a task learns in a set.
Expected<std::size_t> targetFor(const TaskSpec& task, const DatasetDescription& description,
                                const SplitInfo& split, const std::string& path) {
    const std::string& wanted = task.learns();
    std::vector<std::string> names;
    for (const TargetInfo& target : description.targets)
        names.push_back(target.name);
    const auto found = std::ranges::find(description.targets, wanted, &TargetInfo::name);
    if (found == description.targets.end())
        return failure({"dataset.target", path,
                        "no target \"" + wanted + "\" in " + description.name,
                        "a task that the dataset has targets for", suggestion(wanted, names)});
    if (found->kind != taskEntry(task.method.id).info.target)
        return failure({"dataset.target", path,
                        "a target \"" + wanted + "\" of another kind in " + description.name,
                        "the encoding that the task learns from", "see its dataset.json"});
    const auto index = static_cast<std::size_t>(found - description.targets.begin());
    if (!split.targetCounts.empty() && split.targetCounts[index] == 0)
        return failure(
            {"dataset.target", path,
             "no sample of split \"" + split.name + "\" with a target \"" + wanted + "\"",
             "at least one", "leave the task out, or add its targets"});
    return index;
}

/// In what two sets' targets of one task differ; empty where samples of both make up one batch.
std::string differenceOf(const TargetInfo& left, const TargetInfo& right) {
    const auto sameName = [](const ClassInfo& a, const ClassInfo& b) { return a.name == b.name; };
    if (!std::ranges::equal(left.classes, right.classes, sameName))
        return "other classes";
    if (left.encoding != right.encoding || left.ignore != right.ignore)
        return "another encoding";
    if (left.scale != right.scale || left.offset != right.offset || left.invalid != right.invalid)
        return "another scale or invalid value";
    return {};
}

/// Puts the opened sets of a spec together.
class Joiner {
public:
    Joiner(const ExperimentSpec& spec, std::vector<std::shared_ptr<const Dataset>> opened)
        : m_spec(spec), m_sets(spec.data.sets()), m_opened(std::move(opened)) {}

    Expected<OpenedSets> joined() {
        for (std::size_t s = 0; s < m_sets.size(); ++s)
            if (auto problem = checkSplits(s))
                return failure(std::move(*problem));
        OpenedSets result;
        for (std::size_t s = 0; s < m_sets.size(); ++s)
            result.sets.push_back({m_sets[s].called(),
                                   {splitOf(s, m_sets[s].trainSplit).size, m_sets[s].weight},
                                   splitOf(s, m_sets[s].validationSplit).size});
        for (std::size_t t = 0; t < m_spec.tasks.size(); ++t) {
            const auto target = addTarget(m_spec.tasks[t], "tasks." + std::to_string(t));
            if (!target)
                return failure(target.error());
            result.taskTargets.push_back(*target);
        }
        if (auto problem = checkLength(result.sets))
            return failure(std::move(*problem));
        result.dataset = m_sets.size() == 1 ? m_opened.front() : join();
        return result;
    }

private:
    const DatasetDescription& description(std::size_t set) const {
        return m_opened[set]->description();
    }

    const SplitInfo& splitOf(std::size_t set, const std::string& split) const {
        return *description(set).split(split);
    }

    std::optional<Problem> checkSplits(std::size_t set) const {
        const DataSetSpec& own = m_sets[set];
        for (auto problem :
             {checkSplit(description(set), own.trainSplit, pathInSet("data.train_split", set)),
              checkSplit(description(set), own.validationSplit, pathInSet("data.val_split", set))})
            if (problem)
                return problem;
        const DataSetSpec& first = m_sets.front();
        if (first.trainSplit == first.validationSplit && own.trainSplit != own.validationSplit)
            return Problem{"data.splits", pathInSet("data.val_split", set),
                           "\"" + own.validationSplit + "\" beside \"" + own.trainSplit + "\"",
                           "one split for both, as the first set has \"" + first.trainSplit + "\"",
                           "name another data.val_split, or the same split here"};
        return std::nullopt;
    }

    /// The index of what a task learns: of one set among its targets, of several among `m_targets`.
    Expected<std::size_t> addTarget(const TaskSpec& task, const std::string& path) {
        JoinedTarget target{{}, std::vector<std::optional<std::size_t>>(m_sets.size())};
        std::optional<std::size_t> first; // of its sets
        for (const std::size_t s : setsOf(task, m_sets)) {
            const auto index =
                targetFor(task, description(s), splitOf(s, m_sets[s].trainSplit), path);
            if (!index)
                return failure(index.error());
            const TargetInfo& info = description(s).targets[*index];
            if (m_sets.size() == 1)
                return *index;
            target.ofSets[s] = *index;
            if (!first)
                target.info = info;
            else if (const std::string other = differenceOf(target.info, info); !other.empty())
                return failure({"dataset.target", path + ".data",
                                "a target \"" + task.learns() + "\" with " + other + " in "
                                    + m_sets[s].called() + " than in " + m_sets[*first].called(),
                                "sets that store it alike",
                                "a task for each set learns from both"});
            first = first.value_or(s);
        }
        target.info.name = task.targetName();
        const auto known = std::ranges::find_if(
            m_targets, [&](const auto& one) { return one.info.name == target.info.name; });
        const auto at = static_cast<std::size_t>(known - m_targets.begin());
        if (known == m_targets.end())
            m_targets.push_back(std::move(target));
        return at;
    }

    std::optional<Problem> checkLength(const std::vector<OpenedSet>& sets) const {
        std::vector<SetShare> shares;
        for (const OpenedSet& set : sets)
            shares.push_back(set.training);
        const auto drawn = drawnSamples(shares);
        const auto sum = std::accumulate(drawn.begin(), drawn.end(), 0.0);
        if (sum <= static_cast<double>(mostDrawn))
            return std::nullopt;
        return Problem{"data.weight", "data.weight",
                       "shares that make an epoch of " + numberText(sum) + " samples",
                       "at most " + std::to_string(mostDrawn),
                       "the set with the smallest share is gone through once an epoch; give it a "
                       "larger one"};
    }

    std::shared_ptr<const Dataset> join() {
        std::vector<std::string> splits;
        for (const SplitInfo& split : description(0).splits)
            splits.push_back(split.name);
        std::vector<JoinedSet> sets;
        for (std::size_t s = 0; s < m_sets.size(); ++s) {
            JoinedSet& set = sets.emplace_back(JoinedSet{m_sets[s].called(), m_opened[s], {}});
            for (const std::string& split : splits)
                set.splits[split] = split;
            set.splits[m_sets.front().validationSplit] = m_sets[s].validationSplit;
            set.splits[m_sets.front().trainSplit] = m_sets[s].trainSplit;
        }
        return std::make_shared<JoinedDataset>(std::move(sets), splits, std::move(m_targets));
    }

    const ExperimentSpec& m_spec;
    std::vector<DataSetSpec> m_sets;
    std::vector<std::shared_ptr<const Dataset>> m_opened;
    std::vector<JoinedTarget> m_targets;
};

} // namespace

Expected<OpenedSets> openSets(const ExperimentSpec& spec, const std::vector<DataWatch>& watches) {
    std::vector<std::shared_ptr<const Dataset>> opened;
    for (const DataSetSpec& set : spec.data.sets()) {
        auto one = openDataset(set.dataset, opened.size() < watches.size() ? watches[opened.size()]
                                                                           : DataWatch());
        if (!one) {
            Problem problem = one.error();
            problem.path = pathInSet(problem.path, opened.size());
            return failure(std::move(problem));
        }
        opened.push_back(std::move(*one));
    }
    return Joiner(spec, std::move(opened)).joined();
}

} // namespace concertina
