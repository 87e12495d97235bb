// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/training/trainer.h"
#include "core/values/presets.h"
#include "tests/bench/bench.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace concertina::bench {

namespace {

/// The real data of tests: $CONCERTINA_DATA, else beside the checkout.
std::filesystem::path realData() {
    const char* given = std::getenv("CONCERTINA_DATA");
    return given != nullptr ? std::filesystem::path(given)
                            : std::filesystem::path(CONCERTINA_SOURCE_DIR) / "../shared/data";
}

struct Trained {
    std::vector<MetricValue> metrics;
    double seconds = 0; ///< all of it, with opening data and validations
    double collapsedParameters = 0;

    double metric(const std::string& task, const std::string& name) const {
        for (const MetricValue& value : metrics)
            if (value.task == task && value.name == name)
                return value.value;
        return NAN;
    }
};

Trained trainPreset(const ExperimentSpec& spec) {
    struct Observer : RunObserver {
        double parameters = 0;
        void started(const StartEvent& event) override { parameters = event.collapsedParameters; }
    };
    const auto folder = std::filesystem::temp_directory_path()
                        / ("concertina-bench-" + std::to_string(getpid()));
    RunControl control;
    Observer observer;
    Trained trained;
    trained.seconds = seconds([&] {
        const auto result = train({.spec = spec, .checkpointFolder = folder}, control, observer);
        if (!result || result->problem)
            throw std::runtime_error(toText(result ? *result->problem : result.error()));
        trained.metrics = result->lastValidation;
    });
    trained.collapsedParameters = observer.parameters;
    std::filesystem::remove_all(folder);
    return trained;
}

std::vector<Figure> roomsDemo() {
    const Trained trained = trainPreset(presetNamed("rooms-demo"));
    return {{"rooms-demo: mIoU", trained.metric("segmentation", "miou"), "", ">=0.50"},
            {"rooms-demo: time", trained.seconds / 60, "min", "<=4"},
            {"rooms-demo: depth", trained.metric("depth", "abs_err"), "m", ""},
            {"rooms-demo: normals", trained.metric("normal", "mean_angle"), "degrees", ""}};
}

std::vector<Figure> compactFigures(const std::string& name, const Trained& trained, bool goals) {
    const auto goal = [&](const char* text) { return goals ? text : ""; };
    return {{name + ": mIoU", trained.metric("segmentation", "miou"), "", goal(">=0.12")},
            {name + ": depth", trained.metric("depth", "abs_err"), "m", goal("<=0.73")},
            {name + ": normals", trained.metric("normal", "mean_angle"), "degrees", goal("<=43")},
            {name + ": time", trained.seconds / 60, "min", goal("<=15")},
            {name + ": collapsed parameters", trained.collapsedParameters / 1e6, "M",
             goal("<=0.4")}};
}

ExperimentSpec compactSpec() {
    ExperimentSpec spec = presetNamed("nyuv2-compact");
    const auto folder = realData() / "nyuv2";
    if (!std::filesystem::exists(folder))
        throw std::runtime_error("no NYUv2 in " + folder.string() + " (set CONCERTINA_DATA)");
    spec.data.dataset.options["path"] = folder.string();
    return spec;
}

std::vector<Figure> nyuv2Compact() {
    return compactFigures("nyuv2-compact", trainPreset(compactSpec()), true);
}

/// The same network, plain, at the rate that suits it.
std::vector<Figure> nyuv2Plain() {
    ExperimentSpec spec = compactSpec();
    spec.network.kernels = {{"*", {"plain", Json::object()}}};
    spec.network.sharing = {"*: tied"};
    spec.train.lr = 2e-3;
    return compactFigures("nyuv2-compact, plain", trainPreset(spec), false);
}

} // namespace

ExperimentSpec presetNamed(std::string_view name) {
    const auto preset = std::ranges::find(presets(), name, &EmbeddedText::name);
    SpecReading reading = readSpecText(preset->text);
    if (!reading.problems.empty())
        throw std::runtime_error(toText(reading.problems));
    return withCompleteOptions(reading.spec, catalogue());
}

std::span<const Bench> presetBenches() {
    static const std::array all{
        Bench{"rooms-demo", "trains the demo: minutes and metrics", roomsDemo},
        Bench{"nyuv2-compact", "trains the preset on the real frames", nyuv2Compact},
        Bench{"nyuv2-plain", "the same, plain", nyuv2Plain},
    };
    return all;
}

} // namespace concertina::bench
