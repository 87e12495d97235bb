// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/keypoint_names.h"

#include <QTest>

using namespace concertina;

namespace {

std::vector<ClassInfo> named(const std::vector<std::string>& names) {
    std::vector<ClassInfo> points;
    for (const std::string& name : names)
        points.push_back({name});
    return points;
}

/// COCO's points of a person, in its order.
const std::vector<std::string> person{
    "nose",           "left_eye",   "right_eye",   "left_ear",   "right_ear",   "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip",
    "right_hip",      "left_knee",  "right_knee",  "left_ankle", "right_ankle"};

} // namespace

class KeypointNamesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void personsHaveCocosSigmas() {
        // pycocotools' Params.kpt_oks_sigmas, times ten.
        const std::vector<double> wanted{.26, .25, .25,  .35,  .35, .79, .79, .72, .72,
                                         .62, .62, 1.07, 1.07, .87, .87, .89, .89};
        const auto sigmas = keypointSigmas(named(person));
        QCOMPARE(sigmas.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i)
            QVERIFY(std::abs(10 * sigmas[i] - wanted[i]) < 1e-12);
        QCOMPARE(keypointSigmas(named({"beak"})), std::vector<double>{0.05});
    }

    void mirroredPointsAreThoseOfTheOtherSide() {
        QCOMPARE(mirroredPoints(named(person)),
                 (std::vector<int>{0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15}));
        QCOMPARE(mirroredPoints(named({"L_Hand", "R_Hand", "tail"})), (std::vector<int>{1, 0, 2}));
        QCOMPARE(mirroredPoints(named({"eye.l", "eye.r"})), (std::vector<int>{1, 0}));
        QCOMPARE(mirroredPoints(named({"RightEye", "LeftEye"})), (std::vector<int>{1, 0}));
        QCOMPARE(mirroredPoints(named({"right front top", "left front top"})),
                 (std::vector<int>{1, 0}));
        // "l" and "r" in other words are no sides, and a side without its partner stays.
        QCOMPARE(mirroredPoints(named({"ball", "barr", "left paw"})), (std::vector<int>{0, 1, 2}));
        QVERIFY(mirroredPoints({}).empty());
    }
};

QTEST_GUILESS_MAIN(KeypointNamesTest)
#include "tst_keypoint_names.moc"
