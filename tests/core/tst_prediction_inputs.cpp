// SPDX-License-Identifier: GPL-3.0-or-later
// What predictions are made of: pictures of every kind, bad ones among good ones, names that meet.
#include "core/collapse/collapse.h"
#include "core/data/image_files.h"
#include "core/exports/export.h"
#include "core/prediction/picture_source.h"
#include "core/prediction/predict.h"
#include "core/tensor/torch.h"
#include "tests/core/training_testing.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QTest>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

using namespace concertina;
using namespace concertina::testing;

namespace {

namespace fs = std::filesystem;

const Progress quiet = [](double, const std::string&) {};

constexpr int frameHeight = 48, frameWidth = 64;

std::string contentsOf(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

/// Motion JPEG by OpenCV's own writer; false: it lacks it.
bool writeVideo(const fs::path& file, int frames) {
    cv::VideoWriter writer(file.string(), cv::CAP_OPENCV_MJPEG,
                           cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10,
                           {frameWidth, frameHeight});
    for (int i = 0; writer.isOpened() && i < frames; ++i)
        writer.write(cv::Mat(frameHeight, frameWidth, CV_8UC3, cv::Scalar::all(20 + 10 * i)));
    return writer.isOpened();
}

/// Bytes by name, of all files of a folder.
std::map<std::string, std::string> filesOf(const fs::path& folder) {
    std::map<std::string, std::string> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
        files[entry.path().filename().string()] = contentsOf(entry.path());
    return files;
}

} // namespace

class PredictionInputsTest : public QObject {
    Q_OBJECT

    Training m_training{tinySpec("factored", "*: merged")};
    QTemporaryDir m_folder;

    fs::path path(const std::string& name) const {
        return fs::path(m_folder.path().toStdString()) / name;
    }

    PredictRequest request(std::vector<fs::path> images, const std::string& out) const {
        return {.network = m_training.lastCheckpoint(),
                .images = std::move(images),
                .folder = path(out),
                .collapsed = true};
    }

    PredictRequest byFile(const fs::path& network, const std::string& out) const {
        PredictRequest wanted = request({path("a.png")}, out);
        wanted.network = network;
        wanted.collapsed = false;
        wanted.isExported = true;
        return wanted;
    }

    fs::path exported(const std::string& name, const MethodChoice& format) const {
        const auto writer = valueOf(networkWriter(path(name), format));
        valueOf(
            collapse({.checkpoint = m_training.lastCheckpoint(), .write = writer, .timed = false},
                     quiet, {}));
        return path(name);
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_training.run().has_value());
        Image picture = blankImage(50, 70);
        for (int y = 0; y < picture.height; ++y)
            for (int x = 0; x < picture.width; ++x) {
                picture.pixel(y, x)[0] = static_cast<std::uint8_t>(255 * x / picture.width);
                picture.pixel(y, x)[1] = static_cast<std::uint8_t>(255 * y / picture.height);
            }
        QVERIFY(writePng(path("a.png"), picture).has_value());
    }

    // ---- By exported files

    void aFileOfALaterVersionSaysThatItIsOne() {
        const auto whole = exported("now.safetensors", {"safetensors"});
        TensorFile file = valueOf(readTensorFile(whole));
        file.header["version"] = 99; // its checksum is right again
        QVERIFY(writeTensorFile(path("later.safetensors"), file).has_value());
        const auto report = predict(byFile(path("later.safetensors"), "by-later"), quiet, {});
        QVERIFY(!report);
        QCOMPARE(report.error().code, std::string("network.version"));
        QVERIFY(report.error().found.find("99") != std::string::npos);
        QVERIFY(filesOf(path("by-later")).empty());
    }

    void anArrayThatIsLackingIsNamed() {
        const auto whole = exported("all.safetensors", {"safetensors"});
        TensorFile file = valueOf(readTensorFile(whole));
        file.tensors.erase(file.tensors.begin());
        QVERIFY(writeTensorFile(path("fewer.safetensors"), file).has_value());
        const auto report = predict(byFile(path("fewer.safetensors"), "by-fewer"), quiet, {});
        QVERIFY(!report);
        QCOMPARE(report.error().code, std::string("network.tensor"));
    }

    // ---- Of folders

    void whatCannotBeReadDoesNotEndTheOthers() {
        const auto folder = path("mixed");
        fs::create_directories(folder);
        fs::copy_file(path("a.png"), folder / "b.png");
        const std::string whole = contentsOf(path("a.png"));
        write(folder / "a.png", "no picture");
        write(folder / "c.png", whole.substr(0, whole.size() / 2));
        // A PNG's header: 30,000 × 30,000 pixels, 8 bits, RGB; as IHDR, sides are big-endian.
        std::string huge = whole;
        for (const std::size_t at : {16U, 20U})
            huge.replace(at, 4, std::string("\x00\x00\x75\x30", 4));
        write(folder / "d.png", huge);
        const auto report = valueOf(predict(request({folder}, "from-mixed"), quiet, {}));
        QCOMPARE(report.files.size(), 5U);
        std::vector<std::string> codes;
        for (const Problem& problem : report.failed)
            codes.push_back(problem.code);
        QCOMPARE(codes,
                 (std::vector<std::string>{"image.unreadable", "image.unreadable", "image.large"}));
        QCOMPARE(report.failed.front().path, (folder / "a.png").string());
    }

    void whereNoneCanBeReadAllAreNamed() {
        write(path("one.png"), "no picture");
        write(path("two.avi"), "no video");
        const auto report =
            valueOf(predict(request({path("one.png"), path("two.avi")}, "from-none"), quiet, {}));
        QVERIFY(report.files.empty());
        QCOMPARE(report.failed.size(), 2U);
    }

    void picturesOfEveryKindAreTakenAsColours() {
        const auto folder = path("kinds");
        fs::create_directories(folder);
        const auto add = [&](const char* name, int type, double value) {
            QVERIFY2(cv::imwrite((folder / name).string(),
                                 cv::Mat(12, 18, type, cv::Scalar::all(value))),
                     name);
        };
        add("grey.png", CV_8UC1, 100);
        add("grey16.png", CV_16UC1, 100 * 257); // the same grey in 16 bits
        add("colour16.png", CV_16UC3, 100 * 257);
        add("alpha.png", CV_8UC4, 100);
        auto source = valueOf(PictureSource::of({folder}, 1));
        int count = 0;
        for (; auto picture = source.next(); ++count) {
            QVERIFY2(picture->image.has_value(), picture->name.c_str());
            QCOMPARE(picture->image->channels, 3);
            for (const std::uint8_t value : picture->image->bytes)
                QVERIFY2(value == 100, picture->name.c_str());
        }
        QCOMPARE(count, 4);
    }

    // ---- Of videos

    void aPictureThatIsCalledAsAFrameDoesNotMeetIt() {
        fs::create_directories(path("frames"));
        fs::copy_file(path("a.png"), path("frames/clip-000001.png"));
        if (!writeVideo(path("frames/clip.avi"), 2))
            QSKIP("OpenCV writes no Motion JPEG here");
        for (const bool videoFirst : {false, true}) {
            std::vector<fs::path> inputs{path("frames/clip-000001.png"), path("frames/clip.avi")};
            if (videoFirst)
                std::ranges::reverse(inputs);
            auto source = valueOf(PictureSource::of(inputs, 1));
            std::vector<std::string> names;
            while (auto picture = source.next())
                names.push_back(picture->name);
            std::ranges::sort(names);
            QCOMPARE(names.size(), 3U);
            QVERIFY(std::ranges::adjacent_find(names) == names.end());
        }
    }

    // ---- Where they go

    void aTargetThatIsAFileOrCannotBeWrittenIsNamed() {
        write(path("taken"), "a file");
        const auto report = predict(request({path("a.png")}, "taken"), quiet, {});
        QVERIFY(!report);
        QCOMPARE(contentsOf(path("taken")), std::string("a file"));
        // Every write fails there, for root as well.
        PredictRequest full = request({path("a.png")}, "");
        full.folder = "/proc/concertina";
        QVERIFY(!predict(full, quiet, {}));
    }
};

QTEST_GUILESS_MAIN(PredictionInputsTest)
#include "tst_prediction_inputs.moc"
