// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_files.h"
#include "core/data/target_tensors.h"
#include "core/data/video.h"
#include "core/prediction/predict.h"
#include "core/prediction/predictor.h"
#include "core/tensor/torch.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QFile>
#include <QTest>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include <fstream>
#include <iterator>

using namespace concertina;
using namespace concertina::testing;

namespace {

namespace fs = std::filesystem;

const Progress quiet = [](double, const std::string&) {};

Image gradient(int height, int width) {
    Image image = blankImage(height, width);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            image.pixel(y, x)[0] = static_cast<std::uint8_t>(255 * x / width);
            image.pixel(y, x)[1] = static_cast<std::uint8_t>(255 * y / height);
        }
    return image;
}

std::string readBytes(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool writeVideo(const fs::path& file, int frames) {
    cv::VideoWriter writer(file.string(), cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10,
                           {64, 48});
    if (!writer.isOpened())
        return false;
    for (int i = 0; i < frames; ++i) {
        cv::Mat frame(48, 64, CV_8UC3, cv::Scalar(20 + 5 * i, 30, 200 - 4 * i));
        cv::circle(frame, {10 + i, 20}, 8, {255, 255, 255}, -1);
        writer.write(frame);
    }
    return true;
}

} // namespace

class PredictTest : public QObject {
    Q_OBJECT

    Training m_training{tinySpec("factored", "*: merged")};
    QTemporaryDir m_folder;

    std::filesystem::path path(const std::string& name) const {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

    PredictRequest request(std::vector<std::filesystem::path> images, bool collapsed = false) {
        return {m_training.lastCheckpoint(), std::move(images),
                path(collapsed ? "collapsed" : "expanded"), collapsed};
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_training.run().has_value());
        std::filesystem::create_directories(path("b"));
        QVERIFY(writePng(path("a.png"), gradient(100, 60)).has_value());
        QVERIFY(writePng(path("b/a.png"), gradient(16, 24)).has_value());
    }

    void everyTaskGivesAPictureOfTheNetworksSize() {
        const auto report = predict(request({path("a.png")}), quiet, {});
        QVERIFY2(report.has_value(), report ? "" : toText(report.error()).c_str());
        QCOMPARE(report->files.size(), 5U); // three tasks, depth in millimetres, classes' indices
        for (const char* name : {"a.segmentation.png", "a.depth.png", "a.normal.png"}) {
            const auto image = readImage(path("expanded") / name);
            QVERIFY2(image.has_value(), name);
            QCOMPARE(image->height, 16);
            QCOMPARE(image->width, 24);
        }
    }

    void indicesAreTheClassesThatAreDrawn() {
        QVERIFY(predict(request({path("a.png")}), quiet, {}).has_value());
        const auto indices = readPlane(path("expanded/a.segmentation-index.png"), Encoding::Index8);
        const auto drawn = readImage(path("expanded/a.segmentation.png"));
        QVERIFY(indices.has_value() && drawn.has_value());
        const auto checkpoint = loadCheckpoint(m_training.lastCheckpoint(), CheckpointPart::Weights);
        const auto& classes = checkpoint->targets[0].classes;
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 24; ++x) {
                const ClassInfo& info =
                    classes.at(indices->bytes[static_cast<std::size_t>(y) * 24 + x]);
                for (std::size_t c = 0; c < 3; ++c)
                    QCOMPARE(drawn->pixel(y, x)[c], info.color[c]);
            }
    }

    void theyAreWrittenAtThePicturesSizeWhereThatIsAskedFor() {
        PredictRequest wanted = request({path("a.png")});
        wanted.folder = path("large");
        wanted.size = PredictionSize::Picture;
        const auto report = predict(wanted, quiet, {});
        QVERIFY2(report.has_value(), report ? "" : toText(report.error()).c_str());
        QCOMPARE(report->files.size(), 5U);
        for (const std::string& file : report->files) {
            const auto image = readImage(file);
            QVERIFY2(image.has_value(), file.c_str());
            QCOMPARE(image->height, 100);
            QCOMPARE(image->width, 60);
        }
    }

    void outputsAreInterpolatedAsLibTorchDoes() {
        // The independent way, all at once: LibTorch's own interpolation of the whole output.
        const torch::NoGradGuard noGrad;
        const auto predictor = Predictor::load(m_training.lastCheckpoint(), false);
        const Image image = resized(gradient(100, 60), 16, 24);
        const auto checkpoint = loadCheckpoint(m_training.lastCheckpoint(), CheckpointPart::Weights);
        const auto network = networkOf(*checkpoint);
        const BatchMaker maker({}, {}, normalizationOf(checkpoint->spec.data.normalization));
        const auto outputs = network->forward(network->compose(false), maker.image(image), {});
        const std::vector<std::pair<int, int>> sizes{{100, 60}, {16, 24}, {7, 9}, {1, 1}};
        for (const auto& [height, width] : sizes) {
            const auto maps = predictor->maps(image, height, width);
            for (const std::size_t t : {0, 1}) {
                torch::Tensor large =
                    torch::upsample_bilinear2d(outputs[t], {height, width}, false)[0];
                if (t == 0)
                    large = large.argmax(0);
                const ValueMap expected =
                    toValueMap(large, t == 0 ? classesTarget() : depthTarget());
                QCOMPARE(maps[t].height, height);
                QCOMPARE(maps[t].width, width);
                std::size_t other = 0;
                for (std::size_t i = 0; i < expected.values.size(); ++i)
                    other += std::abs(maps[t].values[i] - expected.values[i]) > 1e-4F ? 1U : 0U;
                // Where two classes are equally likely, rounding chooses.
                QVERIFY2(other <= (t == 0 ? expected.values.size() / 100 : 0U),
                         qPrintable(QString("%1 of %2").arg(other).arg(height)));
            }
        }
    }

    void picturesOfOneNameDontOverwriteEachOther() {
        const auto report = predict(request({path("a.png"), path("b/a.png")}), quiet, {});
        QVERIFY(report.has_value());
        QCOMPARE(report->files.size(), 10U);
        QVERIFY(std::filesystem::exists(path("expanded/a.depth.png")));
        QVERIFY(std::filesystem::exists(path("expanded/a-2.depth.png")));
    }

    void aPictureThatIsPredictedForIsNotWrittenOver() {
        std::filesystem::copy_file(path("a.png"), path("a.depth.png"));
        PredictRequest beside = request({path("a.png"), path("a.depth.png")});
        beside.folder = path("");
        const auto report = predict(beside, quiet, {});
        QVERIFY(!report);
        QCOMPARE(report.error().code, std::string("predict.input"));
        QCOMPARE(readImage(path("a.depth.png"))->bytes, readImage(path("a.png"))->bytes);
    }

    void theCollapsedNetworkDrawsTheSame() {
        QVERIFY(predict(request({path("b/a.png")}), quiet, {}).has_value());
        QVERIFY(predict(request({path("b/a.png")}, true), quiet, {}).has_value());
        const auto left = readPlane(path("expanded/a.depth-mm.png"), Encoding::UInt16);
        const auto right = readPlane(path("collapsed/a.depth-mm.png"), Encoding::UInt16);
        QVERIFY(left.has_value() && right.has_value());
        // Rounded to millimetres from values that differ in the sixth digit.
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 24; ++x) {
                const std::size_t at = (static_cast<std::size_t>(y) * 24 + x) * 2;
                const auto value = [at](const TargetPlane& plane) {
                    return plane.bytes[at] + 256 * plane.bytes[at + 1];
                };
                QVERIFY(std::abs(value(*left) - value(*right)) <= 1);
            }
    }

    void foldersAreGoneThrough() {
        const auto folder = path("album");
        std::filesystem::create_directories(folder / "below");
        QVERIFY(writePng(folder / "2.png", gradient(20, 20)).has_value());
        QVERIFY(writePng(folder / "1.PNG", gradient(20, 20)).has_value());
        QVERIFY(writePng(folder / ".hidden.png", gradient(20, 20)).has_value());
        QVERIFY(writePng(folder / "below/3.png", gradient(20, 20)).has_value());
        std::ofstream(folder / "notes.txt") << "no picture";
        std::ofstream(folder / "broken.jpg") << "no picture";
        const auto report = predict(request({folder}), quiet, {});
        QVERIFY2(report.has_value(), report ? "" : toText(report.error()).c_str());
        QCOMPARE(report->files.size(), std::size_t{10});
        QVERIFY(report->files.front().ends_with("/1.segmentation.png"));
        QCOMPARE(report->passedOver, std::vector<std::string>{(folder / "notes.txt").string()});
        QCOMPARE(report->failed.size(),
                 std::size_t{1}); // the others are predicted for all the same
        QCOMPARE(report->failed[0].path, (folder / "broken.jpg").string());
        std::filesystem::create_directories(path("bare"));
        const auto bare = predict(request({path("bare")}), quiet, {});
        QVERIFY(!bare);
        QCOMPARE(bare.error().code, std::string("predict.none"));
    }

    void framesOfVideosAreTaken() {
        const auto file = path("walk.avi");
        if (!writeVideo(file, 10))
            QSKIP("OpenCV has no codec for Motion JPEG here.");
        const auto all = predict(request({file}), quiet, {});
        QVERIFY2(all.has_value(), all ? "" : toText(all.error()).c_str());
        QVERIFY(all->failed.empty());
        QCOMPARE(all->files.size(), std::size_t{50});
        QVERIFY(all->files.back().find("/walk-000009.") != std::string::npos);
        // A frame is predicted for as a picture of it is: its brightness grows with its number.
        Expected<Video> video = Video::open(file);
        QVERIFY(video.has_value());
        for (int i = 0; i < 4; ++i)
            QVERIFY(video->next().has_value());
        QVERIFY(writePng(path("fifth.png"), *video->next()).has_value());
        QVERIFY(predict(request({path("fifth.png")}), quiet, {}).has_value());
        QVERIFY(readBytes(path("expanded/fifth.depth-mm.png"))
                == readBytes(path("expanded/walk-000004.depth-mm.png")));

        PredictRequest some = request({file});
        some.folder = path("some");
        some.every = 4;
        QVERIFY(predict(some, quiet, {}).has_value());
        for (int i = 0; i < 10; ++i)
            QCOMPARE(
                std::filesystem::exists(path("some/walk-00000" + std::to_string(i) + ".depth.png")),
                i % 4 == 0);
    }

    void aVideoThatEndsEarlyKeepsWhatWasRead() {
        const auto file = path("cut.avi");
        if (!writeVideo(file, 40))
            QSKIP("OpenCV has no codec for Motion JPEG here.");
        const std::string bytes = readBytes(file);
        std::ofstream(file, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
        const auto report = predict(request({path("a.png"), file}), quiet, {});
        QVERIFY2(report.has_value(), report ? "" : toText(report.error()).c_str());
        QVERIFY(report->files.size() > 5); // the picture, and some frames
        QCOMPARE(report->failed.size(), std::size_t{1});
        QCOMPARE(report->failed[0].code, std::string("video.short"));
        for (const char* name : {"none.mp4", "text.avi"}) {
            std::ofstream(path(name)) << (name[0] == 't' ? "no video" : "");
            const auto refused = predict(request({path(name)}), quiet, {});
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, std::string("video.unreadable"));
            QCOMPARE(refused.error().path, path(name).string());
        }
    }

    void whatIsNoPictureIsNamed() {
        std::ofstream(path("notes.txt")) << "no picture";
        std::ofstream(path("empty.png"));
        for (const char* name : {"notes.txt", "empty.png", "missing.png"}) {
            const auto report = predict(request({path(name)}), quiet, {});
            QVERIFY(!report);
            QCOMPARE(report.error().path, path(name).string());
        }
    }

    void aFolderThatCantBeMadeIsNamed() {
        PredictRequest wanted = request({path("a.png")});
        std::ofstream(path("file")) << "in the way";
        wanted.folder = path("file/below");
        const auto report = predict(wanted, quiet, {});
        QVERIFY(!report);
        QVERIFY(report.error().path.find("file/below") != std::string::npos);
    }

    void aSheetHasARowForEachFrame() {
        const auto sheet = [&](int frames) {
            const auto file = path("sheet.png");
            const auto report = drawSheet(
                {m_training.lastCheckpoint(), m_training.request.spec, frames, file}, quiet, {});
            return report ? readImage(file)->height : 0;
        };
        const int one = sheet(1), two = sheet(2), many = sheet(99);
        QVERIFY(one > 0 && two > one);
        QCOMPARE(many - two, two - one); // the split has three samples
    }

    void aSheetShowsWhoseTheWeightsAre() {
        const auto sheet = [&](const Training& training) {
            const auto file = path("owners.png");
            const auto report = drawSheet(
                {training.lastCheckpoint(), training.request.spec, 1, file}, quiet, {});
            return report ? readImage(file).value() : Image();
        };
        ExperimentSpec alone = tinySpec("factored", "*: tied");
        alone.tasks.resize(1); // it has everything: there is nothing to report
        Training single(alone);
        QVERIFY(single.run().has_value());
        const Image shared = sheet(m_training);
        const int below = shared.height - sheet(single).height;
        QVERIFY(below > 0);
        std::size_t bright = 0;
        for (int y = shared.height - below; y < shared.height; ++y)
            for (int x = 0; x < 200; ++x)
                bright += shared.pixel(y, x)[0] > 200 ? 1U : 0U;
        QVERIFY(bright > 100);
    }
};

QTEST_GUILESS_MAIN(PredictTest)
#include "tst_predict.moc"
