// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_difference.h"
#include "core/values/problem.h"
#include "core/values/report.h"
#include "core/values/spec.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

namespace concertina {

/// One of two networks that are compared: a collapsed network's file, the network of a checkpoint,
/// or a plan.
struct ComparedSide {
    std::string name;                     ///< for people
    std::filesystem::path file{};         ///< a collapsed network; empty: none
    std::filesystem::path checkpoint{};   ///< empty: none
    bool expanded = false;                ///< the checkpoint's network as it trains, not collapsed
    SharedDesign plan{};                  ///< where there is neither
    std::optional<ExperimentSpec> spec{}; ///< whose validation images it can be given
};

struct ComparisonRequest {
    ComparedSide left, right;
    int images = 4; ///< at most: of the left spec's validation split, else of the right one's; made
                    ///< ones where neither can be read
};

/// Both networks side by side: structure; tensors that stand at the same place; and, where both
/// have the same tasks, size and normalization, what every node gives for the same images, in
/// float32, each network by its own pooling windows. Problems of `loadCollapsed` and
/// `loadNetwork`; "stopped".
Expected<NetworkDifference> compareNetworks(const ComparisonRequest& request,
                                            const Progress& progress, const std::stop_token& stop);

} // namespace concertina
