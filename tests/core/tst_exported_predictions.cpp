// SPDX-License-Identifier: GPL-3.0-or-later
// Predictions by the files of exported networks are those of their run's collapsed network.
#include "core/collapse/collapse.h"
#include "core/data/image_files.h"
#include "core/exports/export.h"
#include "core/prediction/predict.h"
#include "core/tensor/torch.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

#include <opencv2/imgcodecs.hpp>
#include <torch/csrc/jit/api/module.h>

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

/// How many bytes of two pictures are further apart than one.
double shareApart(const fs::path& a, const fs::path& b) {
    const cv::Mat left = cv::imread(a.string(), cv::IMREAD_UNCHANGED);
    const cv::Mat right = cv::imread(b.string(), cv::IMREAD_UNCHANGED);
    if (left.empty() || left.size() != right.size() || left.type() != right.type())
        return 1;
    cv::Mat away;
    cv::absdiff(left, right, away);
    return double(cv::countNonZero(away.reshape(1) > 1)) / double(away.total() * away.channels());
}

} // namespace

class ExportedPredictionsTest : public QObject {
    Q_OBJECT

    Training m_training{tinySpec("factored", "*: merged")};
    QTemporaryDir m_folder;

    fs::path path(const std::string& name) const {
        return fs::path(m_folder.path().toStdString()) / name;
    }

    PredictRequest request(std::vector<fs::path> images) {
        return {m_training.lastCheckpoint(), std::move(images), path("by run"), true};
    }

    /// The collapsed network as a file.
    bool write(const fs::path& file, const MethodChoice& format) {
        return networkWriter(file, format)
            .and_then([&](const NetworkWriter& writer) {
                return collapse(
                    {.checkpoint = m_training.lastCheckpoint(), .write = writer, .timed = false},
                    quiet, {});
            })
            .has_value();
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_training.run().has_value());
        fs::create_directories(path("b"));
        QVERIFY(writePng(path("a.png"), gradient(100, 60)).has_value());
        QVERIFY(writePng(path("b/a.png"), gradient(16, 24)).has_value());
    }

    void anExportedNetworkPredictsTheSame_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("options");
        QTest::addColumn<bool>("isExact"); // the same program runs it
        QTest::newRow("safetensors") << "safetensors"
                                     << "{}" << true;
        QTest::newRow("onnx") << "onnx"
                              << "{}" << false;
        QTest::newRow("onnx, predictions") << "onnx"
                                           << R"({"predictions": true})" << false;
        QTest::newRow("torchscript") << "torchscript"
                                     << "{}" << false;
        QTest::newRow("torchscript, predictions") << "torchscript"
                                                  << R"({"predictions": true})" << false;
        QTest::newRow("torchscript, bfloat16") << "torchscript"
                                               << R"({"weights": "bfloat16"})" << false;
    }

    void anExportedNetworkPredictsTheSame() {
        QFETCH(QString, format);
        QFETCH(QString, options);
        QFETCH(bool, isExact);
        const auto exported = path("exported");
        const auto choices = Json::parse(options.toStdString());
        const bool isRounded = choices.contains("weights");
        QVERIFY(write(exported, {format.toStdString(), choices}));
        for (const auto size : {PredictionSize::Network, PredictionSize::Picture}) {
            PredictRequest ours = request({path("a.png"), path("b/a.png")});
            ours.size = size;
            PredictRequest theirs = ours;
            theirs.network = exported;
            theirs.isExported = true;
            theirs.folder = path("by file");
            const auto left = predict(ours, quiet, {});
            const auto right = predict(theirs, quiet, {});
            QVERIFY2(right.has_value(), right ? "" : toText(right.error()).c_str());
            QCOMPARE(right->files.size(), left->files.size());
            for (std::size_t i = 0; i < left->files.size(); ++i) {
                const fs::path a = left->files[i], b = right->files[i];
                QCOMPARE(b.filename().string(), a.filename().string());
                if (isExact)
                    QVERIFY2(readBytes(a) == readBytes(b), a.c_str());
                else if (!isRounded && size == PredictionSize::Network)
                    QVERIFY2(shareApart(a, b) <= 0.01, a.c_str());
            }
        }
    }

    void whatIsNoExportedNetworkIsRefused_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("code");
        QTest::newRow("nothing") << "missing"
                                 << "file.read";
        QTest::newRow("a folder") << "folder"
                                  << "file.read";
        QTest::newRow("an empty file") << "empty"
                                       << "export.unknown";
        QTest::newRow("a text") << "text"
                                << "export.unknown";
        QTest::newRow("a checkpoint") << "checkpoint"
                                      << "network.format";
        QTest::newRow("safetensors, cut") << "safetensors cut"
                                          << "safetensors.truncated";
        QTest::newRow("safetensors, changed") << "safetensors changed"
                                              << "file.checksum";
        QTest::newRow("onnx, cut") << "onnx cut"
                                   << "export.damaged";
        QTest::newRow("onnx of others") << "onnx other"
                                        << "export.facts";
        QTest::newRow("torchscript, cut") << "torchscript cut"
                                          << "reader.torchscript";
        QTest::newRow("torchscript of others") << "torchscript other"
                                               << "export.facts";
    }

    void whatIsNoExportedNetworkIsRefused() {
        QFETCH(QString, what);
        QFETCH(QString, code);
        PredictRequest wanted = request({path("a.png")});
        wanted.isExported = true;
        wanted.network = path("refused");
        std::filesystem::remove_all(wanted.network);
        const QString format = what.section(' ', 0, 0);
        if (what == "folder")
            std::filesystem::create_directories(wanted.network);
        else if (what == "checkpoint")
            wanted.network = m_training.lastCheckpoint();
        else if (what == "empty" || what == "text")
            std::ofstream(wanted.network) << (what == "text" ? "{\"network\": \"no more\"}" : "");
        else if (what == "onnx other")
            std::ofstream(wanted.network) << '\x08' << '\x07'; // a model of version 7, and no more
        else if (what == "torchscript other")
            torch::jit::Module("__torch__.Other").save(wanted.network.string());
        else if (what != "missing") {
            QVERIFY(write(wanted.network, {format.toStdString()}));
            std::string bytes = readBytes(wanted.network);
            if (what.endsWith("cut"))
                bytes.resize(bytes.size() / 2);
            else
                bytes[bytes.size() - 3] ^= 1;
            std::ofstream(wanted.network, std::ios::binary) << bytes;
        }
        wanted.folder = path("none");
        const auto report = predict(wanted, quiet, {});
        QVERIFY(!report);
        QCOMPARE(QString::fromStdString(report.error().code), code);
        QCOMPARE(report.error().path, wanted.network.string());
        QVERIFY(!std::filesystem::exists(path("none")) || std::filesystem::is_empty(path("none")));
    }
};

QTEST_GUILESS_MAIN(ExportedPredictionsTest)
#include "tst_exported_predictions.moc"
