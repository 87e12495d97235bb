// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapsed_network.h"
#include "core/model/costs.h"
#include "core/parametrizations/parametrization.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"
#include "tests/core/core_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr const char* everyone = "segmentation+depth+normal";
const Texts taskNames{"segmentation", "depth", "normal"};

/// Opens every gate: what no task claims would ship once.
void claimAll(Network& network) {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < network.design().layers.size(); ++i) {
        const auto& factors = network.design().layers[i].factors.factors;
        for (std::size_t k = 0; k < factors.size(); ++k)
            for (const std::size_t copy : network.copies(i, k))
                if (factors[k].meaning == FactorMeaning::Gate)
                    network.parameters()[copy].value.fill_(1);
    }
}

/// A network that looks trained: no two copies are equal, no norm is the identity.
Network scrambled(const ExperimentSpec& spec, torch::ScalarType type = torch::kFloat64) {
    Network network = networkFor(spec);
    scrambleFactors(network, 21);
    scrambleNorms(network, 22);
    return network.convertedTo(type);
}

Checkpoint about(const ExperimentSpec& spec) {
    return {.spec = spec, .targets = openRunData(spec)->targets};
}

/// Outputs of both networks on the same images, with the expanded one's pooling indices.
struct Pair {
    std::vector<torch::Tensor> expanded, collapsed;

    Pair(const Network& network, const CollapsedNetwork& compact, const torch::Tensor& images) {
        const torch::NoGradGuard noGrad;
        PoolIndices used;
        expanded = network.forward(network.compose(false), images, {.usedIndices = &used});
        PoolIndices handed(compact.program.instructions.size());
        for (std::size_t i = 0; i < handed.size(); ++i)
            for (std::size_t k = 0; k < used.size(); ++k)
                if (compact.program.instructions[i].op == Op::MaxPool
                    && compact.program.instructions[i].name == network.program().instructions[k].name)
                    handed[i] = used[k];
        collapsed = compact.forward(images, {.givenIndices = &handed});
    }
};

int countOf(const CollapsedNetwork& network, Op op) {
    return static_cast<int>(
        std::ranges::count(network.program.instructions, op, &Instruction::op));
}

/// Names of tensors that hold `part`.
int tensorsWith(const CollapsedNetwork& network, const std::string& part) {
    return static_cast<int>(std::ranges::count_if(network.program.tensors, [&](const auto& name) {
        return name.find(part) != std::string::npos;
    }));
}

/// What one task of tinySpec's SegNet computes when its cores, biases and norms are its own and U
/// and V are all tasks': written down layer by layer, from tensors by name.
class ByHand {
public:
    ByHand(std::map<std::string, torch::Tensor> tensors, std::string task)
        : m_tensors(std::move(tensors)), m_task(std::move(task)) {}

    torch::Tensor forward(torch::Tensor x) const {
        const auto [pooled1, indices1] = pool(layer(x, "enc1.1"));
        const auto [pooled2, indices2] = pool(layer(layer(pooled1, "enc2.1"), "enc2.2"));
        x = torch::max_unpool2d(pooled2, indices2, {8, 12});
        x = layer(layer(x, "dec2.1"), "dec2.2");
        x = torch::max_unpool2d(x, indices1, {16, 24});
        x = layer(x, "dec1.1");
        const std::string head = "head." + m_task;
        x = torch::conv2d(x, at(head + ".1/W/"), at(head + ".1/bias/"), 1, 1);
        return torch::conv2d(x, at(head + ".2/W/"), at(head + ".2/bias/"));
    }

private:
    torch::Tensor at(const std::string& name, bool own = true) const {
        return m_tensors.at(name + (own ? m_task : everyone));
    }

    static std::pair<torch::Tensor, torch::Tensor> pool(const torch::Tensor& x) {
        const auto [values, indices] = torch::max_pool2d_with_indices(x, 2, 2);
        return {values, indices};
    }

    torch::Tensor layer(const torch::Tensor& x, const std::string& name) const {
        const torch::Tensor u = at(name + "/U/", false), v = at(name + "/V/", false);
        const torch::Tensor kernel =
            u.mm(at(name + "/M/")).mm(v).reshape({u.size(0), x.size(1), 3, 3});
        const auto channels = [](const torch::Tensor& t) { return t.view({1, -1, 1, 1}); };
        const torch::Tensor y = torch::conv2d(x, kernel, at(name + "/bias/"), 1, 1);
        const torch::Tensor centred = y - channels(at(name + "/norm.mean/"));
        const torch::Tensor scale = at(name + "/norm.weight/") / (at(name + "/norm.var/") + 1e-5).sqrt();
        return torch::relu(centred * channels(scale) + channels(at(name + "/norm.bias/")));
    }

    std::map<std::string, torch::Tensor> m_tensors;
    std::string m_task;
};

} // namespace

class CollapseTest : public QObject {
    Q_OBJECT

    torch::Tensor m_images = randomImages(3, 16, 24, 31, torch::kFloat64);

    /// Whether its layers can be merged, and share all but their cores.
    static bool hasCore(const ParametrizationInfo& info) {
        const KernelShape kernel{.out = 4, .in = 4, .height = 3, .width = 3};
        return std::ranges::any_of(info.factors(kernel, completeOptions(info, {})),
                                   &FactorInfo::core);
    }

    static void addPlans() {
        QTest::addColumn<QString>("backbone");
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QStringList>("rules");
        const std::vector<std::pair<const char*, QStringList>> plans{
            {"tied", {"*: tied"}},
            {"merged", {"*: merged"}},
            {"factors shared", {"*: factors shared"}},
            {"separate", {"*: separate"}},
            {"groups", {"*: {segmentation, normal} | {depth} separate"}},
            {"parting late", {"*: tied", "dec1.*: separate"}},
            {"parting early, then one kernel", {"enc1.1: separate"}},
            {"own norms only", {"*: norm {segmentation} | {depth} | {normal}"}},
            {"own norms late", {"dec2.2: norm {segmentation} | {depth, normal}"}},
            {"own biases", {"enc2.2: bias {segmentation, depth} | {normal}"}},
            {"mixed", {"enc1.1: separate", "enc2.*: {segmentation, depth} | {normal} separate",
                       "dec2.1: norm {segmentation} | {depth} | {normal}"}}};
        for (const ParametrizationEntry* entry : parametrizations())
            for (const auto& [name, rules] : plans)
                for (const char* backbone : {"segnet", "unet"}) {
                    const Json options = completeOptions(entry->info, Json::object());
                    const bool fits = (hasCore(entry->info) || QString(name) != "factors shared")
                                      && ((hasCore(entry->info) && entry->info.isAffine(options))
                                          || QString(name) != "merged");
                    const bool knows = QString(backbone) == "segnet" || !rules.join(' ').contains("2.2");
                    if (fits && knows)
                        QTest::addRow("%s, %s, %s", entry->info.id.c_str(), name, backbone)
                            << backbone << QString::fromStdString(entry->info.id) << rules;
                }
        QTest::addRow("factored, two factors merged")
            << "segnet" << "factored"
            << QStringList{"*: merged", "dec2.1: U {segmentation} | {depth, normal}",
                           "dec2.1: bias {segmentation, depth} | {normal}"};
        QTest::addRow("factored, norms of a merged layer")
            << "segnet" << "factored"
            << QStringList{"*: merged", "dec1.1: norm {segmentation} | {depth} | {normal}"};
    }

    static ExperimentSpec fetchedSpec() {
        QFETCH(QString, backbone);
        QFETCH(QString, parametrization);
        QFETCH(QStringList, rules);
        const auto make = backbone == "unet" ? tinyUnet : qOverload<const std::string&, const std::string&>(tinySpec);
        ExperimentSpec spec = make(parametrization.toStdString(), "*: tied");
        for (const QString& rule : rules)
            spec.network.sharing.push_back(rule.toStdString());
        return spec;
    }

private Q_SLOTS:
    void theCollapsedNetworkComputesTheSame_data() { addPlans(); }

    void theCollapsedNetworkComputesTheSame() {
        // methods.md: in float64 to 1e-10, absolute, on outputs of order 1.
        const ExperimentSpec spec = fetchedSpec();
        const Network network = scrambled(spec);
        const CollapsedNetwork compact = fold(network, about(spec));
        const Pair pair(network, compact, m_images);
        QCOMPARE(pair.collapsed.size(), 3U);
        for (std::size_t t = 0; t < 3; ++t) {
            const torch::Tensor difference = (pair.collapsed[t] - pair.expanded[t]).abs();
            QVERIFY(difference.max().item<double>() <= 1e-10);
            const double size = pair.expanded[t].abs().max().item<double>();
            QVERIFY2(size > 0.05 && size < 100, std::to_string(size).c_str());
        }
    }

    void itIsExactInFloat32Too_data() { addPlans(); }

    void itIsExactInFloat32Too() {
        const ExperimentSpec spec = fetchedSpec();
        const Network network = scrambled(spec, torch::kFloat32);
        const CollapsedNetwork compact = fold(network, about(spec));
        for (const torch::Tensor& tensor : compact.tensors)
            QVERIFY(tensor.scalar_type() == torch::kFloat32);
        const Pair pair(network, compact, m_images.to(torch::kFloat32));
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(relativeDifference(pair.collapsed[t], pair.expanded[t]) <= 1e-4);
    }

    void ownCoresGiveWhatIsWrittenDownByHand() {
        const ExperimentSpec spec = tinySpec("factored", "*: factors shared");
        const Network network = scrambled(spec);
        const CollapsedNetwork compact = fold(network, about(spec));
        const torch::NoGradGuard noGrad;
        const auto outputs = compact.forward(m_images, {});
        for (std::size_t t = 0; t < 3; ++t) {
            const ByHand reference(network.namedTensors(), taskNames[t]);
            QVERIFY((outputs[t] - reference.forward(m_images)).abs().max().item<double>() <= 1e-10);
        }
    }

    void everyDistinctKernelIsStoredOnceAndNothingElse_data() { addPlans(); }

    void everyDistinctKernelIsStoredOnceAndNothingElse() {
        const ExperimentSpec spec = fetchedSpec();
        Network network = scrambled(spec);
        claimAll(network);
        FoldCounts counts;
        const CollapsedNetwork compact = fold(network, about(spec), &counts);
        int kernels = 0, norms = 0;
        for (std::size_t i = 0; i < network.design().layers.size(); ++i)
            for (const FragmentPart& part : network.design().fragments[i].parts)
                if (part.op == Op::Conv && !network.design().fragments[i].becomesOneKernel())
                    kernels += static_cast<int>(network.design()
                                                    .layerPlan(i)
                                                    .kernels(part.firstFactor, part.factorCount)
                                                    .groups.size());
        for (const ExecutedNode& executed : network.design().tree.nodes) {
            const Node& node = network.design().graph.node(executed.node);
            norms += node.op == Op::Norm ? 1 : 0;
            // Of branches, which make one kernel.
            kernels += node.op == Op::Add && network.design().becomesOneKernel(node) ? 1 : 0;
        }
        QCOMPARE(counts.kernels, kernels);
        QCOMPARE(tensorsWith(compact, "/kernel"), kernels);
        QCOMPARE(counts.foldedNorms + counts.keptNorms, norms);
        QCOMPARE(countOf(compact, Op::ScaleShift), counts.keptNorms);
        QCOMPARE(countOf(compact, Op::Norm), 0);
        QCOMPARE(static_cast<double>(compact.parameters()),
                 networkCosts(network.design(), {}).collapsedParameters);
        for (const torch::Tensor& tensor : compact.tensors)
            QVERIFY(tensor.is_contiguous() && !tensor.requires_grad());
    }

    void mergedAndTiedNetworksShipAsTheSmallPlainOne() {
        const CollapsedNetwork merged =
            fold(scrambled(tinySpec("factored", "*: merged")), about(tinySpec()));
        const CollapsedNetwork plain =
            fold(scrambled(tinySpec("plain", "*: tied")), about(tinySpec()));
        QVERIFY(merged.program == plain.program);
        QCOMPARE(merged.parameters(), plain.parameters());
        QCOMPARE(countOf(merged, Op::ScaleShift), 0);
    }

    void ownNormsOnlyKeepOneKernelWithAScaleAndShiftForEachTask() {
        ExperimentSpec spec = tinySpec("factored", "*: tied");
        spec.network.sharing = {"dec1.1: norm {segmentation} | {depth} | {normal}"};
        FoldCounts counts;
        const CollapsedNetwork compact = fold(scrambled(spec), about(spec), &counts);
        QCOMPARE(tensorsWith(compact, "dec1.1/kernel/"), 1);
        QCOMPARE(tensorsWith(compact, "dec1.1.norm/"), 6); // three scales, three shifts
        QCOMPARE(counts.foldedNorms, 5); // all but that of dec1.1
        QCOMPARE(counts.keptNorms, 3);
        QCOMPARE(std::ranges::count_if(compact.program.instructions,
                                       [](const Instruction& instruction) {
                                           return instruction.op == Op::Conv
                                                  && instruction.name.starts_with("dec1.1.conv/");
                                       }),
                 1); // and it runs once
    }

    void aKernelOfSeveralExecutedNodesIsNotFolded() {
        // Tasks part at the first layer; the later kernel is one, its statistics are three.
        ExperimentSpec spec = tinySpec("plain", "*: tied");
        spec.network.sharing = {"enc1.1: separate"};
        FoldCounts counts;
        const CollapsedNetwork compact = fold(scrambled(spec), about(spec), &counts);
        QCOMPARE(tensorsWith(compact, "enc2.1/kernel/"), 1);
        QCOMPARE(tensorsWith(compact, "enc1.1/kernel/"), 3);
        QCOMPARE(counts.foldedNorms, 3);
        QCOMPARE(counts.keptNorms, 5 * 3);
    }

    void onlyTensorsThatTheProgramReadsAreKept() {
        const ExperimentSpec spec = tinySpec("factored", "*: factors shared");
        const CollapsedNetwork compact = fold(scrambled(spec), about(spec));
        std::vector<int> reads(compact.program.tensors.size());
        for (const Instruction& instruction : compact.program.instructions)
            for (const int tensor : instruction.tensors)
                ++reads[static_cast<std::size_t>(tensor)];
        QVERIFY(std::ranges::all_of(reads, [](int count) { return count > 0; }));
        QCOMPARE(compact.tensors.size(), compact.program.tensors.size());
        for (const char* part : {"/U/", "/M/", "/V/", "/norm."})
            QCOMPARE(tensorsWith(compact, part), 0);
    }

    void foldingChangesNothingInTheNetworkThatIsFolded() {
        const ExperimentSpec spec = tinySpec("factored", "*: merged");
        const Network network = scrambled(spec);
        const auto before = copyOf(network.namedTensors());
        const CollapsedNetwork first = fold(network, about(spec));
        const CollapsedNetwork second = fold(network, about(spec));
        for (const auto& [name, tensor] : network.namedTensors())
            QVERIFY(sameBits(tensor, before.at(name)));
        for (std::size_t i = 0; i < first.tensors.size(); ++i)
            QVERIFY(sameBits(first.tensors[i], second.tensors[i]));
        QVERIFY(first.program == second.program);
    }

    void theResultCarriesWhatItsUserNeedsToKnow() {
        ExperimentSpec spec = tinySpec();
        spec.data.normalization = InputNormalization::Unit;
        const CollapsedNetwork compact = fold(scrambled(spec), about(spec));
        QCOMPARE(compact.name, std::string("tiny"));
        QCOMPARE(compact.height, 16);
        QCOMPARE(compact.width, 24);
        QCOMPARE(compact.normalization, InputNormalization::Unit);
        QCOMPARE(compact.targets.size(), 3U);
        QCOMPARE(compact.targets[0].classes.size(), 14U);
    }
};

QTEST_GUILESS_MAIN(CollapseTest)
#include "tst_collapse.moc"
