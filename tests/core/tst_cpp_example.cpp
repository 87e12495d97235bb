// SPDX-License-Identifier: GPL-3.0-or-later
// The exported folder: its program is built and run as its README says, in C++ and in Python, and
// predicts what Concertina does.
#include "core/data/image_files.h"
#include "core/exports/export.h"
#include "core/prediction/predictor.h"
#include "core/tensor/torch.h"
#include "core/values/object_map.h"
#include "tests/core/core_testing.h"
#include "tests/core/exports_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int pictureHeight = 90, pictureWidth = 150; ///< larger than the network's 64 × 64

Image picture() {
    Image image = blankImage(pictureHeight, pictureWidth);
    for (int y = 0; y < pictureHeight; ++y)
        for (int x = 0; x < pictureWidth; ++x) {
            image.pixel(y, x)[0] = static_cast<std::uint8_t>(255 * x / pictureWidth);
            image.pixel(y, x)[1] = static_cast<std::uint8_t>(255 * y / pictureHeight);
            image.pixel(y, x)[2] = static_cast<std::uint8_t>((x / 8 + y / 8) % 2 * 200);
        }
    return image;
}

/// Every kind of target that rooms has.
ExperimentSpec everyKind() {
    ExperimentSpec spec = exportSpec("resnet18", "factored", {"*: factors shared"});
    for (const char* task : {"presence", "regression", "detection", "keypoints"})
        spec.tasks.push_back({.method = {task}});
    return withCompleteOptions(spec, catalogue());
}

QString ran(const QString& folder, const QString& program, const QStringList& words) {
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(program, words);
    if (!process.waitForFinished(240000) || process.exitStatus() != QProcess::NormalExit)
        return program + ": " + process.errorString();
    return process.exitCode() == 0 ? QString()
                                   : program + ": "
                                         + QString::fromUtf8(process.readAllStandardError()
                                                             + process.readAllStandardOutput());
}

} // namespace

class CppExampleTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::vector<std::string> m_tasks;
    std::vector<TargetInfo> m_targets;
    std::vector<ValueMap> m_maps; ///< what Concertina predicts for the picture

    QString path(const QString& name) const { return m_folder.filePath(name); }

    const ValueMap& mapOf(const std::string& task) const {
        return m_maps[static_cast<std::size_t>(std::ranges::find(m_tasks, task) - m_tasks.begin())];
    }

    Json json(const char* name) const {
        return Json::parse(fileBytes(path(QString::fromUtf8(name)).toStdString()));
    }

private Q_SLOTS:
    void initTestCase() {
        const ExperimentSpec spec = everyKind();
        const Checkpoint about{.spec = spec, .targets = openRunData(spec)->targets};
        const Network network = scrambledNetwork(spec, about.targets, 6); // it sees things
        const CollapsedNetwork compact = fold(network, about);
        const auto writer = valueOf(networkWriter(path("example").toStdString(), {"cpp"},
                                                  givenSamples(randomImages(2, 64, 64, 5))));
        const WrittenNetwork written = valueOf(writer(compact));
        QVERIFY2(written.isVerified(), verificationText(written).c_str());
        QCOMPARE(written.files.size(), std::size_t{5});
        QCOMPARE(QDir(path("example"))
                     .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot)
                     .size(),
                 5);
        QVERIFY(writePng(path("photo.png").toStdString(), picture()).has_value());
        const Predictor predictor(about, network, true);
        m_maps = predictor.maps(resized(picture(), 64, 64));
        for (std::size_t t = 0; t < m_maps.size(); ++t) {
            m_tasks.push_back(predictor.taskName(t));
            m_targets.push_back(predictor.target(t));
        }
        const QString example = path("example");
        // By what the project itself is built with; make may be missing.
        QString failed = ran(example, QStringLiteral("cmake"), {"-G", "Ninja", "-B", "build"});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        failed = ran(example, QStringLiteral("cmake"), {"--build", "build"});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        failed =
            ran(example, example + "/build/predict", {".", path("photo.png"), path("answers")});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
    }

    void planesAreTheSame() {
        const auto indices = valueOf(readPlane(
            path("answers/photo.segmentation-index.png").toStdString(), Encoding::Index8));
        const auto depth =
            valueOf(readPlane(path("answers/photo.depth-mm.png").toStdString(), Encoding::UInt16));
        const Image normal = valueOf(readImage(path("answers/photo.normal.png").toStdString()));
        int others = 0;
        for (int y = 0; y < 64; ++y)
            for (int x = 0; x < 64; ++x) {
                const auto at = static_cast<std::size_t>(64 * y + x);
                others += indices.bytes[at] != static_cast<int>(mapOf("segmentation").at(y, x));
                std::uint16_t millimetres = 0;
                std::memcpy(&millimetres, depth.bytes.data() + 2 * at, 2);
                const double expected =
                    std::clamp(1000.0 * double(mapOf("depth").at(y, x)), 0.0, 65535.0);
                QVERIFY(std::abs(millimetres - expected) <= 0.5 + 1e-4 * expected);
                for (int c = 0; c < 3; ++c)
                    QVERIFY(std::abs(normal.pixel(y, x)[static_cast<std::size_t>(c)]
                                     - 127.5 * (double(mapOf("normal").at(y, x, c)) + 1))
                            <= 0.6);
            }
        QVERIFY(others <= 4); // a thousandth: where two classes are as likely
    }

    void valuesOfThePictureAreTheSame() {
        for (const std::string task : {"presence", "regression"}) {
            const Json values = json(("answers/photo." + task + ".json").c_str())["values"];
            const ValueMap& map = mapOf(task);
            QCOMPARE(values.size(), map.values.size());
            std::size_t i = 0;
            for (const auto& [name, value] : values.items()) {
                const double expected = double(map.values[i++]);
                QVERIFY(std::abs(value.get<double>() - expected)
                        <= 1e-4 * std::max(1.0, std::abs(expected)));
            }
        }
    }

    void objectsAreTheSame_data() {
        QTest::addColumn<QString>("task");
        QTest::newRow("detection") << "detection";
        QTest::newRow("keypoints") << "keypoints";
    }

    void objectsAreTheSame() {
        QFETCH(QString, task);
        const std::string name = task.toStdString();
        const auto at =
            static_cast<std::size_t>(std::ranges::find(m_tasks, name) - m_tasks.begin());
        const auto expected = countedObjects(m_maps[at], m_targets[at].classes.size());
        QVERIFY(expected.size() >= 3);
        const Json objects = json(("answers/photo." + name + ".json").c_str())["objects"];
        QCOMPARE(objects.size(), expected.size());
        const auto near = [](const Json& value, double wanted) {
            return std::abs(value.get<double>() - wanted) <= 0.02 + 1e-3 * std::abs(wanted);
        };
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const Box box = expected[i]->box.scaled(pictureWidth, pictureHeight);
            QVERIFY(std::abs(objects[i]["score"].get<double>() - expected[i]->score) < 1e-3);
            QVERIFY(near(objects[i]["box"][0], box.x) && near(objects[i]["box"][1], box.y));
            QVERIFY(near(objects[i]["box"][2], box.width)
                    && near(objects[i]["box"][3], box.height));
            for (std::size_t p = 0; p < expected[i]->points.size(); ++p) {
                const Keypoint& point = expected[i]->points[p];
                const Json& found = objects[i]["points"][m_targets[at].classes[p].name];
                QVERIFY(near(found["x"], point.x * pictureWidth));
                QVERIFY(near(found["y"], point.y * pictureHeight));
                QCOMPARE(found["seen"].get<bool>(), point.state == Keypoint::State::Seen);
            }
            if (expected[i]->points.empty())
                QCOMPARE(objects[i]["class"].get<std::string>(),
                         m_targets[at].classes[static_cast<std::size_t>(expected[i]->label)].name);
        }
    }

    void theLinesOfTheReadmeGiveTheSameInPython() {
        if (const QString lacking = lackingPython("cv2"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        const std::string page = fileBytes(path("example/README.md").toStdString());
        const auto begin = page.find("```python\n") + 10;
        std::string lines = page.substr(begin, page.find("```", begin) - begin);
        QVERIFY(std::ranges::count(lines, '\n') <= 12);
        const auto photo = lines.find("photo.jpg");
        QVERIFY(photo != std::string::npos);
        lines.replace(photo, 9, path("photo.png").toStdString());
        lines += "for name in ('segmentation', 'depth', 'presence'):\n"
                 "    answers[name].astype('float32').tofile('out.' + name)\n";
        const QString failed = ran(path("example"), QStringLiteral("/usr/bin/python3"),
                                   {"-c", QString::fromStdString(lines)});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        for (const std::string task : {"segmentation", "depth", "presence"}) {
            const auto found = valuesOf<float>(path("example/out.").toStdString() + task);
            const ValueMap& map = mapOf(task);
            QCOMPARE(found.size(), map.values.size());
            std::size_t others = 0;
            for (std::size_t i = 0; i < found.size(); ++i)
                others += std::abs(found[i] - map.values[i])
                          > 1e-4F * std::max(1.0F, std::abs(map.values[i]));
            QVERIFY(others <= found.size() / 1000);
        }
    }

    void whatIsNoPictureIsSaid() {
        const QString failed = ran(path("example"), path("example/build/predict"),
                                   {".", "README.md", path("answers")});
        QVERIFY2(failed.contains("README.md is no picture"), qPrintable(failed));
        QVERIFY(ran(path("example"), path("example/build/predict"), {}).contains("usage"));
    }
};

QTEST_GUILESS_MAIN(CppExampleTest)
#include "tst_cpp_example.moc"
