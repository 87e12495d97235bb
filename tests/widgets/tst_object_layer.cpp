// SPDX-License-Identifier: GPL-3.0-or-later
// Boxes over their image.
#include "core/values/object_map.h"
#include "widgets/pictures/object_layer.h"

#include <QTest>

using namespace concertina;

namespace {

constexpr Rgb cupColor{250, 20, 20};
constexpr Rgb catColor{20, 20, 250};

const std::vector<ClassInfo>& names() {
    static const std::vector<ClassInfo> all{{"cup", cupColor}, {"cat", catColor}};
    return all;
}

ImageObject object(int label, const Box& box, double score = 1) {
    return {.label = label, .box = box, .score = score, .area = box.area()};
}

ValueMap mapOf(std::vector<ImageObject> objects) {
    return objectMap(boxesTarget(), std::move(objects));
}

QImage grey() {
    QImage image(600, 480, QImage::Format_RGB32);
    image.fill(QColor(128, 128, 128));
    return image;
}

/// How much of a row of pixels between two columns has this colour.
double shareAlong(const QImage& image, int y, int from, int to, const Rgb& rgb) {
    int count = 0;
    for (int x = from; x < to; ++x) {
        const QColor pixel = image.pixelColor(x, y);
        count += std::abs(pixel.red() - rgb[0]) + std::abs(pixel.green() - rgb[1])
                             + std::abs(pixel.blue() - rgb[2])
                         < 60
                     ? 1
                     : 0;
    }
    return static_cast<double>(count) / (to - from);
}

} // namespace

class ObjectLayerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void foundAndTrueObjectsAreToldApart() {
        const ValueMap truth =
            mapOf({object(0, {0.1, 0.1, 0.3, 0.3}), object(1, {0.5, 0.5, 0.4, 0.4})});
        const ValueMap found = mapOf({object(0, {0.1, 0.12, 0.3, 0.3}, 0.9),  // right
                                      object(0, {0.6, 0.1, 0.2, 0.2}, 0.6),   // nothing is there
                                      object(1, {0.5, 0.5, 0.4, 0.4}, 0.2)}); // not sure
        const auto states = [&](double leastScore) {
            std::vector<MatchState> all;
            for (const DrawnObject& one : drawnObjects(found, truth, names(), leastScore))
                all.push_back(one.state);
            return all;
        };
        QVERIFY(states(0.3)
                == (std::vector{MatchState::Missed, MatchState::Matched, MatchState::False}));
        QVERIFY(states(0.1)
                == (std::vector{MatchState::Matched, MatchState::False, MatchState::Matched}));
        QVERIFY(states(0.95) == (std::vector{MatchState::Missed, MatchState::Missed}));
        QCOMPARE(drawnObjects(found).size(), std::size_t{2}); // from the usual score on
    }

    void linesSayWhatIsRight() {
        // The lower edge, at 0.8 of 480 pixels, from 0.25 to 0.75 of 600.
        const Box box{0.25, 0.3, 0.5, 0.5};
        const auto lower = [&](MatchState state) {
            const QImage drawn = drawObjects({{object(0, box), state}}, names(), grey());
            return shareAlong(drawn, 384, 160, 440, cupColor);
        };
        QVERIFY(lower(MatchState::Matched) > 0.99);
        const double dashed = lower(MatchState::False), dotted = lower(MatchState::Missed);
        QVERIFY2(dashed > 0.5 && dashed < 0.9, qPrintable(QString::number(dashed)));
        QVERIFY2(dotted > 0.15 && dotted < 0.5, qPrintable(QString::number(dotted)));
    }

    void stylesHideAndStepBack() {
        const std::vector<DrawnObject> objects{{object(0, {0.25, 0.3, 0.5, 0.5})}};
        QCOMPARE(drawObjects(objects, names(), grey(), {.hidden = {0}}), grey());
        const QImage behind = drawObjects(objects, names(), grey(), {.highlighted = 1});
        QVERIFY(behind != grey());
        QCOMPARE(shareAlong(behind, 384, 160, 440, cupColor), 0.0);
    }

    void pointsAreJoinedAndHidden() {
        // Two points on row 240, joined; a third that is not known, and a box far around them.
        const std::vector<ClassInfo> points{
            {"eye", cupColor, {1}}, {"ear", catColor, {2}}, {"nose", {20, 250, 20}}};
        ImageObject face = object(0, {0.1, 0.1, 0.8, 0.8});
        face.points = {{0.25, 0.5, Keypoint::State::Seen},
                       {0.75, 0.5, Keypoint::State::Hidden},
                       {0.5, 0.2, Keypoint::State::Unknown}};
        const auto line = [&](MatchState state, const ClassStyle& style = {}) {
            return shareAlong(drawObjects({{face, state}}, points, grey(), style), 240, 165, 435,
                              catColor);
        };
        QVERIFY(line(MatchState::Matched) > 0.99);
        const double dashed = line(MatchState::False), dotted = line(MatchState::Missed);
        QVERIFY2(dashed > 0.5 && dashed < 0.9, qPrintable(QString::number(dashed)));
        QVERIFY2(dotted > 0.15 && dotted < 0.5, qPrintable(QString::number(dotted)));
        QCOMPARE(line(MatchState::Matched, {.hidden = {0}}), 0.0);
        QCOMPARE(line(MatchState::Matched, {.highlighted = 2}), 0.0);
        const QImage drawn = drawObjects({{face}}, points, grey());
        QCOMPARE(drawn.pixelColor(150, 240), QColor(cupColor[0], cupColor[1], cupColor[2]));
        QVERIFY(drawn.pixelColor(450, 240) != QColor(catColor[0], catColor[1], catColor[2]));
        QCOMPARE(drawn.pixelColor(300, 96), QColor(128, 128, 128)); // not known
        // What a pointer is over: a point before the box.
        const ValueMap map = objectMap(keypointsTarget(), {face});
        QCOMPARE(objectTextAt(map, points, UsualScore, {0.26, 0.49}), QStringLiteral("eye"));
        QCOMPARE(objectTextAt(map, points, UsualScore, {0.95, 0.95}), QStringLiteral("–"));
    }

    void anyBoxAndImageCanBeDrawn() {
        const double nan = std::nan("");
        for (const Box& box :
             {Box{}, Box{-3, -3, 9, 9}, Box{0.9, 0.9, 1e9, 1e-9}, Box{nan, 0, nan, 1}})
            QCOMPARE(drawObjects({{object(7, box)}}, names(), grey()).size(), QSize(600, 480));
        QVERIFY(drawObjects({}, names(), QImage()).isNull());
        QImage small(40, 30, QImage::Format_RGB32);
        small.fill(Qt::black);
        const QImage drawn = drawObjects({{object(0, {0, 0, 1, 1})}}, names(), small);
        QVERIFY(drawn.height() >= 480); // so that names can be read
        QCOMPARE(drawn.width() * 30, drawn.height() * 40);
    }
};

QTEST_MAIN(ObjectLayerTest)
#include "tst_object_layer.moc"
