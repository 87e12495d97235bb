// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/polygon_mask.h"
#include "core/values/json.h"
#include "tests/core/core_testing.h"
#include "tests/core/reference_script.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// Rows of '#' and '.', from the top.
std::vector<std::string> pictureOf(const RunMask& mask) {
    std::vector<std::string> rows(static_cast<std::size_t>(mask.height),
                                  std::string(static_cast<std::size_t>(mask.width), '.'));
    mask.forEachPiece([&](int x, int first, int last) {
        for (int y = first; y <= last; ++y)
            rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] = '#';
    });
    return rows;
}

RunMask maskOf(int height, int width, const std::vector<std::int64_t>& runs) {
    return valueOf(maskOfRuns(height, width, runs));
}

RunMask polygon(int height, int width, const std::vector<double>& corners) {
    return valueOf(maskOfPolygon(height, width, corners));
}

std::string codeOf(const Expected<RunMask>& mask) {
    return mask ? "none" : mask.error().code;
}

/// Whether a point lies in a polygon by the number of its edges to the left of it, and how far it
/// is from the nearest edge.
std::pair<bool, double> placeIn(const std::vector<double>& corners, double x, double y) {
    bool inside = false;
    double nearest = 1e9;
    const std::size_t count = corners.size() / 2;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t j = (i + 1) % count;
        const double ax = corners[2 * i], ay = corners[2 * i + 1];
        const double bx = corners[2 * j], by = corners[2 * j + 1];
        if ((ay > y) != (by > y) && x > ax + (y - ay) / (by - ay) * (bx - ax))
            inside = !inside;
        const double length = (bx - ax) * (bx - ax) + (by - ay) * (by - ay);
        const double along =
            length > 0
                ? std::clamp(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0.0, 1.0)
                : 0;
        nearest =
            std::min(nearest, std::hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)));
    }
    return {inside, nearest};
}

} // namespace

class CocoMasksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsGoDownTheColumns() {
        const RunMask mask = maskOf(3, 4, {1, 2, 1, 1, 3, 4});
        QCOMPARE(pictureOf(mask), (std::vector<std::string>{"...#", "##.#", "#.##"}));
        QCOMPARE(mask.area(), 7);
        QVERIFY((mask.box() == Box{0, 0, 4, 3}));
        const RunMask inner = maskOf(4, 4, {5, 2, 9});
        QCOMPARE(pictureOf(inner), (std::vector<std::string>{"....", ".#..", ".#..", "...."}));
        QVERIFY((inner.box() == Box{1, 1, 1, 2}));
        QVERIFY(maskOf(4, 4, {16}).box() == Box{});
        QCOMPARE(maskOf(2, 2, {0, 4}).area(), 4);
    }

    void textIsThatOfTheFormat() {
        // 4 1 4: a character each. 16 needs a second group, as its fifth bit would be a sign: 16 +
        // 32 is '`', and '0'. The fourth run stands as what it exceeds the second by: 2 − 1.
        QCOMPARE(compressedText(maskOf(3, 3, {4, 1, 4})), std::string("414"));
        QCOMPARE(compressedText(maskOf(5, 5, {16, 9})), std::string("`09"));
        QCOMPARE(compressedText(maskOf(2, 5, {4, 1, 3, 2})), std::string("4131"));
        QCOMPARE(compressedText(maskOf(2, 5, {4, 2, 3, 1})), std::string("423O")); // −1: 31 + '0'
        QCOMPARE(valueOf(maskOfText(2, 5, "423O")), maskOf(2, 5, {4, 2, 3, 1}));
        std::mt19937 random(3);
        for (int round = 0; round < 200; ++round) {
            std::vector<std::int64_t> runs;
            std::int64_t rest = 300 * 400;
            while (rest > 0) {
                runs.push_back(std::min<std::int64_t>(rest, random() % (1U << random() % 17U)));
                rest -= runs.back();
            }
            const RunMask mask = maskOf(300, 400, runs);
            QCOMPARE(valueOf(maskOfText(300, 400, compressedText(mask))), mask);
        }
    }

    void aTextThatIsNoneIsRefused() {
        QCOMPARE(codeOf(maskOfText(3, 3, "41")), std::string("mask.runs")); // 5 of 9 pixels
        QCOMPARE(codeOf(maskOfText(3, 3, "4141")), std::string("mask.runs"));
        QCOMPARE(codeOf(maskOfText(3, 3, "")), std::string("mask.runs"));
        QCOMPARE(codeOf(maskOfText(3, 3, "41O")), std::string("mask.runs")); // a run of −1
        QCOMPARE(codeOf(maskOfText(3, 3, "41d")), std::string("mask.text")); // says more follows
        QCOMPARE(codeOf(maskOfText(3, 3, "4 4")), std::string("mask.text"));
        QCOMPARE(codeOf(maskOfText(3, 3, "41\xff")), std::string("mask.text"));
        QCOMPARE(codeOf(maskOfText(3, 3, std::string(50, 'o'))), std::string("mask.text"));
        QCOMPARE(codeOf(maskOfText(3, 3, std::string(2000, '0'))), std::string("mask.runs"));
        QCOMPARE(codeOf(maskOfRuns(3, 3, std::vector<std::int64_t>{4, -1, 6})),
                 std::string("mask.runs"));
        const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
        QCOMPARE(codeOf(maskOfRuns(3, 3, std::vector{largest, largest})), std::string("mask.runs"));
        QCOMPARE(maskOfRuns(3, 3, std::vector<std::int64_t>{4, 1, 3}).error().expected,
                 std::string("runs of 9 pixels together, as 3 × 3 has"));
    }

    void aRectangleHasThePixelsBetweenItsSides() {
        QCOMPARE(pictureOf(polygon(5, 5, {1, 1, 3, 1, 3, 3, 1, 3})),
                 (std::vector<std::string>{".....", ".##..", ".##..", ".....", "....."}));
        // Beyond the image there is nothing to set.
        QCOMPARE(pictureOf(polygon(3, 3, {-2, -2, 2, -2, 2, 5, -2, 5})),
                 (std::vector<std::string>{"##.", "##.", "##."}));
        QCOMPARE(polygon(3, 3, {0, 0, 3, 0, 3, 3, 0, 3}), maskOf(3, 3, {0, 9}));
        QCOMPARE(polygon(3, 3, {-2, 0, -1, 0, -1, 3}).area(), 0);
        // Corners that stand twice, and an outline without area.
        QCOMPARE(polygon(5, 5, {1, 1, 1, 1, 3, 1, 3, 3, 3, 3, 1, 3}),
                 polygon(5, 5, {1, 1, 3, 1, 3, 3, 1, 3}));
        QCOMPARE(polygon(5, 5, {2, 2, 2, 2, 2, 2}).area(), 0);
    }

    void pixelsWhoseMiddleIsWellInsideAreSet() {
        // Of any outline, even one that crosses itself: its rounded form differs by at most a
        // pixel.
        std::mt19937 random(5);
        std::uniform_real_distribution<double> place(-5, 65);
        for (int round = 0; round < 100; ++round) {
            std::vector<double> corners(2 * (3 + random() % 8));
            std::ranges::generate(corners, [&] { return place(random); });
            const auto rows = pictureOf(polygon(50, 60, corners));
            for (int y = 0; y < 50; ++y)
                for (int x = 0; x < 60; ++x) {
                    const auto [inside, distance] = placeIn(corners, x + 0.5, y + 0.5);
                    const bool isSet =
                        rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '#';
                    QVERIFY2(distance < 1 || isSet == inside,
                             qPrintable(QString("round %1 at %2, %3").arg(round).arg(x).arg(y)));
                }
        }
    }

    void severalPartsAreOneMask() {
        const std::vector masks{maskOf(3, 3, {1, 2, 6}), maskOf(3, 3, {2, 3, 4}),
                                maskOf(3, 3, {8, 1})};
        QCOMPARE(unionOf(masks), maskOf(3, 3, {1, 4, 3, 1}));
        // Those that touch, and one that is empty, leave no run between.
        QCOMPARE(unionOf(std::vector{maskOf(3, 3, {0, 3, 6}), maskOf(3, 3, {3, 3, 3}),
                                     maskOf(3, 3, {9})}),
                 maskOf(3, 3, {0, 6, 3}));
        QCOMPARE(unionOf(std::vector{maskOf(3, 3, {9}), maskOf(3, 3, {9})}), maskOf(3, 3, {9}));
    }

    void aPolygonThatIsNoneIsRefused() {
        QCOMPARE(codeOf(maskOfPolygon(5, 5, {})), std::string("polygon.corners"));
        QCOMPARE(codeOf(maskOfPolygon(5, 5, std::vector<double>{1, 1, 2, 2})),
                 std::string("polygon.corners"));
        QCOMPARE(codeOf(maskOfPolygon(5, 5, std::vector<double>{1, 1, 2, 2, 3, 1, 4})),
                 std::string("polygon.corners"));
        QCOMPARE(codeOf(maskOfPolygon(5, 5, std::vector<double>{1, 1, NAN, 2, 3, 1})),
                 std::string("polygon.corners"));
        QCOMPARE(codeOf(maskOfPolygon(5, 5, std::vector<double>{1, 1, 1e300, 2, 3, 1})),
                 std::string("polygon.outside"));
        QCOMPARE(codeOf(maskOfPolygon(5, 5, std::vector<double>{1, -6, 2, 2, 3, 1})),
                 std::string("polygon.outside"));
    }

    void masksAreThoseOfCocosTools() {
        const std::string folder = realData("coco");
        if (folder.empty() || fileBytes(folder + "/reference/masks_val.json").empty())
            QSKIP("no coco/reference in the folder of real data");
        const Json reference = parseJson(fileBytes(folder + "/reference/masks_val.json"));
        const Json truths = parseJson(fileBytes(folder + "/annotations/instances_val2017.json"));
        std::size_t compared = 0;
        for (const Json& expected : reference["masks"])
            for (const Json& annotation : truths["annotations"]) {
                if (annotation["id"] != expected["id"])
                    continue;
                const int height = expected["size"][0], width = expected["size"][1];
                const Json& segmentation = annotation["segmentation"];
                std::vector<RunMask> parts;
                if (segmentation.is_object())
                    parts.push_back(maskOf(
                        height, width, segmentation["counts"].get<std::vector<std::int64_t>>()));
                else
                    for (const Json& part : segmentation)
                        parts.push_back(polygon(height, width, part.get<std::vector<double>>()));
                const RunMask mask = unionOf(parts);
                const std::string text = expected["rle"];
                const auto box = expected["bbox"].get<std::vector<double>>();
                QCOMPARE(compressedText(mask), text);
                QCOMPARE(mask.area(), expected["area"].get<std::int64_t>());
                QVERIFY((mask.box() == Box{box[0], box[1], box[2], box[3]}));
                QCOMPARE(valueOf(maskOfText(height, width, text)), mask);
                ++compared;
            }
        QCOMPARE(compared, reference["masks"].size());
    }
};

QTEST_APPLESS_MAIN(CocoMasksTest)
#include "tst_coco_masks.moc"
