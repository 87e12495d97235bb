// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/network/backward.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"
#include "core/training/task_batch.h"
#include "tests/core/core_testing.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace {

ExperimentSpec partitionedSpec(const std::string& rule, int batch) {
    ExperimentSpec spec = tinySpec("factored", rule);
    spec.network.routing = Routing::Partitioned;
    spec.train.batch = batch;
    return spec;
}

/// A batch in float64 in which every image has targets for every task, and a random part of the
/// pixels none.
Batch maskedBatch(const ExperimentSpec& spec, std::uint64_t seed) {
    Batch batch = firstBatch(spec, torch::kFloat64);
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    const auto keep = [&](torch::IntArrayRef sizes) {
        return torch::empty(sizes, torch::kFloat64).uniform_(0, 1, generator) < 0.7;
    };
    batch.targets[0] = batch.targets[0].only().masked_fill(~keep(batch.targets[0].only().sizes()), -1);
    batch.targets[1] = batch.targets[1].only().to(torch::kFloat64) * keep(batch.targets[1].only().sizes());
    batch.targets[2] = batch.targets[2].only().to(torch::kFloat64)
                       * keep({batch.size(), 1, spec.data.height, spec.data.width});
    return batch;
}

struct Setting {
    ExperimentSpec spec;
    std::vector<std::unique_ptr<Task>> tasks;
    Batch batch;

    Setting(const std::string& rule, int size)
        : spec(partitionedSpec(rule, size)), tasks(makeTasks(spec, openRunData(spec)->targets)),
          batch(maskedBatch(spec, 5)) {}

    Network network() const {
        Network made = networkFor(spec).convertedTo(torch::kFloat64);
        scrambleFactors(made, 3);
        scrambleNorms(made, 4);
        return made;
    }

    /// Gradients of one step, by name.
    std::map<std::string, torch::Tensor> partitioned(std::int64_t step, bool training) const {
        Network made = network();
        const ComposedNetwork composed = made.compose(true);
        const auto shares = split(batch, tasks, step);
        std::vector<torch::Tensor> images, losses;
        for (const TaskBatch& share : shares)
            images.push_back(share.images);
        const auto outputs = made.forwardApart(composed, images, {.training = training});
        for (std::size_t t = 0; t < tasks.size(); ++t)
            losses.push_back(shares[t].loss(*tasks[t], outputs[t]));
        backward(made, composed, losses, {.step = step});
        return gradientsOf(made);
    }

    static std::map<std::string, torch::Tensor> gradientsOf(const Network& network) {
        std::map<std::string, torch::Tensor> gradients;
        for (const Parameter& parameter : network.parameters())
            gradients[parameter.name] = parameter.grad;
        return gradients;
    }
};

const std::vector<std::string> rules{"*: merged", "*: factors shared", "*: tied"};

} // namespace

class PartitionedTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theMeanOverItsTurnsIsTheExactGradient_data() {
        QTest::addColumn<QString>("rule");
        for (const std::string& rule : rules)
            QTest::newRow(rule.c_str()) << QString::fromStdString(rule);
    }

    void theMeanOverItsTurnsIsTheExactGradient() {
        // Norms with their running statistics, so that images do not see each other; all images
        // have all targets; 8 images for 3 tasks, so that shares differ in size.
        QFETCH(QString, rule);
        const Setting setting(rule.toStdString(), 8);
        std::map<std::string, torch::Tensor> mean;
        for (std::int64_t step = 0; step < 3; ++step)
            for (const auto& [name, gradient] : setting.partitioned(step, false)) {
                QVERIFY2(gradient.defined(), name.c_str());
                mean[name] = mean[name].defined() ? mean[name] + gradient / 3 : gradient / 3;
            }
        Network exact = setting.network();
        const ComposedNetwork composed = exact.compose(true);
        const auto outputs = exact.forward(composed, setting.batch.images, {});
        std::vector<torch::Tensor> losses;
        for (std::size_t t = 0; t < 3; ++t)
            losses.push_back(setting.tasks[t]->loss(outputs[t], setting.batch.targets[t].only()));
        backward(exact, composed, losses, {});
        for (const Parameter& parameter : exact.parameters())
            QVERIFY2(relativeDifference(mean.at(parameter.name), parameter.grad) < 1e-12,
                     parameter.name.c_str());
    }

    void eachTasksGradientIsThatOfItsOwnImagesAlone() {
        // With the statistics of the slice: what a network gives that is trained on these images
        // and this task only. ∂M_t = a_t Uᵀ G_t Vᵀ; U and V see the sum over the tasks.
        const Setting setting("*: merged", 8);
        const auto gradients = setting.partitioned(1, true);
        const auto shares = split(setting.batch, setting.tasks, 1);
        const std::vector<std::string> names{"segmentation", "depth", "normal"};
        std::map<std::string, torch::Tensor> sums;
        for (std::size_t t = 0; t < 3; ++t) {
            Network alone = setting.network();
            const ComposedNetwork composed = alone.compose(true);
            const auto outputs = alone.forward(composed, shares[t].images, {.training = true});
            // The loss by its definition, image by image.
            torch::Tensor loss = torch::zeros({}, torch::kFloat64);
            std::int64_t pixels = 0;
            for (std::int64_t n = 0; n < setting.batch.size(); ++n)
                pixels += setting.tasks[t]->validCount(setting.batch.targets[t].narrow(n, 1));
            for (std::int64_t n = 0; n < shares[t].images.size(0); ++n) {
                const TargetBatch truth = shares[t].target.narrow(n, 1);
                loss = loss
                       + setting.tasks[t]->loss(outputs[t].narrow(0, n, 1), truth) * 3.0
                             * static_cast<double>(setting.tasks[t]->validCount(truth))
                             / static_cast<double>(pixels);
            }
            std::vector<torch::Tensor> losses(3);
            losses[t] = loss;
            backward(alone, composed, losses, {});
            const std::string core = "dec2.1/M/" + names[t];
            const auto own = Setting::gradientsOf(alone);
            QVERIFY(relativeDifference(gradients.at(core), own.at(core)) < 1e-12);
            for (const char* factor : {"U", "V"}) {
                const std::string name =
                    std::string("dec2.1/") + factor + "/segmentation+depth+normal";
                sums[name] = sums[name].defined() ? sums[name] + own.at(name) : own.at(name);
            }
        }
        for (const auto& [name, sum] : sums)
            QVERIFY2(relativeDifference(gradients.at(name), sum) < 1e-12, name.c_str());
    }

    void runningStatisticsMoveTowardsTheMeanOverTheTasks() {
        // (1 − 0.1) r + 0.1 Σ n_t x_t / N, with 3, 3 and 2 images of 8.
        const Setting setting("*: merged", 8);
        const auto shares = split(setting.batch, setting.tasks, 0);
        Network together = setting.network();
        const std::string mean = "enc1.1/norm.mean/segmentation+depth+normal";
        const std::string variance = "enc1.1/norm.var/segmentation+depth+normal";
        const auto before = copyOf(together.namedTensors());
        std::vector<torch::Tensor> images;
        torch::Tensor expectedMean = before.at(mean) * 0.9;
        torch::Tensor expectedVariance = before.at(variance) * 0.9;
        for (const TaskBatch& share : shares) {
            images.push_back(share.images);
            Network alone = setting.network();
            alone.forward(alone.compose(false), share.images, {.training = true});
            const auto after = alone.namedTensors();
            const double part = static_cast<double>(share.images.size(0)) / 8;
            expectedMean = expectedMean + (after.at(mean) - before.at(mean) * 0.9) * part;
            expectedVariance =
                expectedVariance + (after.at(variance) - before.at(variance) * 0.9) * part;
        }
        together.forwardApart(together.compose(false), images, {.training = true});
        const auto after = together.namedTensors();
        QVERIFY(relativeDifference(after.at(mean), expectedMean) < 1e-13);
        QVERIFY(relativeDifference(after.at(variance), expectedVariance) < 1e-13);
    }

    void everyImageIsForOneTaskAndAllTakeTurns() {
        const Setting setting("*: merged", 8);
        std::vector<std::set<std::int64_t>> seen(3);
        for (std::int64_t step = 0; step < 3; ++step) {
            const auto shares = split(setting.batch, setting.tasks, step);
            std::int64_t images = 0;
            for (std::size_t t = 0; t < 3; ++t) {
                images += shares[t].images.size(0);
                for (std::int64_t n = 0; n < 8; ++n)
                    for (std::int64_t k = 0; k < shares[t].images.size(0); ++k)
                        if (torch::equal(shares[t].images[k], setting.batch.images[n]))
                            seen[t].insert(n);
            }
            QCOMPARE(images, 8);
        }
        for (const auto& images : seen)
            QCOMPARE(images.size(), 8U);
    }

    void anImageWithoutATargetIsLeftToTheOtherTasks() {
        // Depth is known in the first two images alone, normals nowhere: depth has 2 turns there,
        // segmentation all the rest, and normals rest.
        Setting setting("*: merged", 4);
        setting.batch.targets[1].only().narrow(0, 2, 2).zero_();
        setting.batch.targets[2].only().zero_();
        const auto shares = split(setting.batch, setting.tasks, 0);
        QCOMPARE(shares[0].images.size(0), 3); // image 0 by turn, 2 and 3 by right
        QCOMPARE(shares[1].images.size(0), 1); // image 1
        QVERIFY(!shares[2].images.defined());
        QCOMPARE(shares[0].parts.size(), 2U);
        QCOMPARE(shares[0].parts[0].turns, 1);
        QCOMPARE(shares[0].parts[0].count, 2);
        QCOMPARE(shares[0].parts[1].turns, 2);
        const auto gradients = setting.partitioned(0, true);
        QVERIFY(!gradients.at("dec1.1/M/normal").defined());
        QVERIFY(!gradients.at("head.normal.1/W/normal").defined());
        QVERIFY(gradients.at("dec1.1/M/depth").defined());
    }

    void oneImageOfOnePixelLeavesRunningStatisticsAlone_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("parametrization");
        for (const char* format : {"contiguous", "channels-last"})
            for (const char* parametrization : {"plain", "factored", "repvgg"})
                QTest::addRow("%s %s", format, parametrization) << format << parametrization;
    }

    /// Where only one image of a batch has a target, that is a share of one: the norm that sees one
    /// pixel of it has no variance to follow.
    void oneImageOfOnePixelLeavesRunningStatisticsAlone() {
        QFETCH(const QString, format);
        QFETCH(const QString, parametrization);
        ExperimentSpec spec = tinyUnet(parametrization.toStdString(), "*: tied");
        spec.network.backbone.options["channels"] = {4, 6, 8, 8};
        spec.network.routing = Routing::Partitioned;
        spec.data.height = spec.data.width = 8;
        spec.train.batch = 6;
        spec.train.memoryFormat = choiceNamed<MemoryFormat>(format.toStdString()).value();
        QCOMPARE(validate(spec, catalogue()), Problems{});
        Learner learner = learnerFor(spec);
        Batch batch = firstBatch(spec);
        batch.targets[1].only().narrow(0, 1, 5).zero_();
        batch.targets[2].only().zero_();
        batch.targets[0].only().narrow(0, 0, 1).fill_(-1); // the first is for depth alone
        for (int step = 0; step < 3; ++step)
            QVERIFY(learner.step(batch, step).has_value());
        const auto problem = learner.checkWeights();
        QVERIFY2(!problem, problem ? toText(*problem).c_str() : "");
    }

    void aLearnerStepsOnEachTasksOwnImages() {
        ExperimentSpec spec = partitionedSpec("*: merged", 6);
        Learner learner = learnerFor(spec);
        const Batch batch = firstBatch(spec);
        const auto result = learner.step(batch, 0);
        QVERIFY(result.has_value());
        for (std::size_t t = 0; t < 3; ++t) {
            QCOMPARE(result->outputs[t].size(0), 2);
            QCOMPARE(result->targets[t].size(), 2);
            QVERIFY(result->losses[t] > 0);
        }
    }
};

QTEST_GUILESS_MAIN(PartitionedTest)
#include "tst_partitioned.moc"
