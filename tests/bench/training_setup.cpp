// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/training_setup.h"

#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"

#include <cmath>

namespace concertina::bench {

namespace {

/// Steps are planned far ahead, so that the schedule does not matter.
constexpr int plannedSteps = 1'000'000;

RunData openData(const ExperimentSpec& spec) {
    auto data = openRunData(spec);
    TORCH_CHECK(data.has_value(), "the dataset of a bench");
    return std::move(*data);
}

Network newNetwork(const ExperimentSpec& spec, const RunData& data) {
    auto design = designNetwork(spec, catalogue(), headOutputs(spec, data.targets));
    TORCH_CHECK(design.problems.empty(), toText(design.problems));
    return Network(std::move(design.design), 1);
}

Batch firstBatch(const RunData& data) {
    Loader loader(data.training, data.maker, data.trainingPlan, {.end = 1});
    LoadedBatch loaded = loader.next();
    TORCH_CHECK(loaded.batch.has_value(), "the first batch of a bench");
    return std::move(*loaded.batch);
}

} // namespace

const char* sizeName(Size size) {
    return size == Size::Full      ? "width 1, 288x384, batch 2"
           : size == Size::Quarter ? "width 1/4, 288x384, batch 2"
                                   : "compact, 96x128, batch 8";
}

ExperimentSpec specFor(Size size, const std::string& parametrization, const std::string& sharing) {
    ExperimentSpec spec;
    const bool large = size != Size::Compact;
    spec.data.height = large ? 288 : 96;
    spec.data.width = large ? 384 : 128;
    spec.train.batch = large ? 2 : 8;
    spec.data.dataset = {"rooms", {{"train_size", large ? 4 : 16}, {"val_size", 1}}};
    spec.tasks = {{{"segmentation"}, 1.0}, {{"depth"}, 1.0}, {{"normal"}, 1.0}};
    spec.network.backbone = {"segnet", large ? Json{{"width", size == Size::Full ? 1.0 : 0.25}}
                                             : Json{{"channels", {16, 32, 64, 64}},
                                                    {"convolutions", {2, 2, 3, 3}}}};
    spec.network.kernels = {{"*", {parametrization}}};
    spec.network.sharing = {sharing};
    spec.train.steps = plannedSteps;
    spec.train.lr = 1e-3;
    return withCompleteOptions(spec, catalogue());
}

ExperimentSpec resNetSpec(const std::string& parametrization, const std::string& sharing) {
    ExperimentSpec spec = specFor(Size::Compact, parametrization, sharing);
    spec.data.height = spec.data.width = 224;
    spec.data.dataset.options["train_size"] = 8;
    spec.network.backbone = {"resnet18", {{"output_stride", "32"}}};
    return withCompleteOptions(spec, catalogue());
}

ExperimentSpec mobileNetSpec(const std::string& parametrization, const std::string& sharing) {
    ExperimentSpec spec = resNetSpec(parametrization, sharing);
    spec.network.backbone = {"mobilenet_v2", {{"output_stride", "32"}}};
    return withCompleteOptions(spec, catalogue());
}

std::vector<int> channelsOf(const ExperimentSpec& spec) {
    std::vector<int> channels;
    for (const Json& channel : spec.network.backbone.options["channels"])
        channels.push_back(static_cast<int>(std::lround(
            channel.get<double>() * spec.network.backbone.options["width"].get<double>())));
    return channels;
}

std::vector<int> convolutionsOf(const ExperimentSpec& spec) {
    return spec.network.backbone.options["convolutions"].get<std::vector<int>>();
}

FixedStep::FixedStep(const ExperimentSpec& spec)
    : data(openData(spec)),
      learner(spec, newNetwork(spec, data), makeTasks(spec, data.targets), plannedSteps, 1000),
      batch(firstBatch(data)) {}

} // namespace concertina::bench
