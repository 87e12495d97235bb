// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "tests/model/test_catalogue.h"

namespace concertina {

/// The test catalogue with parametrizations that adapt a kernel W that rests: "gated" (W, and each
/// task's D and gate s), "mixed" (W, a skill bank A that all share, and each task's mixture Z, one
/// for the whole network) and "behind" (W, and each task's T with a bias behind it; kept or not).
inline Catalogue adaptedCatalogue() {
    Catalogue catalogue = testCatalogue();
    const auto add = [&](const char* id, auto factors) -> ParametrizationInfo& {
        ParametrizationInfo& info = catalogue.parametrizations.emplace_back();
        info.id = id;
        info.label = id;
        info.help = "A method of the test catalogue.";
        info.source = "own";
        info.factors = factors;
        info.composeCost = [](const KernelShape&, const Json&) { return 0.0; };
        info.affine = [](const Json&) { return false; };
        return info;
    };
    const auto kernelOf = [](const KernelShape& kernel) {
        return FactorInfo{
            .name = "W",
            .shape = {kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width},
            .frozen = true};
    };
    const auto ofTask = [](const char* name, std::vector<std::int64_t> shape) {
        return FactorInfo{
            .name = name, .shape = std::move(shape), .core = true, .owner = FactorOwner::EachTask};
    };
    add("gated", [=](const KernelShape& kernel, const Json&) {
        FactorInfo gate = ofTask("s", {1});
        gate.meaning = FactorMeaning::Gate;
        return std::vector<FactorInfo>{kernelOf(kernel), ofTask("D", kernelOf(kernel).shape), gate};
    });
    add("mixed", [=](const KernelShape& kernel, const Json&) {
        FactorInfo mixture = ofTask("Z", {3});
        mixture.meaning = FactorMeaning::Mixture;
        mixture.network = true;
        return std::vector<FactorInfo>{
            kernelOf(kernel), {.name = "A", .shape = {3, kernel.out}}, mixture};
    });
    ParametrizationInfo& behind = add("behind", [=](const KernelShape& kernel, const Json&) {
        FactorInfo bias = ofTask("T.bias", {kernel.out});
        bias.bias = true;
        return std::vector<FactorInfo>{kernelOf(kernel),
                                       ofTask("T", {kernel.out, kernel.out, 1, 1}), bias};
    });
    behind.options = {{.path = "kept",
                       .type = FieldType::Boolean,
                       .defaultValue = true,
                       .label = "Kept",
                       .help = "Whether T runs in the collapsed network."}};
    behind.fragment = [](const KernelShape& kernel, const Json& options) {
        Fragment fragment = oneConvolution(kernel, 1);
        FragmentPart norm = std::move(fragment.parts.back());
        fragment.parts.back() = {.op = Op::Conv,
                                 .name = "after",
                                 .inputs = {0},
                                 .firstFactor = 1,
                                 .factorCount = 2,
                                 .biasFactor = true,
                                 .kernel = {.out = kernel.out, .in = kernel.out},
                                 .kept = options["kept"].get<bool>()};
        norm.inputs = {1};
        fragment.parts.push_back(std::move(norm));
        return fragment;
    };
    return catalogue;
}

/// The test spec with all its kernels made in one of these ways.
inline ExperimentSpec adaptedSpec(const std::string& parametrization,
                                  std::vector<std::string> sharing = {}) {
    ExperimentSpec spec = testSpec();
    spec.network.kernels = {{"*", {parametrization, Json::object()}}};
    spec.network.sharing = std::move(sharing);
    return spec;
}

/// Gates of the test spec's layers, as a run may have them at step 400: segmentation claims all of
/// them, depth enc1.1 alone, normals none.
inline FactorReadings gateReadings() {
    FactorReadings readings{400, {"segmentation", "depth", "normal"}};
    for (const char* layer : {"enc1.1", "enc2.1", "dec2.1", "dec1.1"})
        for (const std::string& task : readings.tasks) {
            const bool open =
                task == "segmentation" || (task == "depth" && std::string(layer) == "enc1.1");
            readings.copies.push_back({.layer = layer,
                                       .factor = "s",
                                       .tasks = {task},
                                       .values = {open ? 0.152 : 0.031},
                                       .threshold = 0.1,
                                       .open = open});
        }
    return readings;
}

/// Mixtures of three skills: normals are all of the third.
inline FactorReadings mixtureReadings() {
    FactorReadings readings{400, {"segmentation", "depth", "normal"}};
    const std::vector<std::vector<double>> shares{{0.25, 0.25, 0.5}, {0.6, 0.4, 0}, {0, 0, 1}};
    for (std::size_t t = 0; t < shares.size(); ++t)
        readings.copies.push_back({.meaning = FactorMeaning::Mixture,
                                   .factor = "Z",
                                   .tasks = {readings.tasks[t]},
                                   .values = shares[t],
                                   .part = "skill"});
    return readings;
}

} // namespace concertina
