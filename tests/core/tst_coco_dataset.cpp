// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/data/coco/coco_folder.h"
#include "core/data/data_check.h"
#include "core/data/data_news.h"
#include "core/data/file_dataset.h"
#include "core/data/stored_objects.h"
#include "core/model/recognize_data.h"
#include "tests/core/core_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>

using namespace concertina;
using namespace concertina::testing;

namespace fs = std::filesystem;

namespace {

/// A folder that write_coco.py made, to be damaged; gone with this object.
class CocoFiles {
public:
    CocoFiles() {
        lacking = lackingPython("numpy, PIL");
        if (lacking.isEmpty())
            if (const QString wrong = runReference("write_coco.py", {m_folder.path()});
                !wrong.isEmpty())
                qFatal("%s", qPrintable(wrong));
    }

    QString lacking; ///< what keeps the script from running

    fs::path root() const { return m_folder.path().toStdString(); }
    fs::path annotations(const std::string& name) const {
        return root() / "annotations" / (name + ".json");
    }
    Json json(const std::string& name) const { return parseJson(fileBytes(annotations(name))); }
    void write(const std::string& name, const Json& json) const {
        writeFile(annotations(name), jsonText(json));
    }
    void remove(const std::string& file) const { fs::remove_all(root() / file); }

    OpenedDataset open(const DataWatch& watch = {}) const {
        return openWholly({"coco", {{"path", root().string()}}}, watch);
    }

private:
    QTemporaryDir m_folder;
};

std::shared_ptr<const FileDataset> opened(const OpenedDataset& dataset) {
    if (!dataset)
        qFatal("%s", toText(dataset.error()).c_str());
    return std::dynamic_pointer_cast<const FileDataset>(*dataset);
}

std::string said(const OpenedDataset& dataset) {
    return dataset ? "opened" : dataset.error().front().code + " | " + toText(dataset.error());
}

const TargetPlane& planeCalled(const StoredSample& sample, const Dataset& dataset,
                               std::string_view target) {
    const auto& targets = dataset.description().targets;
    const auto found = std::ranges::find(targets, target, &TargetInfo::name);
    return sample.targets[static_cast<std::size_t>(found - targets.begin())];
}

std::vector<std::string> remarksOf(const CocoFiles& files) {
    const auto news = std::make_shared<DataNews>();
    opened(files.open({.news = news}));
    std::vector<std::string> texts;
    for (const NoticeEvent& notice : news->take(true))
        texts.push_back(notice.text);
    return texts;
}

} // namespace

class CocoDatasetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFolderSaysWhatThereIs() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        const auto dataset = opened(files.open());
        const DatasetDescription& description = dataset->description();
        QCOMPARE(toText(description), std::string("train 4 samples (panoptic 3, others all), "
                                                  "val 2 samples (panoptic 1, others all)"));
        QCOMPARE(description.unused, (std::vector<std::string>{"train2017/000000000036.jpg",
                                                               "val2017/000000000632.jpg"}));
        const auto names = [&](const char* target) {
            std::vector<std::string> all;
            for (const ClassInfo& info : description.target(target)->classes)
                all.push_back(info.name);
            return all;
        };
        using Names = std::vector<std::string>;
        QCOMPARE(names("segmentation"), (Names{"background", "person", "dog", "bottle"}));
        QCOMPARE(names("presence"), (Names{"person", "dog", "bottle"}));
        QCOMPARE(names("panoptic"), (Names{"person", "dog", "bottle", "flower"}));
        QVERIFY((description.target("panoptic")->classes[3].color == Rgb{10, 20, 30}));
        QCOMPARE(dataset->sampleName("train", 1), std::string("000000000025"));
    }

    void targetsAreWhatNumpyWroteBeside() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        const auto dataset = opened(files.open());
        std::map<std::string, int> compared;
        for (const std::string split : {"train", "val"})
            for (int i = 0; i < dataset->description().split(split)->size; ++i) {
                const StoredSample sample = dataset->storedSample(split, i);
                QVERIFY2(sample.problems.empty(), toText(sample.problems).c_str());
                for (const std::string target : {"segmentation", "panoptic", "presence"}) {
                    const TargetPlane& plane = planeCalled(sample, *dataset, target);
                    const auto expected =
                        valuesOf<std::uint8_t>(files.root() / "expected" / (split + "2017")
                                               / dataset->sampleName(split, i) / (target + ".bin"));
                    QVERIFY(plane.bytes == expected); // nothing where a file does not list it
                    compared[target] += plane.empty() ? 0 : 1;
                    if (target != "presence" && !plane.empty())
                        QCOMPARE(plane.height, sample.image.height);
                }
            }
        QVERIFY(
            (compared
             == std::map<std::string, int>{{"segmentation", 6}, {"panoptic", 4}, {"presence", 6}}));
        // What a network gets has the size that it asks for; a list stays one.
        const Sample small = valueOf(dataset->sample("train", 2, 16, 24));
        QCOMPARE(small.targets[0].height, 16);
        QCOMPARE(small.targets[2].bytes.size(), std::size_t{3});
    }

    void objectsAreThoseOfEachFile() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        const auto folder = openCocoFolder(files.root());
        QVERIFY(folder);
        const CocoSplit& train = folder->splits[0];
        const CocoSample& sample = train.samples[2]; // 30: a crowd and three things
        const auto place = [&](CocoSource source) {
            return *sample.places[static_cast<std::size_t>(source)];
        };
        const auto things =
            valueOf(train.index(CocoSource::Instances)->objectsOf(place(CocoSource::Instances)));
        QCOMPARE(things.size(), std::size_t{4});
        QVERIFY(things[0].isCrowd);
        QCOMPARE(things[3].label, 2);
        QVERIFY((things[3].box == Box{10, 8, 4, 5}));
        QVERIFY(things[1].points.empty());
        const auto persons =
            valueOf(train.index(CocoSource::Keypoints)->objectsOf(place(CocoSource::Keypoints)));
        QCOMPARE(persons.size(), std::size_t{1});
        QVERIFY((persons[0].points
                 == std::vector<Keypoint>{{5, 8, Keypoint::State::Seen},
                                          {7, 11, Keypoint::State::Hidden},
                                          {0, 0, Keypoint::State::Unknown}}));
    }

    void itIsRecognizedAndOpenedByItsFolder() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        QCOMPARE(valueOf(recognizeData(catalogue(), files.root())).id, std::string("coco"));
        const auto before = opened(files.open())->description().fingerprint;
        QCOMPARE(opened(files.open())->description().fingerprint, before);
        writeFile(files.root() / "train2017/000000000009.jpg", "other");
        QVERIFY(opened(files.open())->description().fingerprint != before);
        QVERIFY(said(openWholly({"coco", {}})).starts_with("dataset.path"));
        QVERIFY(said(openWholly({"coco", {{"path", "/none"}}})).starts_with("dataset.missing"));
        QTemporaryDir empty;
        QVERIFY(said(openWholly({"coco", {{"path", empty.path().toStdString()}}}))
                    .starts_with("coco.annotations"));
    }

    void whatIsMissingIsPassedOverWithASentence() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        files.remove("train2017/000000000025.jpg");
        files.remove("annotations/panoptic_val2017");
        Json val = files.json("instances_val2017");
        val["annotations"][0]["image_id"] = 77;
        files.write("instances_val2017", val);
        const auto remarks = remarksOf(files);
        QCOMPARE(remarks.size(), std::size_t{4}); // and files without a sample
        const auto said_ = [&](const char* text) {
            return std::ranges::any_of(remarks, [&](const std::string& remark) {
                return remark.find(text) != std::string::npos;
            });
        };
        QVERIFY(said_("1 picture of train2017 that the annotations list is not there: "
                      "000000000025.jpg"));
        QVERIFY(said_("panoptic_val2017.json is passed over"));
        QVERIFY(said_("instances_val2017.json has 1 annotation of an image that the file does not "
                      "list"));
        QCOMPARE(toText(opened(files.open())->description()),
                 std::string("train 3 samples, val 2 samples (panoptic 0, others all)"));
        // "data check" has the sentences too.
        const auto check = valueOf(checkData({"coco", {{"path", files.root().string()}}},
                                             [](double, const std::string&) {}, {}));
        QVERIFY2(check.problems.empty(), toText(check.problems).c_str());
        QCOMPARE(check.remarks.size(), std::size_t{3});
        QCOMPARE(check.splits[0].targets[0].samples, 3);

        files.remove("val2017");
        QCOMPARE(opened(files.open())->description().splits.size(), std::size_t{1});
        files.remove("train2017");
        QVERIFY(said(files.open()).starts_with("coco.pictures"));
    }

    void aYearIsLeftOutWhereNoOtherSplitIsCalledSo() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        fs::create_directories(files.root() / "images");
        fs::rename(files.root() / "val2017", files.root() / "images/train2014");
        fs::rename(files.annotations("instances_val2017"),
                   files.annotations("instances_train2014"));
        const auto dataset = opened(files.open());
        QCOMPARE(dataset->description().splits[0].name, std::string("train2014"));
        QCOMPARE(dataset->description().splits[1].name, std::string("train2017"));
        QVERIFY(dataset->storedSample("train2014", 0).problems.empty());
    }

    void personsAreTheThingsWhereThereAreNoInstances() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        for (const std::string split : {"train2017", "val2017"}) {
            files.remove("annotations/instances_" + split + ".json");
            files.remove("annotations/panoptic_" + split + ".json");
        }
        const auto dataset = opened(files.open());
        QCOMPARE(dataset->description().targets.size(), std::size_t{4}); // with keypoints
        QCOMPARE(dataset->description().target("segmentation")->classes.size(), std::size_t{2});
        // Boxes alone make no segmentation.
        for (const std::string split : {"train2017", "val2017"}) {
            Json json = files.json("person_keypoints_" + split);
            for (Json& annotation : json["annotations"])
                annotation["segmentation"] = Json::array();
            files.write("person_keypoints_" + split, json);
        }
        QCOMPARE(opened(files.open())->description().targets.size(), std::size_t{3});
    }

    void keypointsAreOfTheCategoriesThatHaveThem() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        const auto dataset = opened(files.open());
        const TargetInfo& target = *dataset->description().target("keypoints");
        QCOMPARE(target.classes.size(), std::size_t{3}); // as the script has them, 1–2 and 1–3
        QCOMPARE(target.classes[0].joined, (std::vector<int>{1, 2}));
        QVERIFY(target.classes[1].joined.empty());
        std::size_t persons = 0;
        for (int i = 0; i < dataset->description().split("train")->size; ++i) {
            const StoredSample sample = dataset->storedSample("train", i);
            const TargetPlane& plane = planeCalled(sample, *dataset, "keypoints");
            for (const ImageObject& object : objectsOf(plane).objects) {
                ++persons;
                QCOMPARE(object.label, 0);
                QCOMPARE(object.points.size(), std::size_t{3});
                QVERIFY(object.points[0].state == Keypoint::State::Seen);
                QVERIFY(object.points[1].state == Keypoint::State::Hidden);
                QVERIFY(object.points[2].state == Keypoint::State::Unknown);
            }
        }
        QVERIFY(persons > 0);
        // Two categories that have points are two targets.
        for (const std::string split : {"train2017", "val2017"}) {
            Json json = files.json("person_keypoints_" + split);
            Json dog = json["categories"][0];
            dog["id"] = 99;
            dog["name"] = "dog";
            json["categories"].push_back(dog);
            files.write("person_keypoints_" + split, json);
        }
        const auto both = opened(files.open());
        QVERIFY(both->description().target("keypoints") == nullptr);
        QVERIFY(both->description().target("keypoints-person") != nullptr);
        QVERIFY(both->description().target("keypoints-dog") != nullptr);
    }

    void filesThatDoNotFitTogetherAreRefused() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        const Json val = files.json("instances_val2017");
        Json other = val;
        other["categories"][0]["name"] = "wolf";
        files.write("instances_val2017", other);
        QVERIFY(said(files.open()).starts_with("coco.categories"));
        other = val;
        other["images"][0]["file_name"] = "000000000632.jpg";
        files.write("instances_val2017", other);
        QVERIFY(said(files.open()).starts_with("coco.joined"));
        writeFile(files.annotations("instances_val2017"), std::string(1000, '['));
        QVERIFY(said(files.open()).starts_with("coco.json"));
    }

    void damageOfASampleIsItsOwn() {
        const CocoFiles files;
        if (!files.lacking.isEmpty())
            QSKIP(qPrintable(files.lacking));
        const auto problemOf = [&](int sample) {
            const auto problems = opened(files.open())->storedSample("train", sample).problems;
            return problems.empty() ? std::string()
                                    : problems.front().code + " | " + toText(problems.front());
        };
        // A picture of another size than the annotations say.
        fs::copy_file(files.root() / "train2017/000000000025.jpg",
                      files.root() / "train2017/000000000009.jpg",
                      fs::copy_options::overwrite_existing);
        QVERIFY(problemOf(0).starts_with("dataset.size"));
        QVERIFY(problemOf(0).find("000000000009") != std::string::npos);
        // A polygon of two corners.
        Json json = files.json("instances_train2017");
        json["annotations"][0]["segmentation"] = {{1, 2, 3, 4}};
        files.write("instances_train2017", json);
        QVERIFY2(problemOf(1).starts_with("polygon.corners"), problemOf(1).c_str());
        QVERIFY(problemOf(1).find("annotation 250") != std::string::npos);
        // A region that no list has.
        json = files.json("panoptic_train2017");
        json["annotations"][1]["segments_info"].erase(0);
        files.write("panoptic_train2017", json);
        QVERIFY2(problemOf(2).starts_with("coco.segments"), problemOf(2).c_str());
        // A panoptic picture that is none, and one that is not there.
        const auto png = files.root() / "annotations/panoptic_train2017/000000000034.png";
        writeFile(png, fileBytes(png).substr(0, 60));
        QVERIFY2(problemOf(3).starts_with("image.unreadable"), problemOf(3).c_str());
        fs::remove(png);
        QVERIFY2(problemOf(3).starts_with("image.missing"), problemOf(3).c_str());
        const auto check = valueOf(checkData({"coco", {{"path", files.root().string()}}},
                                             [](double, const std::string&) {}, {}));
        QCOMPARE(check.problems.size(), std::size_t{7}); // of 4 samples; 9 lacks four targets
    }
};

QTEST_APPLESS_MAIN(CocoDatasetTest)
#include "tst_coco_dataset.moc"
