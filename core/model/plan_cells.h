// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_plan.h"

#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// What one task has of one layer.
struct PlanCell {
    std::size_t layer = 0; ///< of the plan
    int task = 0;

    auto operator<=>(const PlanCell&) const = default;
};

/// Cells of each layer × each task of a set, in their order.
std::vector<PlanCell> cellsOf(std::span<const std::size_t> layers, TaskSet tasks);

/// What an edit does to the chosen tasks of each of its layers; others keep what they have.
/// A merged layer has one kernel for all tasks: what would take some of them out of it, or put some
/// others into it, leaves the layer as it is.
enum class PlanEditKind {
    Tie,            ///< the groups that they are in become one; never parts anything
    Merge,          ///< a core each, and one kernel that is the mean
    MergeByProduct, ///< the same by product
    ShareFactors,   ///< core, bias and norm each, the other factors tied
    Separate,       ///< everything each
    Split,          ///< away from the others, with what they share; never joins anything
    Freeze,         ///< factors, bias and norm; whose they are does not matter
    Unfreeze,       ///< these, and the statistics of norms
    Next,           ///< the layer's next named state; of one part: tied or each task's own
    Trunk,          ///< tied up to the last of its layers, separate behind it
    Join,           ///< tied up to the last of its layers, so that they run together there
    Paste,          ///< layers become as the copied rows, which repeat
    Preset,         ///< of the whole network
};

enum class PlanPreset {
    HardSharing,  ///< all tied
    PerTaskCores, ///< factors shared
    MergedCores,  ///< merged by mean
    MergedByProduct,
    Tree,          ///< tied up to the last layer of the cells, separate behind it
    EncoderShared, ///< layers "enc…" tied, others separate
    OwnNorms,      ///< tied but for the norms, of which each task has its own
    AllSingle,     ///< separate
};

/// One thing that a person asks of a plan.
struct PlanEdit {
    PlanEditKind kind = PlanEditKind::Tie;
    std::vector<PlanCell> cells;
    std::string part{}; ///< Tie, Separate, Split, Freeze, Unfreeze, Next, Trunk, Join: one factor,
                        ///< "bias" or "norm" alone; empty: all of a layer
    std::vector<LayerPlan> rows{}; ///< Paste: copied rows, of layers of this network
    PlanPreset preset = PlanPreset::HardSharing;

    bool operator==(const PlanEdit&) const = default;
};

struct EditedPlan {
    SharingPlan plan; ///< equal to the one before where it was so already
    Problems kept;    ///< why layers stayed as they were; the path is the layer's name
};

/// The plan after an edit. What a layer is frozen in stays frozen, and what it cannot be it does
/// not become: it stays, with a reason. Problems: "plan_edit.cells" (none, or of no layer or task),
/// "plan_edit.part" (a factor that no layer has), "plan_edit.rows" (nothing to paste, or rows of
/// other tasks), and where no layer could be changed the first reason: those of `checkPlan` and of
/// a state's rule (`resolvePlan`), "plan_edit.merged", "plan_edit.no_part",
/// "plan_edit.other_factors".
Expected<EditedPlan> editedPlan(const SharingPlan& plan, std::span<const LayerFactors> layers,
                                const PlanEdit& edit);

/// The edit in words, for undo: "tie segmentation, depth in dec1.*", "freeze M in enc*".
std::string editText(const PlanEdit& edit, const SharingPlan& plan);

/// What puts a whole layer into a named state.
PlanEditKind editFor(SharingState state);

/// "hard sharing", "tree".
std::string_view presetName(PlanPreset preset);

} // namespace concertina
