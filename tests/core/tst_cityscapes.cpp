// SPDX-License-Identifier: GPL-3.0-or-later
// Cityscapes as it is downloaded, and as MTAN has it.
#include "core/catalogue.h"
#include "core/data/cityscapes_classes.h"
#include "core/data/data_check.h"
#include "core/data/data_news.h"
#include "core/data/dataset.h"
#include "core/data/file_dataset.h"
#include "core/model/recognize_data.h"
#include "core/values/text.h"
#include "tests/core/reference_script.h"
#include "tests/printing.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace concertina;
using namespace concertina::testing;

namespace {

namespace fs = std::filesystem;

constexpr int height = 8;
constexpr int width = 16;

std::vector<float> floats(const TargetPlane& plane) {
    std::vector<float> values(plane.bytes.size() / sizeof(float));
    std::memcpy(values.data(), plane.bytes.data(), plane.bytes.size());
    return values;
}

/// As many units in the last place of a float as rounding twice may cost.
bool areEqual(const std::vector<float>& a, const std::vector<float>& b) {
    return std::ranges::equal(a, b, [](float x, float y) {
        return std::abs(x - y) <= std::abs(y) * 2 * std::numeric_limits<float>::epsilon();
    });
}

} // namespace

class CityscapesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_written; ///< by the reference, once

    /// A copy of what the reference wrote, in a folder of its own.
    struct Tree {
        QTemporaryDir folder;
        fs::path root, expected, mtan;
    };

    std::unique_ptr<Tree> made() const {
        auto tree = std::make_unique<Tree>();
        const fs::path base = tree->folder.path().toStdString();
        fs::copy(m_written.path().toStdString(), base, fs::copy_options::recursive);
        tree->root = base / "city";
        tree->expected = base / "expected";
        tree->mtan = base / "mtan";
        return tree;
    }

    static OpenedDataset open(const fs::path& root, Json options = Json::object(),
                              const DataWatch& watch = {}) {
        options["path"] = root.string();
        return openWholly({"cityscapes", options}, watch);
    }

    static StoredSample stored(const fs::path& root, const std::string& split, int index) {
        const auto dataset = open(root);
        if (!dataset)
            qFatal("%s", toText(dataset.error().front()).c_str());
        return dynamic_cast<const FileDataset&>(**dataset).storedSample(split, index);
    }

    static fs::path train(const std::string& file) {
        const std::string kind = file.ends_with("json")            ? "camera"
                                 : file.ends_with("disparity.png") ? "disparity"
                                                                   : "gtFine";
        return fs::path(kind) / "train/aachen" / ("aachen_000000_000019_" + file);
    }

private Q_SLOTS:
    void initTestCase() {
        if (const QString lacking = lackingPython("numpy, PIL"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        const QString base = m_written.path();
        QCOMPARE(runReference("write_cityscapes.py",
                              {base + "/city", base + "/expected", QString::number(height),
                               QString::number(width), base + "/mtan"}),
                 QString());
    }

    void thereAreNineteenClassesInSevenCategories() {
        // As labels.py of the data set's own scripts has them.
        Texts names;
        for (const ClassInfo& info : classesOf(CityscapesClasses::Nineteen))
            names.push_back(info.name);
        QCOMPARE(join(names, " "),
                 std::string("road sidewalk building wall fence pole traffic light traffic sign "
                             "vegetation terrain sky person rider car truck bus train motorcycle "
                             "bicycle"));
        QVERIFY(classesOf(CityscapesClasses::Nineteen)[7].color == (Rgb{220, 220, 0}));
        QVERIFY(classesOf(CityscapesClasses::Nineteen)[18].color == (Rgb{119, 11, 32}));
        names.clear();
        for (const ClassInfo& info : classesOf(CityscapesClasses::Seven))
            names.push_back(info.name);
        QCOMPARE(join(names, " "),
                 std::string("flat construction object nature sky human vehicle"));
        QVERIFY(classesOf(CityscapesClasses::Seven)[6].color == (Rgb{0, 0, 142}));
        QCOMPARE(cityscapesLabels().size(), 34U);
    }

    void whatAnotherProgramWroteIsRead_data() {
        QTest::addColumn<QString>("classes");
        QTest::newRow("19") << "19";
        QTest::newRow("7") << "7";
    }

    void whatAnotherProgramWroteIsRead() {
        QFETCH(QString, classes);
        const auto tree = made();
        const auto dataset =
            open(tree->root, {{"classes", classes.toStdString()}, {"farthest", 0}});
        QVERIFY2(dataset, dataset ? "" : toText(dataset.error().front()).c_str());
        const DatasetDescription& description = (*dataset)->description();
        const std::string other = classes == "7" ? "segmentation19" : "segmentation7";
        QCOMPARE(toText(description),
                 "train 4 samples (depth 2, inverse-depth 3, others all), val 2 samples, test 1 "
                 "sample (segmentation 0, "
                     + other + " 0, others all)");
        QCOMPARE(description.unused, Texts{});
        for (const SplitInfo& split : description.splits)
            for (int i = 0; i < split.size; ++i) {
                const auto sample = (*dataset)->sample(split.name, i, height, width);
                QVERIFY2(sample, sample ? "" : toText(sample.error()).c_str());
                const std::string base =
                    (tree->expected / (*dataset)->sampleName(split.name, i)).string();
                QVERIFY(sample->image.bytes == valuesOf<std::uint8_t>(base + ".image"));
                const bool seven = classes == "7";
                const auto fine = valuesOf<std::uint8_t>(base + ".nineteen");
                const auto coarse = valuesOf<std::uint8_t>(base + ".seven");
                QVERIFY(sample->targets[0].bytes == (seven ? coarse : fine));
                QVERIFY(sample->targets[3].bytes == (seven ? fine : coarse));
                QVERIFY(areEqual(floats(sample->targets[1]), valuesOf<float>(base + ".depth")));
                QVERIFY(areEqual(floats(sample->targets[2]), valuesOf<float>(base + ".inverse")));
            }
    }

    void aTestSplitWithLabelsOfItsOwnHasThem() {
        const auto tree = made(); // what is published says where the car is, and no class
        fs::copy_file(tree->root / train("gtFine_labelIds.png"),
                      tree->root / "gtFine/test/berlin/berlin_000000_000019_gtFine_labelIds.png",
                      fs::copy_options::overwrite_existing);
        QCOMPARE((*open(tree->root))->description().split("test")->targetCounts,
                 (std::vector<int>{1, 1, 1, 1}));
    }

    void camerasThatCannotBeUsedAreNamedWithTheirSample() {
        for (const auto& [text, place] :
             {std::pair{"", ""}, {"{\"extrinsic\"", ""}, {"{}", ": extrinsic.baseline"}}) {
            const auto tree = made();
            const fs::path file = tree->root / train("camera.json");
            writeFile(file, text);
            const StoredSample sample = stored(tree->root, "train", 0);
            QCOMPARE(sample.problems.size(), std::size_t{1});
            QCOMPARE(sample.problems[0].code, std::string("camera.json"));
            QCOMPARE(sample.problems[0].path, file.string() + place);
            QVERIFY(sample.problems[0].hint.starts_with("sample aachen_000000_000019"));
            QVERIFY(sample.targets[1].empty()); // never a depth by another camera
            QVERIFY(!sample.targets[2].empty());
        }
    }

    void filesThatDoNotFitAreNamed_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("python");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("found");
        const auto row = [](const char* name, const char* file, const char* python,
                            const char* code, const char* found) {
            QTest::newRow(name) << file << python << code << found;
        };
        const char* labels = "gtFine_labelIds.png";
        const char* disparity = "disparity.png";
        row("labels of another size", labels, "zeros((4, 16), 'uint8')", "dataset.size", "16 × 4");
        row("a label of no data set", labels, "full((8, 16), 34, 'uint8')", "dataset.class",
            "the label 34");
        row("train ids beyond", labels, "full((8, 16), 255, 'uint8')", "dataset.class",
            "the label 255");
        row("coloured labels", labels, "zeros((8, 16, 3), 'uint8')", "image.type", "");
        row("disparities of another size", disparity, "zeros((8, 15), 'uint16')", "dataset.size",
            "15 × 8");
        row("disparities of 8 bits", disparity, "zeros((8, 16), 'uint8')", "image.type", "8-bit");
        row("disparities in colour", disparity, "zeros((8, 16, 3), 'uint8')", "image.type", "");
    }

    void filesThatDoNotFitAreNamed() {
        QFETCH(QString, file);
        QFETCH(QString, python);
        QFETCH(QString, code);
        QFETCH(QString, found);
        const auto tree = made();
        const fs::path path = tree->root / train(file.toStdString());
        QProcess writer;
        writer.start("/usr/bin/python3",
                     {"-c", "import numpy; from PIL import Image; Image.fromarray(numpy." + python
                                + ").save('" + QString::fromStdString(path.string()) + "')"});
        QVERIFY(writer.waitForFinished(60000) && writer.exitCode() == 0);
        const StoredSample sample = stored(tree->root, "train", 0);
        QCOMPARE(sample.problems.size(), std::size_t{1});
        QCOMPARE(sample.problems[0].code, code.toStdString());
        QCOMPARE(sample.problems[0].path, path.string());
        QVERIFY2(sample.problems[0].found.find(found.toStdString()) != std::string::npos,
                 toText(sample.problems[0]).c_str());
        QVERIFY(sample.problems[0].hint.starts_with("sample aachen_000000_000019"));
        const bool labels = file.startsWith("gtFine");
        for (const std::size_t target : {0, 3}) // and what is right is there
            QCOMPARE(sample.targets[target].empty(), labels);
        for (const std::size_t target : {1, 2})
            QCOMPARE(sample.targets[target].empty(), !labels);
    }

    void filesThatEndEarlyOrAreEmptyAreNamed() {
        for (const char* file : {"gtFine_labelIds.png", "disparity.png", "camera.json"})
            for (const std::size_t bytes : {0, 20, 60}) {
                const auto tree = made();
                const fs::path path = tree->root / train(file);
                writeFile(path, fileBytes(path).substr(0, bytes));
                const StoredSample sample = stored(tree->root, "train", 0);
                QCOMPARE(sample.problems.size(), std::size_t{1});
                QCOMPARE(sample.problems[0].path, path.string());
            }
        const auto tree = made();
        const fs::path picture =
            tree->root / "leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit.png";
        writeFile(picture, fileBytes(picture).substr(0, 60));
        QCOMPARE(stored(tree->root, "train", 0).problems.front().path, picture.string());
    }

    void foldersMayBeMissing() {
        const auto tree = made();
        fs::remove_all(tree->root / "camera");
        const auto news = std::make_shared<DataNews>();
        const auto bare = open(tree->root, Json::object(), {.news = news, .files = {}});
        QCOMPARE((*bare)->description().split("train")->targetCounts,
                 (std::vector<int>{4, 0, 3, 4}));
        const auto notices = news->take(true);
        QCOMPARE(notices.size(), std::size_t{1});
        QCOMPARE(notices[0].code, std::string("dataset.cameras"));
        QVERIFY2(notices[0].text.find("6 samples") != std::string::npos, notices[0].text.c_str());
        fs::remove_all(tree->root / "disparity");
        QCOMPARE((*open(tree->root))->description().targets.size(), std::size_t{2});
        fs::remove_all(tree->root / "gtFine");
        QCOMPARE(open(tree->root).error().front().code, std::string("dataset.missing"));
        fs::remove_all(tree->root / "leftImg8bit/train");
        fs::remove_all(tree->root / "leftImg8bit/val");
        fs::remove_all(tree->root / "leftImg8bit/test");
        QCOMPARE(open(tree->root).error().front().code, std::string("dataset.empty_split"));
        fs::remove_all(tree->root / "leftImg8bit");
        QCOMPARE(open(tree->root).error().front().code, std::string("dataset.missing"));
        QCOMPARE(open("").error().front().code, std::string("dataset.path"));
    }

    void disparitiesAloneAreADataSet() {
        const auto tree = made();
        fs::remove_all(tree->root / "gtFine");
        const auto dataset = open(tree->root);
        QVERIFY(dataset);
        QCOMPARE((*dataset)->description().targets.size(), std::size_t{2});
        const auto sample = (*dataset)->sample("val", 1, height, width);
        QVERIFY(sample);
        QVERIFY(!sample->targets[0].empty() && !sample->targets[1].empty());
    }

    void filesOfNoSampleAreReported() {
        const auto tree = made();
        const Texts strays{
            "camera/train/note.txt", "disparity/train/aachen/aachen_000001_000020_disparity.png",
            "gtFine/val/frankfurt/frankfurt_000000_000999_gtFine_color.png",
            "leftImg8bit/train/aachen/aachen_000000_000019.png", "leftImg8bit/train/list.txt"};
        for (const std::string& stray : strays)
            writeFile(tree->root / stray, "x");
        writeFile(tree->root / "leftImg8bit/train/aachen/.DS_Store", "x");
        writeFile(tree->root / "README", "x"); // beside the folders that are read
        QCOMPARE((*open(tree->root))->description().unused, strays);
    }

    void otherSplitsAreSplitsToo() { // as train_extra, whose labels are coarse ones
        const auto tree = made();
        for (const char* kind : {"leftImg8bit", "disparity", "camera"})
            fs::copy(tree->root / kind / "val", tree->root / kind / "train_extra",
                     fs::copy_options::recursive);
        const auto dataset = open(tree->root);
        QCOMPARE((*dataset)->description().splits.size(), std::size_t{4});
        QCOMPARE((*dataset)->description().splits[3].name, std::string("train_extra"));
        QCOMPARE((*dataset)->description().splits[3].targetCounts, (std::vector<int>{0, 2, 2, 0}));
    }

    void theFingerprintIsThatOfFilesAndOptions() {
        const auto tree = made();
        const auto print = [&](const Json& options) {
            return (*open(tree->root, options))->description().fingerprint;
        };
        const std::string first = print(Json::object());
        QCOMPARE(print(Json::object()), first);
        QVERIFY(print({{"classes", "7"}}) != first);
        QVERIFY(print({{"farthest", 80}}) != first);
        writeFile(tree->root / train("camera.json"), "{}");
        QVERIFY(print(Json::object()) != first);
    }

    void itIsRecognizedAndItsOtherOptionsStay() {
        const auto tree = made();
        ExperimentSpec spec;
        spec.data.dataset = {"cityscapes", {{"classes", "7"}}};
        const auto changed = withDataAt(catalogue(), spec, tree->root.string());
        QVERIFY(changed);
        QCOMPARE(jsonText(changed->data.dataset.options),
                 jsonText(Json{{"classes", "7"}, {"path", tree->root.string()}}));
        QCOMPARE(recognizeData(catalogue(), tree->mtan)->id, std::string("mtan-npy"));
    }

    void aCheckOfWholeDataFindsNothing() {
        const auto tree = made();
        const auto check = checkData({"cityscapes", {{"path", tree->root.string()}}},
                                     [](double, const auto&) {}, {});
        QVERIFY(check);
        QCOMPARE(check->problems, Problems{});
        QCOMPARE(check->splits.size(), std::size_t{3});
        QCOMPARE(check->splits[0].targets[2].samples, 3);
        QCOMPARE(check->splits[0].targets[2].known, std::int64_t{3} * (height * width - 1));
    }

    void mtansCityscapesIsTheSame_data() {
        QTest::addColumn<QString>("folder");
        QTest::newRow("as MTAN names it") << "label_7";
        QTest::newRow("as LibMTL names it") << "label";
    }

    void mtansCityscapesIsTheSame() {
        QFETCH(QString, folder);
        const auto tree = made();
        const bool renamed = folder == "label";
        for (const char* split : {"train", "val"})
            if (renamed) {
                fs::rename(tree->mtan / split / "label_7", tree->mtan / split / "label");
                fs::remove_all(tree->mtan / split / "label_2");
                fs::remove_all(tree->mtan / split / "label_19");
            }
        const auto dataset = openDataset({"mtan-npy", {{"path", tree->mtan.string()}}});
        QVERIFY2(dataset, dataset ? "" : toText(dataset.error()).c_str());
        const DatasetDescription& description = (*dataset)->description();
        QCOMPARE(description.name, std::string("Cityscapes as MTAN has it"));
        QCOMPARE(toText(description), "train 4 samples, val 2 samples, all with segmentation, "
                                          + std::string(renamed ? "" : "segmentation19, ")
                                          + "inverse-depth");
        QCOMPARE(description.unused, Texts{});
        const auto sample = (*dataset)->sample("val", 0, height, width);
        QVERIFY2(sample, sample ? "" : toText(sample.error()).c_str());
        const std::string base = (tree->expected / "frankfurt_000000_000294").string();
        QVERIFY(sample->image.bytes == valuesOf<std::uint8_t>(base + ".image"));
        QVERIFY(sample->targets[0].bytes == valuesOf<std::uint8_t>(base + ".seven"));
        QVERIFY(areEqual(floats(sample->targets.back()), valuesOf<float>(base + ".inverse")));
        if (!renamed)
            QVERIFY(sample->targets[1].bytes == valuesOf<std::uint8_t>(base + ".nineteen"));
        const auto rooms =
            openDataset({"mtan-npy", {{"path", tree->mtan.string()}, {"set", "NYUv2"}}});
        QVERIFY(rooms && (*rooms)->description().target("depth") != nullptr);
    }
};

QTEST_GUILESS_MAIN(CityscapesTest)
#include "tst_cityscapes.moc"
