// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/coco_index.h"
#include "core/data/file_dataset.h"
#include "core/data/image_files.h"
#include "core/data/stored_objects.h"
#include "core/values/json.h"
#include "tests/core/core_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

using namespace concertina;
using namespace concertina::testing;

// The real files of COCO: whole, and against what COCO's own tools make of them.

namespace fs = std::filesystem;

namespace {

std::shared_ptr<const FileDataset> opened(const OpenedDataset& dataset) {
    if (!dataset)
        qFatal("%s", toText(dataset.error()).c_str());
    return std::dynamic_pointer_cast<const FileDataset>(*dataset);
}

/// The index of a sample of this name.
int sampleCalled(const Dataset& dataset, const std::string& split, const std::string& name) {
    for (int i = 0; i < dataset.description().split(split)->size; ++i)
        if (dataset.sampleName(split, i) == name)
            return i;
    qFatal("no sample %s", name.c_str());
}

const TargetPlane& planeCalled(const StoredSample& sample, const Dataset& dataset,
                               std::string_view target) {
    const auto& targets = dataset.description().targets;
    const auto found = std::ranges::find(targets, target, &TargetInfo::name);
    return sample.targets[static_cast<std::size_t>(found - targets.begin())];
}

/// Of the real data; null where they are not there.
std::shared_ptr<const CocoIndex> realIndex(const std::string& name) {
    const std::string folder = realData("coco");
    if (folder.empty())
        return nullptr;
    auto index = CocoIndex::open(folder + "/annotations/" + name, CocoIndex::Kind::Objects);
    if (!index)
        qFatal("%s", toText(index.error()).c_str());
    return std::move(*index);
}

Json parsed(const std::filesystem::path& path) {
    return parseJson(fileBytes(path));
}

} // namespace

class RealCocoTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theRealFilesAreReadWhole_data() {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"instances_train2017.json", "instances_val2017.json",
              "person_keypoints_train2017.json", "person_keypoints_val2017.json"})
            QTest::newRow(name) << name;
    }

    void theRealFilesAreReadWhole() {
        QFETCH(QString, name);
        const auto index = realIndex(name.toStdString());
        if (!index)
            QSKIP("no coco in the folder of real data");
        const Json whole = parsed(index->path());
        QCOMPARE(index->images().size(), whole["images"].size());
        QCOMPARE(index->categories().size(), whole["categories"].size());
        std::map<std::int64_t, Json> byId;
        for (const Json& annotation : whole["annotations"])
            byId[annotation["id"]] = annotation;
        std::size_t seen = 0;
        for (std::size_t i = 0; i < index->images().size(); ++i) {
            const auto objects = valueOf(index->objectsOf(i));
            const auto annotations = index->annotations(i);
            QCOMPARE(objects.size(), annotations.size());
            for (std::size_t a = 0; a < annotations.size(); ++a, ++seen) {
                const Json& json = byId.at(annotations[a].id);
                QCOMPARE(json["image_id"].get<std::int64_t>(), index->images()[i].id);
                QCOMPARE(json["category_id"].get<std::int64_t>(),
                         index->categories()[static_cast<std::size_t>(objects[a].label)].id);
                const Box& box = objects[a].box;
                QCOMPARE((std::vector{box.x, box.y, box.width, box.height}),
                         json["bbox"].get<std::vector<double>>());
                QCOMPARE(objects[a].area, json["area"].get<double>());
                QCOMPARE(objects[a].isCrowd, json["iscrowd"] == 1);
                const auto labelled =
                    std::ranges::count_if(objects[a].points, [](const Keypoint& point) {
                        return point.state != Keypoint::State::Unknown;
                    });
                QCOMPARE(labelled, json.value("num_keypoints", 0));
            }
        }
        QCOMPARE(seen, byId.size());
    }

    void theRealMasksAreThoseOfCocosTools() {
        const auto index = realIndex("instances_val2017.json");
        if (!index)
            QSKIP("no coco in the folder of real data");
        std::map<std::int64_t, std::string> texts;
        const Json reference = parsed(realData("coco") + "/reference/masks_val.json");
        for (const Json& mask : reference["masks"])
            texts[mask["id"]] = mask["rle"];
        std::size_t compared = 0;
        for (std::size_t i = 0; i < index->images().size(); ++i)
            for (const CocoAnnotation& annotation : index->annotations(i)) {
                QCOMPARE(compressedText(valueOf(index->maskOf(i, annotation))),
                         texts.at(annotation.id));
                ++compared;
            }
        QCOMPARE(compared, texts.size());
    }

    void theRealFolderHasWhatItsFilesList() {
        const std::string folder = realData("coco");
        if (folder.empty())
            QSKIP("no coco in the folder of real data");
        const auto dataset = opened(openWholly({"coco", {{"path", folder}}}));
        // Counted with Python's json: 46 pictures a split, listed by 46 and 20 in instances files,
        // 26 and 27 in panoptic ones, 13 and 20 in those of keypoints.
        QCOMPARE(toText(dataset->description()),
                 std::string("train 46 samples (panoptic 26, keypoints 13, others all), "
                             "val 46 samples (segmentation 20, panoptic 27, presence 20, "
                             "detection 20, keypoints 20)"));
        QCOMPARE(dataset->description().target("segmentation")->classes.size(), std::size_t{81});
        QCOMPARE(dataset->description().target("panoptic")->classes.size(), std::size_t{133});
        // A picture without objects is background, and has no class.
        const int without = sampleCalled(*dataset, "train", "000000000508");
        const StoredSample sample = dataset->storedSample("train", without);
        const auto isZero = [](std::uint8_t byte) { return byte == 0; };
        QCOMPARE(planeCalled(sample, *dataset, "presence").bytes.size(), std::size_t{80});
        QVERIFY(std::ranges::all_of(planeCalled(sample, *dataset, "presence").bytes, isZero));
        QVERIFY(std::ranges::all_of(planeCalled(sample, *dataset, "segmentation").bytes, isZero));
        QVERIFY(!planeCalled(sample, *dataset, "segmentation").empty());
    }

    void boxesAreThoseOfTheFile() {
        const std::string folder = realData("coco");
        if (folder.empty())
            QSKIP("no coco in the folder of real data");
        const auto dataset = opened(openWholly({"coco", {{"path", folder}}}));
        std::ifstream file(folder + "/annotations/instances_val2017.json");
        const Json json = Json::parse(file);
        std::map<std::int64_t, std::string> categories;
        for (const Json& category : json["categories"])
            categories[category["id"]] = category["name"];
        std::size_t compared = 0;
        for (const Json& image : json["images"]) {
            const std::string name = image["file_name"].get<std::string>().substr(0, 12);
            const StoredSample sample =
                dataset->storedSample("val", sampleCalled(*dataset, "val", name));
            const PictureObjects picture = objectsOf(planeCalled(sample, *dataset, "detection"));
            QCOMPARE(picture.width, image["width"].get<int>());
            QCOMPARE(picture.height, image["height"].get<int>());
            std::size_t at = 0;
            for (const Json& annotation : json["annotations"]) {
                if (annotation["image_id"] != image["id"])
                    continue;
                QVERIFY(at < picture.objects.size());
                const ImageObject& object = picture.objects[at++];
                const auto& classes = dataset->description().target("detection")->classes;
                QCOMPARE(classes[static_cast<std::size_t>(object.label)].name,
                         categories[annotation["category_id"]]);
                QCOMPARE(object.isCrowd, annotation["iscrowd"] == 1);
                // Kept as floats: of numbers up to 640 to 3e-5.
                QVERIFY(std::abs(object.box.x - annotation["bbox"][0].get<double>()) < 1e-4);
                QVERIFY(std::abs(object.box.height - annotation["bbox"][3].get<double>()) < 1e-4);
                ++compared;
            }
            QCOMPARE(at, picture.objects.size());
        }
        QCOMPARE(compared, json["annotations"].size());
    }

    void keypointsAreThoseOfTheFile() {
        const std::string folder = realData("coco");
        if (folder.empty())
            QSKIP("no coco in the folder of real data");
        const auto dataset = opened(openWholly({"coco", {{"path", folder}}}));
        const TargetInfo& target = *dataset->description().target("keypoints");
        const Json json = parsed(folder + "/annotations/person_keypoints_val2017.json");
        const Json& category = json["categories"][0];
        QCOMPARE(target.classes.size(), std::size_t{17});
        std::size_t bones = 0;
        for (std::size_t i = 0; i < target.classes.size(); ++i) {
            QCOMPARE(target.classes[i].name, category["keypoints"][i].get<std::string>());
            for (const int other : target.classes[i].joined) {
                ++bones;
                QVERIFY(std::ranges::find(category["skeleton"],
                                          Json::array({static_cast<int>(i) + 1, other + 1}))
                        != category["skeleton"].end());
            }
        }
        QCOMPARE(bones, category["skeleton"].size());
        std::size_t labelled = 0;
        for (const Json& image : json["images"]) {
            const std::string name = image["file_name"].get<std::string>().substr(0, 12);
            const StoredSample sample =
                dataset->storedSample("val", sampleCalled(*dataset, "val", name));
            const PictureObjects picture = objectsOf(planeCalled(sample, *dataset, "keypoints"));
            std::size_t at = 0;
            for (const Json& annotation : json["annotations"]) {
                if (annotation["image_id"] != image["id"])
                    continue;
                const ImageObject& object = picture.objects.at(at++);
                QCOMPARE(object.label, 0);
                QCOMPARE(object.points.size(), std::size_t{17});
                for (std::size_t p = 0; p < 17; ++p) {
                    QCOMPARE(static_cast<int>(object.points[p].state),
                             annotation["keypoints"][3 * p + 2].get<int>());
                    QCOMPARE(object.points[p].x, annotation["keypoints"][3 * p].get<double>());
                    labelled += object.points[p].state != Keypoint::State::Unknown ? 1 : 0;
                }
            }
            QCOMPARE(at, picture.objects.size());
        }
        QVERIFY(labelled > 100);
    }

    void panopticClassesAreThoseOfOtherTools() {
        const std::string folder = realData("coco");
        if (folder.empty())
            QSKIP("no coco in the folder of real data");
        const auto dataset = opened(openWholly({"coco", {{"path", folder}}}));
        int compared = 0;
        for (const std::string split : {"train", "val"}) {
            // Semantic masks hold the categories' ids; classes are in their order.
            const Json json =
                parseJson(fileBytes(folder + "/annotations/panoptic_" + split + "2017.json"));
            std::set<int> ids;
            for (const Json& category : json["categories"])
                ids.insert(category["id"].get<int>());
            const std::vector<int> idOf(ids.begin(), ids.end());
            for (int i = 0; i < dataset->description().split(split)->size; ++i) {
                const StoredSample sample = dataset->storedSample(split, i);
                QVERIFY2(sample.problems.empty(), toText(sample.problems).c_str());
                const TargetPlane& plane = planeCalled(sample, *dataset, "panoptic");
                if (plane.empty())
                    continue;
                const auto semantic =
                    valueOf(readPlane(folder + "/annotations/semantic_" + split + "2017/"
                                          + dataset->sampleName(split, i) + ".png",
                                      Encoding::Index8));
                QCOMPARE(plane.bytes.size(), semantic.bytes.size());
                for (std::size_t p = 0; p < plane.bytes.size(); ++p)
                    if (semantic.bytes[p] != (plane.bytes[p] == 255 ? 0 : idOf[plane.bytes[p]]))
                        QFAIL(qPrintable(QString("pixel %1 of %2").arg(p).arg(i)));
                ++compared;
            }
        }
        QCOMPARE(compared, 53);
    }

    void smallThingsLieInFrontOfLargeOnes() {
        // Of the real pictures: each pixel is of the smallest thing there, else of a crowd none.
        const std::string folder = realData("coco");
        if (folder.empty() || fileBytes(folder + "/reference/masks_val.json").empty())
            QSKIP("no coco in the folder of real data");
        const auto dataset = opened(openWholly({"coco", {{"path", folder}}}));
        const Json json = parseJson(fileBytes(folder + "/annotations/instances_val2017.json"));
        const Json masks = parseJson(fileBytes(folder + "/reference/masks_val.json"));
        std::map<std::int64_t, std::string> texts;
        for (const Json& mask : masks["masks"])
            texts[mask["id"]] = mask["rle"];
        std::set<int> ids;
        for (const Json& category : json["categories"])
            ids.insert(category["id"].get<int>());
        bool sawCrowd = false;
        for (const Json& image : json["images"]) {
            const int height = image["height"], width = image["width"];
            std::vector<double> smallest(static_cast<std::size_t>(height * width), 1e9);
            std::vector<int> expected(smallest.size(), 0);
            for (const Json& annotation : json["annotations"]) {
                if (annotation["image_id"] != image["id"])
                    continue;
                const bool isCrowd = annotation["iscrowd"] == 1;
                const double area = isCrowd ? 1e8 : annotation["area"].get<double>();
                const int index = 1
                                  + static_cast<int>(std::distance(
                                      ids.begin(), ids.find(annotation["category_id"].get<int>())));
                const auto mask = valueOf(maskOfText(height, width, texts.at(annotation["id"])));
                mask.forEachPiece([&](int x, int first, int last) {
                    for (int y = first; y <= last; ++y) {
                        const auto p = static_cast<std::size_t>(y * width + x);
                        if (area <= smallest[p]) {
                            smallest[p] = area;
                            expected[p] = isCrowd ? 255 : index;
                            sawCrowd = sawCrowd || isCrowd;
                        }
                    }
                });
            }
            const std::string name = fs::path(image["file_name"].get<std::string>()).stem();
            const StoredSample sample =
                dataset->storedSample("val", sampleCalled(*dataset, "val", name));
            const TargetPlane& plane = planeCalled(sample, *dataset, "segmentation");
            QVERIFY2(std::ranges::equal(plane.bytes, expected), name.c_str());
        }
        QVERIFY(sawCrowd);
    }
};

QTEST_APPLESS_MAIN(RealCocoTest)
#include "tst_real_coco.moc"
