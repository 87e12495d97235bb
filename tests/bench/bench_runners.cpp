// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapsed_network.h"
#include "core/exports/agreement.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/onnx_bytes.h"
#include "core/exports/onnxruntime_reader.h"
#include "core/exports/samples.h"
#include "core/prediction/predictor.h"
#include "core/quantization/quantize.h"
#include "core/runners/runner.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "tests/bench/bench.h"
#include "tests/bench/training_setup.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

namespace concertina::bench {

namespace {

constexpr int rounds = 15;
constexpr int warmUps = 3; // TorchScript looks at two runs before it optimizes
const Progress silent = [](double, const std::string&) {};

/// A folder in the place of the user's, so that what was measured before is not taken.
class OwnCache {
public:
    OwnCache() : m_folder(std::filesystem::temp_directory_path() / "concertina-bench-cache") {
        std::filesystem::remove_all(m_folder);
        setenv("XDG_CACHE_HOME", m_folder.c_str(), 1);
    }
    OwnCache(const OwnCache&) = delete;
    OwnCache& operator=(const OwnCache&) = delete;
    ~OwnCache() {
        unsetenv("XDG_CACHE_HOME");
        std::filesystem::remove_all(m_folder);
    }

private:
    std::filesystem::path m_folder;
};

/// What one runner takes for an image or a batch; none where it can't run the network, or is wrong.
struct Timed {
    const RunnerEntry* entry = nullptr;
    NetworkRun run{};
    std::vector<double> milliseconds{};
};

/// All runners in a precision, in turns.
std::vector<Timed> timedRunners(const CollapsedNetwork& network, const torch::Tensor& images,
                                Precision precision) {
    const auto expected = network.forward(images, {});
    std::vector<Timed> all;
    for (const RunnerEntry* entry : runners()) {
        if (!std::ranges::count(entry->precisions, precision))
            continue;
        auto run = entry->open(network, precision);
        auto found = run ? (*run)(images) : failure(run.error());
        for (int i = 0; found && i < warmUps; ++i)
            found = (*run)(images);
        if (found
            && (precision == Precision::Bfloat16
                || agreement(network, expected, *found, entry->label).agrees))
            all.push_back({entry, std::move(*run)});
    }
    for (int i = 0; i < rounds; ++i)
        for (Timed& each : all)
            each.milliseconds.push_back(1e3
                                        * seconds([&] { static_cast<void>(each.run(images)); }));
    return all;
}

double timeOf(const std::vector<Timed>& all, const std::string& id) {
    const auto found = std::ranges::find(all, id, [](const Timed& each) { return each.entry->id; });
    return found == all.end() ? 0 : median(found->milliseconds);
}

/// Each runner ÷ TorchScript as it is loaded, and in bfloat16 ÷ itself in float32.
void addRatios(const std::vector<Timed>& single, const std::vector<Timed>& half,
               const std::string& where, std::vector<Figure>& figures) {
    const double eager = timeOf(single, "torchscript");
    for (const Timed& each : single) {
        const double own = median(each.milliseconds);
        figures.push_back({each.entry->label + ", float32" + where, own, "ms", ""});
        if (eager > 0 && each.entry->id != "torchscript")
            figures.push_back(
                {each.entry->label + " / TorchScript" + where, own / eager, "ratio", ""});
    }
    for (const Timed& each : half)
        if (const double beside = timeOf(single, each.entry->id); beside > 0)
            figures.push_back({each.entry->label + ", bfloat16 / float32" + where,
                               median(each.milliseconds) / beside, "ratio",
                               hasBfloat16() ? "<=0.75" : ""});
}

/// What ONNX Runtime takes for an image in 8 bits ÷ in float32; nothing where it is not there.
void addQuantized(const CollapsedNetwork& network, const torch::Tensor& image,
                  const std::string& where, std::vector<Figure>& figures) {
    if (!hasOnnxRuntime())
        return;
    const auto quantized = quantize(network, image, {});
    TORCH_CHECK(quantized.has_value(), "a network in 8 bits");
    const auto opened = [](const CollapsedNetwork& one) {
        return openByOnnxRuntime(*onnxBytes(one), ExportedImage, outputNames(one));
    };
    const auto whole = opened(network), small = opened(quantized->network);
    TORCH_CHECK(whole.has_value() && small.has_value(), "sessions of ONNX Runtime");
    figures.push_back({onnxRuntimeName() + ", int8 / float32" + where,
                       ratio([&] { static_cast<void>((*small)(image)); },
                             [&] { static_cast<void>((*whole)(image)); }, 2 * rounds),
                       "ratio", ""});
}

std::vector<Figure> runnerFigures(const ExperimentSpec& spec, const std::string& where) {
    const torch::NoGradGuard noGrad;
    const OwnCache cache;
    const FixedStep fixed(spec);
    const Checkpoint about{.spec = spec, .targets = fixed.data.targets};
    const CollapsedNetwork network = fold(fixed.learner.network(), about);
    const torch::Tensor image = madeSamples(1, spec.data.height, spec.data.width).images;
    const auto single = timedRunners(network, image, Precision::Float32);
    const auto half = timedRunners(network, image, Precision::Bfloat16);
    TORCH_CHECK(!single.empty(), "no runner is right");
    const Timed& best = *std::ranges::min_element(
        single, {}, [](const Timed& each) { return median(each.milliseconds); });
    // Measured and chosen anew, as Predict does.
    const auto predictor =
        Predictor(about, fixed.learner.network(), true).byQuickest(IfNotKept::Measure, silent, {});
    TORCH_CHECK(predictor.has_value(), "the predictor of a bench");
    for (int i = 0; i < warmUps; ++i)
        predictor->outputs(image);
    std::vector<Figure> figures{
        {"predict by " + predictor->runner() + " / best, " + best.entry->label + where,
         ratio([&] { predictor->outputs(image); }, [&] { static_cast<void>(best.run(image)); },
               2 * rounds),
         "ratio", "<=1.05"}};
    addRatios(single, half, where, figures);
    addQuantized(network, image, where, figures);
    return figures;
}

std::vector<Figure> runnerTimes() {
    std::vector<Figure> figures =
        runnerFigures(specFor(Size::Quarter, "plain", "*: tied"), " (SegNet 1/4, 288x384)");
    ExperimentSpec dense = resNetSpec("plain", "*: tied");
    dense.data.height = dense.data.width = 256;
    dense.network.backbone.options["output_stride"] = "16";
    for (Figure& figure : runnerFigures(dense, " (ResNet-18 dense, 256x256)"))
        figures.push_back(std::move(figure));
    return figures;
}

} // namespace

std::span<const Bench> runnerBenches() {
    static const std::array all{
        Bench{"runners", "an image as it is predicted ÷ the best runner; runners side by side",
              runnerTimes}};
    return all;
}

} // namespace concertina::bench
