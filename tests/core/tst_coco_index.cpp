// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/coco_index.h"
#include "core/values/json.h"
#include "tests/core/core_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QTemporaryDir>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

using Opened = tl::expected<std::shared_ptr<const CocoIndex>, Problems>;

/// Two images of 20 × 10 and 8 × 8, categories 3 and 7, and objects of the first.
Json smallFile() {
    return Json::parse(R"({
        "info": {"text": "[{ images: ]"},
        "images": [{"id": 12, "file_name": "train/b.jpg", "height": 10, "width": 20},
                   {"id": 5, "file_name": "a.jpg", "height": 8, "width": 8, "license": null}],
        "annotations": [
            {"id": 100, "image_id": 12, "category_id": 7, "iscrowd": 0, "area": 11.5,
             "bbox": [1, 2, 6, 4], "segmentation": [[1, 2, 7, 2, 7, 6, 1, 6]]},
            {"id": 101, "image_id": 12, "category_id": 3, "iscrowd": 1,
             "bbox": [0, 0, 2.5, 3], "segmentation": {"size": [10, 20], "counts": [0, 3, 197]}}],
        "categories": [{"id": 7, "name": "dog", "color": [1, 2, 3]},
                       {"id": 3, "name": "c\u00e4t", "supercategory": "animal"}]})");
}

/// A file of its own, gone afterwards.
class Place {
public:
    std::filesystem::path write(const std::string& text) const {
        const std::filesystem::path path = m_folder.path().toStdString() + "/instances_x.json";
        writeFile(path, text);
        return path;
    }

    Opened open(const std::string& text, CocoIndex::Kind kind = CocoIndex::Kind::Objects) const {
        return CocoIndex::open(write(text), kind);
    }
    Opened open(const Json& json, CocoIndex::Kind kind = CocoIndex::Kind::Objects) const {
        return open(jsonText(json), kind);
    }

private:
    QTemporaryDir m_folder;
};

std::shared_ptr<const CocoIndex> opened(Opened index) {
    if (!index)
        qFatal("%s", toText(index.error()).c_str());
    return std::move(*index);
}

std::string said(const Opened& index) {
    return index ? "opened" : index.error().front().code + " | " + toText(index.error().front());
}

template <class Value>
std::string said(const Expected<Value>& value) {
    return value ? "read" : value.error().code + " | " + toText(value.error());
}

} // namespace

class CocoIndexTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFileIsReadByItsIds() {
        const Place place;
        const auto index = opened(place.open(smallFile()));
        QCOMPARE(index->images().size(), std::size_t{2});
        QCOMPARE(index->images()[0].file, std::string("a.jpg")); // by id: 5, 12
        QCOMPARE(index->images()[1].file, std::string("b.jpg"));
        QCOMPARE(index->images()[1].width, 20);
        QVERIFY(index->imageOf(12) == std::size_t{1});
        QVERIFY(!index->imageOf(6));
        QCOMPARE(index->categories()[0].name, std::string("c\u00e4t"));
        QVERIFY(!index->categories()[0].color);
        QVERIFY((index->categories()[1].color == Rgb{1, 2, 3}));
        QVERIFY(index->annotations(0).empty());
        QVERIFY(index->hasMasks());
        const auto annotations = index->annotations(1);
        QCOMPARE(annotations.size(), std::size_t{2});
        QCOMPARE(annotations[0].category, 1);
        QCOMPARE(valueOf(index->maskOf(1, annotations[0])).area(), 24); // 6 × 4
        QCOMPARE(valueOf(index->maskOf(1, annotations[1])).area(), 3);
        QVERIFY(index->remarks().empty());
        const auto objects = valueOf(index->objectsOf(1));
        const ImageObject dog{.label = 1, .box = {1, 2, 6, 4}, .area = 11.5, .points = {}};
        const ImageObject crowd{
            .label = 0, .box = {0, 0, 2.5, 3}, .area = 7.5, .isCrowd = true, .points = {}};
        QVERIFY((objects == std::vector{dog, crowd}));
    }

    void whatIsNotAskedForIsPassedOver() {
        const Place place;
        std::string text = jsonText(smallFile(), 2); // with line ends
        text = "\xef\xbb\xbf \n" + text + "\n\t ";
        // Texts with brackets, quotation marks and backslashes, as keys too.
        const Json other = {{"list", Json::array({Json{{"a", "}]\"[\\"}}, -1.5e3, true, nullptr})},
                            {"\"images\\", "]"}};
        text.insert(text.find("\"images\""), "\"other\": " + jsonText(other) + ", ");
        const auto index = opened(place.open(text));
        QCOMPARE(index->images().size(), std::size_t{2});
        QCOMPARE(index->annotations(1).size(), std::size_t{2});
    }

    void objectsThatAreLongerThanAWindowAreRead() {
        // A polygon of 3 MB between others; the windows are of 1 MB.
        const Place place;
        Json json = smallFile();
        Json corners = Json::array();
        for (int i = 0; i < 200'000; ++i) {
            corners.push_back(i % 20);
            corners.push_back(1.0 / 3 + i % 7);
        }
        Json large = json["annotations"][0];
        large["id"] = 200;
        large["segmentation"] = {corners};
        for (int i = 0; i < 30'000; ++i) { // some that end beyond the first window
            json["annotations"].push_back(json["annotations"][1]);
            json["annotations"].back()["id"] = 1000 + i;
            if (i == 15'000)
                json["annotations"].push_back(large);
        }
        const std::string text = jsonText(json);
        QVERIFY(text.size() > 5'000'000);
        const auto index = opened(place.open(text));
        const auto annotations = index->annotations(1);
        QCOMPARE(annotations.size(), std::size_t{30'003});
        QCOMPARE(annotations[15'003].id, 200);
        QVERIFY(annotations[15'003].segmentation.bytes > 2'000'000);
        QCOMPARE(annotations[30'002].id, 30'999);
        for (const std::size_t some : {1U, 777U, 15'002U, 15'004U, 30'002U})
            QCOMPARE(valueOf(index->maskOf(1, annotations[some])).area(), 3);
    }

    void whatIsWrongIsNamedWithItsId_data() {
        QTest::addColumn<QString>("patch");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* patch, const char* expected) {
            QTest::newRow(name) << patch << expected;
        };
        const auto bbox = R"([{"op": "replace", "path": "/annotations/1/bbox", "value": %1}])";
        const auto of = [&](const char* value) { return QString(bbox).arg(value).toStdString(); };
        row("box of three", of("[1, 2, 3]").c_str(),
            "coco.box | annotation 101: found \"bbox\": [1,2,3]");
        row("box of texts", of(R"(["1", 2, 3, 4])").c_str(), "coco.box | annotation 101");
        row("no box", R"([{"op": "remove", "path": "/annotations/1/bbox"}])",
            "coco.box | annotation 101: found no \"bbox\"");
        row("no id", R"([{"op": "remove", "path": "/annotations/1/id"}])",
            "coco.field | annotations, number 2: found no \"id\"");
        row("id of another kind",
            R"([{"op": "replace", "path": "/annotations/0/image_id", "value": "12"}])",
            "coco.field | annotation 100: found \"image_id\": \"12\"");
        row("crowd of another kind",
            R"([{"op": "replace", "path": "/annotations/0/iscrowd", "value": 2}])",
            "coco.field | annotation 100: found \"iscrowd\": 2");
        row("area below 0", R"([{"op": "replace", "path": "/annotations/0/area", "value": -1}])",
            "coco.field | annotation 100: found \"area\": -1");
        row("unknown category",
            R"([{"op": "replace", "path": "/annotations/0/category_id", "value": 4}])",
            "coco.category | annotation 100: found category 4, which is none");
        row("category twice", R"([{"op": "replace", "path": "/categories/0/id", "value": 3}])",
            "coco.twice | found category 3 twice");
        row("no category", R"([{"op": "replace", "path": "/categories", "value": []}])",
            "coco.category | found no category");
        row("category without name", R"([{"op": "remove", "path": "/categories/0/name"}])",
            "coco.field | category 7: found no \"name\"");
        row("skeleton beyond its points",
            R"([{"op": "add", "path": "/categories/0/skeleton", "value": [[1, 2]]}])",
            "coco.points | category 7");
        row("image twice", R"([{"op": "replace", "path": "/images/0/id", "value": 5}])",
            "coco.twice | found image 5 twice");
        row("picture twice",
            R"([{"op": "replace", "path": "/images/0/file_name", "value": "x/a.jpg"}])",
            "coco.twice | found images 5 and 12 with a.jpg");
        row("image of no pixels", R"([{"op": "replace", "path": "/images/0/width", "value": 0}])",
            "coco.image | image 12: found 0 × 10 pixels");
        row("image of too many",
            R"([{"op": "replace", "path": "/images/0/width", "value": 99999999999}])",
            "coco.image | image 12");
        row("image without file", R"([{"op": "remove", "path": "/images/1/file_name"}])",
            "coco.field | image 5: found no \"file_name\"");
        row("no images", R"([{"op": "remove", "path": "/images"}])",
            "coco.list | found no list \"images\"");
        row("no list", R"([{"op": "replace", "path": "/images", "value": {}}])",
            "coco.json | found \"{\" at byte");
        row("a list of others", R"([{"op": "replace", "path": "/annotations/0", "value": 5}])",
            "coco.json | found \"5\" at byte");
    }

    void whatIsWrongIsNamedWithItsId() {
        QFETCH(QString, patch);
        QFETCH(QString, expected);
        const Place place;
        const Json json = smallFile().patch(Json::parse(patch.toStdString()));
        QString text = QString::fromStdString(said(place.open(json)));
        const QString file = QString::fromStdString(place.write("").string());
        QVERIFY2(text.contains(file), qPrintable(text)); // which file
        text.remove(file + ": ");
        QVERIFY2(text.startsWith(expected), qPrintable(text));
    }

    void textThatIsNoneOfItsKindIsRefused() {
        const Place place;
        const std::string whole = jsonText(smallFile());
        const auto code = [&](const std::string& text) {
            const auto index = place.open(text);
            return index ? std::string("opened") : index.error().front().code;
        };
        QCOMPARE(code(""), std::string("coco.json"));
        QCOMPARE(code("[]"), std::string("coco.json")); // results of a detector
        QCOMPARE(code("{}"), std::string("coco.list"));
        QCOMPARE(code(whole + "x"), std::string("coco.json"));
        QCOMPARE(code("\xff\xfe{\0}"), std::string("coco.json"));
        QCOMPARE(code(std::string(100, '\0')), std::string("coco.json"));
        for (std::size_t length = 1; length < whole.size(); ++length)
            QCOMPARE(code(whole.substr(0, length)), std::string("coco.json"));
        // Python writes NaN, which is no JSON.
        std::string nan = whole;
        nan.replace(nan.find("[1,2,6,4]"), 9, "[1,NaN,6,4]");
        QVERIFY(said(place.open(nan)).find("\"bbox\": [1,NaN,6,4]") != std::string::npos);
        std::string twice = whole;
        twice.insert(twice.find("\"iscrowd\""), "\"bbox\":[0,0,1,1],");
        QVERIFY(said(place.open(twice)).find("\"bbox\" twice") != std::string::npos);
        QCOMPARE(code(R"({"images":[],"images":[]})"), std::string("coco.json"));
    }

    void bracketsWithoutEndEndWithAMessage() {
        const Place place;
        const std::string many(2'000'000, '[');
        for (const std::string& begin :
             {std::string(), std::string(R"({"x":)"), std::string(R"({"annotations":[)"),
              std::string(R"({"annotations":[{"segmentation":)")}) {
            const auto index = place.open(begin + many);
            QVERIFY(!index);
            QCOMPARE(index.error().front().code, std::string("coco.json"));
        }
        // Short ones side by side: an object of more than 64 MB is none.
        std::string long_ = R"({"annotations":[{"segmentation":[)";
        for (int i = 0; i < 25'000'000; ++i)
            long_ += "[],";
        QVERIFY(said(place.open(long_)).find("an object of more than") != std::string::npos);
    }

    void manyProblemsAreTheFirstOnes() {
        const Place place;
        Json json = smallFile();
        for (int i = 0; i < 500; ++i)
            json["annotations"].push_back({{"id", i}, {"image_id", 5}});
        const auto index = place.open(json);
        QVERIFY(!index);
        QCOMPARE(index.error().size(), CocoIndex::MostProblems);
    }

    void whatAFewHaveIsCounted() {
        const Place place;
        Json json = smallFile();
        const auto add = [&](int id, const char* box, int image) {
            Json annotation = json["annotations"][0];
            annotation["id"] = id;
            annotation["image_id"] = image;
            annotation["bbox"] = Json::parse(box);
            json["annotations"].push_back(annotation);
        };
        add(1, "[3, 3, 0, 5]", 12);
        add(2, "[3, 3, 5, -1]", 12);
        add(3, "[20, 0, 5, 5]", 12); // beside an image that is 20 wide
        add(4, "[19.9, 0, 50, 5]", 12);
        add(5, "[1, 1, 2, 2]", 99);
        const auto index = opened(place.open(json));
        QCOMPARE(index->remarks().size(), std::size_t{2});
        QCOMPARE(index->remarks()[0].count, std::size_t{1});
        QCOMPARE(index->remarks()[0].first, 5);
        QCOMPARE(index->remarks()[1].count, std::size_t{3});
        QCOMPARE(index->remarks()[1].first, 1);
        QCOMPARE(index->annotations(1).size(), std::size_t{6}); // their masks count
        QCOMPARE(valueOf(index->objectsOf(1)).size(), std::size_t{3});
    }

    void masksThatAreNoneAreNamed_data() {
        QTest::addColumn<QString>("segmentation");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* segmentation, const char* expected) {
            QTest::newRow(segmentation) << segmentation << expected;
        };
        row("[]", "mask.empty");
        row("null", "mask.empty");
        row("[[]]", "polygon.corners");
        row("[[1, 1, 5, 5]]", "polygon.corners");
        row("[[1, 1, 5, 5, \"1\", 5]]", "mask.form");
        row("[[1, 1, 500, 5, 1, 5]]", "polygon.outside");
        row("[1, 1, 5, 5, 1, 5]", "mask.form");
        row("[[[1, 1], [5, 5], [1, 5]]]", "mask.form");
        row("{}", "mask.form");
        row("true", "mask.form");
        row("{\"size\": [20, 10], \"counts\": [200]}", "mask.size");
        row("{\"size\": [10, 20], \"counts\": [199]}", "mask.runs");
        row("{\"size\": [10, 20], \"counts\": [0.5, 199.5]}", "mask.form");
        row("{\"size\": [10, 20], \"counts\": \"o\"}", "mask.text");
        row("{\"size\": [10], \"counts\": \"o\"}", "mask.form");
        row("{\"size\": [10, 20], \"counts\": null}", "mask.form");
    }

    void masksThatAreNoneAreNamed() {
        QFETCH(QString, segmentation);
        QFETCH(QString, expected);
        const Place place;
        Json json = smallFile();
        json["annotations"][0]["segmentation"] = Json::parse(segmentation.toStdString());
        const auto index = opened(place.open(json));
        const QString text =
            QString::fromStdString(said(index->maskOf(1, index->annotations(1)[0])));
        QVERIFY2(text.startsWith(expected), qPrintable(text));
        QVERIFY2(text.contains("instances_x.json: annotation 100"), qPrintable(text));
    }

    void keypointsAreTheCategorys() {
        const Place place;
        Json json = smallFile();
        json["categories"][0]["keypoints"] = {"nose", "tail"};
        json["categories"][0]["skeleton"] = {{2, 1}};
        Json& points = json["annotations"][0]["keypoints"] = {3, 4.5, 2, 0, 0, 0};
        const auto index = opened(place.open(json));
        QVERIFY((index->categories()[1].points == std::vector<std::string>{"nose", "tail"}));
        QVERIFY((index->categories()[1].skeleton == std::vector{std::pair{1, 0}}));
        const std::vector<Keypoint> expected{{3, 4.5, Keypoint::State::Seen},
                                             {0, 0, Keypoint::State::Unknown}};
        QVERIFY(valueOf(index->objectsOf(1))[0].points == expected);
        QVERIFY(valueOf(index->objectsOf(1))[1].points.empty());
        for (const char* wrong : {"[3, 4, 2]", "[3, 4, 2, 0, 0, 3]", "[3, 4, 2, 0, 0, 0.5]",
                                  "[3, 4, 2, null, 0, 0]", "{}", "[[3, 4, 2, 0, 0, 0]]"}) {
            points = Json::parse(wrong);
            const std::string text = said(opened(place.open(json))->objectsOf(1));
            QVERIFY2(text.starts_with("coco.points"), text.c_str());
            QVERIFY2(text.find("annotation 100") != std::string::npos, text.c_str());
        }
    }

    void aFileThatChangesIsNotReadOn() {
        const Place place;
        const auto index = opened(place.open(smallFile()));
        place.write(jsonText(smallFile()) + " ");
        QCOMPARE(index->maskOf(1, index->annotations(1)[0]).error().code,
                 std::string("coco.changed"));
        place.write("");
        QCOMPARE(index->maskOf(1, index->annotations(1)[0]).error().code,
                 std::string("coco.changed"));
        QVERIFY(!CocoIndex::open("/none.json", CocoIndex::Kind::Objects));
        QVERIFY(!CocoIndex::open("/", CocoIndex::Kind::Objects));
    }

    void regionsOfPanopticPicturesAreRead() {
        const Place place;
        Json json = smallFile();
        json["annotations"] = Json::parse(R"([{"image_id": 12, "file_name": "b.png",
            "segments_info": [{"id": 70000, "category_id": 7}, {"id": 2, "category_id": 3}]}])");
        const auto kind = CocoIndex::Kind::Panoptic;
        const auto index = opened(place.open(json, kind));
        QCOMPARE(index->pictureOf(1), std::string("b.png"));
        QCOMPARE(index->pictureOf(0), std::string());
        const auto segments = valueOf(index->segmentsOf(1));
        QCOMPARE(segments.size(), std::size_t{2});
        QCOMPARE(segments[0].id, 2);
        QCOMPARE(segments[1].category, 1);
        const auto refused = [&](const char* segments_) {
            json["annotations"][0]["segments_info"] = Json::parse(segments_);
            return said(opened(place.open(json, kind))->segmentsOf(1));
        };
        for (const char* wrong :
             {R"([{"id": 1, "category_id": 4}])", R"([{"category_id": 3}])", "[5]",
              R"([{"id": 1, "category_id": 3}, {"id": 1, "category_id": 7}])"})
            QVERIFY2(refused(wrong).starts_with("coco.segments")
                         && refused(wrong).find("image 12") != std::string::npos,
                     refused(wrong).c_str());
        json["annotations"][0].erase("segments_info");
        QVERIFY(said(place.open(json, kind)).starts_with("coco.field"));
        json = parseJson(jsonText(smallFile()));
        QVERIFY(said(place.open(json, kind)).starts_with("coco.field")); // of another kind
    }
};

QTEST_APPLESS_MAIN(CocoIndexTest)
#include "tst_coco_index.moc"
