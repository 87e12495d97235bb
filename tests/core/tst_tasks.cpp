// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_tensors.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <numbers>

using namespace concertina;
using namespace concertina::testing;

// Losses and metrics against values that were counted by hand (methods.md, section 5).

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::unique_ptr<Task> segmentation(int classes) {
    TargetInfo target{.name = "segmentation"};
    for (int i = 0; i < classes; ++i)
        target.classes.push_back({"class " + std::to_string(i), {}});
    return taskEntry("segmentation").make(Json::object(), target);
}

/// The others: tst_inverse_depth, tst_picture_targets, tst_detection.
bool isTriedHere(const TaskEntry& entry) {
    return entry.info.target->isPlane() && entry.info.target != &inverseDepthTarget();
}

std::unique_ptr<Task> depth() {
    return taskEntry("depth").make(Json::object(), {.name = "depth", .kind = &depthTarget()});
}

std::unique_ptr<Task> normal() {
    return taskEntry("normal").make(Json::object(), {.name = "normal", .kind = &normalsTarget()});
}

/// Classes as a target of one row, [1, 1, W].
torch::Tensor classRow(const std::vector<std::int64_t>& classes) {
    return torch::tensor(classes).view({1, 1, -1});
}

/// Scores of one row whose largest are at the given classes.
torch::Tensor scores(const std::vector<std::int64_t>& classes, int count) {
    const torch::Tensor hot = torch::one_hot(torch::tensor(classes), count).to(torch::kFloat32);
    return hot.t().reshape({1, count, 1, -1}) * 3;
}

torch::Tensor depthRow(const std::vector<float>& metres) {
    return torch::tensor(metres).view({1, 1, 1, -1});
}

/// Directions `degrees` away from the one towards the camera, [1, 3, 1, W], of some length.
torch::Tensor tilted(const std::vector<double>& degrees, double length = 1) {
    std::vector<double> values;
    for (const double angle : degrees)
        values.push_back(std::sin(angle * std::numbers::pi / 180));
    for (std::size_t i = 0; i < degrees.size(); ++i)
        values.push_back(0);
    for (const double angle : degrees)
        values.push_back(-std::cos(angle * std::numbers::pi / 180));
    return torch::tensor(values, torch::kFloat64).view({1, 3, 1, -1}) * length;
}

bool near(double a, double b, double limit = 1e-6) {
    return std::abs(a - b) < limit;
}

std::vector<double> measured(const Task& task, const torch::Tensor& output,
                             const torch::Tensor& target) {
    const auto metrics = task.metrics();
    metrics->add(output, target);
    return metrics->values();
}

} // namespace

class TasksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void miouCountsOnlyClassesThatHavePixels() {
        // Class 0: 1 hit of a union of 2; class 1: 2 of 3; class 2: 1 of 1; class 3 is predicted
        // at an ignored pixel alone, class 4 never: both do not count.
        const auto values = measured(*segmentation(5), scores({0, 1, 1, 1, 3, 2}, 5),
                                     classRow({0, 0, 1, 1, -1, 2}));
        QVERIFY(near(values[0], (1.0 / 2 + 2.0 / 3 + 1) / 3));
        QVERIFY(near(values[1], 4.0 / 5));
    }

    void aClassThatIsOnlyPredictedCountsAsAMiss() {
        // Class 0: 1 of 2, class 1: 0 of 1.
        const auto values = measured(*segmentation(3), scores({0, 1}, 3), classRow({0, 0}));
        QVERIFY(near(values[0], 0.25));
        QVERIFY(near(values[1], 0.5));
    }

    void classesHaveTheirOwnFigures() {
        // The case above: class 3 is found nowhere, and class 4 is not there at all.
        const auto metrics = segmentation(5)->metrics();
        metrics->add(scores({0, 1, 1, 1, 3, 2}, 5), classRow({0, 0, 1, 1, -1, 2}));
        const ClassFigures figures = metrics->byClass();
        const std::vector<std::int64_t> truths{2, 2, 1, 0, 0};
        const std::vector<double> ious{1.0 / 2, 2.0 / 3, 1, notANumber, notANumber};
        const std::vector<double> recalls{1.0 / 2, 1, 1, notANumber, notANumber};
        QCOMPARE(figures.rows.size(), truths.size());
        for (std::size_t c = 0; c < truths.size(); ++c) {
            const auto& row = figures.rows[c];
            QCOMPARE(row.truths, truths[c]);
            QVERIFY(std::isnan(ious[c]) ? std::isnan(row.values[0]) : near(row.values[0], ious[c]));
            QVERIFY(std::isnan(recalls[c]) ? std::isnan(row.values[1])
                                           : near(row.values[1], recalls[c]));
        }
        QVERIFY(depth()->metrics()->byClass().rows.empty());
    }

    void miouIsOfOneConfusionMatrixOverTheWholeSet() {
        // Class 1 is missed in a small batch and found in a large one: 8 of 9 pixels, while the
        // mean of the batches' values would give it (0 + 1) / 2.
        const auto task = segmentation(2);
        const auto pieces = task->metrics();
        pieces->add(scores({0, 0}, 2), classRow({0, 1}));
        pieces->add(scores({1, 1, 1, 1, 1, 1, 1, 1}, 2), classRow({1, 1, 1, 1, 1, 1, 1, 1}));
        const auto whole = measured(*task, scores({0, 0, 1, 1, 1, 1, 1, 1, 1, 1}, 2),
                                    classRow({0, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
        QCOMPARE(pieces->values(), whole);
        QVERIFY(near(whole[0], (0.5 + 8.0 / 9) / 2));
        const double first = measured(*task, scores({0, 0}, 2), classRow({0, 1}))[0];
        QVERIFY(near(first, 0.25));
        QVERIFY(std::abs((first + 1) / 2 - whole[0]) > 0.05);
    }

    void crossEntropyIsTheMeanOverLabelledPixels() {
        // Scores 0 and ln 3: probabilities 1/4 and 3/4. The ignored pixel's scores do not matter.
        const torch::Tensor output =
            torch::tensor({0.0F, 0.0F, 50.0F, std::log(3.0F), std::log(3.0F), -50.0F})
                .view({1, 2, 1, 3});
        const torch::Tensor loss = segmentation(2)->loss(output, classRow({1, 0, -1}));
        QVERIFY(near(loss.item<double>(), (std::log(4.0 / 3) + std::log(4.0)) / 2));
    }

    void depthErrorsAreMeansOverValidPixels() {
        // |3 − 2|, |2 − 4|, 0; the second pixel has no measurement.
        const torch::Tensor output = depthRow({3, 9, 2, 5});
        const torch::Tensor target = depthRow({2, 0, 4, 5});
        const auto values = measured(*depth(), output, target);
        QVERIFY(near(values[0], 1));
        QVERIFY(near(values[1], (0.5 + 0.5 + 0) / 3));
        QVERIFY(near(depth()->loss(output, target).item<double>(), 1));
        QCOMPARE(depth()->validCount(target), std::int64_t{3});
    }

    void depthErrorsPoolPixelsNotBatches() {
        const auto metrics = depth()->metrics();
        metrics->add(depthRow({5, 9, 9, 9}), depthRow({1, 0, 0, 0})); // one pixel, 4 m
        metrics->add(depthRow({1, 1, 1}), depthRow({1, 1, 1}));       // three, none
        QVERIFY(near(metrics->values()[0], 1)); // not 2, the mean of both means
        QVERIFY(near(metrics->values()[1], 1));
    }

    void anglesAreTakenToTheNormalizedPrediction() {
        // Angles 0, 10, 20, 60 and, for a prediction of nothing, 90 degrees; a pixel without a
        // normal does not count. Lengths do not matter.
        torch::Tensor output = tilted({0, 10, 20, 60, 0, 5}, 7);
        output.index_put_({0, torch::indexing::Slice(), 0, 4}, 0);
        torch::Tensor target = tilted({0, 0, 0, 0, 0, 0}).to(torch::kFloat32);
        target.index_put_({0, torch::indexing::Slice(), 0, 5}, 0);
        const auto values = measured(*normal(), output, target);
        QVERIFY(near(values[0], (0 + 10 + 20 + 60 + 90) / 5.0, 1e-4));
        QVERIFY(near(values[1], 20, 1e-3)); // exact to its histogram's 0.001°
        QVERIFY(near(values[2], 2.0 / 5));
        QVERIFY(near(values[3], 3.0 / 5));
        QVERIFY(near(values[4], 3.0 / 5));
        const double cosines = 1 + std::cos(std::numbers::pi / 18) + std::cos(std::numbers::pi / 9)
                               + 0.5 + 0;
        QVERIFY(near(normal()->loss(output, target).item<double>(), 1 - cosines / 5));
        QCOMPARE(normal()->validCount(target), std::int64_t{5});
    }

    void anglesPoolPixelsNotBatches() {
        const auto metrics = normal()->metrics();
        metrics->add(tilted({40}), tilted({0}).to(torch::kFloat32));
        metrics->add(tilted({2, 4, 6, 8}), tilted({0, 0, 0, 0}).to(torch::kFloat32));
        const auto values = metrics->values();
        QVERIFY(near(values[0], 12, 1e-4));  // not (40 + 5) / 2
        QVERIFY(near(values[1], 6, 1e-3));   // not (40 + 5) / 2
        QVERIFY(near(values[2], 0.8));
    }

    void angularLimitsAreTheProtocols() {
        const auto values = measured(*normal(), tilted({11.2, 11.3, 22.4, 22.6, 29.9, 30.1, 0, 180}),
                                     tilted(std::vector<double>(8)).to(torch::kFloat32));
        QVERIFY(near(values[2], 2.0 / 8));
        QVERIFY(near(values[3], 4.0 / 8));
        QVERIFY(near(values[4], 6.0 / 8));
    }

    void manyAddsEqualOneBigAdd_data() {
        QTest::addColumn<QString>("id");
        for (const auto* entry : tasks())
            if (isTriedHere(*entry))
                QTest::newRow(entry->info.id.c_str()) << QString::fromStdString(entry->info.id);
    }

    void manyAddsEqualOneBigAdd() {
        QFETCH(QString, id);
        torch::manual_seed(4);
        const auto task = id == "segmentation" ? segmentation(4) : id == "depth" ? depth() : normal();
        const int channels = id == "segmentation" ? 4 : id == "depth" ? 1 : 3;
        const torch::Tensor output = torch::randn({6, channels, 5, 7});
        torch::Tensor target = torch::randn({6, channels, 5, 7});
        if (id == "segmentation")
            target = torch::randint(-1, 4, {6, 5, 7}, torch::kInt64);
        else if (id == "depth")
            target = target.clamp_min(0) * 3;
        else
            target = target / target.norm(2, {1}, true)
                     * (torch::rand({6, 1, 5, 7}) > 0.3).to(torch::kFloat32);
        const auto pieces = task->metrics();
        for (const auto& [from, count] : {std::pair{0, 1}, {1, 3}, {4, 2}})
            pieces->add(output.narrow(0, from, count), target.narrow(0, from, count));
        const auto whole = measured(*task, output, target);
        QCOMPARE(whole.size(), taskEntry(id.toStdString()).info.metrics.size());
        for (std::size_t i = 0; i < whole.size(); ++i)
            QVERIFY(near(pieces->values()[i], whole[i], 1e-9));
    }

    void withoutAValidPixelThereIsNoLossAndMetricsAreUndefined_data() { manyAddsEqualOneBigAdd_data(); }

    void withoutAValidPixelThereIsNoLossAndMetricsAreUndefined() {
        QFETCH(QString, id);
        const auto task = id == "segmentation" ? segmentation(4) : id == "depth" ? depth() : normal();
        const torch::Tensor output =
            torch::randn({2, id == "segmentation" ? 4 : id == "depth" ? 1 : 3, 3, 4});
        const torch::Tensor target = id == "segmentation"
                                         ? torch::full({2, 3, 4}, -1, torch::kInt64)
                                         : torch::zeros_like(output);
        QCOMPARE(task->validCount(target), std::int64_t{0});
        QVERIFY(!task->loss(output, target).defined());
        for (const double value : task->metrics()->values()) // nothing added
            QVERIFY(std::isnan(value));
        for (const double value : measured(*task, output, target))
            QVERIFY(std::isnan(value));
    }

    void anOutputThatIsNotFiniteHasNoMetricThatIs_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<double>("value");
        QTest::addColumn<int>("pixels"); // of four, from the first on
        for (const auto* entry : tasks())
            for (const double value : {notANumber, infinity, -infinity})
                for (const int pixels : {1, 4})
                    if (isTriedHere(*entry))
                        QTest::addRow("%s %g in %d", entry->info.id.c_str(), value, pixels)
                            << QString::fromStdString(entry->info.id) << value << pixels;
    }

    /// A network that diverged is validated too. All other outputs are perfect.
    void anOutputThatIsNotFiniteHasNoMetricThatIs() {
        QFETCH(QString, id);
        QFETCH(double, value);
        QFETCH(int, pixels);
        const bool classes = id == "segmentation";
        const auto task = classes ? segmentation(4) : id == "depth" ? depth() : normal();
        const torch::Tensor target = classes        ? torch::zeros({1, 2, 2}, torch::kInt64)
                                     : id == "depth" ? torch::ones({1, 1, 2, 2})
                                                     : tilted({0, 0, 0, 0}).view({1, 3, 2, 2});
        torch::Tensor output = classes ? scores({0, 0, 0, 0}, 4).view({1, 4, 2, 2}) : target.clone();
        for (const double perfect : measured(*task, output, target))
            QVERIFY(std::isfinite(perfect));
        output = output.clone();
        output.flatten(2).narrow(2, 0, pixels).fill_(value);
        const auto metrics = task->metrics();
        metrics->add(output, target);
        metrics->add(output, target); // and goes on
        for (const double number : metrics->values())
            QVERIFY2(!std::isfinite(number), std::to_string(number).c_str());
        const TargetKind* kind = classes         ? &classesTarget()
                                : id == "depth" ? &depthTarget()
                                                : &normalsTarget();
        const ValueMap drawn = toValueMap(task->prediction(output)[0], *kind);
        QVERIFY(!drawn.isKnown(0, 0));
        QCOMPARE(drawn.isKnown(1, 1), pixels < 4);
        QCOMPARE(draw(drawn, {}, rangeOf(drawn)).height, 2);
        QVERIFY(std::isinf(errors(drawn, toValueMap(target[0], *kind))[0]));
    }

    void outputsAtPixelsThatDoNotCountMayBeAnything() {
        torch::Tensor output = scores({1, 0}, 2).clone();
        output.select(3, 0).fill_(notANumber);
        QCOMPARE(measured(*segmentation(2), output, classRow({-1, 0})), (std::vector<double>{1, 1}));
        QCOMPARE(measured(*depth(), depthRow({static_cast<float>(notANumber), 3}), depthRow({0, 3})),
                 (std::vector<double>{0, 0}));
    }

    void gradientsOfInvalidPixelsAreZeroAndOfOthersFollowTheDefinition() {
        torch::Tensor output = depthRow({3, 9, 2, 5}).requires_grad_();
        depth()->loss(output, depthRow({2, 0, 4, 5})).backward();
        QVERIFY(torch::allclose(output.grad(), depthRow({1.0F / 3, 0, -1.0F / 3, 0})));
        // ∂(1 − cos)/∂v is the tangent part of −n / ‖v‖: for 60° and length 2, sin 60° / 2.
        torch::Tensor direction = tilted({60, 60}, 2).requires_grad_();
        torch::Tensor target = tilted({0, 0});
        target.index_put_({0, torch::indexing::Slice(), 0, 1}, 0);
        normal()->loss(direction, target).backward();
        const torch::Tensor gradient = direction.grad().squeeze(2).squeeze(0);
        QVERIFY(near(gradient.select(1, 0).norm().item<double>(), std::sqrt(3.0) / 2 / 2));
        QCOMPARE(gradient.select(1, 1).abs().sum().item<double>(), 0.0);
    }

    void aNormalOfLengthZeroHasNoGradientAndHarmsNoOther() {
        // Features can vanish at a pixel, biases start at 0: the prediction is exactly 0 there.
        torch::Tensor output = tilted({0, 30}).to(torch::kFloat32);
        output.index_put_({0, torch::indexing::Slice(), 0, 0}, 0);
        output.requires_grad_();
        const torch::Tensor loss = normal()->loss(output, tilted({0, 0}).to(torch::kFloat32));
        QVERIFY(near(loss.item<double>(), 1 - std::sqrt(3.0) / 4));
        loss.backward();
        const torch::Tensor gradient = output.grad().squeeze(2).squeeze(0);
        QCOMPARE(gradient.select(1, 0).abs().sum().item<double>(), 0.0);
        QVERIFY(near(gradient.select(1, 1).norm().item<double>(), 0.25));
        QCOMPARE(normal()->prediction(torch::zeros({1, 3, 1, 1})).abs().sum().item<double>(), 0.0);
    }

    void predictionsHaveTheTargetsForm() {
        QVERIFY(torch::equal(segmentation(5)->prediction(scores({4, 0, 2}, 5)), classRow({4, 0, 2})));
        const torch::Tensor metres = depthRow({1, 2});
        QVERIFY(torch::equal(depth()->prediction(metres), metres));
        QVERIFY(torch::allclose(normal()->prediction(tilted({15, 75}, 0.01)), tilted({15, 75})));
    }
};

QTEST_GUILESS_MAIN(TasksTest)
#include "tst_tasks.moc"
