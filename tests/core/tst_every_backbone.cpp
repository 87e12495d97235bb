// SPDX-License-Identifier: GPL-3.0-or-later
// Every backbone × parametrization × state that goes together collapses; the others are refused.
#include "core/backbones/backbone.h"
#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/collapse/initial.h"
#include "core/model/costs.h"
#include "core/model/validate.h"
#include "core/network/initial_network.h"
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"
#include "tests/core/core_testing.h"
#include "tests/printing.h"

#include <QTemporaryDir>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// A sixteenth of a backbone's width on 64 × 64, for three tasks.
ExperimentSpec narrowSpec(const std::string& backbone, const std::string& parametrization,
                          const std::string& rule) {
    ExperimentSpec spec = tinySpec();
    spec.data.height = spec.data.width = 64;
    spec.network.backbone = {backbone, {{"width", 1.0 / 16}}};
    spec.network.kernels = {{"*", {parametrization}}};
    spec.network.sharing = {rule};
    return withCompleteOptions(spec, catalogue());
}

std::vector<torch::Tensor> collapsedOutputs(const Network& network, const CollapsedNetwork& compact,
                                            const torch::Tensor& images,
                                            std::vector<torch::Tensor>& expanded) {
    PoolIndices used;
    expanded = network.forward(network.compose(false), images, {.usedIndices = &used});
    PoolIndices handed(compact.program.instructions.size());
    for (std::size_t i = 0; i < handed.size(); ++i)
        for (std::size_t k = 0; k < used.size(); ++k)
            if (used[k].defined()
                && compact.program.instructions[i].name == network.program().instructions[k].name)
                handed[i] = used[k];
    return compact.forward(images, {.givenIndices = &handed});
}

/// Opens every gate: what no task claims would ship once.
void openGates(Network& network) {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < network.design().layers.size(); ++i) {
        const auto& factors = network.design().layers[i].factors.factors;
        for (std::size_t k = 0; k < factors.size(); ++k)
            for (const std::size_t copy : network.copies(i, k))
                if (factors[k].meaning == FactorMeaning::Gate)
                    network.parameters()[copy].value.fill_(1);
    }
}

void verifyCollapse(const ExperimentSpec& spec) {
    Network network = networkFor(spec);
    scrambleFactors(network, 21);
    openGates(network);
    scrambleNorms(network, 22);
    const torch::NoGradGuard noGrad;
    const Network wide = network.convertedTo(torch::kFloat64);
    const CollapsedNetwork compact =
        fold(wide, {.spec = spec, .targets = openRunData(spec)->targets});
    const torch::Tensor images = randomImages(2, 64, 64, 31, torch::kFloat64);
    std::vector<torch::Tensor> expanded;
    const auto collapsed = collapsedOutputs(wide, compact, images, expanded);
    for (std::size_t t = 0; t < expanded.size(); ++t) {
        // methods.md: 1e-10 on outputs of order 1.
        const double size = expanded[t].abs().max().item<double>();
        const double apart = (collapsed[t] - expanded[t]).abs().max().item<double>();
        QVERIFY2(apart <= 1e-10 * std::max(1.0, size),
                 qPrintable(QStringLiteral("%1 of %2").arg(apart).arg(size)));
        QVERIFY(size > 1e-6 && std::isfinite(size));
    }
    QCOMPARE(static_cast<double>(compact.parameters()),
             networkCosts(network.design(), {}).collapsedParameters);
}

} // namespace

class EveryBackboneTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void itCollapsesOrIsRefused_data() {
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("rule");
        for (const BackboneInfo* backbone : backbones())
            for (const ParametrizationEntry* entry : parametrizations())
                for (const char* rule : {"tied", "factors shared", "merged"})
                    QTest::addRow("%s, %s, %s", backbone->id.c_str(), entry->info.id.c_str(), rule)
                        << QString::fromStdString(backbone->id)
                        << QString::fromStdString(entry->info.id) << rule;
    }

    void itCollapsesOrIsRefused() {
        QFETCH(QString, backbone);
        QFETCH(QString, parametrization);
        QFETCH(QString, rule);
        const ExperimentSpec spec = narrowSpec(
            backbone.toStdString(), parametrization.toStdString(), "*: " + rule.toStdString());
        const ParametrizationInfo& info =
            *catalogue().parametrization(parametrization.toStdString());
        const Json options = completeOptions(info, Json::object());
        const KernelShape kernel{.out = 4, .in = 4, .height = 3, .width = 3, .padding = 1};
        const bool hasCore = std::ranges::any_of(info.factors(kernel, options), &FactorInfo::core);
        const bool fits =
            rule == "tied" || (hasCore && (rule != "merged" || info.isAffine(options)));
        const Problems problems = validate(spec, catalogue());
        if (fits) {
            QVERIFY2(problems.empty(), toText(problems).c_str());
            verifyCollapse(spec);
            return;
        }
        QVERIFY(!problems.empty());
        for (const Problem& problem : problems) {
            QVERIFY(problem.code == "sharing.no_core" || problem.code == "sharing.not_linear");
            QCOMPARE(problem.path, std::string("network.sharing.0"));
        }
    }

    /// Plans that part tasks inside a stage: the sum of a block runs for each task, its shortcut,
    /// which reads what tasks still have in common, once or for each.
    void tasksPartInsideABlock_data() {
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<QStringList>("rules");
        QTest::newRow("one layer") << "resnet18" << QStringList{"layer2.1.conv1: separate"};
        QTest::newRow("a shortcut alone")
            << "resnet50" << QStringList{"layer3.0.downsample.0: separate"};
        QTest::newRow("own norms")
            << "resnet18" << QStringList{"*: norm {segmentation} | {depth} | {normal}"};
        QTest::newRow("own norms of one layer")
            << "resnet50" << QStringList{"layer2.0.conv2: norm {segmentation, depth} | {normal}"};
        QTest::newRow("late") << "resnet34" << QStringList{"layer4.*: separate"};
        QTest::newRow("early, then one kernel") << "resnet18" << QStringList{"conv1: separate"};
        QTest::newRow("groups") << "resnet18"
                                << QStringList{
                                       "layer3*: {segmentation, normal} | {depth} separate"};
        QTest::newRow("a depthwise kernel")
            << "mobilenet_v2" << QStringList{"features.4.conv.1.0: separate"};
        QTest::newRow("own norms of a depthwise kernel")
            << "mobilenet_v2"
            << QStringList{"features.9.conv.1.0: norm {segmentation, depth} | {normal}"};
        QTest::newRow("cores of depthwise kernels, merged")
            << "mobilenet_v2" << QStringList{"*.conv.1.0: merged", "features.1*: factors shared"};
        QTest::newRow("by product") << "mobilenet_v2" << QStringList{"*: merged by product"};
    }

    void tasksPartInsideABlock() {
        QFETCH(QString, backbone);
        QFETCH(QStringList, rules);
        ExperimentSpec spec = narrowSpec(backbone.toStdString(), "factored", "*: tied");
        for (const QString& rule : rules)
            spec.network.sharing.push_back(rule.toStdString());
        verifyCollapse(spec);
    }

    /// Factors that run as convolutions beside depthwise kernels, which are composed: their matrix
    /// has no such form. Diagonal cores run as depthwise kernels themselves.
    void factorsRunBesideDepthwiseKernels_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("options");
        QTest::newRow("factored") << "factored"
                                  << "{}";
        QTest::newRow("diagonal cores") << "factored"
                                        << R"({"core": "diagonal"})";
        QTest::newRow("expand") << "expand"
                                << R"({"expansion": 2})";
        QTest::newRow("rcm") << "rcm"
                             << "{}";
    }

    void factorsRunBesideDepthwiseKernels() {
        QFETCH(QString, parametrization);
        QFETCH(QString, options);
        ExperimentSpec spec =
            narrowSpec("mobilenet_v2", parametrization.toStdString(), "*: factors shared");
        spec.network.kernels.front().method.options = Json::parse(options.toStdString());
        spec.network.contraction = Contraction::Run;
        spec = withCompleteOptions(spec, catalogue());
        const NetworkDesign design = designFor(spec);
        for (std::size_t i = 0; i < design.layers.size(); ++i) {
            const bool runs = design.stretchesOf(i).size() > 1;
            const Layer& layer = design.graph.layers[i];
            QCOMPARE(runs, layer.task < 0 && layer.kernel.groups == 1); // heads stay plain
        }
        verifyCollapse(spec);
    }

    void aShortcutRunsOnceWhereItsTasksDo() {
        ExperimentSpec spec = narrowSpec("resnet18", "plain", "layer2.0.conv2: separate");
        const NetworkDesign design = designFor(spec);
        const auto runs = [&](const std::string& name) {
            return std::ranges::count_if(design.tree.nodes, [&](const ExecutedNode& executed) {
                return design.graph.node(executed.node).name == name;
            });
        };
        QCOMPARE(runs("layer2.0.conv1.conv"), 1);
        QCOMPARE(runs("layer2.0.downsample.0.conv"), 1);
        QCOMPARE(runs("layer2.0.conv2.conv"), 3);
        QCOMPARE(runs("layer2.0.add"), 3);
        QCOMPARE(runs("layer4.1.conv2.conv"), 3);
    }

    void headsOfDeepLabCollapse_data() {
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<QString>("rule");
        QTest::newRow("resnet50") << "resnet50"
                                  << "*: factors shared";
        QTest::newRow("resnet18") << "resnet18"
                                  << "layer4.*: separate";
        QTest::newRow("segnet") << "segnet"
                                << "*: merged";
        QTest::newRow("mobilenet_v2") << "mobilenet_v2"
                                      << "features.1*: separate";
    }

    void headsOfDeepLabCollapse() {
        QFETCH(QString, backbone);
        QFETCH(QString, rule);
        ExperimentSpec spec = narrowSpec(backbone.toStdString(), "factored", rule.toStdString());
        for (TaskSpec& task : spec.tasks)
            if (task.method.id != spec.tasks.back().method.id) // beside a plain one
                task.method.options = {{"head", "deeplabv3"}, {"head_channels", 8}};
        const ExperimentSpec whole = withCompleteOptions(spec, catalogue());
        QVERIFY(validate(whole, catalogue()).empty());
        verifyCollapse(whole);
        // The mean of an image is one value a channel: one image has no variance.
        ExperimentSpec one = whole;
        one.train.batch = 1;
        const Problems problems = validate(one, catalogue());
        QCOMPARE(problems.size(), std::size_t{1});
        QCOMPARE(problems.front().code, std::string("train.one_value"));
    }

    /// A collapsed kernel has the bias that its norm was folded into. The layer has none: it begins
    /// with that as its norm's β.
    void aResNetBeginsAsTheOneThatItBecame_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("head");
        QTest::newRow("norms folded") << "*: tied" << "plain";
        QTest::newRow("norms left") << "*: norm {segmentation} | {depth} | {normal}" << "plain";
        QTest::newRow("deeplabv3") << "layer4.*: separate" << "deeplabv3";
    }

    void aResNetBeginsAsTheOneThatItBecame() {
        QFETCH(QString, rule);
        QFETCH(QString, head);
        ExperimentSpec spec = narrowSpec("resnet18", "factored", rule.toStdString());
        for (TaskSpec& task : spec.tasks)
            task.method.options = {{"head", head.toStdString()}, {"head_channels", 8}};
        spec = withCompleteOptions(spec, catalogue());
        Network network = networkFor(spec);
        scrambleNorms(network, 22);
        const QTemporaryDir folder;
        const std::string file = folder.filePath("network.safetensors").toStdString();
        QVERIFY(saveCollapsed(file, fold(network, {.spec = spec,
                                                   .targets = openRunData(spec)->targets})));
        spec.network.kernels = {{"*", {"plain"}}};
        spec = withCompleteOptions(spec, catalogue());
        const auto checked = checkInitial(file, "source", "", spec);
        QVERIFY2(checked.has_value(), checked ? "" : toText(checked.error()).c_str());
        const auto source = readInitial(file, "source", "");
        QVERIFY(source.has_value());
        BegunNotes notes;
        const std::vector<std::string> from(3);
        const auto begun =
            Network::begunFrom(designFor(spec), 3, spec.network.start, **source, from, notes);
        QVERIFY2(begun.has_value(), begun ? "" : toText(begun.error()).c_str());
        const torch::NoGradGuard noGrad;
        const torch::Tensor images = randomImages(2, 64, 64, 31);
        const auto before = network.forward(network.compose(false), images, {});
        const auto after = begun->forward(begun->compose(false), images, {});
        for (std::size_t t = 0; t < before.size(); ++t)
            QVERIFY(relativeDifference(after[t], before[t]) <= 1e-4);
    }

    void aNetworkLearns_data() {
        QTest::addColumn<QString>("backbone");
        QTest::newRow("resnet18") << "resnet18";
        QTest::newRow("mobilenet_v2") << "mobilenet_v2";
    }

    void aNetworkLearns() {
        QFETCH(QString, backbone);
        ExperimentSpec spec = narrowSpec(backbone.toStdString(), "factored", "*: merged");
        spec.train.batch = 2;
        Learner learner = learnerFor(spec);
        const Batch batch = firstBatch(spec);
        double first = 0, last = 0;
        for (int step = 0; step < 12; ++step) {
            const auto done = learner.step(batch, step);
            QVERIFY(done.has_value());
            const double loss = done->total;
            QVERIFY(std::isfinite(loss));
            (step == 0 ? first : last) = loss;
        }
        QVERIFY(last < first);
    }
};

QTEST_GUILESS_MAIN(EveryBackboneTest)
#include "tst_every_backbone.moc"
