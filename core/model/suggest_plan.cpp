// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/suggest_plan.h"

#include "core/model/costs.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace concertina {

namespace {

/// Groups of more tasks are split into one and the rest alone: all ways would be too many.
constexpr int mostTasksForAllWays = 6;

/// A layer's plan after a split, how the split is written, and what was measured of it.
struct Split {
    std::size_t layer = 0;
    LayerPlan after;
    SharingRule rule;
    std::vector<const ConflictMean*> parted;
    std::string what; ///< "dec1.1", "U of dec1.1"
};

/// Every way to make two groups of one, the first with the first task.
std::vector<TaskSet> firstHalves(TaskSet group) {
    std::vector<TaskSet> halves;
    const TaskSet first = taskBit(firstTask(group));
    const TaskSet rest = group & ~first;
    if (rest == 0)
        return halves;
    if (taskCount(group) > mostTasksForAllWays) {
        halves.push_back(first);
        for (const int task : tasksOf(rest))
            halves.push_back(group & ~taskBit(task));
        return halves;
    }
    for (TaskSet subset = (rest - 1) & rest;; subset = (subset - 1) & rest) {
        halves.push_back(first | subset);
        if (subset == 0)
            return halves;
    }
}

bool inOneGroup(const Partition& partition, TaskSet pair) {
    return groupContaining(partition, pair) != 0;
}

class Suggester {
public:
    Suggester(NetworkDesign design, std::span<const ConflictMean> means,
              const SuggestSettings& settings)
        : m_design(std::move(design)), m_means(means), m_whole(ofWholeLayers(means)),
          m_settings(settings) {}

    std::vector<SplitSuggestion> run() {
        std::vector<SplitSuggestion> all;
        double left = m_settings.budget;
        while (static_cast<int>(all.size()) < m_settings.most) {
            auto best = bestWithin(left);
            if (!best)
                break;
            left -= best->addedMultiplyAdds;
            m_design = best->design;
            all.push_back(std::move(*best));
        }
        return all;
    }

private:
    std::optional<SplitSuggestion> bestWithin(double budget) const {
        const NetworkCosts before = networkCosts(m_design, m_settings.step);
        std::optional<SplitSuggestion> best;
        for (const Split& split : splits()) {
            const double conflict = sureConflict(split);
            if (conflict <= 0)
                continue;
            SharingPlan plan = m_design.plan;
            plan.layers[split.layer] = split.after;
            SplitSuggestion made{.rule = toText(split.rule), .conflict = conflict};
            made.design = withPlan(m_design, std::move(plan)).value();
            const NetworkCosts after = networkCosts(made.design, m_settings.step);
            made.addedMultiplyAdds = after.multiplyAdds - before.multiplyAdds;
            made.addedWeights = after.trainedParameters - before.trainedParameters;
            made.stepRatio = after.stepMultiplyAdds / before.stepMultiplyAdds;
            if (made.addedMultiplyAdds > budget || (best && !isBetter(made, *best)))
                continue;
            made.reason = reasonFor(split, made);
            best = std::move(made);
        }
        return best;
    }

    /// More conflict per added multiply–add; what adds none comes first.
    static bool isBetter(const SplitSuggestion& one, const SplitSuggestion& other) {
        const bool free = one.addedMultiplyAdds <= 0, otherFree = other.addedMultiplyAdds <= 0;
        if (free != otherFree)
            return free;
        const double gain = free ? one.conflict : one.conflict / one.addedMultiplyAdds;
        const double otherGain = free ? other.conflict : other.conflict / other.addedMultiplyAdds;
        return gain != otherGain ? gain > otherGain : one.addedWeights < other.addedWeights;
    }

    std::vector<Split> splits() const {
        std::vector<Split> all;
        for (std::size_t i = 0; i < m_design.plan.layers.size(); ++i) {
            const LayerPlan& plan = m_design.plan.layers[i];
            // Of a single factor the layer as a whole is the same, with norms of its own.
            if (plan.factors.size() > 1)
                for (std::size_t k = 0; k < plan.factors.size(); ++k)
                    addPartSplits(all, i, plan.factors[k], plan.partitions[k],
                                  [k](LayerPlan& layer) -> Partition& {
                                      return layer.partitions[k];
                                  });
            if (m_design.graph.layers[i].norm)
                addPartSplits(all, i, "norm", plan.norm,
                              [](LayerPlan& layer) -> Partition& { return layer.norm; });
            addWholeSplits(all, i);
        }
        return all;
    }

    template <class Part>
    void addPartSplits(std::vector<Split>& all, std::size_t layer, const std::string& factor,
                       const Partition& before, Part part) const {
        const LayerPlan& plan = m_design.plan.layers[layer];
        for (const TaskSet group : before.groups)
            for (const TaskSet half : firstHalves(group)) {
                std::vector<TaskSet> groups{half, group & ~half};
                for (const TaskSet other : before.groups)
                    if (other != group)
                        groups.push_back(other);
                Split split{.layer = layer, .after = plan, .what = factor + " of " + plan.layer};
                Partition& after = part(split.after);
                after = partitionOf(std::move(groups));
                split.rule = {.layers = plan.layer, .factor = factor, .groups = groupNames(after, m_design.plan.tasks)};
                for (const ConflictMean& mean : m_means)
                    if (mean.layer == plan.layer && mean.factor == factor
                        && inOneGroup(before, pairOf(mean)) && !inOneGroup(after, pairOf(mean)))
                        split.parted.push_back(&mean);
                if (!split.parted.empty())
                    all.push_back(std::move(split));
            }
    }

    void addWholeSplits(std::vector<Split>& all, std::size_t layer) const {
        const LayerPlan& plan = m_design.plan.layers[layer];
        const Partition own = commonRefinement(plan.refinement(), plan.norm);
        const TaskSet everyone = allTasks(m_design.taskCount());
        for (const TaskSet half : firstHalves(everyone)) {
            const Partition groups =
                commonRefinement(own, partitionOf({half, everyone & ~half}));
            Split split{.layer = layer,
                        .after = planInState(m_design.layers[layer].factors, SharingState::Separate,
                                             groups),
                        .what = plan.layer};
            split.rule = {.layers = plan.layer,
                          .state = SharingState::Separate,
                          .groups = groupNames(groups, m_design.plan.tasks)};
            for (const ConflictMean& mean : m_whole)
                if (mean.layer == plan.layer && !inOneGroup(groups, pairOf(mean))
                    && std::ranges::any_of(plan.partitions, [&](const Partition& partition) {
                           return inOneGroup(partition, pairOf(mean));
                       }))
                    split.parted.push_back(&mean);
            if (!split.parted.empty())
                all.push_back(std::move(split));
        }
    }

    /// 0 where it may be noise, or is none.
    static double sureConflict(const Split& split) {
        double conflict = 0, variance = 0;
        for (const ConflictMean* mean : split.parted) {
            if (mean->samples < 2)
                return 0;
            conflict -= mean->cosine;
            variance += mean->deviation * mean->deviation / mean->samples;
        }
        return conflict > 2 * std::sqrt(variance) ? conflict : 0;
    }

    TaskSet pairOf(const ConflictMean& mean) const {
        TaskSet pair = 0;
        for (std::size_t t = 0; t < m_design.plan.tasks.size(); ++t)
            if (m_design.plan.tasks[t] == mean.taskA || m_design.plan.tasks[t] == mean.taskB)
                pair |= taskBit(static_cast<int>(t));
        return pair;
    }

    std::string reasonFor(const Split& split, const SplitSuggestion& made) const {
        std::vector<std::string> pairs;
        for (const ConflictMean* mean : split.parted)
            pairs.push_back(mean->taskA + " and " + mean->taskB + " "
                            + (mean->cosine > 0 ? "+" : "") + fixedText(mean->cosine, 2));
        std::string text = std::string(pairs.size() == 1 ? "cosine" : "cosines") + " in "
                           + split.what + ": " + join(pairs, ", ") + " over "
                           + std::to_string(split.parted.front()->samples) + " measurements";
        if (made.addedMultiplyAdds <= 0)
            text += split.after.merged ? "; the kernel stays one" : "; they run apart there already";
        return text;
    }

    NetworkDesign m_design; ///< with the splits so far
    std::span<const ConflictMean> m_means;
    std::vector<ConflictMean> m_whole;
    SuggestSettings m_settings;
};

} // namespace

std::vector<SplitSuggestion> suggestPlan(const NetworkDesign& design,
                                         std::span<const ConflictMean> means,
                                         const SuggestSettings& settings) {
    return Suggester(design, means, settings).run();
}

} // namespace concertina
