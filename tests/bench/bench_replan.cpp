// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/plan_change.h"
#include "core/model/validate.h"
#include "core/training/checkpoint.h"
#include "tests/bench/bench.h"
#include "tests/bench/training_setup.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace concertina::bench {

namespace {

/// SegNet at width 1, whose kernels are the largest, after two steps: Adam has its moments.
ExperimentSpec wideSpec(const std::string& parametrization) {
    ExperimentSpec spec = specFor(Size::Compact, parametrization, "*: tied");
    spec.network.backbone = {"segnet", Json{{"width", 1.0}}};
    spec.data.height = 96;
    spec.data.width = 128;
    spec.train.batch = 1;
    return withCompleteOptions(spec, catalogue());
}

/// The seconds that the last of some changes takes between two steps: design and network, without
/// checkpoint and record.
double changeSeconds(const FixedStep& fixed, const ExperimentSpec& spec,
                     std::vector<std::string> rules) {
    NetworkSpec network = spec.network;
    Network now = fixed.learner.network().replanned(fixed.learner.network().design()).value();
    double last = 0;
    for (const std::string& rule : rules)
        last = seconds([&] {
            network = withPlanChange(network, {0, {rule}}, now.design(), catalogue()).value();
            now = now.replanned(designAfter(network, network.planChanges.size(), now.design(),
                                            catalogue()))
                      .value();
        });
    return last;
}

double medianChange(const FixedStep& fixed, const ExperimentSpec& spec,
                    const std::vector<std::string>& rules) {
    std::vector<double> times;
    for (int round = 0; round < 5; ++round)
        times.push_back(1e3 * changeSeconds(fixed, spec, rules));
    return median(std::move(times));
}

double checkpointSeconds(const FixedStep& fixed, const ExperimentSpec& spec) {
    const auto file = std::filesystem::temp_directory_path() / "concertina-bench.safetensors";
    const double time = seconds([&] {
        static_cast<void>(saveCheckpoint(file, {.spec = spec,
                                                .plan = fixed.learner.network().design().plan,
                                                .targets = fixed.data.targets,
                                                .tensors = trainingState(fixed.learner.network())}));
    });
    std::filesystem::remove(file);
    return time;
}

std::vector<Figure> replanning() {
    const ExperimentSpec spec = wideSpec("plain");
    FixedStep fixed(spec);
    fixed();
    fixed();
    std::vector<std::string> layers;
    for (const LayerPlan& layer : fixed.learner.network().design().plan.layers)
        layers.push_back(layer.layer);
    std::vector<Figure> figures;
    const auto add = [&](const std::string& name, double value, const char* goal) {
        figures.push_back({name, value, "ms", goal});
    };
    const std::string& wide = layers[layers.size() / 2];
    add("split the decoder's last stage", medianChange(fixed, spec, {"dec1*: separate"}), "<=50");
    add("split one of the widest layers", medianChange(fixed, spec, {wide + ": separate"}), "<=50");
    add("tie it again", medianChange(fixed, spec, {wide + ": separate", wide + ": tied"}), "<=50");
    add("freeze the encoder", medianChange(fixed, spec, {"enc*: freeze"}), "<=50");
    add("split everything", medianChange(fixed, spec, {"*: separate"}), "");
    double slowest = 0;
    for (const std::string& layer : layers)
        slowest = std::max(slowest, changeSeconds(fixed, spec, {layer + ": kernel factored"}));
    figures.push_back({"the slowest layer's kernel factored by SVD", slowest, "s", "<=2"});
    figures.push_back({"the checkpoint before a change", checkpointSeconds(fixed, spec), "s", ""});
    return figures;
}

} // namespace

std::span<const Bench> replanBenches() {
    static const std::array all{
        Bench{"replan", "changes of the plan between two steps, on SegNet at width 1", replanning}};
    return all;
}

} // namespace concertina::bench
