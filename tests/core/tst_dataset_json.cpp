// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_json.h"
#include "tests/model/damaged_json.h"
#include "tests/printing.h"

#include <QTest>

#include <cmath>

using namespace concertina;

class DatasetJsonTest : public QObject {
    Q_OBJECT

    static Json whole() {
        return Json::parse(R"({
            "format": "concertina-dataset", "version": 1, "name": "Flat",
            "splits": {"train": "train", "val": "other/val"},
            "image": {"path": "image/{id}.jpg"},
            "targets": {
                "segmentation": {"path": "label/{id}_l.png", "encoding": "index16", "ignore": 9,
                    "classes": [{"name": "wall", "color": [1, 2, 3]},
                                {"name": "floor", "color": [255, 0, 128]}]},
                "depth": {"path": "depth/{id}.png", "encoding": "uint8", "scale": 0.5,
                          "offset": 0.25, "unit": "m", "invalid": 255},
                "normal": {"path": "n_{id}.png", "encoding": "rgb16", "derived": true,
                           "convention": "x right, y down"}},
            "camera": {"fx": 200, "fy": 210, "cx": 100, "cy": 90}})");
    }

    static Problems problemsOf(const Json& json) {
        const auto layout = readFolderLayout(jsonText(json));
        return layout ? Problems{} : layout.error();
    }

private Q_SLOTS:
    void everythingIsReadAsItStands() {
        const auto layout = readFolderLayout(jsonText(whole()));
        QVERIFY(layout);
        QCOMPARE(layout->name, std::string("Flat"));
        QCOMPARE(layout->splits.size(), 2U);
        QCOMPARE(layout->splits[1].first, std::string("val"));
        QCOMPARE(layout->splits[1].second, std::string("other/val"));
        QCOMPARE(layout->image.path("0007"), std::string("image/0007.jpg"));
        QCOMPARE(layout->targetPaths[0].path("0007"), std::string("label/0007_l.png"));
        const std::vector<ClassInfo> classes{{"wall", {1, 2, 3}}, {"floor", {255, 0, 128}}};
        const std::vector<TargetInfo> expected{
            {.name = "segmentation",
             .kind = &classesTarget(),
             .encoding = Encoding::Index16,
             .classes = classes,
             .ignore = 9},
            {.name = "depth",
             .kind = &depthTarget(),
             .encoding = Encoding::UInt8,
             .scale = 0.5,
             .offset = 0.25,
             .invalid = 255},
            {.name = "normal", .kind = &normalsTarget(), .encoding = Encoding::Rgb16}};
        QVERIFY(layout->targets == expected);
        QVERIFY(layout->camera == (Camera{200, 210, 100, 90}));
    }

    void whatMayBeLeftOutMay() {
        Json json = whole();
        json.erase("camera");
        json["targets"]["segmentation"].erase("ignore");
        for (const char* key : {"scale", "offset", "unit", "invalid"})
            json["targets"]["depth"].erase(key);
        const auto layout = readFolderLayout(jsonText(json));
        QVERIFY(layout);
        QVERIFY(!layout->camera);
        QCOMPARE(layout->targets[0].ignore, -1);
        QCOMPARE(layout->targets[1].scale, 1.0);
        QVERIFY(!layout->targets[1].invalid);
    }

    void whatIsWrongIsReportedWithItsPlace_data() {
        QTest::addColumn<QByteArray>("place");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("problem");
        const auto row = [](const char* place, const char* value, const char* problem) {
            QTest::addRow("%s = %s", place, value)
                << QByteArray(place) << QByteArray(value) << QByteArray(problem);
        };
        row("/format", "\"coco\"", "dataset.json at format");
        row("/version", "2", "dataset.version at version");
        row("/version", "0", "dataset.version at version");
        row("/version", "1.5", "dataset.version at version");
        row("/version", "\"1\"", "dataset.version at version");
        row("/name", "\"\"", "dataset.value at name");
        row("/target", "{}", "dataset.unknown_key at target");
        row("/splits", "{}", "dataset.value at splits");
        row("/splits/train", "5", "dataset.value at splits.train");
        row("/splits/train", "\"/etc\"", "dataset.value at splits.train");
        row("/splits/train", "\"../other\"", "dataset.value at splits.train");
        row("/splits/train", "\"a/../../b\"", "dataset.value at splits.train");
        row("/image/path", "\"/etc/{id}.png\"", "dataset.value at image.path");
        row("/image/path", "\"../{id}.png\"", "dataset.value at image.path");
        row("/image/path", "\"image/all.png\"", "dataset.value at image.path");
        row("/image/path", "\"{id}/image.png\"", "dataset.value at image.path");
        row("/image/path", "\"{id}-{id}.png\"", "dataset.value at image.path");
        row("/image/size", "4", "dataset.unknown_key at image.size");
        row("/targets/depth", "[]", "dataset.value at targets.depth");
        row("/targets/depth/path", "\"a/../../{id}\"", "dataset.value at targets.depth.path");
        row("/targets/depth/encoding", "\"uint32\"", "dataset.value at targets.depth.encoding");
        row("/targets/depth/scale", "\"1\"", "dataset.value at targets.depth.scale");
        row("/targets/depth/scale", "0", "dataset.value at targets.depth.scale");
        row("/targets/depth/scale", "-0.001", "dataset.value at targets.depth.scale");
        row("/targets/depth/unit", "\"mm\"", "dataset.value at targets.depth.unit");
        row("/targets/depth/invalid", "\"none\"", "dataset.value at targets.depth.invalid");
        row("/targets/depth/ignore", "0", "dataset.unknown_key at targets.depth.ignore");
        row("/targets/normal/scale", "1", "dataset.unknown_key at targets.normal.scale");
        row("/targets/segmentation/ignore", "0.5", "dataset.value at targets.segmentation.ignore");
        row("/targets/segmentation/ignore", "70000", "dataset.value at targets.segmentation.ignore");
        row("/targets/segmentation/classes", "[]", "dataset.value at targets.segmentation.classes");
        row("/targets/segmentation/classes/1/color", "[1, 2]",
            "dataset.value at targets.segmentation.classes.1.color");
        row("/targets/segmentation/classes/1/color", "[1, 2, 256]",
            "dataset.value at targets.segmentation.classes.1.color");
        row("/targets/segmentation/classes/0/colour", "[1, 2, 3]",
            "dataset.unknown_key at targets.segmentation.classes.0.colour");
        row("/camera/fx", "0", "dataset.value at camera");
        row("/camera/k1", "0", "dataset.unknown_key at camera.k1");
    }

    void whatIsWrongIsReportedWithItsPlace() {
        QFETCH(QByteArray, place);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, problem);
        Json json = whole();
        json[Json::json_pointer(place.toStdString())] = Json::parse(value.toStdString());
        const Problems problems = problemsOf(json);
        QCOMPARE(codesAndPaths(problems), Texts{problem.toStdString()});
        QVERIFY(!problems.front().found.empty());
        QVERIFY(!problems.front().expected.empty());
    }

    void nearNamesAreSuggested() {
        Json json = whole();
        json["targets"]["depth"]["encodnig"] = json["targets"]["depth"]["encoding"];
        QVERIFY(problemsOf(json).front().hint.find("encoding") != std::string::npos);
        json = whole();
        json["targets"]["depth"]["encoding"] = "unit16";
        QVERIFY(problemsOf(json).front().hint.find("uint16") != std::string::npos);
    }

    void allProblemsAreReportedAtOnce() {
        Json json = whole();
        json["image"]["path"] = 5;
        json["targets"]["depth"]["scale"] = "much";
        json["extra"] = true;
        const Texts expected{"dataset.unknown_key at extra", "dataset.value at image.path",
                             "dataset.value at targets.depth.scale"};
        QCOMPARE(codesAndPaths(problemsOf(json)), expected);
    }

    void whatIsNoJsonObjectIsRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("words") << QByteArray("a dataset");
        QTest::newRow("cut off") << QByteArray("{\"format\": \"concertina-dataset\", \"vers");
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("a key twice")
            << QByteArray("{\"format\": \"concertina-dataset\", \"version\": 1, \"version\": 1}");
        QTest::newRow("binary") << QByteArray("\x89PNG\r\n\0\0", 8);
        QTest::newRow("without end") << QByteArray(100000, '[');
    }

    void whatIsNoJsonObjectIsRefused() {
        QFETCH(QByteArray, text);
        const auto layout = readFolderLayout({text.constData(), static_cast<std::size_t>(text.size())});
        QVERIFY(!layout);
        QCOMPARE(layout.error().front().code, std::string("dataset.json"));
    }

    void whatKeepsItFromBeingReadIsReportedWithItsLine_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("reason");
        const QByteArray good = "{\n\"format\": \"concertina-dataset\",\n\"version\": 1,\n";
        QTest::newRow("comment") << good + "// mine\n}" << "line 4";
        QTest::newRow("trailing comma") << good + "\"name\": \"x\",\n}" << "line 5";
        QTest::newRow("a key twice") << good + "\"version\": 1}" << "\"version\" twice in one object, at line 4";
        QTest::newRow("UTF-16") << QByteArray("\xff\xfe{\0}\0", 6) << "UTF-16";
        QTest::newRow("nothing") << QByteArray(" \n") << "nothing";
        QTest::newRow("another format") << QByteArray("{\"format\": \"coco\"}") << "coco";
    }

    void whatKeepsItFromBeingReadIsReportedWithItsLine() {
        QFETCH(QByteArray, text);
        QFETCH(QString, reason);
        const auto layout = readFolderLayout(text.toStdString());
        QVERIFY(!layout);
        QVERIFY2(layout.error().front().found.find(reason.toStdString()) != std::string::npos,
                 layout.error().front().found.c_str());
    }

    void whatEditorsOfWindowsWriteIsRead() {
        std::string text = jsonText(whole(), 1);
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
            text.insert(at, "\r");
        const auto layout = readFolderLayout("\xEF\xBB\xBF" + text);
        QVERIFY(layout);
        QCOMPARE(layout->targets.size(), 3U);
    }

    void whateverIsReadIsWholeWhereverTheJsonIsDamaged() {
        int refused = 0;
        for (const Json& json : damagedVersions(whole())) {
            const auto layout = readFolderLayout(jsonText(json));
            if (!layout) {
                ++refused;
                for (const Problem& problem : layout.error())
                    QVERIFY2(problem.code.starts_with("dataset."), problem.code.c_str());
                continue;
            }
            QVERIFY(!layout->name.empty() && !layout->splits.empty());
            QCOMPARE(layout->targets.size(), layout->targetPaths.size());
            for (const auto& [split, folder] : layout->splits)
                QVERIFY(folder.find("..") == std::string::npos && !folder.starts_with('/'));
            for (const TargetInfo& target : layout->targets) {
                QVERIFY(target.kind != &classesTarget() || !target.classes.empty());
                QVERIFY(std::isfinite(target.scale) && target.scale > 0);
                QVERIFY(target.ignore >= -1 && target.ignore <= 65535);
            }
        }
        QVERIFY(refused > 300); // most damage is damage
    }
};

QTEST_GUILESS_MAIN(DatasetJsonTest)
#include "tst_dataset_json.moc"
