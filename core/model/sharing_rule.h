// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// The four named ways in which tasks share a layer, in the order in which a click goes.
enum class SharingState {
    Tied,            ///< everything one group
    Merged,          ///< own cores, averaged into one kernel; the rest one group (merged cores)
    FactorsShared,   ///< own cores, norms and biases, the other factors one group (per-task cores)
    Separate,        ///< all own
    MergedByProduct, ///< as merged, but the own cores are multiplied, in the order of the tasks
};

/// "tied", "merged", "factors shared", "separate", "merged by product".
std::string_view stateName(SharingState state);

/// One rule of a sharing plan, as it stands in a spec:
///
///     enc*: merged
///     enc2*: merged by product
///     dec3.*: {segmentation, depth} | {normal} separate
///     dec1.2: M {segmentation} | {depth, normal}
///     enc1*: freeze
///     enc2.1: unfreeze M
///     enc1*: rest
///
/// that is: a pattern of layer names, a colon, and either a named state, optionally behind the
/// groups that stand where the state says "own", or the name of one factor (or `bias`, `norm`)
/// and its groups, or a freeze of everything or of one factor. Freezing takes factors, biases and
/// norms; `freeze statistics` lets norms normalize by their running statistics, which stay too, and
/// `rest` does both.
struct SharingRule {
    std::string layers;
    std::optional<SharingState> state; ///< none: the rule sets `factor` alone
    std::string factor;
    std::vector<std::vector<std::string>> groups; ///< names of tasks; empty: each task its own
    std::optional<bool> frozen{}; ///< freezes `factor` or lets it move; empty: all of the layer
    bool rests = false;           ///< freezes the norms' statistics with it

    bool operator==(const SharingRule&) const = default;
};

/// Problems have the code "sharing.syntax" and an empty path.
Expected<SharingRule> parseSharingRule(std::string_view text);

/// The text that reads back as the same rule.
std::string toText(const SharingRule& rule);

} // namespace concertina
