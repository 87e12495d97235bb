// SPDX-License-Identifier: GPL-3.0-or-later
// Objects with keypoints: what a batch has of them, what a network is to give, its loss and what is
// found, against sums that are written out here.
#include "core/data/stored_objects.h"
#include "core/data/target_objects.h"
#include "core/data/target_tensors.h"
#include "core/tasks/keypoint_maps.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"
#include "core/values/object_map.h"
#include "tests/core/core_testing.h"

#include <QTest>

#include <cmath>
#include <functional>

using namespace concertina;
using State = Keypoint::State;

namespace {

constexpr int points = 3;
constexpr int channels = 3 * points + 7;

TargetInfo pointsInfo() {
    return {.name = "keypoints",
            .kind = &keypointsTarget(),
            .encoding = Encoding::Float32,
            .classes = {
                {"nose", {1, 2, 3}, {1}}, {"left_eye", {4, 5, 6}, {2}}, {"right_eye", {7, 8, 9}}}};
}

ImageObject object(const Box& box, const std::vector<Keypoint>& at) {
    return {.box = box, .area = box.area(), .points = at};
}

std::unique_ptr<Task> keypoints() {
    return taskEntry("keypoints").make({{"size_weight", 0.1}, {"head_channels", 8}}, pointsInfo());
}

/// One image of 40 × 30 pixels that the network sees at that size.
TargetBatch batchOf(const std::vector<ImageObject>& objects,
                    const Augmentation& augmentation = {}) {
    const TargetPlane plane = storedObjects({30, 40, objects});
    const TargetInfo info = pointsInfo();
    return targetTensors(keypointsTarget()).batch({info, {&plane}, {&augmentation, 1}, 30, 40});
}

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

/// The paper's loss of one score, before the prior, where the heat is 1 or 0.
double focal(double score, bool isPeak) {
    const double p = sigmoid(score - centerPrior);
    return isPeak ? -std::pow(1 - p, 2) * std::log(p) : -p * p * std::log(1 - p);
}

bool isNear(double a, double b, double tolerance = 1e-5) {
    return std::abs(a - b) <= tolerance;
}

} // namespace

class KeypointsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsStoredComesBack() {
        const PictureObjects picture{
            30,
            40,
            {object({3, 4, 10.5, 6}, {{4, 5, State::Seen}, {6.5, 5, State::Hidden}, {}}),
             object({0, 0, 40, 30}, {{}, {}, {}})}};
        const PictureObjects read = objectsOf(storedObjects(picture));
        QVERIFY(read.objects == picture.objects);
    }

    void pointsFollowWindowAndFlip() {
        // Twice as large around the right lower corner: the window is 20 … 40 × 15 … 30.
        const Augmentation window{.scale = 2, .top = 1, .left = 1};
        const std::vector<ImageObject> one{
            object({22, 16, 12, 12},
                   {{25, 21, State::Seen}, {19, 20, State::Seen}, {35, 18, State::Hidden}})};
        const auto shown = objectsOf(batchOf(one, window), 0).objects;
        QCOMPARE(shown.size(), std::size_t{1});
        const auto at = [](const ImageObject& of, std::size_t point, double x, double y,
                           State state) {
            const Keypoint& there = of.points[point];
            return isNear(there.x, x) && isNear(there.y, y) && there.state == state;
        };
        QVERIFY(at(shown[0], 0, 5.0 / 20, 6.0 / 15, State::Seen));
        QVERIFY(shown[0].points[1] == Keypoint{}); // outside: not known
        QVERIFY(at(shown[0], 2, 15.0 / 20, 3.0 / 15, State::Hidden));
        // In a mirror the left eye is a right one.
        Augmentation mirrored = window;
        mirrored.flip = true;
        const auto turned = objectsOf(batchOf(one, mirrored), 0).objects;
        QVERIFY(at(turned[0], 0, 15.0 / 20, 6.0 / 15, State::Seen));
        QVERIFY(at(turned[0], 1, 5.0 / 20, 3.0 / 15, State::Hidden));
        QVERIFY(turned[0].points[2] == Keypoint{});
    }

    void theLossIsThatOfCentersAndPoints() {
        // On a map of 3 × 4 cells of 10 × 10 pixels. The centre is (16, 17): cell (1, 1). The nose
        // is at (14, 13), in that cell too; the left eye at (22, 12), in cell (1, 2); the right one
        // is not known. Gaussians of boxes below a cell are one cell.
        const TargetBatch batch =
            batchOf({object({12, 14, 8, 6}, {{14, 13, State::Seen}, {22, 12, State::Hidden}, {}})});
        torch::manual_seed(3);
        const torch::Tensor output = torch::randn({1, channels, 3, 4}, torch::kFloat64);
        const auto at = [&](int channel, int y, int x) {
            return output[0][channel][y][x].item<double>();
        };
        double centers = 0, noses = 0, left = 0, right = 0;
        for (int y = 0; y < 3; ++y)
            for (int x = 0; x < 4; ++x) {
                centers += focal(at(0, y, x), y == 1 && x == 1);
                noses += focal(at(11, y, x), y == 1 && x == 1);
                left += focal(at(12, y, x), y == 1 && x == 2);
                right += focal(at(13, y, x), false);
            }
        const double boxes = 0.1 * (std::abs(at(1, 1, 1) - 0.8) + std::abs(at(2, 1, 1) - 0.6))
                             + std::abs(at(3, 1, 1) - 0.6) + std::abs(at(4, 1, 1) - 0.7);
        const double ways = (std::abs(at(5, 1, 1) - 0.4) + std::abs(at(6, 1, 1) - 0.3)
                             + std::abs(at(7, 1, 1) - 1.2) + std::abs(at(8, 1, 1) - 0.2))
                            / 4;
        const double places = std::abs(at(14, 1, 1) - 0.4) + std::abs(at(15, 1, 1) - 0.3)
                              + std::abs(at(14, 1, 2) - 0.2) + std::abs(at(15, 1, 2) - 0.2);
        const double expected = centers + boxes + ways + (noses + left + right + places) / 2;
        const double loss = keypoints()->loss(output, batch).item<double>();
        QVERIFY2(isNear(loss, expected, 1e-6 * expected),
                 qPrintable(QStringLiteral("%1 %2").arg(loss).arg(expected)));
    }

    void whatIsNotKnownAsksForNothing() {
        // A person without a labelled point covers the left half: no map of points counts there.
        const TargetBatch batch = batchOf({object({0, 0, 20, 30}, {{}, {}, {}})});
        const PointMaps maps = pointMaps(batch, points, 3, 4);
        QCOMPARE(maps.points.counts.sum().item<double>(), points * 6.0);
        QCOMPARE(maps.indices.size(0), std::int64_t{0});
        const auto task = keypoints();
        const torch::Tensor output = torch::randn({2, channels, 3, 4}, torch::kFloat64);
        QVERIFY(std::isfinite(task->loss(output.narrow(0, 0, 1), batch).item<double>()));
        // An image that lacks them adds nothing.
        const TargetPlane none = storedObjects({30, 40, {}});
        const TargetPlane missing;
        const std::array<Augmentation, 2> as{};
        const TargetInfo info = pointsInfo();
        const TargetBatch both =
            targetTensors(keypointsTarget()).batch({info, {&none, &missing}, as, 30, 40});
        QCOMPARE(task->validCount(both), std::int64_t{1});
        QCOMPARE(task->loss(output, both).item<double>(),
                 task->loss(output.narrow(0, 0, 1), both.narrow(0, 1)).item<double>());
        QVERIFY(!task->loss(output.narrow(0, 0, 1), both.narrow(1, 1)).defined());
    }

    void gradientsAreThoseOfTheLoss() {
        const TargetBatch batch =
            batchOf({object({12, 14, 8, 6}, {{14, 13, State::Seen}, {22, 12, State::Hidden}, {}}),
                     object({2, 2, 30, 20}, {{3, 3, State::Seen}, {}, {31, 21, State::Seen}}),
                     object({30, 20, 9, 9}, {{}, {}, {}})});
        torch::manual_seed(5);
        torch::Tensor output =
            torch::randn({1, channels, 3, 4}, torch::kFloat64).requires_grad_(true);
        const auto task = keypoints();
        task->loss(output, batch).backward();
        const torch::Tensor gradient = output.grad().flatten();
        const torch::NoGradGuard noGrad;
        constexpr double step = 1e-6;
        const torch::Tensor flat = output.detach().clone().view(-1);
        for (std::int64_t i = 0; i < flat.numel(); ++i) {
            const auto moved = [&](double by) {
                torch::Tensor other = flat.clone();
                other[i] += by;
                return task->loss(other.view({1, channels, 3, 4}), batch).item<double>();
            };
            const double slope = (moved(step) - moved(-step)) / (2 * step);
            QVERIFY(isNear(slope, gradient[i].item<double>(), 1e-6));
        }
    }

    void pointsAreDrawnToNearPeaks() {
        // 8 × 8 cells. One object: centre in cell (4, 4), its box 2 … 7 × 2 … 7 cells. The ways end
        // at: the nose (3.0, 3.2), 0.7 from a peak in cell (3, 3) at (3.5, 3.7); the left eye
        // (5.5, 3.5), with a peak too far off, (2.5, 6.5); the right one (9, 4), where a peak
        // beside the box does not count.
        torch::Tensor output = torch::zeros({1, channels, 8, 8});
        output[0][0].fill_(-10);
        output.narrow(1, 11, points).fill_(-10);
        output[0][0][4][4] = 6;
        const std::array<double, 10> atCenter{5, 5, 0.5, 0.5, -1, -0.8, 1.5, -0.5, 5, 0};
        for (std::size_t i = 0; i < atCenter.size(); ++i)
            output[0][static_cast<std::int64_t>(i) + 1][4][4] = atCenter[i];
        output[0][11][3][3] = 3;
        output[0][12][6][2] = 4;
        output[0][13][4][7] = 5;
        output.narrow(1, 14, 2).fill_(0.5);
        output[0][15][3][3] = 0.7F;
        const ValueMap map =
            targetTensors(keypointsTarget()).predicted(keypoints()->prediction(output)[0]);
        const ImageObject found = map.objects.at(0).scaled(8, 8); // in cells
        QVERIFY(isNear(map.objects[0].score, sigmoid(6 - centerPrior)));
        QVERIFY(isNear(found.box.x, 2) && isNear(found.box.y, 2) && isNear(found.box.width, 5));
        const std::array<std::array<double, 2>, points> wanted{{{3.5, 3.7}, {5.5, 3.5}, {9, 4}}};
        for (std::size_t i = 0; i < points; ++i)
            QVERIFY2(isNear(found.points[i].x, wanted[i][0])
                         && isNear(found.points[i].y, wanted[i][1]),
                     qPrintable(QString::number(i)));
        QVERIFY(found.points[0].state == State::Seen);
        QVERIFY(found.points[1].state == State::Hidden); // nothing says that it is there
    }

    void aMapThatIsRightHasTheBestFigures() {
        const std::vector<ImageObject> objects{
            object({2, 2, 16, 14},
                   {{4, 5, State::Seen}, {9, 4, State::Hidden}, {15, 13, State::Seen}}),
            object({22, 8, 15, 20}, {{24, 10, State::Seen}, {30, 12, State::Seen}, {}})};
        const TargetBatch batch = batchOf(objects);
        const CenterMaps centers = centerMaps(batch, 1, 15, 20);
        const PointMaps maps = pointMaps(batch, points, 15, 20);
        torch::Tensor output = torch::zeros({1, channels, 15, 20});
        output.narrow(1, 0, 1).copy_(20 * centers.heat - 10);
        output.narrow(1, 11, points).copy_(20 * maps.points.heat - 10);
        const auto set = [&](std::int64_t channel, const torch::Tensor& cells,
                             const torch::Tensor& values, std::int64_t i) {
            const auto cell = cells[i].item<std::int64_t>();
            for (std::int64_t c = 0; c < 2; ++c)
                output[0][channel + c][cell / 20][cell % 20] = values[i][c];
        };
        for (std::int64_t i = 0; i < centers.cells.size(0); ++i) {
            set(1, centers.cells, centers.sizes, i);
            set(3, centers.cells, centers.offsets, i);
        }
        for (std::int64_t i = 0; i < maps.indices.size(0); ++i) {
            set(5 + 2 * maps.indices[i].item<std::int64_t>(), maps.centers, maps.ways, i);
            set(14, maps.points.cells, maps.points.offsets, i);
        }
        const auto task = keypoints();
        const auto metrics = task->metrics();
        metrics->add(output, batch);
        for (const double value : metrics->values())
            QCOMPARE(value, 1.0);
        const TargetTensors& tensors = targetTensors(keypointsTarget());
        const ValueMap found = tensors.predicted(task->prediction(output)[0]);
        const ValueMap truth = tensors.truth(batch, 0);
        QCOMPARE(truth.aspect, 40.0 / 30);
        QCOMPARE(errors(found, truth, pointsInfo().classes)[0], 0.0F);
        // One object more that is not found: a third of what there is.
        auto more = objects;
        more.push_back(object({1, 20, 9, 9}, {{2, 21, State::Seen}, {}, {}}));
        QVERIFY(isNear(errors(found, tensors.truth(batchOf(more), 0), pointsInfo().classes)[0],
                       1.0 / 3));
    }

    /// Distances count in the picture's pixels, not in shares of its sides.
    void similarityIsThatOfThePicture() {
        // 400 × 100 pixels: a nose that is 4 pixels off across, of an object of 40 × 40.
        ImageObject truth = object({100, 30, 40, 40}, {{120, 50, State::Seen}, {}, {}});
        ImageObject found = truth;
        found.score = 0.9;
        found.points[0].x += 4;
        const auto map = [](const ImageObject& of) {
            return objectMap(keypointsTarget(), {of.scaled(1.0 / 400, 1.0 / 100)}, 4);
        };
        const double expected =
            std::exp(-16 / (2 * 1600.0 * std::pow(2 * 0.026, 2))); // COCO's σ of a nose
        const MapMatches both = matchMaps(map(found), map(truth), pointsInfo().classes);
        QVERIFY(expected < UsualOverlap);
        QVERIFY(both.matches.truths[0].state == MatchState::Missed);
        found.points[0].x -= 3;
        const MapMatches nearer = matchMaps(map(found), map(truth), pointsInfo().classes);
        QVERIFY(nearer.matches.truths[0].state == MatchState::Matched);
        QVERIFY(isNear(nearer.matches.truths[0].overlap,
                       std::exp(-1 / (2 * 1600.0 * std::pow(2 * 0.026, 2))), 1e-9));
    }
};

QTEST_GUILESS_MAIN(KeypointsTest)
#include "tst_keypoints.moc"
