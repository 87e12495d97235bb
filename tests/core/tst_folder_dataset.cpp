// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/batch.h"
#include "core/data/image_files.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"
#include "tests/core/core_testing.h"
#include "tests/core/folder_testing.h"
#include "tests/printing.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <QTest>

#include <cmath>
#include <limits>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// One target of one sample as a batch has it.
torch::Tensor targetOf(const TestFolder& folder, std::size_t target, int index = 0) {
    const auto dataset = folder.open();
    if (!dataset)
        qFatal("%s", toText(dataset.error()).c_str());
    const auto sample =
        (*dataset)->sample("train", index, TestFolder::height, TestFolder::width);
    if (!sample)
        qFatal("%s", toText(sample.error()).c_str());
    const BatchMaker maker((*dataset)->description().targets, {target}, {});
    const Sample* one = &*sample;
    const Augmentation none;
    return maker.make({&one, 1}, {&none, 1}).targets.front().only()[0];
}

template <class Value>
cv::Mat row(int type, const std::vector<Value>& values) {
    cv::Mat matrix(TestFolder::height, TestFolder::width, type, cv::Scalar::all(0));
    std::memcpy(matrix.ptr(0), values.data(), values.size() * sizeof(Value));
    return matrix;
}

} // namespace

class FolderDatasetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFolderIsReadAsItIsDescribed() {
        const TestFolder folder;
        const auto dataset = folder.open();
        QVERIFY(dataset);
        const DatasetDescription& description = (*dataset)->description();
        QCOMPARE(description.name, std::string("Test"));
        QVERIFY(description.split("train")->targetCounts == (std::vector<int>{3, 3, 3}));
        QCOMPARE(description.split("train")->size, 3);
        QCOMPARE(description.split("val")->size, 1);
        QVERIFY(description.split("test") == nullptr);
        QCOMPARE((*dataset)->sampleName("train", 1), std::string("b"));
        QCOMPARE((*dataset)->sampleName("val", 0), std::string("d"));
        QVERIFY(description.camera == (Camera{5, 5, 2.5, 1.5}));
        const auto sample = (*dataset)->sample("train", 1, 4, 6);
        QVERIFY(sample);
        QCOMPARE(sample->image.bytes, std::vector<std::uint8_t>(4 * 6 * 3, 40 + 'b'));
        QVERIFY(torch::equal(targetOf(folder, 0, 1), torch::full({4, 6}, 'b' % 3, torch::kInt64)));
        QVERIFY(torch::allclose(targetOf(folder, 1, 1), torch::full({1, 4, 6}, 2.0F)));
    }

    void picturesKeepTheirColorsAndOrientation() {
        const TestFolder folder;
        cv::Mat picture(4, 6, CV_8UC3, cv::Scalar(0, 0, 0));
        picture.at<cv::Vec3b>(3, 1) = {200, 100, 50}; // RGB
        TestFolder::write(folder.file("train", "image", "a"), picture);
        const auto sample = folder.sample("train", 0);
        QVERIFY(sample);
        const std::uint8_t* pixel = sample->image.pixel(3, 1);
        QCOMPARE((std::vector<int>{pixel[0], pixel[1], pixel[2]}), (std::vector<int>{200, 100, 50}));
        QCOMPARE(std::ranges::count(sample->image.bytes, 0), 4 * 6 * 3 - 3);
    }

    void indexEncodings_data() {
        QTest::addColumn<QString>("encoding");
        QTest::newRow("index8") << "index8";
        QTest::newRow("index16") << "index16";
    }

    void indexEncodings() {
        QFETCH(QString, encoding);
        TestFolder folder;
        folder.json["targets"]["segmentation"]["encoding"] = encoding.toStdString();
        folder.writeJson();
        const cv::Mat labels = encoding == "index8"
                                   ? row<std::uint8_t>(CV_8UC1, {0, 1, 2, 255})
                                   : row<std::uint16_t>(CV_16UC1, {0, 1, 2, 255});
        TestFolder::write(folder.file("train", "label", "a"), labels);
        const torch::Tensor expected = torch::tensor({0, 1, 2, -1, 0, 0}, torch::kInt64);
        QVERIFY(torch::equal(targetOf(folder, 0)[0], expected));
    }

    void depthEncodings_data() {
        QTest::addColumn<QString>("encoding");
        QTest::newRow("uint8") << "uint8";
        QTest::newRow("uint16") << "uint16";
        QTest::newRow("float32") << "float32";
    }

    void depthEncodings() {
        // value × scale + offset; 7 is marked as invalid, 0 gives −1 m: behind the camera.
        QFETCH(QString, encoding);
        TestFolder folder;
        Json& depth = folder.json["targets"]["depth"];
        depth["encoding"] = encoding.toStdString();
        depth["path"] = "depth/{id}.tiff";
        depth["scale"] = 0.5;
        depth["offset"] = -1;
        depth["invalid"] = 7;
        folder.writeJson();
        constexpr float infinity = std::numeric_limits<float>::infinity();
        const cv::Mat values =
            encoding == "uint8"    ? row<std::uint8_t>(CV_8UC1, {4, 7, 0, 255, 2})
            : encoding == "uint16" ? row<std::uint16_t>(CV_16UC1, {4, 7, 0, 60000, 2})
                                   : row<float>(CV_32FC1, {4, 7, infinity, 3.5F, std::nanf("")});
        TestFolder::write(folder.root() / "learn/depth/a.tiff", values);
        const torch::Tensor read = targetOf(folder, 1)[0][0];
        const torch::Tensor expected =
            encoding == "uint8"    ? torch::tensor({1.0F, 0.0F, 0.0F, 126.5F, 0.0F, 0.0F})
            : encoding == "uint16" ? torch::tensor({1.0F, 0.0F, 0.0F, 29999.0F, 0.0F, 0.0F})
                                   : torch::tensor({1.0F, 0.0F, 0.0F, 0.75F, 0.0F, 0.0F});
        QVERIFY(torch::allclose(read, expected));
    }

    void directionEncodings_data() {
        QTest::addColumn<QString>("encoding");
        QTest::newRow("rgb8") << "rgb8";
        QTest::newRow("rgb16") << "rgb16";
    }

    void directionEncodings() {
        // (0.6, 0, −0.8), then what is no direction: black has a length of √3, grey of 0.
        QFETCH(QString, encoding);
        TestFolder folder;
        folder.json["targets"]["normal"]["encoding"] = encoding.toStdString();
        folder.writeJson();
        const cv::Mat normals =
            encoding == "rgb8"
                ? row<std::uint8_t>(CV_8UC3, {204, 128, 26, 0, 0, 0, 127, 128, 127})
                : row<std::uint16_t>(CV_16UC3, {52428, 32768, 6554, 0, 0, 0, 32767, 32768, 32767});
        TestFolder::write(folder.file("train", "normal", "a"), normals);
        const torch::Tensor read = targetOf(folder, 2);
        const double step = encoding == "rgb8" ? 1 / 127.5 : 1 / 32767.5;
        const torch::Tensor expected = torch::tensor({0.6F, 0.0F, -0.8F});
        QVERIFY((read.select(1, 0).select(1, 0) - expected).abs().max().item<double>() < step);
        const double length = read.select(1, 0).select(1, 0).norm().item<double>();
        QVERIFY(std::abs(length - 1) < 1e-6);
        QCOMPARE(read.select(1, 0).narrow(1, 1, 2).abs().sum().item<double>(), 0.0);
    }

    void targetsMayBeMissingForSomeSamples() {
        const TestFolder folder;
        std::filesystem::remove(folder.file("train", "depth", "b"));
        std::filesystem::remove(folder.file("train", "normal", "a"));
        std::filesystem::remove(folder.file("train", "normal", "b"));
        const auto dataset = folder.open();
        QVERIFY(dataset);
        QVERIFY((*dataset)->description().split("train")->targetCounts
                == (std::vector<int>{3, 2, 1}));
        const auto sample = (*dataset)->sample("train", 1, 4, 6);
        QVERIFY(sample);
        QVERIFY(!sample->targets[0].empty() && sample->targets[1].empty()
                && sample->targets[2].empty());
        QCOMPARE(targetOf(folder, 1, 1).abs().sum().item<double>(), 0.0); // all unknown
        QVERIFY(targetOf(folder, 1, 2).abs().sum().item<double>() > 0);
    }

    void imagesAreAveragedAndTargetsTakenFromTheNearestPixelWhenResized() {
        const TestFolder folder;
        cv::Mat picture(4, 6, CV_8UC3), labels(4, 6, CV_8UC1);
        for (int y = 0; y < 4; ++y)
            for (int x = 0; x < 6; ++x) {
                picture.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(10 * x + y % 2 * 4), 0, 0};
                labels.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>((x / 2 + y / 2) % 3);
            }
        TestFolder::write(folder.file("train", "image", "a"), picture);
        TestFolder::write(folder.file("train", "label", "a"), labels);
        const auto sample = folder.sample("train", 0, 2, 3);
        QVERIFY(sample);
        QCOMPARE(sample->image.width, 3);
        for (int y = 0; y < 2; ++y)
            for (int x = 0; x < 3; ++x) {
                QCOMPARE(int(sample->image.pixel(y, x)[0]), 20 * x + 5 + 2);
                QCOMPARE(int(sample->targets[0].bytes[std::size_t(y * 3 + x)]), (x + y) % 3);
            }
    }

    void theFingerprintChangesWithTheFiles() {
        TestFolder folder;
        const auto print = [&] { return (*folder.open())->description().fingerprint; };
        const std::string first = print();
        QCOMPARE(print(), first);
        std::filesystem::remove(folder.file("train", "depth", "b"));
        const std::string second = print();
        QVERIFY(second != first);
        TestFolder::writeBytes(folder.file("train", "image", "a"),
                               TestFolder::bytesOf(folder.file("train", "image", "a")) + "x");
        const std::string third = print();
        QVERIFY(third != second);
        folder.json["targets"]["depth"]["scale"] = 1;
        folder.writeJson();
        QVERIFY(print() != third);
    }
};

QTEST_GUILESS_MAIN(FolderDatasetTest)
#include "tst_folder_dataset.moc"
