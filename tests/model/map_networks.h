// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/backbones/backbone.h"
#include "core/model/heads.h"
#include "core/model/network_design.h"
#include "core/values/field.h"
#include "tests/model/test_catalogue.h"

#include <string>
#include <vector>

namespace concertina::testing {

/// The real SegNet and U-Net, of narrow stages.
inline LayerGraph realBackbone(const BackboneInfo& backbone, Json options = Json::object()) {
    if (!options.contains("width"))
        options["width"] = 0.125;
    return backbone.build(completeOptions(backbone, options), 64, 96).graph;
}

/// Tasks "a", "b", …
inline std::vector<std::string> mapTasks(int count) {
    std::vector<std::string> names;
    for (int task = 0; task < count; ++task)
        names.push_back(std::string(1, static_cast<char>('a' + task % 26))
                        + (task < 26 ? "" : std::to_string(task / 26)));
    return names;
}

/// A backbone whose last node the tasks' heads stand on, in the test catalogue's kernels.
inline NetworkDesign mapNetwork(LayerGraph graph, const std::vector<std::string>& tasks,
                                std::vector<std::string> rules = {"*: tied"},
                                const std::string& kernels = "factored") {
    static const Catalogue catalogue = testCatalogue();
    GraphBuilder builder(std::move(graph));
    const Feature out{.name = "out", .node = static_cast<int>(builder.graph().nodes.size()) - 1};
    for (std::size_t task = 0; task < tasks.size(); ++task) {
        builder.startHead(static_cast<int>(task));
        builder.output(
            plainHead(builder, {.task = tasks[task], .features = {&out, 1}, .outputs = 2}));
    }
    NetworkSpec network;
    network.kernels = {{"*", {kernels, Json::object()}}};
    network.sharing = std::move(rules);
    return designLayers(builder.take(), tasks, network, catalogue).design;
}

} // namespace concertina::testing
