// SPDX-License-Identifier: GPL-3.0-or-later
// What the fakes answer to Compare's tables.
#include "tests/ui/compare_testing.h"

#include <utility>

namespace concertina::testing {

void FakePredictions::difference(const NetworkPick& left, const NetworkPick& right,
                                 Reply<NetworkDifference> reply) {
    const auto said = [](const NetworkPick& pick) {
        return QString::fromStdString(pick.file.empty() ? pick.run : pick.file)
               + (pick.expanded ? QStringLiteral(" expanded") : QString());
    };
    answer<NetworkDifference>(
        QStringLiteral("difference %1, %2").arg(said(left), said(right)), std::move(reply), [] {
            // Image, one, two; the right one has a layer of stride 2 more, and another "one".
            NetworkOutline here{.name = "left", .form = "collapsed", .tasks = {"depth"}};
            here.program.instructions = {{.op = Op::Input, .name = "image/depth"},
                                         {.op = Op::Conv, .name = "one/depth", .inputs = {0}},
                                         {.op = Op::Relu, .name = "one.relu/depth", .inputs = {1}}};
            here.program.outputs = {2};
            NetworkOutline there = here;
            there.program.instructions[1].attributes = Convolving{.stride = 2};
            here.program.instructions[1].attributes = Convolving{};
            there.program.instructions.push_back(
                {.op = Op::Conv, .name = "two/depth", .inputs = {2}, .attributes = Convolving{}});
            there.program.outputs = {3};
            NetworkDifference made = structuralDifference(here, there);
            made.images = "4 made images";
            made.nodes[1].tensors = {{.left = "one/kernel/depth",
                                      .right = "one/kernel/depth",
                                      .maxAbs = 0.5,
                                      .relativeNorm = 0.125}};
            return made;
        });
}

void FakePredictions::precisions(const RunId& run, Reply<PrecisionsReport> reply) {
    answer<PrecisionsReport>(
        QStringLiteral("precisions %1").arg(QString::fromStdString(run)), std::move(reply), [] {
            return PrecisionsReport{
                .metrics = {{"segmentation", {"miou", "mIoU", "", true, 3}},
                            {"depth", {"abs_err", "absolute error", "m", false, 3}}},
                .precisions = {{"float32", 1.48e6, {0.412, 0.672}},
                               {"float16", 7.4e5, {0.412, 0.672}},
                               {"bfloat16", 7.4e5, {0.410, 0.675}},
                               {"int8", 3.8e5, {0.4099, 0.6754}}},
                .images = 32,
                .layers = {{"enc1.1", -0.81, 0.92, 14.2, 0.0081, 0.0213},
                           {"dec1.1", -0.4, 0.3, 3.1, 0.0064, 0.0071}}};
        });
}

void FakePredictions::runnerTimes(const RunId& run, Reply<RunnerTimes> reply) {
    answer<RunnerTimes>(
        QStringLiteral("runners %1").arg(QString::fromStdString(run)), std::move(reply), [] {
            return RunnerTimes{.network = "rooms-demo",
                               .height = 96,
                               .width = 128,
                               .threads = 2,
                               .rows = {{"Concertina", "float32", 1, 3.21, 3.6, 4.2e6},
                                        {"TorchScript, frozen", "float32", 1, 2.5, 2.9, 4.1e6},
                                        {.runner = "OpenCV (cv::dnn)",
                                         .precision = "float32",
                                         .batch = 1,
                                         .why = "unpooling to odd sizes is not known to it"},
                                        {"Concertina", "float32", 8, 2.8, 3.1, 3.1e7}}};
        });
}

} // namespace concertina::testing
