// SPDX-License-Identifier: GPL-3.0-or-later
// Several tasks of one method, told apart by their names.
#include "core/catalogue.h"
#include "core/collapse/collapse.h"
#include "core/collapse/collapsed_network.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "core/training/run_data.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// Segmentation twice and depth; the copies of the first and the third are one.
ExperimentSpec twice() {
    ExperimentSpec spec =
        tinySpec("factored", "*: {segmentation, depth} | {fine_classes} separate");
    spec.tasks = {{.method = {"segmentation"}},
                  {.method = {"segmentation"}, .name = "fine_classes", .target = "segmentation"},
                  {.method = {"depth"}}};
    spec.train.previews = 0;
    return withCompleteOptions(spec, catalogue());
}

const Texts names{"segmentation", "fine_classes", "depth"};

} // namespace

class NamedTasksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void targetsOfARunHaveTheNamesOfItsTasks() {
        const auto data = openRunData(twice());
        QVERIFY(data);
        Texts found;
        for (const TargetInfo& target : data->targets)
            found.push_back(target.name);
        QCOMPARE(found, names);
        QCOMPARE(data->targets[1].classes, data->targets[0].classes);
    }

    void aTargetOfAnotherKindIsRefused() {
        ExperimentSpec spec = twice();
        spec.tasks[1].target = "depth";
        const auto data = openRunData(spec);
        QVERIFY(!data);
        QCOMPARE(data.error().code, std::string("dataset.target"));
        QCOMPARE(data.error().path, std::string("tasks.1"));
    }

    void valuesCheckpointsAndCollapsedNetworksAreByName() {
        Training training(twice());
        const auto result = training.run();
        QVERIFY2(result, result ? "" : toText(result.error()).c_str());
        const auto& values = training.record.validations.back().values;
        for (const std::string& name : names)
            QVERIFY2(std::ranges::any_of(values,
                                         [&](const MetricValue& value) {
                                             return value.task == name && value.name == "loss";
                                         }),
                     name.c_str());

        const auto loaded = loadNetwork(training.record.checkpoints.back().file);
        QVERIFY2(loaded, loaded ? "" : toText(loaded.error()).c_str());
        const Network network = loaded->network.convertedTo(torch::kFloat64);
        QCOMPARE(network.design().plan.tasks, names);
        const CollapsedNetwork compact = fold(network, loaded->checkpoint);
        Texts outputs;
        for (const TargetInfo& target : compact.targets)
            outputs.push_back(target.name);
        QCOMPARE(outputs, names);
        const torch::NoGradGuard noGrad;
        const torch::Tensor images = firstBatch(twice(), torch::kFloat64).images;
        const auto expanded = network.forward(network.compose(false), images, {});
        const auto collapsed = compact.forward(images, {});
        for (std::size_t t = 0; t < names.size(); ++t)
            QVERIFY2(torch::allclose(expanded[t], collapsed[t], 1e-10, 1e-10), names[t].c_str());
        // Each has its own head: of one method and target, they are two tasks.
        QVERIFY(!torch::allclose(collapsed[0], collapsed[1], 1e-3, 1e-3));
    }
};

QTEST_GUILESS_MAIN(NamedTasksTest)
#include "tst_named_tasks.moc"
