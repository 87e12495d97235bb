// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/conflict.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// Of one task's output: what tests differentiate.
torch::Tensor taskLoss(const torch::Tensor& output, std::size_t task) {
    return (output * (0.7 + 0.4 * static_cast<double>(task))).cos().square().mean();
}

std::vector<torch::Tensor> taskLosses(const Network& network, const ComposedNetwork& composed,
                                      const torch::Tensor& images) {
    const auto outputs = network.forward(composed, images, {.training = true});
    std::vector<torch::Tensor> losses;
    for (std::size_t t = 0; t < outputs.size(); ++t)
        losses.push_back(taskLoss(outputs[t], t));
    return losses;
}

Network scrambledNetwork(const ExperimentSpec& spec) {
    Network network = networkFor(spec).convertedTo(torch::kFloat64);
    scrambleFactors(network, 5);
    return network;
}

/// The gradient of each task's loss with respect to one parameter, by central differences.
std::vector<torch::Tensor> differencesOf(const Network& network, const Parameter& parameter,
                                         const torch::Tensor& images) {
    constexpr double step = 1e-5; // errors of about step² and 1e-16 / step
    const torch::NoGradGuard noGrad;
    std::vector<torch::Tensor> gradients;
    for (int t = 0; t < network.design().taskCount(); ++t)
        gradients.push_back(torch::zeros({parameter.value.numel()}, torch::kFloat64));
    auto* value = parameter.value.data_ptr<double>();
    for (std::int64_t i = 0; i < parameter.value.numel(); ++i) {
        const double before = value[i];
        value[i] = before + step;
        const auto above = taskLosses(network, network.compose(false), images);
        value[i] = before - step;
        const auto below = taskLosses(network, network.compose(false), images);
        value[i] = before;
        for (std::size_t t = 0; t < gradients.size(); ++t)
            gradients[t][i] = (above[t] - below[t]) / (2 * step);
    }
    return gradients;
}

std::vector<ConflictRow> rowsOf(const Network& network, const torch::Tensor& images) {
    const ComposedNetwork composed = network.compose(true);
    return measureConflict(network, composed, taskLosses(network, composed, images));
}

const ConflictRow& rowAt(const std::vector<ConflictRow>& rows, std::string_view layer,
                         std::string_view factor, std::string_view a, std::string_view b) {
    for (const ConflictRow& row : rows)
        if (row.layer == layer && row.factor == factor && row.taskA == a && row.taskB == b)
            return row;
    qFatal("no row of %s %s", std::string(layer).c_str(), std::string(factor).c_str());
}

void compare(const ConflictRow& row, const torch::Tensor& a, const torch::Tensor& b) {
    const double normA = a.norm().item<double>(), normB = b.norm().item<double>();
    const double cosine = (a * b).sum().item<double>() / (normA * normB);
    QVERIFY2(std::abs(row.cosine - cosine) < 1e-6, (row.layer + " " + row.factor).c_str());
    QVERIFY2(std::abs(row.normA - normA) < 1e-6 * normA, row.layer.c_str());
    QVERIFY2(std::abs(row.normB - normB) < 1e-6 * normB, row.layer.c_str());
}

} // namespace

class ConflictTest : public QObject {
    Q_OBJECT

    torch::Tensor m_images = randomImages(2, 16, 24, 1, torch::kFloat64);

private Q_SLOTS:
    void rowsAreThoseOfFiniteDifferences_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QStringList>("rules");
        const auto row = [](const char* name, const char* parametrization, const QStringList& rules) {
            QTest::newRow(name) << parametrization << rules;
        };
        row("plain, tied", "plain", {"*: tied"});
        row("factored, tied", "factored", {"*: tied"});
        row("factored, own cores", "factored", {"*: factors shared"});
        row("factored, merged", "factored", {"*: merged"});
        row("merged, two factors parted", "factored",
            {"*: merged", "dec2.2: V {segmentation, depth} | {normal}"});
        row("pairs", "factored",
            {"*: {segmentation} | {depth, normal} factors shared"});
        row("one kernel, own biases", "plain", {"*: tied", "dec2.2: bias {segmentation} | {depth, normal}"});
        row("do-conv, tied", "do-conv", {"*: tied"});
    }

    void rowsAreThoseOfFiniteDifferences() {
        QFETCH(QString, parametrization);
        QFETCH(QStringList, rules);
        ExperimentSpec spec = tinySpec(parametrization.toStdString(), "*: tied");
        spec.network.sharing.clear();
        for (const QString& rule : rules)
            spec.network.sharing.push_back(rule.toStdString());
        const Network network = scrambledNetwork(spec);
        const auto rows = rowsOf(network, m_images);
        const auto& names = network.design().plan.tasks;
        int checked = 0;
        for (const Parameter& parameter : network.parameters()) {
            const bool looked = parameter.name.starts_with("dec2.2/")
                                && parameter.kind == ParameterKind::Factor;
            if (!looked || taskCount(parameter.owners) < 2)
                continue;
            const auto gradients = differencesOf(network, parameter, m_images);
            const std::string factor =
                parameter.name.substr(7, parameter.name.find('/', 7) - 7);
            const auto owners = tasksOf(parameter.owners);
            for (std::size_t i = 0; i < owners.size(); ++i)
                for (std::size_t j = i + 1; j < owners.size(); ++j) {
                    const auto a = static_cast<std::size_t>(owners[i]);
                    const auto b = static_cast<std::size_t>(owners[j]);
                    compare(rowAt(rows, "dec2.2", factor, names[a], names[b]), gradients[a],
                            gradients[b]);
                    ++checked;
                }
        }
        QVERIFY(checked >= 2);
    }

    void gammaAndBetaOfANormAreOneVector() {
        const Network network = scrambledNetwork(tinySpec("plain", "*: tied"));
        const auto rows = rowsOf(network, m_images);
        std::vector<std::vector<torch::Tensor>> parts(3);
        for (const Parameter& parameter : network.parameters())
            if (parameter.name.starts_with("enc2.1/norm.")) {
                const auto gradients = differencesOf(network, parameter, m_images);
                for (std::size_t t = 0; t < 3; ++t)
                    parts[t].push_back(gradients[t]);
            }
        QCOMPARE(parts[0].size(), 2U);
        compare(rowAt(rows, "enc2.1", "norm", "segmentation", "normal"), torch::cat(parts[0]),
                torch::cat(parts[2]));
    }

    void thereIsOneRowForEachPairOfOwnersOfEachSharedCopy() {
        ExperimentSpec spec = tinySpec("factored", "*: merged");
        spec.network.sharing = {"*: merged", "dec1.1: separate",
                                "dec2.1: U {segmentation, depth} | {normal}"};
        const auto rows = rowsOf(scrambledNetwork(spec), m_images);
        std::map<std::string, int> counts;
        std::set<std::string> keys;
        for (const ConflictRow& row : rows) {
            ++counts[row.layer + "/" + row.factor];
            keys.insert(row.layer + row.factor + row.taskA + row.taskB);
        }
        QCOMPARE(keys.size(), rows.size());
        QCOMPARE(counts["enc1.1/U"], 3); // three pairs
        QCOMPARE(counts["enc1.1/V"], 3);
        QCOMPARE(counts["enc1.1/M"], 0); // each task's own
        QCOMPARE(counts["enc1.1/norm"], 3);
        QCOMPARE(counts["dec2.1/U"], 1);
        QCOMPARE(counts["dec1.1/U"] + counts["dec1.1/V"] + counts["dec1.1/norm"], 0);
        QCOMPARE(rows.front().layer, std::string("enc1.1")); // in the network's order
    }

    void aTaskWithoutALossHasNoRows() {
        const Network network = scrambledNetwork(tinySpec("factored", "*: tied"));
        const ComposedNetwork composed = network.compose(true);
        auto losses = taskLosses(network, composed, m_images);
        losses[1].reset();
        const auto rows = measureConflict(network, composed, losses);
        QVERIFY(!rows.empty());
        for (const ConflictRow& row : rows)
            QVERIFY(row.taskA == "segmentation" && row.taskB == "normal");
        const ComposedNetwork again = network.compose(true);
        QVERIFY(measureConflict(network, again, std::vector<torch::Tensor>(3)).empty());
    }

    void networksWithNothingSharedAreKnown() {
        QVERIFY(hasSharedCopies(networkFor(tinySpec("factored", "*: merged"))));
        ExperimentSpec spec = tinySpec("factored", "*: separate");
        QVERIFY(!hasSharedCopies(networkFor(spec)));
        spec.network.sharing = {"*: tied"};
        spec.tasks.resize(1);
        QVERIFY(!hasSharedCopies(networkFor(spec)));
    }

    void onlyTheFirstHalfOfABatchCounts() {
        const ExperimentSpec spec = tinySpec("factored", "*: merged");
        const Batch batch = firstBatch(spec);
        const auto rows = learnerFor(spec).conflict(batch, 50);
        QCOMPARE(rows.front().estimator, std::string("exact-half"));
        QCOMPARE(rows.front().step, std::int64_t{50});
        Batch other = batch;
        other.images = batch.images.clone();
        other.images.narrow(0, 2, 2).zero_(); // of four
        QVERIFY(learnerFor(spec).conflict(other, 50) == rows);
        other.images.narrow(0, 1, 1).zero_();
        QVERIFY(learnerFor(spec).conflict(other, 50) != rows);
        other.images = batch.images.narrow(0, 0, 1);
        for (TargetBatch& target : other.targets)
            target = target.narrow(0, 1);
        QCOMPARE(learnerFor(spec).conflict(other, 50).front().estimator, std::string("exact"));
    }

    void halfABatchIsNoLessThanWhatANormNeeds() {
        // Four levels halve 8 rows to one: of one image, what the norm there gives is a constant, and
        // no gradient passes it.
        ExperimentSpec spec = tinyUnet("factored", "*: merged");
        spec.network.backbone.options["channels"] = {4, 6, 8, 8};
        spec.data.height = spec.data.width = 8;
        spec.train.batch = 2;
        const auto rows = learnerFor(spec).conflict(firstBatch(spec), 50);
        QCOMPARE(rows.front().estimator, std::string("exact"));
        bool found = false;
        for (const ConflictRow& row : rows)
            if (row.layer == "enc3.1" && row.factor != "norm") {
                found = true;
                QVERIFY2(row.normA > 0 && row.normB > 0 && std::isfinite(row.cosine),
                         row.factor.c_str());
            }
        QVERIFY(found);
    }

    void measuringChangesNothing_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("rule");
        QTest::newRow("plain") << "plain" << "*: tied";
        QTest::newRow("merged") << "factored" << "*: merged";
        QTest::newRow("own cores") << "factored" << "*: factors shared";
    }

    void measuringChangesNothing() {
        QFETCH(QString, parametrization);
        QFETCH(QString, rule);
        const ExperimentSpec spec = tinySpec(parametrization.toStdString(), rule.toStdString());
        const Batch batch = firstBatch(spec);
        Learner with = learnerFor(spec), without = learnerFor(spec);
        for (int step = 0; step < 3; ++step) {
            const auto before = copyOf(with.network().namedTensors());
            QVERIFY(!with.conflict(batch, step).empty());
            for (const auto& [name, tensor] : with.network().namedTensors())
                QVERIFY2(sameBits(tensor, before.at(name)), name.c_str()); // statistics too
            QVERIFY(with.step(batch, step));
            QVERIFY(without.step(batch, step));
        }
        const auto left = with.network().namedTensors();
        for (const auto& [name, tensor] : without.network().namedTensors())
            QVERIFY2(sameBits(tensor, left.at(name)), name.c_str());
    }
};

QTEST_GUILESS_MAIN(ConflictTest)
#include "tst_conflict.moc"
