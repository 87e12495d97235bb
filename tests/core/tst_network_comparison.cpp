// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/network_comparison.h"
#include "core/tensor/torch.h"
#include "tests/core/exports_testing.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QFile>
#include <QTest>

#include <algorithm>

using namespace concertina;
using namespace concertina::testing;

namespace {

const Progress quiet = [](double, const std::string&) {};

ExperimentSpec segnet(double width = 1.0 / 16) {
    ExperimentSpec spec = exportSpec("segnet", "factored", {"*: merged"}, 32, 32);
    spec.network.backbone.options["width"] = width;
    return spec;
}

} // namespace

class NetworkComparisonTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    CollapsedNetwork m_network = exportedNetwork(segnet());

    ComparedSide sideOf(const char* name, const CollapsedNetwork& network) {
        const auto file = m_folder.filePath(QString::fromLatin1(name)).toStdString();
        [&] { QVERIFY(saveCollapsed(file, network).has_value()); }();
        return {.name = name, .file = file};
    }

    static NetworkDifference compared(const ComparedSide& left, const ComparedSide& right) {
        auto difference = compareNetworks({left, right, 2}, quiet, {});
        if (!difference)
            qFatal("%s", toText(difference.error()).c_str());
        return std::move(*difference);
    }

private Q_SLOTS:
    void equalFilesDifferInNothing() {
        const auto difference =
            compared(sideOf("a.safetensors", m_network), sideOf("b.safetensors", m_network));
        QVERIFY2(!difference.differs(), toText(difference, false).c_str());
        QCOMPARE(difference.begins(), -1);
        QCOMPARE(difference.images, std::string("2 made images"));
        for (const NodeDifference& node : difference.nodes)
            QCOMPARE(node.output.has_value(), node.left > 0); // all were compared but the image
    }

    void oneChangedTensorIsItsNodesAloneAndOutputsDifferFromThereOn() {
        CollapsedNetwork changed = m_network;
        const auto& instructions = changed.program.instructions;
        const auto conv = std::ranges::find_if(instructions, [](const Instruction& instruction) {
            return instruction.op == Op::Conv && instruction.name.starts_with("dec");
        });
        QVERIFY(conv != instructions.end());
        const auto kernel = static_cast<std::size_t>(conv->tensors.front());
        changed.tensors[kernel] = changed.tensors[kernel].clone();
        changed.tensors[kernel].view({-1})[0] += 0.5;
        const double norm = m_network.tensors[kernel].to(torch::kFloat64).norm().item<double>();
        const auto difference =
            compared(sideOf("a.safetensors", m_network), sideOf("b.safetensors", changed));
        int differing = 0;
        for (const NodeDifference& node : difference.nodes) {
            QVERIFY(!node.structureDiffers());
            if (!node.tensorsDiffer())
                continue;
            ++differing;
            QCOMPARE(leftName(difference, node), conv->name);
            QVERIFY(std::abs(node.tensors.front().maxAbs - 0.5) < 1e-6);
            QVERIFY(std::abs(node.tensors.front().relativeNorm - 0.5 / norm) < 1e-6);
        }
        QCOMPARE(differing, 1);
        const auto begins = static_cast<std::size_t>(difference.begins());
        QCOMPARE(leftName(difference, difference.nodes[begins]), conv->name);
        QCOMPARE(difference.beginsBeyondRounding(), difference.begins());
        for (std::size_t i = 0; i < begins; ++i)
            QVERIFY(!difference.nodes[i].outputDiffers());
    }

    void otherWidthsDifferInEveryKernelAndTheImagesStillGoThrough() {
        const auto difference = compared(sideOf("a.safetensors", m_network),
                                         sideOf("b.safetensors", exportedNetwork(segnet(1.0 / 8))));
        for (const NodeDifference& node : difference.nodes) {
            QVERIFY(!node.isAdded() && !node.isRemoved());
            const auto& instruction =
                difference.left.program.instructions[static_cast<std::size_t>(node.left)];
            if (instruction.op == Op::Conv && !instruction.name.starts_with("head."))
                QVERIFY(std::ranges::find(node.structure, "kernel", &StructureFact::what)
                        != node.structure.end());
        }
        const auto& last = difference.nodes.back();
        QVERIFY(last.outputDiffers()); // of one shape in both
    }

    void otherSizesAndTasksAreNotRun() {
        CollapsedNetwork larger = m_network;
        larger.height *= 2;
        const auto left = sideOf("a.safetensors", m_network);
        const auto difference = compared(left, sideOf("b.safetensors", larger));
        QVERIFY(difference.noOutputs.find("size") != std::string::npos);
        QVERIFY(!difference.nodes.back().output);
        QVERIFY(!difference.nodes.back().tensorsDiffer());
        FoldCounts counts;
        const auto without = withoutTask(m_network, m_network.targets.back().name, counts);
        const auto fewer = compared(left, sideOf("b.safetensors", without));
        QVERIFY(fewer.noOutputs.find("tasks") != std::string::npos);
        for (const NodeDifference& node : fewer.nodes) // what is left is what it was
            QVERIFY(node.isRemoved() || !node.differs());
    }

    void expandedAndCollapsedDifferInRoundingAlone() {
        Training training{tinySpec("factored", "*: merged")};
        QVERIFY(training.run().has_value());
        ComparedSide left{.name = "run",
                          .checkpoint = training.lastCheckpoint(),
                          .expanded = true,
                          .spec = training.request.spec};
        ComparedSide right = left;
        right.expanded = false;
        const auto difference = compared(left, right);
        QVERIFY(difference.images.find("of the split") != std::string::npos);
        const NodeDifference& output = difference.nodes.back();
        QVERIFY(output.output.has_value());
        // Float32's rounding through a few layers; a pooling window that flips moves few values.
        QVERIFY2(output.output->relativeNorm < NetworkDifference::Rounding,
                 toText(difference, true).c_str());
        QVERIFY(std::ranges::any_of(difference.nodes, &NodeDifference::isRemoved)); // norms
        QVERIFY(std::ranges::none_of(difference.nodes, &NodeDifference::isAdded));
    }

    void whatCannotBeReadIsTheLoadersProblem() {
        const auto whole = sideOf("a.safetensors", m_network);
        const auto cut = sideOf("cut.safetensors", m_network);
        QVERIFY(QFile::resize(QString::fromStdString(cut.file.string()), 1000));
        const auto problem = compareNetworks({whole, cut}, quiet, {});
        QVERIFY(!problem);
        QCOMPARE(problem.error(), loadCollapsed(cut.file).error());
    }
};

QTEST_GUILESS_MAIN(NetworkComparisonTest)
#include "tst_network_comparison.moc"
