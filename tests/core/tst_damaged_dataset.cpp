// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_files.h"
#include "core/data/picture_header.h"
#include "core/training/run_data.h"
#include "tests/core/core_testing.h"
#include "tests/core/folder_testing.h"
#include "tests/printing.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

std::string encoded(const char* ending, int rows, int columns) {
    cv::Mat noise(rows, columns, CV_8UC3);
    cv::RNG(5).fill(noise, cv::RNG::UNIFORM, 0, 255);
    std::vector<std::uint8_t> bytes;
    cv::imencode(ending, noise, bytes);
    return {bytes.begin(), bytes.end()};
}

/// A PNG that says it is large, and nothing more.
std::string hugePng() {
    std::string bytes = encoded(".png", 8, 8);
    for (const std::size_t at : {16U, 20U}) // 40,000 × 40,000
        bytes.replace(at, 4, std::string("\0\0\x9c\x40", 4));
    return bytes;
}

std::string hugeJpeg() {
    std::string bytes = encoded(".jpg", 8, 8);
    const auto frame = bytes.find("\xff\xc0");
    bytes.replace(frame + 5, 4, std::string("\xff\xff\xff\xff", 4));
    return bytes;
}

std::optional<PictureHeader> headerOf(const std::string& bytes) {
    return readPictureHeader(std::as_bytes(std::span(bytes)));
}

} // namespace

class DamagedDatasetTest : public QObject {
    Q_OBJECT

    /// A damaged sample "b" of split "train": the problem names its file and the sample.
    static void verifyReported(const TestFolder& folder, const std::filesystem::path& file,
                               const char* code) {
        const auto sample = folder.sample("train", 1);
        QVERIFY(!sample);
        QCOMPARE(sample.error().code, std::string(code));
        QCOMPARE(sample.error().path, file.string());
        QVERIFY2(sample.error().hint.find("sample b") != std::string::npos,
                 toText(sample.error()).c_str());
        QVERIFY(!sample.error().found.empty() && !sample.error().expected.empty());
        QVERIFY(folder.sample("train", 0)); // the others are fine
    }

private Q_SLOTS:
    void aPlaceWithoutADatasetIsReported() {
        const auto open = [](const std::string& path) {
            return openDataset({"folder", {{"path", path}}});
        };
        QCOMPARE(open("").error().code, std::string("dataset.path"));
        QCOMPARE(open("/no/such/folder").error().code, std::string("dataset.missing"));
        QVERIFY(open("/no/such/folder").error().path.find("/no/such") == 0);
        const TestFolder folder;
        QCOMPARE(open((folder.root() / "learn").string()).error().code,
                 std::string("dataset.missing"));
        QCOMPARE(open((folder.root() / "dataset.json").string()).error().code,
                 std::string("dataset.missing"));
    }

    void problemsOfTheJsonNameTheFileAndHowManyThereAre() {
        TestFolder folder;
        folder.json["version"] = 2;
        folder.writeJson();
        const Problem newer = folder.open().error();
        QCOMPARE(newer.code, std::string("dataset.version"));
        QVERIFY(newer.path.find("dataset.json") != std::string::npos);
        folder.json["version"] = 1;
        folder.json["targets"]["depth"]["scale"] = "x";
        folder.json["tragets"] = 1;
        folder.writeJson();
        const Problem first = folder.open().error();
        QVERIFY(first.path.find("tragets") != std::string::npos);
        QVERIFY(first.hint.find("targets") != std::string::npos);
        QVERIFY(first.hint.find("1 more problem") != std::string::npos);
        TestFolder::writeBytes(folder.root() / "dataset.json", "{");
        QCOMPARE(folder.open().error().code, std::string("dataset.json"));
    }

    void aSplitWithoutImagesIsReported() {
        const TestFolder folder;
        std::filesystem::remove_all(folder.root() / "check" / "image");
        const auto missing = folder.open();
        QCOMPARE(missing.error().code, std::string("dataset.empty_split"));
        QVERIFY(missing.error().found.find("val") != std::string::npos);
        std::filesystem::create_directories(folder.root() / "check" / "image" / "x.png");
        TestFolder::writeBytes(folder.root() / "check" / "image" / "note.txt", "x");
        QVERIFY(!folder.open()); // a folder and another kind of file are no images
    }

    void damagedPicturesAreReported_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("code");
        const std::string png = encoded(".png", 40, 60), jpeg = encoded(".jpg", 40, 60);
        const auto add = [](const char* name, const std::string& bytes, const char* code) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << code;
        };
        add("empty", "", "image.unreadable");
        add("text", "no picture at all", "image.unreadable");
        for (const double share : {0.01, 0.3, 0.7, 0.97}) {
            const auto cut = [&](const std::string& whole) {
                return whole.substr(0, static_cast<std::size_t>(share * double(whole.size())));
            };
            add(qPrintable("PNG cut at " + QString::number(share)), cut(png), "image.unreadable");
            add(qPrintable("JPEG cut at " + QString::number(share)), cut(jpeg), "image.unreadable");
        }
        add("PNG without its last byte", png.substr(0, png.size() - 1), "image.unreadable");
        add("JPEG without its last byte", jpeg.substr(0, jpeg.size() - 1), "image.unreadable");
        add("huge PNG", hugePng(), "image.large");
        add("huge JPEG", hugeJpeg(), "image.large");
    }

    void damagedPicturesAreReported() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, code);
        for (const char* target : {"image", "label"}) {
            const TestFolder folder;
            const auto file = folder.file("train", target, "b");
            TestFolder::writeBytes(file, bytes.toStdString());
            verifyReported(folder, file, code.toLatin1().constData());
        }
    }

    void wholePicturesAreRead_data() { // what the check of a picture's end must not refuse
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("PNG") << QByteArray::fromStdString(encoded(".png", 4, 6));
        QTest::newRow("JPEG") << QByteArray::fromStdString(encoded(".jpg", 4, 6));
        QTest::newRow("JPEG with a tail") << QByteArray::fromStdString(encoded(".jpg", 4, 6) + "tail");
        std::vector<std::uint8_t> progressive;
        cv::imencode(".jpg", cv::Mat(4, 6, CV_8UC3, cv::Scalar(1, 2, 3)), progressive,
                     {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
        QTest::newRow("progressive JPEG")
            << QByteArray(reinterpret_cast<const char*>(progressive.data()),
                          static_cast<qsizetype>(progressive.size()));
        QTest::newRow("BMP") << QByteArray::fromStdString(encoded(".bmp", 4, 6));
    }

    void wholePicturesAreRead() {
        QFETCH(QByteArray, bytes);
        const TestFolder folder;
        TestFolder::writeBytes(folder.file("train", "image", "b"), bytes.toStdString());
        QVERIFY(folder.sample("train", 1));
    }

    void headersShowSizesAndEnds() {
        QVERIFY(headerOf(encoded(".png", 40, 60)) == (PictureHeader{40, 60, true}));
        QVERIFY(headerOf(encoded(".jpg", 40, 60)) == (PictureHeader{40, 60, true}));
        QVERIFY(headerOf(hugePng()) == (PictureHeader{40000, 40000, true}));
        QVERIFY(!headerOf(encoded(".bmp", 4, 6)));
        QVERIFY(!headerOf(""));
        const std::string jpeg = encoded(".jpg", 40, 60), png = encoded(".png", 40, 60);
        for (std::size_t size = 0; size < jpeg.size(); ++size)
            QVERIFY(!headerOf(jpeg.substr(0, size)).value_or(PictureHeader{}).complete);
        for (std::size_t size = 0; size < png.size(); ++size)
            QVERIFY(!headerOf(png.substr(0, size)).value_or(PictureHeader{}).complete
                    || size + 8 >= png.size()); // but for its last checksum
    }

    void aPictureThatVanishesIsReported() {
        const TestFolder folder;
        const auto dataset = folder.open();
        std::filesystem::remove(folder.file("train", "image", "b"));
        const auto sample = (*dataset)->sample("train", 1, 4, 6);
        QCOMPARE(sample.error().code, std::string("image.missing"));
        QCOMPARE(sample.error().path, folder.file("train", "image", "b").string());
    }

    void targetsOfAnotherTypeAreReported() {
        TestFolder folder;
        const auto label = folder.file("train", "label", "b");
        const auto depth = folder.file("train", "depth", "b");
        const std::string good = TestFolder::bytesOf(label);
        TestFolder::write(label, plane(CV_16UC1, 1));
        verifyReported(folder, label, "image.type");
        TestFolder::write(label, plane(CV_8UC3, 1));
        verifyReported(folder, label, "image.type");
        TestFolder::writeBytes(label, good);
        TestFolder::write(depth, plane(CV_8UC1, 1));
        verifyReported(folder, depth, "image.type");
        QVERIFY(folder.sample("train", 1).error().found.find("8-bit") != std::string::npos);
    }

    void targetsOfAnotherSizeAreReported() {
        const TestFolder folder;
        for (const char* target : {"label", "depth", "normal"}) {
            const auto file = folder.file("train", target, "b");
            const std::string good = TestFolder::bytesOf(file);
            const int type = cv::imread(file.string(), cv::IMREAD_UNCHANGED).type();
            TestFolder::write(file, plane(type, 0, 6, 4)); // turned on its side
            verifyReported(folder, file, "dataset.size");
            QVERIFY(folder.sample("train", 1).error().found.find("4 × 6") != std::string::npos);
            TestFolder::writeBytes(file, good);
        }
    }

    void classIndicesOutOfRangeAreReported() {
        TestFolder folder;
        const auto file = folder.file("train", "label", "b");
        cv::Mat labels = plane(CV_8UC1, 2);
        labels.at<std::uint8_t>(3, 5) = 3; // one pixel, the last
        TestFolder::write(file, labels);
        verifyReported(folder, file, "dataset.class");
        QVERIFY(folder.sample("train", 1).error().found.find('3') != std::string::npos);
        labels.at<std::uint8_t>(3, 5) = 255;
        TestFolder::write(file, labels);
        QVERIFY(folder.sample("train", 1)); // "ignore"
    }

    void aTaskThatNoSampleHasATargetForIsReportedBeforeTraining() {
        const TestFolder folder;
        ExperimentSpec spec = tinySpec();
        spec.data.dataset = {"folder", {{"path", folder.root().string()}}};
        spec.train.batch = 2;
        QVERIFY(openRunData(spec));
        std::filesystem::remove_all(folder.root() / "learn" / "depth");
        const auto refused = openRunData(spec);
        QCOMPARE(refused.error().code, std::string("dataset.target"));
        QCOMPARE(refused.error().path, std::string("tasks.1"));
        spec.tasks.erase(spec.tasks.begin() + 1); // without the task all is well
        QVERIFY(openRunData(spec));
    }

    void splitsBatchesAndTargetsThatAreNotThereAreReported() {
        TestFolder folder;
        ExperimentSpec spec = tinySpec();
        spec.data.dataset = {"folder", {{"path", folder.root().string()}}};
        spec.train.batch = 4; // of 3
        QCOMPARE(openRunData(spec).error().code, std::string("train.batch"));
        spec.train.batch = 3;
        spec.data.validationSplit = "vall";
        QCOMPARE(openRunData(spec).error().path, std::string("data.val_split"));
        QVERIFY(openRunData(spec).error().hint.find("val") != std::string::npos);
        spec.data.validationSplit = "val";
        spec.data.trainSplit = "test";
        QCOMPARE(openRunData(spec).error().path, std::string("data.train_split"));
        spec.data.trainSplit = "train";
        folder.json["targets"]["normals"] = folder.json["targets"]["normal"];
        folder.json["targets"].erase("normal");
        folder.writeJson();
        const auto missing = openRunData(spec);
        QCOMPARE(missing.error().code, std::string("dataset.target"));
        QVERIFY(missing.error().hint.find("normals") != std::string::npos);
        folder.json["targets"]["normal"] = folder.json["targets"]["depth"];
        folder.writeJson();
        QCOMPARE(openRunData(spec).error().code, std::string("dataset.target"));
    }
};

QTEST_GUILESS_MAIN(DamagedDatasetTest)
#include "tst_damaged_dataset.moc"
