// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/task.h"
#include "core/tensor/torch.h"
#include "core/values/color_map.h"
#include "tests/core/core_testing.h"

#include <QTest>

#include <limits>

using namespace concertina;

namespace {

Rgb colorAt(const Image& image, int y, int x) {
    const std::uint8_t* pixel = image.pixel(y, x);
    return {pixel[0], pixel[1], pixel[2]};
}

std::unique_ptr<Task> taskNamed(const std::string& id, std::vector<ClassInfo> classes = {}) {
    return taskEntry(id).make(Json::object(), {.name = id, .classes = std::move(classes)});
}

} // namespace

class DrawingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void classesHaveTheDatasetsColorsAndWhatIsUnknownIsGrey() {
        const Rgb red{200, 10, 10}, blue{10, 10, 200};
        const auto task = taskNamed("segmentation", {{"a", red}, {"b", blue}});
        const torch::Tensor map = torch::tensor({0, 1, -1, 2}, torch::kInt64).view({1, 4});
        const Image image = task->draw(map, task->range(map));
        QCOMPARE(image.height, 1);
        QCOMPARE(image.width, 4);
        QVERIFY(colorAt(image, 0, 0) == red);
        QVERIFY(colorAt(image, 0, 1) == blue);
        QVERIFY(colorAt(image, 0, 2) == UnknownColor);
        QVERIFY(colorAt(image, 0, 3) == UnknownColor); // no such class
    }

    void rowsAndColumnsStayWhereTheyAre() {
        const Rgb red{200, 10, 10}, blue{10, 10, 200};
        const auto task = taskNamed("segmentation", {{"a", red}, {"b", blue}});
        torch::Tensor map = torch::zeros({3, 5}, torch::kInt64);
        map[2][1] = 1;
        const Image image = task->draw(map, task->range(map));
        for (int y = 0; y < 3; ++y)
            for (int x = 0; x < 5; ++x)
                QVERIFY(colorAt(image, y, x) == (y == 2 && x == 1 ? blue : red));
    }

    void depthIsDrawnFromTheNearestToTheFarthestMeasurement() {
        const float infinity = std::numeric_limits<float>::infinity();
        const auto task = taskNamed("depth");
        const torch::Tensor truth = torch::tensor({0.0F, 2.0F, 4.0F, 6.0F}).view({1, 1, 4});
        const ValueRange range = task->range(truth);
        QCOMPARE(range.low, 2.0); // the 0 is no measurement
        QCOMPARE(range.high, 6.0);
        const Image image = task->draw(truth, range);
        QVERIFY(colorAt(image, 0, 0) == UnknownColor);
        QVERIFY(colorAt(image, 0, 1) == viridis(0));
        QVERIFY(colorAt(image, 0, 2) == viridis(0.5));
        QVERIFY(colorAt(image, 0, 3) == viridis(1));
        // A prediction is drawn over the truth's range: what lies beyond takes the end's colour.
        const Image guess = task->draw(torch::tensor({1.0F, 9.0F, infinity}).view({1, 1, 3}), range);
        QVERIFY(colorAt(guess, 0, 0) == viridis(0));
        QVERIFY(colorAt(guess, 0, 1) == viridis(1));
        QVERIFY(colorAt(guess, 0, 2) == UnknownColor);
    }

    void aMapWithoutMeasurementsOrOfOneDepthHasARangeToo() {
        const auto task = taskNamed("depth");
        for (const float metres : {0.0F, 3.0F}) {
            const ValueRange range = task->range(torch::full({1, 2, 2}, metres));
            QVERIFY(range.high > range.low);
        }
    }

    void normalsAreTheUsualRgb() {
        // (n + 1) / 2: x right is red, y down is green, towards the camera (−z) is dark in blue.
        const auto task = taskNamed("normal");
        const torch::Tensor map =
            torch::tensor({1.0F, 0.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 0.0F, 0.0F, -1.0F, 0.0F})
                .view({3, 1, 4});
        const Image image = task->draw(map, task->range(map));
        QVERIFY(colorAt(image, 0, 0) == (Rgb{255, 128, 128}));
        QVERIFY(colorAt(image, 0, 1) == (Rgb{128, 255, 128}));
        QVERIFY(colorAt(image, 0, 2) == (Rgb{128, 128, 0}));
        QVERIFY(colorAt(image, 0, 3) == UnknownColor);
    }
};

QTEST_GUILESS_MAIN(DrawingTest)
#include "tst_drawing.moc"
