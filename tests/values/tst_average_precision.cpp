// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/json.h"
#include "tests/printing.h"
#include "tests/values/precision_testing.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

using namespace concertina;
using namespace concertina::testing;

namespace {

ImageObject crowd(Box box) {
    ImageObject object = boxed(box);
    object.isCrowd = true;
    return object;
}

double boxFigure(const std::vector<ImagePair>& images, const std::string& name) {
    return reportOf(images, boxPrecisionRules(), 1).figure(name);
}

bool isNear(double a, double b, double tolerance = 1e-12) {
    return std::abs(a - b) <= tolerance || (std::isnan(a) && std::isnan(b));
}

std::vector<std::string> namesOf(const PrecisionReport& report) {
    std::vector<std::string> names;
    for (const PrecisionFigure& some : report.figures)
        names.push_back(some.name);
    return names;
}

/// A file of the real data, or nothing.
std::optional<Json> realJson(const QString& name) {
    const QString folder = qEnvironmentVariable(
        "CONCERTINA_DATA", QStringLiteral(CONCERTINA_SOURCE_DIR "/../shared/data"));
    QFile file(folder + "/coco/" + name);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    return parseJson(file.readAll().toStdString());
}

std::vector<Keypoint> pointsOf(const Json& numbers) {
    std::vector<Keypoint> points;
    for (std::size_t i = 0; i + 2 < numbers.size(); i += 3)
        points.push_back(
            {numbers[i], numbers[i + 1], static_cast<Keypoint::State>(numbers[i + 2].get<int>())});
    return points;
}

/// Truths and detections by image, in the order of the images' ids, as COCO's evaluation has them.
std::vector<ImagePair> realImages(const Json& truths, const Json& detections,
                                  std::map<int, int>& labels) {
    for (const Json& category : truths["categories"])
        labels.emplace(category["id"].get<int>(), 0);
    int label = 0;
    for (auto& [id, index] : labels)
        index = label++;
    std::map<int, ImagePair> images;
    for (const bool isTruth : {true, false})
        for (const Json& some : isTruth ? truths["annotations"] : detections) {
            const auto box = some["bbox"].get<std::vector<double>>();
            ImageObject object{.label = labels.at(some["category_id"].get<int>()),
                               .box = {box[0], box[1], box[2], box[3]},
                               .score = isTruth ? 1 : some["score"].get<double>(),
                               .area = isTruth ? some["area"].get<double>() : 0,
                               .isCrowd = isTruth && some["iscrowd"] == 1};
            if (some.contains("keypoints"))
                object.points = pointsOf(some["keypoints"]);
            ImagePair& image = images[some["image_id"].get<int>()];
            (isTruth ? image.truths : image.found).push_back(object);
        }
    std::vector<ImagePair> all;
    for (auto& [id, image] : images)
        all.push_back(std::move(image));
    return all;
}

/// How far people's labels of COCO's 17 points lie apart, as its evaluation has them.
const std::vector<double> cocoSigmas{.026, .025, .025, .035, .035, .079, .079, .072, .072,
                                     .062, .062, .107, .107, .087, .087, .089, .089};

} // namespace

class AveragePrecisionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsFoundAloneAndRightIsAllThereIs() {
        const std::vector<ImagePair> images{{{boxed({5, 5, 40, 40})}, {boxed({5, 5, 40, 40})}}};
        const PrecisionReport report = reportOf(images, boxPrecisionRules(), 2);
        QCOMPARE(namesOf(report), (std::vector<std::string>{
                                      "AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge", "AR1",
                                      "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"}));
        for (const char* one : {"AP", "AP50", "AP75", "APmedium", "AR1", "AR100", "ARmedium"})
            QVERIFY2(isNear(report.figure(one), 1), one);
        for (const char* none : {"APsmall", "APlarge", "ARsmall", "ARlarge"})
            QVERIFY2(std::isnan(report.figure(none)), none);
        QCOMPARE(report.classes[0].truths, 1);
        QVERIFY(isNear(report.classes[0].average, 1));
        QVERIFY(std::isnan(report.classes[1].average)); // a class without truths counts nowhere
    }

    void precisionAtARecallIsTheBestOfHigherOnes() {
        // Right, wrong, right: precision 1 up to a recall of 1/2 (51 points), then 2/3 (50 points).
        const Box a{0, 0, 20, 20}, b{100, 0, 20, 20}, nowhere{300, 300, 20, 20};
        const std::vector<ImagePair> images{
            {{boxed(a), boxed(b)}, {boxed(b, 0.7), boxed(nowhere, 0.8), boxed(a, 0.9)}}};
        QVERIFY(isNear(boxFigure(images, "AP50"), (51 + 50 * 2.0 / 3) / 101));
        QVERIFY(isNear(boxFigure(images, "AP"), (51 + 50 * 2.0 / 3) / 101));
        QVERIFY(isNear(boxFigure(images, "AR1"), 0.5)); // the best of the image alone
        QVERIFY(isNear(boxFigure(images, "AR10"), 1));
    }

    void anOverlapOfSixTenthsCountsAtThreeThresholds() {
        // 10 × 6 of 10 × 10: matched at 0.50, 0.55 and 0.60, not at the other seven.
        const std::vector<ImagePair> images{{{boxed({0, 0, 10, 10})}, {boxed({0, 0, 10, 6})}}};
        QVERIFY(isNear(boxFigure(images, "AP"), 0.3));
        QVERIFY(isNear(boxFigure(images, "AP50"), 1));
        QVERIFY(isNear(boxFigure(images, "AP75"), 0));
        QVERIFY(isNear(boxFigure(images, "AR100"), 0.3));
    }

    void whatIsFoundInACrowdIsNeitherRightNorWrong() {
        // Two small boxes lie wholly in the crowd; one is found twice, which is an error.
        const Box one{200, 0, 20, 20};
        std::vector<ImagePair> images{
            {{crowd({0, 0, 100, 100}), boxed(one)},
             {boxed({5, 5, 10, 10}, 0.9), boxed({50, 50, 10, 10}, 0.8), boxed(one, 0.7)}}};
        QVERIFY(isNear(boxFigure(images, "AP"), 1));
        images[0].found.push_back(boxed(one, 0.95));                // now that of 0.7 finds nothing
        QVERIFY(isNear(boxFigure(images, "AP"), 1));                // but stands behind
        images[0].found.push_back(boxed({200, 100, 20, 20}, 0.99)); // and this one before
        QVERIFY(isNear(boxFigure(images, "AP"), 0.5));
    }

    void objectsOfAnotherAreaDoNotCount() {
        // A small truth, found; a large box where nothing is, with a better score.
        const std::vector<ImagePair> images{
            {{boxed({0, 0, 30, 30})}, {boxed({0, 0, 30, 30}, 0.5), boxed({0, 200, 99, 99}, 0.9)}}};
        QVERIFY(isNear(boxFigure(images, "AP"), 0.5));
        QVERIFY(isNear(boxFigure(images, "APsmall"), 1));
        QVERIFY(std::isnan(boxFigure(images, "APlarge")));
    }

    void keypointsAreAsNearAsTheFormulaSays() {
        // exp(−2² / (2 · 100 · (2 · 0.1)²)) = exp(−1/2) = 0.6065: three thresholds.
        ImageObject truth = boxed({0, 0, 10, 10});
        truth.points = {{4, 4, Keypoint::State::Seen}, {9, 9, Keypoint::State::Unknown}};
        truth.area = 100;
        ImageObject found = boxed({});
        found.points = {{6, 4, Keypoint::State::Seen}, {500, 500, Keypoint::State::Seen}};
        QVERIFY(isNear(keypointSimilarity(found, truth, std::vector{0.1, 0.2}), std::exp(-0.5)));
        QCOMPARE(keypointSimilarity(found, truth, std::vector{0.1}), 0.0); // of another count
        const auto report = reportOf({{{truth}, {found}}}, keypointPrecisionRules({0.1, 0.2}), 1);
        QVERIFY(isNear(report.figure("AP"), 0.3));
        QVERIFY(isNear(report.figure("AR50"), 1));
        QCOMPARE(namesOf(report),
                 (std::vector<std::string>{"AP", "AP50", "AP75", "APmedium", "APlarge", "AR",
                                           "AR50", "AR75", "ARmedium", "ARlarge"}));
        // Without labelled points it is near where it is within the box's neighbours, and need not
        // be found.
        truth.points[0].state = Keypoint::State::Unknown;
        found.points[1] = {20, 22, Keypoint::State::Seen}; // 2 px below y + 2 · height
        QVERIFY(isNear(keypointSimilarity(found, truth, std::vector{0.1, 0.2}),
                       (1 + std::exp(-4.0 / (2 * 100 * 0.16))) / 2));
        QVERIFY(std::isnan(
            reportOf({{{truth}, {found}}}, keypointPrecisionRules({0.1, 0.2}), 1).figure("AP")));
    }

    void nothingFoundIsNothingAndNothingTrueIsNotKnown() {
        const ImageObject object = boxed({0, 0, 50, 50});
        QVERIFY(isNear(boxFigure({{{object}, {}}}, "AP"), 0));
        QVERIFY(isNear(boxFigure({{{object}, {}}}, "AR100"), 0));
        for (const PrecisionFigure& some :
             reportOf({{{}, {object}}, {{}, {}}}, boxPrecisionRules(), 1).figures)
            QVERIFY2(std::isnan(some.value), some.name.c_str());
        // A wrong one in an image without objects counts where another image has some.
        const auto image = ImagePair{{object}, {boxed(object.box, 0.5)}};
        QVERIFY(isNear(boxFigure({{{}, {boxed({0, 0, 9, 9}, 0.9)}}, image}, "AP"), 0.5));
    }

    void numbersThatAreNoneFindNothing() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const ImageObject object = boxed({0, 0, 50, 50});
        for (const Box& box : {Box{nan, 0, 50, 50}, Box{0, 0, nan, 50}, Box{0, 0, -50, 50},
                               Box{0, 0, 50, 0}, Box{0, 0, INFINITY, 50}})
            QVERIFY(isNear(boxFigure({{{object}, {boxed(box)}}}, "AP"), 0));
        // A score that is none stands behind all others, and labels beyond the classes nowhere.
        const std::vector<ImagePair> images{{{object},
                                             {boxed({0, 90, 50, 50}, nan), boxed(object.box, 0.1),
                                              boxed(object.box, 1, 7), boxed(object.box, 1, -1)}}};
        QVERIFY(isNear(boxFigure(images, "AP"), 1));
    }

    void figuresAreThoseOfCocosEvaluation_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("boxes") << "reference/boxes_val.json";
        QTest::newRow("keypoints") << "reference/keypoints_val.json";
    }

    void figuresAreThoseOfCocosEvaluation() {
        QFETCH(QString, file);
        const auto reference = realJson(file);
        if (!reference)
            QSKIP("no coco/reference in the folder of real data");
        const auto truths =
            realJson(QString::fromStdString((*reference)["ground_truth"].get<std::string>()));
        QVERIFY(truths);
        std::map<int, int> labels;
        const auto images = realImages(*truths, (*reference)["detections"], labels);
        const auto rules =
            file.contains("keypoints") ? keypointPrecisionRules(cocoSigmas) : boxPrecisionRules();
        const auto report = reportOf(images, rules, static_cast<int>(labels.size()));
        QCOMPARE(report.figures.size(), (*reference)["expected"].size());
        for (const auto& [name, value] : (*reference)["expected"].items())
            QVERIFY2(isNear(report.figure(name), value.get<double>(), 1e-6), // what was asked for
                     qPrintable(QString("%1: %2, expected %3")
                                    .arg(QString::fromStdString(name))
                                    .arg(report.figure(name), 0, 'g', 12)
                                    .arg(value.get<double>(), 0, 'g', 12)));
        // The mean of the classes that have truths is the first figure.
        double sum = 0, count = 0;
        for (const ClassPrecision& some : report.classes)
            if (some.truths > 0) {
                sum += some.average;
                ++count;
            }
        QVERIFY(isNear(sum / count, report.figure("AP"), 1e-9));
    }
};

QTEST_APPLESS_MAIN(AveragePrecisionTest)
#include "tst_average_precision.moc"
