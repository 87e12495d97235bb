// SPDX-License-Identifier: GPL-3.0-or-later
// Objects in boxes: what a batch has of them, what a network is to give, its loss and what is
// found, against sums that are written out here.
#include "core/data/stored_objects.h"
#include "core/data/target_objects.h"
#include "core/data/target_tensors.h"
#include "core/tasks/centers.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"
#include "core/values/object_map.h"
#include "tests/core/core_testing.h"

#include <QTest>

#include <cmath>

using namespace concertina;

namespace {

constexpr int classes = 2;

TargetInfo boxesInfo() {
    return {.name = "detection",
            .kind = &boxesTarget(),
            .encoding = Encoding::Float32,
            .classes = {{"cup", {1, 2, 3}}, {"cat", {4, 5, 6}}}};
}

ImageObject object(int label, const Box& box, bool isCrowd = false) {
    return {.label = label, .box = box, .area = box.area(), .isCrowd = isCrowd};
}

std::unique_ptr<Task> detection() {
    const TaskEntry& entry = taskEntry("detection");
    return entry.make({{"size_weight", 0.1}, {"head_channels", 8}}, boxesInfo());
}

/// One image of 40 × 30 pixels that the network sees at that size.
TargetBatch batchOf(const std::vector<ImageObject>& objects,
                    const Augmentation& augmentation = {}) {
    const TargetPlane plane = storedObjects({30, 40, objects});
    const TargetInfo info = boxesInfo();
    return targetTensors(boxesTarget()).batch({info, {&plane}, {&augmentation, 1}, 30, 40});
}

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

/// The paper's loss over one plane of scores, before the prior.
double focal(const std::vector<double>& scores, const std::vector<double>& heat) {
    double sum = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const double p = sigmoid(scores[i] - centerPrior);
        sum -= heat[i] == 1 ? std::pow(1 - p, 2) * std::log(p)
                            : std::pow(1 - heat[i], 4) * p * p * std::log(1 - p);
    }
    return sum;
}

} // namespace

class DetectionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsStoredComesBack() {
        const PictureObjects picture{
            30, 40, {object(1, {3, 4, 10.5, 6}), object(0, {0, 0, 40, 30}, true)}};
        const PictureObjects read = objectsOf(storedObjects(picture));
        QCOMPARE(read.height, 30);
        QCOMPARE(read.width, 40);
        QVERIFY(read.objects == picture.objects);
        QVERIFY(objectsOf(storedObjects({30, 40, {}})).objects.empty());
        QVERIFY(!storedObjects({30, 40, {}}).empty()); // it is known that there are none
    }

    void boxesFollowWindowAndFlip() {
        // Twice as large around the right lower corner: the window is 20 … 40 × 15 … 30.
        const Augmentation window{.scale = 2, .top = 1, .left = 1, .flip = true};
        const auto found = objectsOf(batchOf({object(0, {25, 20, 10, 5}),  // inside
                                              object(1, {10, 0, 10, 10}),  // outside
                                              object(1, {16, 18, 10, 10}), // 6 of 10 columns inside
                                              object(0, {11, 20, 10, 5})}, // a tenth inside
                                             window),
                                     0);
        QVERIFY(found.isKnown);
        QCOMPARE(found.objects.size(), std::size_t{3});
        // Columns 5 … 15 of 20 from the left are 5 … 15 from the right; rows 5 … 10 of 15.
        const auto near = [](const Box& box, const Box& expected) {
            return std::abs(box.x - expected.x) < 1e-6 && std::abs(box.y - expected.y) < 1e-6
                   && std::abs(box.width - expected.width) < 1e-6
                   && std::abs(box.height - expected.height) < 1e-6;
        };
        QVERIFY(near(found.objects[0].box, {0.25, 1.0 / 3, 0.5, 1.0 / 3}));
        QCOMPARE(found.objects[0].area, 4.0 * 50); // four times as many pixels
        QVERIFY(near(found.objects[1].box, {0.7, 0.2, 0.3, 2.0 / 3}));
        QVERIFY(!found.objects[1].isCrowd);
        QVERIFY(found.objects[2].isCrowd); // too little of it is left to be asked for
    }

    void aPictureWithoutObjectsIsKnownAndOneWithoutTargetIsNot() {
        const TargetPlane none = storedObjects({30, 40, {}});
        const TargetPlane missing;
        const std::array<Augmentation, 2> as{};
        const TargetInfo info = boxesInfo();
        const TargetBatch batch =
            targetTensors(boxesTarget()).batch({info, {&none, &missing}, as, 30, 40});
        QCOMPARE(batch.offsets, (std::vector<std::int64_t>{0, 1, 1}));
        const auto task = detection();
        QCOMPARE(task->validCount(batch), std::int64_t{1});
        QVERIFY(!task->loss(torch::zeros({1, 6, 3, 4}), batch.narrow(1, 1)).defined());
        QVERIFY(targetTensors(boxesTarget()).truth(batch, 0).isKnown(0, 0));
        QVERIFY(!targetTensors(boxesTarget()).truth(batch, 1).isKnown(0, 0));
        // What is not known asks for nothing: the loss is that of the first image.
        const torch::Tensor output = torch::randn({2, 6, 3, 4}, torch::kFloat64);
        QCOMPARE(task->loss(output, batch).item<double>(),
                 task->loss(output.narrow(0, 0, 1), batch.narrow(0, 1)).item<double>());
    }

    void theLossIsThePapers() {
        // On a map of 3 × 4 cells of 10 × 10 pixels. The cup's centre is (16, 17): cell (1, 1), 0.6
        // and 0.7 into it; it is 0.8 × 0.6 cells large. A radius below 1 leaves its Gaussian one
        // cell.
        const TargetBatch batch = batchOf({object(0, {12, 14, 8, 6})});
        torch::manual_seed(3);
        const torch::Tensor output = torch::randn({1, 6, 3, 4}, torch::kFloat64);
        const auto plane = [&](int channel) {
            const torch::Tensor values = output[0][channel].contiguous();
            return std::vector<double>(values.data_ptr<double>(), values.data_ptr<double>() + 12);
        };
        std::vector<double> heat(12);
        heat[1 * 4 + 1] = 1;
        const auto at = [&](int channel) { return output[0][channel][1][1].item<double>(); };
        const double expected = focal(plane(0), heat) + focal(plane(1), std::vector<double>(12))
                                + 0.1 * (std::abs(at(2) - 0.8) + std::abs(at(3) - 0.6))
                                + std::abs(at(4) - 0.6) + std::abs(at(5) - 0.7);
        const double loss = detection()->loss(output, batch).item<double>();
        QVERIFY2(std::abs(loss - expected) < 1e-6 * expected,
                 qPrintable(QStringLiteral("%1 %2").arg(loss).arg(expected)));
    }

    void aLargeBoxHasAGaussianAsWideAsItMayMove() {
        // 16 × 16 cells; moved by r along both axes it overlaps by 0.7 where (16 − r)² = 16² · 1.4
        // ÷ 1.7: r = 1.48, so that its Gaussian reaches a cell, with a deviation of 3.96 ÷ 6 =
        // 0.66.
        const TargetBatch batch = batchOf({object(1, {0, 0, 20, 15})});
        const CenterMaps maps = centerMaps(batch, classes, 32, 32);
        const double r = 16 * (1 - std::sqrt(1.4 / 1.7));
        const double deviation = (2 * r + 1) / 6;
        const auto heat = [&](int y, int x) { return maps.heat[0][1][y][x].item<double>(); };
        QCOMPARE(heat(8, 8), 1.0);
        QVERIFY(std::abs(heat(8, 9) - std::exp(-1 / (2 * deviation * deviation))) < 1e-6);
        QVERIFY(std::abs(heat(7, 9) - std::exp(-2 / (2 * deviation * deviation))) < 1e-6);
        QCOMPARE(heat(8, 10), 0.0);
        QCOMPARE(maps.heat[0][0].sum().item<double>(), 0.0);
    }

    void crowdsAskForNothing() {
        const TargetBatch batch =
            batchOf({object(0, {0, 0, 20, 30}, true), object(0, {4, 4, 8, 8})});
        const CenterMaps maps = centerMaps(batch, classes, 3, 4);
        // Its left half does not count for cups, but for the one that is labelled; cats count.
        QCOMPARE(maps.counts[0][0].sum().item<double>(), 6.0 + 1);
        QCOMPARE(maps.counts[0][0][0][0].item<double>(), 1.0);
        QCOMPARE(maps.counts[0][1].sum().item<double>(), 12.0);
        QCOMPARE(maps.cells.size(0), std::int64_t{1});
    }

    void gradientsAreThoseOfTheLoss() {
        const TargetBatch batch = batchOf({object(0, {12, 14, 8, 6}), object(1, {2, 2, 30, 20})});
        torch::manual_seed(5);
        torch::Tensor output = torch::randn({1, 6, 3, 4}, torch::kFloat64).requires_grad_(true);
        const auto task = detection();
        task->loss(output, batch).backward();
        const torch::Tensor gradient = output.grad().flatten();
        const torch::NoGradGuard noGrad;
        constexpr double step = 1e-6;
        torch::Tensor flat = output.detach().clone().view(-1);
        for (std::int64_t i = 0; i < flat.numel(); ++i) {
            const auto moved = [&](double by) {
                torch::Tensor other = flat.clone();
                other[i] += by;
                return task->loss(other.view({1, 6, 3, 4}), batch).item<double>();
            };
            const double slope = (moved(step) - moved(-step)) / (2 * step);
            QVERIFY(std::abs(slope - gradient[i].item<double>()) < 1e-6);
        }
    }

    void whatAMapSaysIsFound() {
        torch::Tensor output = torch::zeros({1, 6, 3, 4});
        output.narrow(1, 0, classes).fill_(-10);
        output[0][1][2][3] = 6; // a cat in the last cell, and a weaker place beside it
        output[0][1][2][2] = 5;
        output[0][0][0][1] = 4; // a cup in another
        const std::array<float, 4> cat{1.5F, 0.5F, 0.25F, 0.75F};
        for (int i = 0; i < 4; ++i)
            output[0][classes + i][2][3] = cat[static_cast<std::size_t>(i)];
        const ValueMap map =
            targetTensors(boxesTarget()).predicted(detection()->prediction(output)[0]);
        QCOMPARE(map.objects.size(), std::size_t{24}); // places that there are
        QCOMPARE(map.objects[0].label, 1);
        QVERIFY(std::abs(map.objects[0].score - sigmoid(6 - centerPrior)) < 1e-6);
        const Box box = map.objects[0].box.scaled(4, 3); // in cells
        QVERIFY(std::abs(box.x - (3.25 - 0.75)) < 1e-5);
        QVERIFY(std::abs(box.y - (2.75 - 0.25)) < 1e-5);
        QVERIFY(std::abs(box.width - 1.5) < 1e-5);
        QVERIFY(std::abs(box.height - 0.5) < 1e-5);
        QCOMPARE(map.objects[1].label, 0);
        QVERIFY(map.objects[2].score < UsualScore); // beside a better one of its class it is none
        output[0][3][1][1] = std::nanf("");
        output[0][0][1][1] = 9;
        const ValueMap broken =
            targetTensors(boxesTarget()).predicted(detection()->prediction(output)[0]);
        QVERIFY(std::isinf(errors(broken, objectMap(boxesTarget(), {}))[0]));
    }

    void aMapThatIsRightHasTheBestFigures() {
        const std::vector<ImageObject> objects{object(0, {12, 14, 8, 6}), object(1, {2, 2, 30, 20}),
                                               object(1, {30, 20, 8, 9})};
        const TargetBatch batch = batchOf(objects);
        const CenterMaps maps = centerMaps(batch, classes, 15, 20);
        torch::Tensor output = torch::zeros({1, 6, 15, 20});
        output.narrow(1, 0, classes).copy_(20 * maps.heat - 10);
        for (std::int64_t i = 0; i < maps.cells.size(0); ++i) {
            const auto cell = maps.cells[i].item<std::int64_t>();
            for (std::int64_t c = 0; c < 2; ++c) {
                output[0][classes + c][cell / 20][cell % 20] = maps.sizes[i][c];
                output[0][classes + 2 + c][cell / 20][cell % 20] = maps.offsets[i][c];
            }
        }
        const auto task = detection();
        const auto metrics = task->metrics();
        metrics->add(output, batch);
        for (const double value : metrics->values())
            QCOMPARE(value, 1.0);
        const ClassFigures figures = metrics->byClass();
        QCOMPARE(figures.rows.size(), std::size_t{classes});
        QCOMPARE(figures.rows[0].truths, std::int64_t{1});
        QCOMPARE(figures.rows[1].truths, std::int64_t{2});
        QCOMPARE(figures.rows[1].values, (std::vector<double>{1, 1, 1, 1}));
        const TargetTensors& tensors = targetTensors(boxesTarget());
        const ValueMap found = tensors.predicted(task->prediction(output)[0]);
        QCOMPARE(errors(found, tensors.truth(batch, 0))[0], 0.0F);
        // With one of three missing: a third of what there is.
        const TargetBatch more =
            batchOf({objects[0], objects[1], objects[2], object(0, {1, 22, 6, 6})});
        QCOMPARE(errors(found, tensors.truth(more, 0))[0], 0.25F);
    }
};

QTEST_GUILESS_MAIN(DetectionTest)
#include "tst_detection.moc"
