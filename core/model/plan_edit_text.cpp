// SPDX-License-Identifier: GPL-3.0-or-later
// An edit in words.
#include "core/model/plan_cells.h"

#include "core/model/sharing_edit.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

std::string_view verbOf(PlanEditKind kind) {
    switch (kind) {
    case PlanEditKind::Tie: return "tie";
    case PlanEditKind::Merge: return "merge";
    case PlanEditKind::MergeByProduct: return "merge by product";
    case PlanEditKind::ShareFactors: return "share factors of";
    case PlanEditKind::Separate: return "separate";
    case PlanEditKind::Split: return "split";
    case PlanEditKind::Freeze: return "freeze";
    case PlanEditKind::Unfreeze: return "unfreeze";
    case PlanEditKind::Next: return "next state of";
    case PlanEditKind::Trunk: return "trunk up to";
    case PlanEditKind::Join: return "join up to";
    case PlanEditKind::Paste: return "paste into";
    case PlanEditKind::Preset: break;
    }
    return "preset";
}

/// Whether it is of layers as a whole, whichever of their tasks are chosen.
bool isOfLayers(PlanEditKind kind) {
    return kind == PlanEditKind::Freeze || kind == PlanEditKind::Unfreeze
           || kind == PlanEditKind::Next || kind == PlanEditKind::Paste;
}

} // namespace

std::string editText(const PlanEdit& edit, const SharingPlan& plan) {
    std::vector<std::size_t> layers;
    TaskSet tasks = 0;
    for (const PlanCell& cell : edit.cells) {
        layers.push_back(cell.layer);
        tasks |= taskBit(cell.task);
    }
    std::ranges::sort(layers);
    layers.erase(std::ranges::unique(layers).begin(), layers.end());
    std::string text(verbOf(edit.kind));
    if (edit.kind == PlanEditKind::Preset) {
        text += " " + std::string(presetName(edit.preset));
        return edit.preset == PlanPreset::Tree && !layers.empty()
                   ? text + " at " + plan.layers[layers.back()].layer
                   : text;
    }
    if (layers.empty())
        return text;
    const bool upTo = edit.kind == PlanEditKind::Trunk || edit.kind == PlanEditKind::Join;
    const std::string where = upTo ? plan.layers[layers.back()].layer
                                   : join(layerPatterns(plan.layerNames(), layers), ", ");
    std::string what = edit.part;
    if (!isOfLayers(edit.kind) && tasks != allTasks(plan.taskCount()))
        what +=
            (what.empty() ? "" : " of ") + join(groupNames({{tasks}}, plan.tasks).front(), ", ");
    if (what.empty())
        return text + " " + where;
    return upTo ? text + " " + where + ": " + what : text + " " + what + " in " + where;
}

} // namespace concertina
