// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/costs.h"
#include "core/values/text.h"
#include "tests/bench/bench.h"
#include "tests/bench/stock_training.h"
#include "tests/bench/training_setup.h"

#include <array>
#include <memory>
#include <string_view>

namespace concertina::bench {

namespace {

constexpr int rounds = 9;
constexpr double tasks = 3;

std::vector<Figure> forBothSizes(const std::string& name, const std::string& goal,
                                 const std::function<double(Size)>& measure) {
    std::vector<Figure> figures;
    for (const Size size : {Size::Quarter, Size::Compact})
        figures.push_back({name + " (" + sizeName(size) + ")", measure(size), "ratio", goal});
    return figures;
}

double againstPlain(Size size, const char* parametrization, const char* sharing) {
    FixedStep ours(specFor(size, parametrization, sharing));
    FixedStep plain(specFor(size, "plain", "*: tied"));
    return ratio([&] { ours(); }, [&] { plain(); }, rounds);
}

int classesOf(const FixedStep& step) {
    return static_cast<int>(step.data.targets[0].classes.size());
}

std::vector<Figure> plainAgainstStock() {
    return forBothSizes("plain step / stock LibTorch", "<=1.03", [](Size size) {
        const ExperimentSpec spec = specFor(size, "plain", "*: tied");
        FixedStep ours(spec);
        StockTraining stock(
            stockSegNet(channelsOf(spec), convolutionsOf(spec), classesOf(ours)), spec.train.lr);
        return ratio([&] { ours(); }, [&] { stock.step(ours.batch); }, 2 * rounds);
    });
}

/// Arithmetic alone allows factored about 1.09.
std::vector<Figure> resNet() {
    const std::string size = " (ResNet-18, 224x224, batch 8)";
    const ExperimentSpec spec = resNetSpec("plain", "*: tied");
    FixedStep plain(spec);
    StockTraining stock(stockResNet18(classesOf(plain)), spec.train.lr);
    const double againstStock =
        ratio([&] { plain(); }, [&] { stock.step(plain.batch); }, rounds);
    FixedStep factored(resNetSpec("factored", "*: tied"));
    return {{"plain step / stock LibTorch" + size, againstStock, "ratio", "<=1.03"},
            {"factored, all tied / plain step" + size,
             ratio([&] { factored(); }, [&] { plain(); }, rounds), "ratio", "<=1.20"}};
}

/// Depthwise convolutions, norms and ReLU6 go through memory more than they compute.
std::vector<Figure> mobileNet() {
    const std::string size = " (MobileNetV2, 224x224, batch 8)";
    const ExperimentSpec spec = mobileNetSpec("plain", "*: tied");
    FixedStep plain(spec);
    StockTraining stock(stockMobileNetV2(classesOf(plain)), spec.train.lr);
    const double againstStock = ratio([&] { plain(); }, [&] { stock.step(plain.batch); }, rounds);
    ExperimentSpec innermost = spec;
    innermost.train.memoryFormat = MemoryFormat::ChannelsLast;
    FixedStep channelsLast(innermost);
    const double lastAgainstStock =
        ratio([&] { channelsLast(); }, [&] { stock.step(plain.batch); }, rounds);
    FixedStep factored(mobileNetSpec("factored", "*: tied"));
    return {{"plain step / stock LibTorch" + size, againstStock, "ratio", "<=1.03"},
            {"plain step, channels-last / stock LibTorch" + size, lastAgainstStock, "ratio", ""},
            {"factored, all tied / plain step" + size,
             ratio([&] { factored(); }, [&] { plain(); }, rounds), "ratio", ""}};
}

/// What precision and memory format make of the plain step, against the stock way (NCHW, float32).
std::vector<Figure> mixedPrecision() {
    std::vector<Figure> figures;
    for (const Size size : {Size::Full, Size::Quarter, Size::Compact})
        for (const Precision precision : {Precision::Float32, Precision::Bfloat16})
            for (const MemoryFormat format :
                 {MemoryFormat::Contiguous, MemoryFormat::ChannelsLast}) {
                ExperimentSpec spec = specFor(size, "plain", "*: tied");
                spec.train.precision = precision;
                spec.train.memoryFormat = format;
                FixedStep ours(spec);
                StockTraining stock(
                    stockSegNet(channelsOf(spec), convolutionsOf(spec), classesOf(ours)),
                    spec.train.lr);
                std::string goal; // MTAN's size, each precision in the format that suits it
                if (size == Size::Full && precision == Precision::Float32
                    && format == MemoryFormat::Contiguous)
                    goal = "<=0.90";
                if (size == Size::Full && precision == Precision::Bfloat16
                    && format == MemoryFormat::ChannelsLast)
                    goal = "<=0.60";
                figures.push_back({choiceName(precision) + ", " + choiceName(format)
                                       + " / stock LibTorch step (" + sizeName(size) + ")",
                                   ratio([&] { ours(); }, [&] { stock.step(ours.batch); },
                                         size == Size::Full ? 3 : rounds),
                                   "ratio", goal});
            }
    return figures;
}

std::vector<Figure> factoredTied() {
    return forBothSizes("factored, all tied / plain step", "<=1.10", [](Size size) {
        return againstPlain(size, "factored", "*: tied");
    });
}

/// Where composing is a good part of the deepest layers: what the choice of the contraction is
/// worth.
std::vector<Figure> contraction() {
    std::vector<Figure> figures;
    FixedStep plain(specFor(Size::Full, "plain", "*: tied"));
    for (const double rank : {1.0, 0.25})
        for (const Contraction contraction :
             {Contraction::Cheapest, Contraction::Compose, Contraction::Run}) {
            ExperimentSpec spec = specFor(Size::Full, "factored", "*: tied");
            spec.network.kernels.front().method.options["rank"] = rank;
            spec.network.contraction = contraction;
            FixedStep ours(spec);
            const bool goal = rank == 1.0 && contraction == Contraction::Cheapest;
            figures.push_back(
                {"factored, rank " + fixedText(rank, 2) + ", " + choiceName(contraction)
                     + " / plain step (" + sizeName(Size::Full) + ")",
                 ratio([&] { ours(); }, [&] { plain(); }, 3), "ratio", goal ? "<=1.10" : ""});
        }
    return figures;
}

std::vector<Figure> doConv() {
    return forBothSizes("do-conv, all tied / plain step", "<=1.15", [](Size size) {
        return againstPlain(size, "do-conv", "*: tied");
    });
}

std::vector<Figure> repVgg() {
    return forBothSizes("repvgg, all tied / plain step", "<=1.5", [](Size size) {
        return againstPlain(size, "repvgg", "*: tied");
    });
}

/// Composing a wide kernel is work of its own: no step is cheaper than its multiply–adds.
std::vector<Figure> expandTied() {
    std::vector<Figure> figures;
    for (const Size size : {Size::Quarter, Size::Compact}) {
        const ExperimentSpec spec = specFor(size, "expand", "*: tied");
        FixedStep expanded(spec);
        FixedStep plain(specFor(size, "plain", "*: tied"));
        const double floor =
            networkCosts(expanded.learner.network().design(), {.batch = spec.train.batch})
                .stepAgainstPlain;
        const std::string name = std::string(" (") + sizeName(size) + ")";
        figures.push_back({"expand, multiply–adds / plain's" + name, floor, "ratio", ""});
        figures.push_back({"expand, all tied / plain step" + name,
                           ratio([&] { expanded(); }, [&] { plain(); }, rounds), "ratio",
                           "<=" + std::to_string(1.15 * floor)});
        ExperimentSpec run = spec;
        run.network.contraction = Contraction::Run;
        FixedStep convolutions(run);
        figures.push_back({"expand, composed / run as three convolutions" + name,
                           ratio([&] { expanded(); }, [&] { convolutions(); }, 2), "ratio",
                           "<=0.15"});
    }
    return figures;
}

/// Reported, without a goal: 422 M weights.
std::vector<Figure> expandFull() {
    FixedStep expanded(specFor(Size::Full, "expand", "*: tied"));
    FixedStep plain(specFor(Size::Full, "plain", "*: tied"));
    return {{std::string("expand, all tied / plain step (") + sizeName(Size::Full) + ")",
             ratio([&] { expanded(); }, [&] { plain(); }, 2), "ratio", ""}};
}

std::vector<Figure> mergedSampled() {
    return forBothSizes("merged, sampled / plain step", "", [](Size size) {
        ExperimentSpec spec = specFor(size, "factored", "*: merged");
        spec.network.routing = Routing::Sampled;
        FixedStep ours(spec);
        FixedStep plain(specFor(size, "plain", "*: tied"));
        return ratio([&] { ours(); }, [&] { plain(); }, rounds);
    });
}

/// Nine images at the compact size, so that three tasks have three each, and six at the other.
std::vector<Figure> mergedPartitioned() {
    return forBothSizes("merged, partitioned, batches of 6, 9 / plain", "<=1.20", [](Size size) {
        const auto sized = [&](const char* parametrization, const char* sharing) {
            ExperimentSpec spec = specFor(size, parametrization, sharing);
            spec.train.batch = size == Size::Compact ? 9 : 6;
            spec.data.dataset.options["train_size"] = 18;
            return spec;
        };
        ExperimentSpec spec = sized("factored", "*: merged");
        spec.network.routing = Routing::Partitioned;
        FixedStep ours(spec);
        FixedStep plain(sized("plain", "*: tied"));
        return ratio([&] { ours(); }, [&] { plain(); }, rounds);
    });
}

std::vector<Figure> mergedExact() {
    const double floor = (1 + 2 * tasks) / 3;
    return forBothSizes("merged, exact / plain step", "<=" + std::to_string(1.10 * floor),
                        [](Size size) { return againstPlain(size, "factored", "*: merged"); });
}

/// Tasks whose features part have a network each: as much as training them one by one.
std::vector<Figure> factorsShared() {
    return forBothSizes("factors shared / plain steps of the tasks, one by one", "<=1.10",
                        [](Size size) {
                            FixedStep ours(specFor(size, "factored", "*: factors shared"));
                            std::vector<std::unique_ptr<FixedStep>> alone;
                            for (const TaskSpec& task : specFor(size, "plain", "*: tied").tasks) {
                                ExperimentSpec spec = specFor(size, "plain", "*: tied");
                                spec.tasks = {task};
                                alone.push_back(std::make_unique<FixedStep>(spec));
                            }
                            return ratio([&] { ours(); },
                                         [&] {
                                             for (const auto& step : alone)
                                                 (*step)();
                                         },
                                         rounds);
                        });
}

/// Each task's gradient apart is as exact routing: what only one task owns has one backward pass.
std::vector<Figure> balanced() {
    const double apart = 1.05 * (1 + 2 * tasks) / 3;
    std::vector<Figure> figures;
    for (const BalancingInfo& method : catalogue().balancings) {
        if (!method.weighs)
            continue;
        const bool measures = method.consumes == Consumes::Gramian;
        const auto measured =
            forBothSizes(method.id + " / equal weights",
                         measures ? "<=" + std::to_string(apart) : "", [&](Size size) {
                             ExperimentSpec spec = specFor(size, "plain", "*: tied");
                             FixedStep equal(spec);
                             spec.train.balancing = {method.id, completeOptions(method, {})};
                             FixedStep ours(spec);
                             return ratio([&] { ours(); }, [&] { equal(); }, rounds);
                         });
        figures.insert(figures.end(), measured.begin(), measured.end());
    }
    return figures;
}

/// A measurement ÷ a step, of which every 50th has one: what fifty steps take then ÷ without. Plain
/// steps are the shortest, so that it weighs most.
std::vector<Figure> conflictStep() {
    return forBothSizes("steps with conflict every 50 / without", "<=1.03", [](Size size) {
        FixedStep step(specFor(size, "plain", "*: tied"));
        const double measurement = ratio(
            [&] { static_cast<void>(step.learner.conflict(step.batch, step.number)); },
            [&] { step(); }, rounds);
        return 1 + measurement / 50;
    });
}

/// From the second epoch on, when all samples are in the cache: one epoch is gone through first.
std::vector<Figure> loaderStep() {
    return forBothSizes("step with loader / fixed batch", "<=1.08", [](Size size) {
        const ExperimentSpec spec = specFor(size, "plain", "*: tied");
        FixedStep fixed(spec);
        const std::int64_t epoch = fixed.data.trainingPlan.batchesPerEpoch();
        constexpr std::int64_t steps = 3; // a round
        Loader loader(fixed.data.training, fixed.data.maker, fixed.data.trainingPlan,
                      {.end = epoch + (rounds + 1) * steps, .threads = 1});
        for (std::int64_t i = 0; i < epoch; ++i)
            loader.next();
        return ratio(
            [&] {
                for (std::int64_t i = 0; i < steps; ++i) {
                    const LoadedBatch loaded = loader.next();
                    static_cast<void>(fixed.learner.step(*loaded.batch, fixed.number++));
                }
            },
            [&] {
                for (std::int64_t i = 0; i < steps; ++i)
                    fixed();
            },
            rounds);
    });
}

} // namespace

std::span<const Bench> stepBenches() {
    static const std::array all{
        Bench{"plain-step", "our plain training step ÷ the same network by hand",
              plainAgainstStock},
        Bench{"precision-step", "precisions and memory formats ÷ the network by hand",
              mixedPrecision},
        Bench{"resnet-step", "ResNet-18: plain ÷ the network by hand, factored ÷ plain", resNet},
        Bench{"mobilenet-step", "MobileNetV2: plain ÷ the network by hand, factored ÷ plain",
              mobileNet},
        Bench{"loader-step", "a step with the loader ÷ one on a fixed batch", loaderStep},
        Bench{"factored-step", "factored, all tied ÷ plain", factoredTied},
        Bench{"contraction-step", "factored at width 1, composed and run ÷ plain", contraction},
        Bench{"expand-step", "expand, all tied ÷ plain, and what arithmetic allows", expandTied},
        Bench{"expand-full-step", "expand at width 1 ÷ plain", expandFull},
        Bench{"do-conv-step", "do-conv, all tied ÷ plain", doConv},
        Bench{"conflict-step", "steps of which each 50th measures conflict ÷ without",
              conflictStep},
        Bench{"balancing-step", "a step with each balancing method ÷ one with equal weights",
              balanced},
        Bench{"repvgg-step", "repvgg, all tied ÷ plain", repVgg},
        Bench{"merged-step", "factored, merged, exact routing ÷ plain", mergedExact},
        Bench{"merged-sampled-step", "the same with sampled routing", mergedSampled},
        Bench{"merged-partitioned-step", "the same with partitioned routing", mergedPartitioned},
        Bench{"factors-shared-step", "factored, cores and norms of their own ÷ plain, task by task",
              factorsShared},
    };
    return all;
}

} // namespace concertina::bench
