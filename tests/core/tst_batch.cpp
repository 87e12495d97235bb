// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/batch.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

#include <cstring>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int height = 12;
constexpr int width = 24;

template <class Value>
TargetPlane planeOf(Encoding encoding, const std::vector<Value>& values) {
    TargetPlane plane{encoding, height, width, {}};
    plane.bytes.resize(values.size() * sizeof(Value));
    std::memcpy(plane.bytes.data(), values.data(), plane.bytes.size());
    return plane;
}

/// A picture in which everything shows where it is from: red grows by 10 a column, green by 20 a
/// row; the class is the pixel's number; depth is the row + 1 metres; normals point to the right
/// in the left half, downwards in the right half.
Sample example() {
    Sample sample{blankImage(height, width), {}};
    std::vector<std::uint16_t> classes;
    std::vector<float> depth;
    std::vector<std::uint8_t> normals;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            sample.image.pixel(y, x)[0] = static_cast<std::uint8_t>(10 * x);
            sample.image.pixel(y, x)[1] = static_cast<std::uint8_t>(20 * y);
            classes.push_back(static_cast<std::uint16_t>(y * width + x));
            depth.push_back(static_cast<float>(y + 1));
            const bool left = x < width / 2;
            for (const int value : {left ? 255 : 128, left ? 128 : 255, 128})
                normals.push_back(static_cast<std::uint8_t>(value));
        }
    sample.targets = {planeOf(Encoding::Index16, classes), planeOf(Encoding::Float32, depth),
                      planeOf(Encoding::Rgb8, normals)};
    return sample;
}

std::vector<TargetInfo> targets() {
    return {{.name = "segmentation",
             .kind = &classesTarget(),
             .encoding = Encoding::Index16,
             .classes = std::vector<ClassInfo>(height * width)},
            {.name = "depth", .kind = &depthTarget(), .encoding = Encoding::Float32},
            {.name = "normal", .kind = &normalsTarget(), .encoding = Encoding::Rgb8}};
}

Batch batchWith(const Augmentation& augmentation, const Sample& sample = example()) {
    const Sample* one = &sample;
    return BatchMaker(targets(), {0, 1, 2}, {}).make({&one, 1}, {&augmentation, 1});
}

} // namespace

class BatchTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void withoutAugmentationASampleIsWhatItIs() {
        const Batch batch = batchWith({});
        QVERIFY(batch.images.sizes() == at::IntArrayRef({1, 3, height, width}));
        const torch::Tensor numbers =
            torch::arange(height * width, torch::kInt64).view({1, height, width});
        QVERIFY(torch::equal(batch.targets[0].only(), numbers));
        const torch::Tensor columns = torch::arange(width, torch::kFloat32).view({1, width});
        QVERIFY(torch::allclose(batch.images[0][0], columns.expand({height, width}) * (10 / 255.0)));
        const torch::Tensor rows = torch::arange(height, torch::kFloat32).view({height, 1});
        QVERIFY(torch::allclose(batch.images[0][1], rows.expand({height, width}) * (20 / 255.0)));
        QVERIFY(torch::equal(batch.targets[1].only()[0][0], rows.expand({height, width}) + 1));
        // A window at another place of scale 1 is the whole too.
        QVERIFY(torch::equal(batchWith({.top = 0.7, .left = 0.9}).targets[0].only(), numbers));
    }

    void imagesAreNormalized() {
        const Sample sample = example();
        const Sample* one = &sample;
        const Augmentation none;
        const Batch plain = BatchMaker(targets(), {}, normalizationOf(InputNormalization::Unit))
                                .make({&one, 1}, {&none, 1});
        const Batch imagenet =
            BatchMaker(targets(), {}, normalizationOf(InputNormalization::ImageNet))
                .make({&one, 1}, {&none, 1});
        const torch::Tensor mean = torch::tensor({0.485F, 0.456F, 0.406F}).view({1, 3, 1, 1});
        const torch::Tensor deviation = torch::tensor({0.229F, 0.224F, 0.225F}).view({1, 3, 1, 1});
        QVERIFY(torch::allclose(imagenet.images, (plain.images - mean) / deviation, 1e-5, 1e-6));
        QCOMPARE(plain.images.max().item<float>(), 230 / 255.0F); // from 0 to 1
        QCOMPARE(plain.targets.size(), 0U);
    }

    void mirroringMirrorsEverythingAndNegatesTheXOfNormals() {
        const Batch plain = batchWith({});
        const Batch mirrored = batchWith({.flip = true});
        QVERIFY(torch::equal(mirrored.images, plain.images.flip({3})));
        QVERIFY(torch::equal(mirrored.targets[0].only(), plain.targets[0].only().flip({2})));
        QVERIFY(torch::equal(mirrored.targets[1].only(), plain.targets[1].only().flip({3})));
        torch::Tensor expected = plain.targets[2].only().flip({3});
        expected = expected * torch::tensor({-1.0F, 1.0F, 1.0F}).view({1, 3, 1, 1});
        QVERIFY(torch::equal(mirrored.targets[2].only(), expected));
        QVERIFY(expected.select(1, 0).min().item<float>() < -0.9F); // there was an x to negate
    }

    void aWindowIsEnlargedAndDepthDividedByTheScale_data() {
        QTest::addColumn<double>("top");
        QTest::addColumn<double>("left");
        QTest::addColumn<bool>("flip");
        for (const bool flip : {false, true})
            for (const auto& [top, left] : {std::pair{0.0, 0.0}, {1.0, 1.0}, {0.5, 0.25}})
                QTest::addRow("%g %g %d", top, left, flip) << top << left << flip;
    }

    void aWindowIsEnlargedAndDepthDividedByTheScale() {
        // Scale 1.5: of 12 × 24 pixels a window of 8 × 16; there is room of 4 rows and 8 columns.
        QFETCH(double, top);
        QFETCH(double, left);
        QFETCH(bool, flip);
        const Batch batch = batchWith({.scale = 1.5, .top = top, .left = left, .flip = flip});
        const int firstRow = static_cast<int>(std::lround(4 * top));
        const int firstColumn = static_cast<int>(std::lround(8 * left));
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                // The old pixel that the new one's centre falls on.
                const int from = flip ? width - 1 - x : x;
                const int row = firstRow + static_cast<int>((y + 0.5) / 1.5);
                const int column = firstColumn + static_cast<int>((from + 0.5) / 1.5);
                QCOMPARE(batch.targets[0].only()[0][y][x].item<std::int64_t>(), row * width + column);
                QCOMPARE(batch.targets[1].only()[0][0][y][x].item<float>(),
                         static_cast<float>(row + 1) / 1.5F);
                // Linear inside the picture, so that its gradient gives the place to a fraction.
                const double exact = firstColumn + (from + 0.5) / 1.5 - 0.5;
                const double edge = std::clamp(exact, double(firstColumn), firstColumn + 15.0);
                QVERIFY(std::abs(batch.images[0][0][y][x].item<double>() * 255 - 10 * edge) < 1.01);
            }
        const torch::Tensor length = batch.targets[2].only().norm(2, {1});
        QVERIFY(torch::allclose(length, torch::ones_like(length))); // directions stay directions
    }

    void imageAndTargetsShowTheSamePlace() {
        // A vertical edge in the image and in the classes must fall on the same column.
        Sample sample = example();
        std::vector<std::uint16_t> classes;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                sample.image.pixel(y, x)[0] = x < 12 ? 0 : 200;
                classes.push_back(x < 12 ? 0 : 1);
            }
        sample.targets[0] = planeOf(Encoding::Index16, classes);
        for (const bool flip : {false, true})
            for (const double left : {0.0, 0.3, 1.0}) {
                const Batch batch = batchWith({.scale = 1.2, .left = left, .flip = flip}, sample);
                const torch::Tensor bright = batch.images[0][0] * 255 > 100;
                const torch::Tensor one = batch.targets[0].only()[0] == 1;
                // Linear against nearest: a column at the edge may differ.
                QVERIFY((bright != one).sum().item<std::int64_t>() <= height);
            }
    }

    void samplesOfABatchStayApart() {
        Sample first = example(), second = example();
        std::ranges::fill(second.image.bytes, 255);
        second.targets[1].bytes.clear(); // no depth
        const std::vector<const Sample*> samples{&first, &second};
        const std::vector<Augmentation> augmentations{{}, {.flip = true}};
        const Batch batch = BatchMaker(targets(), {1, 0}, {}).make(samples, augmentations);
        QCOMPARE(batch.size(), std::int64_t{2});
        QVERIFY(torch::equal(batch.images[0], batchWith({}).images[0]));
        QVERIFY(torch::equal(batch.images[1], torch::ones({3, height, width})));
        QVERIFY(torch::equal(batch.targets[0].only()[0], batchWith({}).targets[1].only()[0])); // tasks' order
        QCOMPARE(batch.targets[0].only()[1].abs().sum().item<double>(), 0.0);
        QVERIFY(torch::equal(batch.targets[1].only()[1], batchWith({}).targets[0].only()[0].flip({1})));
    }

    void classesThatTheTargetIgnoresOrDoesNotHaveAreUnknown() {
        auto infos = targets();
        infos[0].classes.resize(100);
        infos[0].ignore = 7;
        const Sample sample = example();
        const Sample* one = &sample;
        const Augmentation none;
        const Batch batch = BatchMaker(infos, {0}, {}).make({&one, 1}, {&none, 1});
        const torch::Tensor classes = batch.targets[0].only().flatten();
        for (int i = 0; i < height * width; ++i)
            QCOMPARE(classes[i].item<std::int64_t>(), i == 7 || i >= 100 ? -1 : i);
    }
};

QTEST_GUILESS_MAIN(BatchTest)
#include "tst_batch.moc"
