// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_cells.h"

#include "core/model/plan_parts.h"
#include "core/model/sharing_edit.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <map>

namespace concertina {

namespace {

constexpr std::array<std::string_view, 8> presetNames{
    "hard sharing", "per-task cores", "merged cores", "merged cores by product",
    "tree",         "shared encoder", "own norms",    "all single"};

/// The groups that have a task of `set` become one.
Partition united(const Partition& partition, TaskSet set) {
    std::vector<TaskSet> groups;
    TaskSet all = 0;
    for (const TaskSet group : partition.groups)
        if ((group & set) != 0)
            all |= group;
        else
            groups.push_back(group);
    if (all != 0)
        groups.push_back(all);
    return partitionOf(std::move(groups));
}

/// The tasks of `set` stand alone.
Partition singled(const Partition& partition, TaskSet set) {
    std::vector<TaskSet> groups;
    for (const TaskSet group : partition.groups)
        if ((group & ~set) != 0)
            groups.push_back(group & ~set);
    for (const int task : tasksOf(set))
        groups.push_back(taskBit(task));
    return partitionOf(std::move(groups));
}

/// No group has tasks inside and outside of `set`.
Partition parted(const Partition& partition, TaskSet set) {
    std::vector<TaskSet> groups;
    for (const TaskSet group : partition.groups)
        for (const TaskSet part : {group & set, group & ~set})
            if (part != 0)
                groups.push_back(part);
    return partitionOf(std::move(groups));
}

Problem noPart(const LayerPlan& plan, const std::string& part) {
    return {"plan_edit.no_part", "", "\"" + part + "\"", join(partNames(plan), ", "), ""};
}

Problem mergedAsAWhole() {
    return {"plan_edit.merged", "", "some of the tasks of a merged layer",
            "all of its tasks, as a merged layer has one kernel for all", ""};
}

/// Edits one layer.
class LayerEdit {
public:
    LayerEdit(const SharingPlan& plan, const LayerFactors& factors, std::size_t layer)
        : m_plan(plan), m_factors(factors), m_layer(plan.layers[layer]) {}

    Expected<LayerPlan> apply(PlanEditKind kind, TaskSet chosen, const std::string& part) const {
        if (!part.empty() && (kind != PlanEditKind::Freeze && kind != PlanEditKind::Unfreeze))
            return ofPart(kind, chosen, part);
        switch (kind) {
        case PlanEditKind::Tie: return checked(eachPartition(united, chosen));
        case PlanEditKind::Split: return outOfMerged(chosen, eachPartition(parted, chosen));
        case PlanEditKind::Separate: return outOfMerged(chosen, eachPartition(singled, chosen));
        case PlanEditKind::ShareFactors: return factorsShared(chosen);
        case PlanEditKind::Merge: return merged(SharingState::Merged, chosen);
        case PlanEditKind::MergeByProduct: return merged(SharingState::MergedByProduct, chosen);
        case PlanEditKind::Freeze: return frozen(true, part);
        case PlanEditKind::Unfreeze: return frozen(false, part);
        case PlanEditKind::Next: return inState(nextState(stateNow(), available()));
        case PlanEditKind::Trunk:
        case PlanEditKind::Join:
        case PlanEditKind::Paste:
        case PlanEditKind::Preset: break;
        }
        return m_layer;
    }

    /// All tasks, each where the state says "own".
    Expected<LayerPlan> inState(SharingState state) const {
        if (auto problem = taskCount() > 1 ? checkState(m_factors, state) : std::nullopt)
            return failure(std::move(*problem));
        return checked(planInState(m_factors, state, apart(taskCount())));
    }

    Expected<LayerPlan> ownNorms() const {
        LayerPlan plan = planInState(m_factors, SharingState::Tied, apart(taskCount()));
        plan.norm = apart(taskCount());
        return checked(std::move(plan));
    }

    /// As a layer whose factors are `fromFactors`: the same of each part, or the same named state.
    Expected<LayerPlan> like(const LayerPlan& from, const LayerFactors& fromFactors) const {
        if (from.factors == m_layer.factors) {
            LayerPlan plan = from;
            plan.layer = m_layer.layer;
            if (from.hasBias() != m_layer.hasBias()) // what only one of them has goes with the norm
                plan.bias = m_layer.hasBias() ? from.norm : Partition{};
            std::erase_if(plan.frozen, [&](const std::string& part) {
                return part == "bias" && !m_layer.hasBias();
            });
            return checked(std::move(plan), false);
        }
        const auto state = stateOf(from, fromFactors);
        if (!state)
            return failure({"plan_edit.other_factors", "", join(m_layer.factors, ", "),
                            join(from.factors, ", ") + ", as the copied layer has", ""});
        return inState(*state);
    }

private:
    int taskCount() const { return m_plan.taskCount(); }
    std::vector<SharingState> available() const { return availableStates(m_factors, taskCount()); }
    std::optional<SharingState> stateNow() const { return stateOf(m_layer, m_factors); }
    bool isAll(TaskSet chosen) const { return chosen == allTasks(taskCount()); }

    /// The problem that the plan would have, or the plan as it is kept: a kernel of one copy is
    /// not merged. What is frozen stays so, where it isn't what was copied.
    Expected<LayerPlan> checked(LayerPlan plan, bool keepFrozen = true) const {
        if (keepFrozen)
            plan.frozen = m_layer.frozen;
        if (plan.merged && plan.refinement().groups.size() == 1)
            plan.merged = plan.product = false;
        if (plan == m_layer)
            return plan;
        const SharingPlan alone{.tasks = m_plan.tasks, .layers = {plan}, .resting = m_plan.resting};
        if (auto problem = checkPlan(alone, {&m_factors, 1}, m_plan.tasks))
            return failure(std::move(*problem));
        return plan;
    }

    template <class Change>
    LayerPlan eachPartition(Change change, TaskSet chosen) const {
        LayerPlan plan = m_layer;
        for (Partition& partition : plan.partitions)
            partition = change(partition, chosen);
        if (plan.hasBias())
            plan.bias = change(plan.bias, chosen);
        plan.norm = change(plan.norm, chosen);
        return plan;
    }

    Expected<LayerPlan> outOfMerged(TaskSet chosen, LayerPlan plan) const {
        if (m_layer.merged && !isAll(chosen))
            return failure(mergedAsAWhole());
        // Split of all tasks parts them from none.
        if (plan != m_layer || !m_layer.merged)
            plan.merged = plan.product = false;
        return checked(std::move(plan));
    }

    Expected<LayerPlan> factorsShared(TaskSet chosen) const {
        if (isAll(chosen))
            return inState(SharingState::FactorsShared);
        if (auto problem = checkState(m_factors, SharingState::FactorsShared))
            return failure(std::move(*problem));
        if (m_layer.merged)
            return failure(mergedAsAWhole());
        LayerPlan plan = eachPartition(singled, chosen);
        for (std::size_t k = 0; k < plan.partitions.size(); ++k)
            if (!m_factors.factors[k].core)
                plan.partitions[k] = united(m_layer.partitions[k], chosen);
        return checked(std::move(plan));
    }

    Expected<LayerPlan> merged(SharingState state, TaskSet chosen) const {
        if (isAll(chosen))
            return inState(state);
        if (auto problem = checkState(m_factors, state))
            return failure(std::move(*problem));
        // The others' kernel becomes the one of all: it has to be that already.
        if (m_layer.kernels().groups.size() > 1)
            return failure({"plan_edit.merged", "",
                            "some of the tasks of a layer of several kernels",
                            "all of its tasks, as a merged layer has one kernel for all", ""});
        Partition own = together(taskCount());
        for (std::size_t k = 0; k < m_layer.partitions.size(); ++k)
            if (m_factors.factors[k].core)
                own = commonRefinement(own, m_layer.partitions[k]);
        return checked(planInState(m_factors, state, singled(own, chosen)));
    }

    Expected<LayerPlan> ofPart(PlanEditKind kind, TaskSet chosen, const std::string& part) const {
        LayerPlan plan = m_layer;
        Partition* partition = plan.part(part);
        if (partition == nullptr)
            return failure(noPart(plan, part));
        switch (kind) {
        case PlanEditKind::Tie: *partition = united(*partition, chosen); break;
        case PlanEditKind::Separate: *partition = singled(*partition, chosen); break;
        case PlanEditKind::Split: *partition = parted(*partition, chosen); break;
        case PlanEditKind::Next:
            *partition = partition->groups.size() > 1 ? together(taskCount()) : apart(taskCount());
            break;
        default: return failure({"plan_edit.part", "", "\"" + part + "\"", "all of a layer", ""});
        }
        return checked(std::move(plan));
    }

    Expected<LayerPlan> frozen(bool freeze, const std::string& part) const {
        LayerPlan plan = m_layer;
        const auto parts = partNames(plan);
        if (!part.empty() && std::ranges::find(parts, part) == parts.end())
            return failure(noPart(plan, part));
        for (const std::string& name : parts)
            if (part.empty() ? !freeze || name != StatisticsPart : name == part)
                setFrozen(plan, name, freeze);
        return checked(std::move(plan), false);
    }

    const SharingPlan& m_plan;
    const LayerFactors& m_factors;
    const LayerPlan& m_layer;
};

/// Goes over the layers of an edit and gathers why some stay.
class PlanEditor {
public:
    PlanEditor(const SharingPlan& plan, std::span<const LayerFactors> layers, const PlanEdit& edit)
        : m_before(plan), m_layers(layers), m_edit(edit), m_result{plan, {}} {
        for (const PlanCell& cell : edit.cells) {
            m_chosen[cell.layer] |= taskBit(cell.task);
            m_tasks |= taskBit(cell.task);
        }
    }

    Expected<EditedPlan> result() {
        switch (m_edit.kind) {
        case PlanEditKind::Paste: paste(); break;
        case PlanEditKind::Preset: preset(); break;
        case PlanEditKind::Trunk: trunk(m_tasks); break;
        case PlanEditKind::Join:
            for (std::size_t i = 0; i <= last(); ++i)
                keep(i, editor(i).apply(PlanEditKind::Tie, m_tasks, m_edit.part));
            break;
        default:
            for (const auto& [layer, tasks] : m_chosen)
                keep(layer, editor(layer).apply(m_edit.kind, tasks, m_edit.part));
        }
        if (m_able == 0)
            return failure(m_result.kept.front());
        return std::move(m_result);
    }

private:
    LayerEdit editor(std::size_t layer) const { return {m_before, m_layers[layer], layer}; }
    std::size_t last() const { return m_chosen.rbegin()->first; }

    void keep(std::size_t layer, Expected<LayerPlan> edited) {
        if (edited) {
            m_result.plan.layers[layer] = std::move(*edited);
            ++m_able;
            return;
        }
        m_result.kept.push_back(std::move(edited.error()));
        m_result.kept.back().path = m_before.layers[layer].layer;
    }

    void trunk(TaskSet tasks) {
        for (std::size_t i = 0; i < m_layers.size(); ++i)
            keep(i, editor(i).apply(i <= last() ? PlanEditKind::Tie : PlanEditKind::Separate, tasks,
                                    m_edit.part));
    }

    void paste() {
        std::size_t next = 0;
        for (const auto& [layer, tasks] : m_chosen) {
            const LayerPlan& row = m_edit.rows[next++ % m_edit.rows.size()];
            const auto from = std::ranges::find(m_layers, row.layer, &LayerFactors::layer);
            keep(layer, editor(layer).like(row, from == m_layers.end() ? m_layers[layer] : *from));
        }
    }

    void preset() {
        if (m_edit.preset == PlanPreset::Tree)
            return trunk(allTasks(m_before.taskCount()));
        for (std::size_t i = 0; i < m_layers.size(); ++i)
            keep(i, presetOf(i));
    }

    Expected<LayerPlan> presetOf(std::size_t layer) const {
        using enum SharingState;
        const LayerEdit edit = editor(layer);
        switch (m_edit.preset) {
        case PlanPreset::PerTaskCores: return edit.inState(FactorsShared);
        case PlanPreset::MergedCores: return edit.inState(Merged);
        case PlanPreset::MergedByProduct: return edit.inState(MergedByProduct);
        case PlanPreset::EncoderShared:
            return edit.inState(m_layers[layer].layer.starts_with("enc") ? Tied : Separate);
        case PlanPreset::OwnNorms: return edit.ownNorms();
        case PlanPreset::AllSingle: return edit.inState(Separate);
        case PlanPreset::HardSharing:
        case PlanPreset::Tree: break;
        }
        return edit.inState(Tied);
    }

    const SharingPlan& m_before;
    std::span<const LayerFactors> m_layers;
    const PlanEdit& m_edit;
    EditedPlan m_result;
    std::map<std::size_t, TaskSet> m_chosen;
    TaskSet m_tasks = 0;
    int m_able = 0;
};

/// What keeps an edit from being one of this plan, whatever its layers can be.
std::optional<Problem> checkEdit(const SharingPlan& plan, const PlanEdit& edit) {
    const bool needsCells = edit.kind != PlanEditKind::Preset || edit.preset == PlanPreset::Tree;
    const bool outside = std::ranges::any_of(edit.cells, [&](const PlanCell& cell) {
        return cell.layer >= plan.layers.size() || cell.task < 0 || cell.task >= plan.taskCount();
    });
    if (outside || plan.layers.empty() || (needsCells && edit.cells.empty()))
        return Problem{"plan_edit.cells", "", outside ? "cells of another network" : "no cell",
                       "cells of this network", ""};
    const auto fits = [&](const LayerPlan& row) {
        const auto whole = [&](const Partition& p) { return isPartition(p, plan.taskCount()); };
        return row.partitions.size() == row.factors.size() && (!row.hasBias() || whole(row.bias))
               && whole(row.norm) && std::ranges::all_of(row.partitions, whole);
    };
    if (edit.kind == PlanEditKind::Paste
        && (edit.rows.empty() || !std::ranges::all_of(edit.rows, fits)))
        return Problem{"plan_edit.rows", "", edit.rows.empty() ? "nothing copied" : "other tasks",
                       "rows that were copied from a plan of these tasks", ""};
    const auto hasPart = [&](const LayerPlan& layer) {
        const auto parts = partNames(layer);
        return std::ranges::find(parts, edit.part) != parts.end();
    };
    if (!edit.part.empty() && std::ranges::none_of(plan.layers, hasPart))
        return Problem{"plan_edit.part", "", "\"" + edit.part + "\"", "a factor of these layers",
                       ""};
    return std::nullopt;
}

} // namespace

std::vector<PlanCell> cellsOf(std::span<const std::size_t> layers, TaskSet tasks) {
    std::vector<PlanCell> cells;
    for (const std::size_t layer : layers)
        for (const int task : tasksOf(tasks))
            cells.push_back({layer, task});
    return cells;
}

Expected<EditedPlan> editedPlan(const SharingPlan& plan, std::span<const LayerFactors> layers,
                                const PlanEdit& edit) {
    if (auto problem = checkEdit(plan, edit))
        return failure(std::move(*problem));
    return PlanEditor(plan, layers, edit).result();
}

PlanEditKind editFor(SharingState state) {
    switch (state) {
    case SharingState::Tied: return PlanEditKind::Tie;
    case SharingState::Merged: return PlanEditKind::Merge;
    case SharingState::MergedByProduct: return PlanEditKind::MergeByProduct;
    case SharingState::FactorsShared: return PlanEditKind::ShareFactors;
    case SharingState::Separate: break;
    }
    return PlanEditKind::Separate;
}

std::string_view presetName(PlanPreset preset) {
    return presetNames[static_cast<std::size_t>(preset)];
}

} // namespace concertina
