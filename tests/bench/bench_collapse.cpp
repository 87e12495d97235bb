// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapse.h"
#include "core/collapse/collapsed_network.h"
#include "core/exports/export.h"
#include "core/exports/samples.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "tests/bench/bench.h"
#include "tests/bench/training_setup.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>

namespace concertina::bench {

namespace {

constexpr int rounds = 15;
constexpr int roundsOfWide = 5; // seconds each

/// One image through the collapsed network ÷ through the same convolutions with their norms, as
/// LibTorch runs them by itself.
std::vector<Figure> forwardFigures(Size size, const char* goal) {
    const torch::NoGradGuard noGrad;
    const ExperimentSpec spec = specFor(size, "plain", "*: tied");
    const FixedStep fixed(spec);
    const Network& network = fixed.learner.network();
    const ComposedNetwork composed = network.compose(false);
    const CollapsedNetwork compact = fold(network, {.spec = spec, .targets = fixed.data.targets});
    const torch::Tensor image = fixed.batch.images.narrow(0, 0, 1).contiguous();
    std::vector<double> expanded, collapsed, ratios, innermost;
    for (int i = 0; i <= (size == Size::Full ? roundsOfWide : rounds); ++i) {
        const double left = seconds([&] { compact.forward(image, {}); });
        const double right = seconds([&] { network.forward(composed, image, {}); });
        const double last = seconds([&] { compact.forward(image, predictionSettings()); });
        if (i == 0)
            continue;
        collapsed.push_back(1e3 * left);
        expanded.push_back(1e3 * right);
        ratios.push_back(left / right);
        innermost.push_back(last / right);
    }
    const std::string where = size == Size::Full ? " (width 1, 288x384)" : " (width 1/4, 288x384)";
    return {{"an image, expanded" + where, median(expanded), "ms", ""},
            {"an image, collapsed" + where, median(collapsed), "ms", ""},
            {"collapsed / expanded, both contiguous" + where, median(ratios), "ratio", ""},
            {"collapsed as it predicts / expanded" + where, median(innermost), "ratio", goal}};
}

std::vector<Figure> collapsedForward() {
    std::vector<Figure> figures = forwardFigures(Size::Full, "<=0.93");
    for (Figure& figure : forwardFigures(Size::Quarter, "<=0.66"))
        figures.push_back(std::move(figure));
    return figures;
}

/// After a step of Adam, which triples the file.
double writeCheckpoint(const std::filesystem::path& file) {
    ExperimentSpec spec = specFor(Size::Full, "plain", "*: separate");
    ExperimentSpec small = spec; // a step on small images: the weights are the same
    small.data.height = 96;
    small.data.width = 128;
    FixedStep fixed(small);
    fixed();
    const auto written = saveCheckpoint(file, {.spec = spec,
                                               .plan = fixed.learner.network().design().plan,
                                               .targets = fixed.data.targets,
                                               .step = 1,
                                               .tensors = trainingState(fixed.learner.network())});
    TORCH_CHECK(written.has_value(), toText(written.error()));
    return static_cast<double>(written->bytes) / 1048576;
}

/// SegNet of width 1, each of three tasks with kernels of its own, in a process of its own.
std::vector<Figure> collapsing() {
    const auto file = std::filesystem::temp_directory_path() / "concertina-bench.safetensors";
    const double megabytes = writeCheckpoint(file);
    std::vector<double> numbers;
    try {
        numbers = numbersOfChild(file.string());
    } catch (...) {
        std::filesystem::remove(file);
        throw;
    }
    std::filesystem::remove(file);
    return {{"the checkpoint of width 1, three tasks apart", megabytes, "MB", ""},
            {"collapse: read, fold, write", numbers.at(0), "s", "<=3"},
            {"collapse: peak memory / checkpoint", numbers.at(1) / megabytes, "ratio", "<=2"},
            {"collapse with timing both networks", numbers.at(2), "s", ""},
            {"the same: peak memory / checkpoint", numbers.at(3) / megabytes, "ratio", ""}};
}

/// The same network written in each format, and tried on four images by another program.
std::vector<Figure> exporting() {
    const torch::NoGradGuard noGrad;
    const ExperimentSpec spec = specFor(Size::Full, "plain", "*: separate");
    const FixedStep fixed(spec);
    const CollapsedNetwork network =
        fold(fixed.learner.network(), {.spec = spec, .targets = fixed.data.targets});
    const ExportSampleSource samples = [&] {
        return madeSamples(4, spec.data.height, spec.data.width);
    };
    const auto place = std::filesystem::temp_directory_path() / "concertina-bench-export";
    std::vector<Figure> figures;
    for (const ExportEntry* each : exports()) {
        std::filesystem::remove_all(place);
        const auto writer = networkWriter(place, {each->info.id}, samples);
        TORCH_CHECK(writer.has_value(), toText(writer.error()));
        std::string told;
        const double taken = seconds([&] {
            const auto written = (*writer)(network);
            // Windows of pooling flip in so large a network that has learned nothing.
            told = !written                ? "refused by " + written.error().code
                   : written->isVerified() ? "verified"
                                           : "not verified";
        });
        figures.push_back({each->info.label + ", " + told, taken, "s", "<=10"});
    }
    std::filesystem::remove_all(place);
    return figures;
}

} // namespace

int runCollapseChild(const std::string& checkpoint) {
    using Clock = std::chrono::steady_clock;
    const std::filesystem::path out = checkpoint + ".collapsed";
    const double idle = peakMegabytes();
    const auto start = Clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    double written = 0;
    double peak = 0;
    const auto report = collapse({.checkpoint = checkpoint, .write = networkWriter(out).value()},
                                 [&](double, const std::string& what) {
                                     if (!what.starts_with("timing"))
                                         return;
                                     written = passed();
                                     peak = peakMegabytes() - idle;
                                 },
                                 {});
    std::filesystem::remove(out);
    if (!report)
        return 1;
    std::printf("%f %f %f %f\n", written, peak, passed(), peakMegabytes() - idle);
    return 0;
}

std::span<const Bench> collapseBenches() {
    static const std::array all{
        Bench{"collapsed-forward", "an image through the collapsed network ÷ the expanded one",
              collapsedForward},
        Bench{"collapse", "time and memory of collapsing SegNet with three tasks apart",
              collapsing},
        Bench{"export", "the same network in each format, tried on four images", exporting}};
    return all;
}

} // namespace concertina::bench
