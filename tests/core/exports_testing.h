// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/backbones/backbone.h"
#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/exports/export.h"
#include "core/exports/samples.h"
#include "core/model/validate.h"
#include "core/parametrizations/parametrization.h"
#include "core/training/run_data.h"
#include "tests/core/core_testing.h"

#include <QtGlobal>

#include <array>
#include <string>
#include <vector>

namespace concertina::testing {

/// A sixteenth of a backbone's width, for the three tasks of `tinySpec`.
inline ExperimentSpec exportSpec(const std::string& backbone, const std::string& parametrization,
                                 const std::vector<std::string>& rules, int height = 64,
                                 int width = 64) {
    ExperimentSpec spec = tinySpec();
    spec.data.height = height;
    spec.data.width = width;
    spec.network.backbone = {backbone, {{"width", 1.0 / 16}}};
    spec.network.kernels = {{"*", {parametrization}}};
    spec.network.sharing = rules;
    return withCompleteOptions(spec, catalogue());
}

/// Its network, with factors and norms that are all different.
inline Network scrambledNetwork(const ExperimentSpec& spec, const std::vector<TargetInfo>& targets,
                                std::uint64_t seed = 21) {
    const Problems problems = validate(spec, catalogue());
    if (!problems.empty())
        qFatal("%s", toText(problems).c_str());
    Network network(designNetwork(spec, catalogue(), headOutputs(spec, targets)).design, 1);
    scrambleFactors(network, seed);
    scrambleNorms(network, seed + 1);
    return network;
}

/// What it is collapsed to.
inline CollapsedNetwork exportedNetwork(const ExperimentSpec& spec) {
    const auto targets = openRunData(spec)->targets;
    return fold(scrambledNetwork(spec, targets), {.spec = spec, .targets = targets});
}

struct ExportCase {
    std::string backbone, parametrization, rule;

    std::string text() const { return backbone + ", " + parametrization + ", " + rule; }
};

/// Every backbone in each named state; every parametrization in one of the states that it can be
/// in, these and the backbones in turns; and norms that can't be folded.
inline std::vector<ExportCase> exportCases() {
    static const std::array<std::string, 4> rules{"*: tied", "*: factors shared", "*: merged",
                                                  "*: separate"};
    std::vector<ExportCase> cases;
    for (const BackboneInfo* backbone : backbones())
        for (const std::string& rule : rules)
            cases.push_back({backbone->id, "factored", rule});
    std::size_t turn = 0;
    for (const ParametrizationEntry* entry : parametrizations()) {
        const std::string& backbone = backbones()[turn % backbones().size()]->id;
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const std::string& rule = rules[(turn + i) % rules.size()];
            if (validate(exportSpec(backbone, entry->info.id, {rule}), catalogue()).empty()) {
                cases.push_back({backbone, entry->info.id, rule});
                break;
            }
        }
        ++turn;
    }
    cases.push_back({"mobilenet_v2", "factored", "*: norm {segmentation} | {depth} | {normal}"});
    return cases;
}

inline ExportSampleSource givenSamples(const torch::Tensor& images) {
    return [images] { return ExportSamples{images, "made images"}; };
}

} // namespace concertina::testing
