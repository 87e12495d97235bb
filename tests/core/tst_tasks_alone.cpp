// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_edit.h"
#include "core/network/network.h"
#include "tests/core/core_testing.h"
#include "tests/core/parametrization_testing.h"

#include <QTest>

#include <random>

using namespace concertina;
using namespace concertina::testing;

namespace {

std::vector<torch::Tensor> outputsOf(const Network& network, const torch::Tensor& images,
                                     bool training = false) {
    const torch::NoGradGuard noGrad;
    return network.forward(network.compose(false), images,
                           {.training = training, .followStatistics = false});
}

/// A state for each layer that merges nothing, and a partition of its norm. What the network has
/// once is each task's in all layers, or a task would read several of it.
std::vector<std::string> randomRules(const NetworkDesign& design, std::mt19937_64& random) {
    const std::vector<std::string> groups{
        "{segmentation, depth, normal}", "{segmentation, depth} | {normal}",
        "{segmentation} | {depth, normal}", "{segmentation, normal} | {depth}",
        "{segmentation} | {depth} | {normal}"};
    std::vector<std::string> rules;
    for (std::size_t i = 0; i < design.plan.layers.size(); ++i) {
        const std::string& layer = design.plan.layers[i].layer;
        auto states = availableStates(design.layers[i].factors, 3);
        std::erase_if(states, [](SharingState state) {
            return state == SharingState::Merged || state == SharingState::MergedByProduct;
        });
        const auto& factors = design.layers[i].factors.factors;
        const bool once = std::ranges::any_of(factors, &FactorInfo::network);
        if (once)
            std::erase(states, SharingState::Tied);
        const SharingState state = states[random() % states.size()];
        const std::string own =
            state == SharingState::Tied || once ? "" : groups[random() % 5] + " ";
        rules.push_back(layer + ": " + own + std::string(stateName(state)));
        if (random() % 3 == 0)
            rules.push_back(layer + ": norm " + groups[random() % 5]);
    }
    return rules;
}

/// What one task owns, under the names that a network of it alone has.
std::map<std::string, torch::Tensor> ownedBy(const std::map<std::string, torch::Tensor>& tensors,
                                             const std::string& task) {
    std::map<std::string, torch::Tensor> own;
    for (const auto& [name, tensor] : tensors) {
        const auto group = name.rfind('/') + 1;
        if (("+" + name.substr(group) + "+").find("+" + task + "+") != std::string::npos)
            own[name.substr(0, group) + task] = tensor;
    }
    return own;
}

} // namespace

class TasksAloneTest : public QObject {
    Q_OBJECT

    torch::Tensor m_images = randomImages(2, 16, 24, 1, torch::kFloat64);

private Q_SLOTS:
    void everyTaskComputesWhatItWouldAlone_data() {
        QTest::addColumn<QString>("id");
        for (const ParametrizationEntry* entry : parametrizations())
            QTest::newRow(entry->info.id.c_str()) << QString::fromStdString(entry->info.id);
    }

    void everyTaskComputesWhatItWouldAlone() {
        // Under any plan that merges nothing: a network of the task alone with the copies that it
        // owns. float64; other groupings of the same operations, so rounding is all that differs.
        QFETCH(QString, id);
        std::mt19937_64 random(20240);
        const std::vector<std::string> tasks{"segmentation", "depth", "normal"};
        for (int number = 0; number < 25; ++number) {
            ExperimentSpec spec = tinySpec(id.toStdString(), "*: tied");
            spec.network.sharing = randomRules(designFor(spec), random);
            Network network = networkFor(spec).convertedTo(torch::kFloat64);
            scrambleFactors(network, random());
            scrambleNorms(network, random());
            for (const bool training : {false, true}) {
                const auto outputs = outputsOf(network, m_images, training);
                for (std::size_t t = 0; t < tasks.size(); ++t) {
                    ExperimentSpec own = spec;
                    own.network.sharing = {"*: tied"};
                    own.tasks = {spec.tasks[t]};
                    Network alone = networkFor(own).convertedTo(torch::kFloat64);
                    QVERIFY(alone.load(ownedBy(network.namedTensors(), tasks[t])));
                    const auto expected = outputsOf(alone, m_images, training);
                    QVERIFY(relativeDifference(outputs[t], expected[0]) < 1e-11);
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TasksAloneTest)

#include "tst_tasks_alone.moc"
