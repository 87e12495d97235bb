// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/picture_testing.h"
#include "widgets/pictures/blink_view.h"
#include "widgets/pictures/class_layer.h"
#include "widgets/pictures/swipe_view.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

// Two pictures in one pane: beside each other, in turn, over each other.
class TestTwoPictures : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void dividerFollowsMouseAndKeys();
    void swipeShowsEachOnItsSide();
    void blinkTakesTurnsAndStops();
    void reducedMotionNeverBlinksByItself();
    void classesAreDrawnOverTheirPicture();
};

void TestTwoPictures::dividerFollowsMouseAndKeys() {
    PictureViewState state;
    PictureCursor cursor;
    SwipeView view(state, cursor);
    view.resize(416, 332);
    view.setPictures(paneOf(plain({400, 300}, qRgb(200, 0, 0))),
                     paneOf(plain({400, 300}, qRgb(0, 0, 200))));
    QSignalSpy moved(&view, &SwipeView::dividerChanged);
    pressMouse(view, {208, 60});
    moveMouse(view, {108, 60}, Qt::LeftButton);
    releaseMouse(view, {108, 60});
    QCOMPARE(view.divider(), 0.25);
    QVERIFY(state.isFit()); // the picture was not dragged
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(view.divider(), 0.26);
    QTest::keyClick(&view, Qt::Key_Left, Qt::ShiftModifier);
    QVERIFY(std::abs(view.divider() - 0.16) < 1e-9);
    QTest::keyClick(&view, Qt::Key_End);
    QCOMPARE(view.divider(), 1.0);
    QTest::keyClick(&view, Qt::Key_Home);
    QCOMPARE(view.divider(), 0.0);
    QCOMPARE(moved.count(), 5);
}

void TestTwoPictures::swipeShowsEachOnItsSide() {
    PictureViewState state;
    PictureCursor cursor;
    SwipeView view(state, cursor);
    view.resize(416, 332);
    view.setPictures(paneOf(plain({400, 300}, qRgb(200, 0, 0))),
                     paneOf(plain({400, 300}, qRgb(0, 0, 200))));
    view.setDivider(0.25);
    const QImage shown = painted(view);
    QCOMPARE(shown.pixel(8 + 90, 40), qRgb(200, 0, 0));
    QCOMPARE(shown.pixel(8 + 110, 40), qRgb(0, 0, 200));
    // Moving it repaints no less than what changed.
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    view.setDivider(0.75);
    QCoreApplication::processEvents();
    QCOMPARE(painted(view).pixel(8 + 290, 40), qRgb(200, 0, 0));
}

void TestTwoPictures::blinkTakesTurnsAndStops() {
    PictureViewState state;
    PictureCursor cursor;
    BlinkView view(state, cursor);
    view.resize(200, 160);
    view.setPictures(paneOf(plain({40, 30}, qRgb(200, 0, 0))),
                     paneOf(plain({40, 30}, qRgb(0, 0, 200))));
    view.setInterval(std::chrono::milliseconds(1)); // held at what cannot harm
    QCOMPARE(view.interval(), BlinkView::ShortestInterval);
    QVERIFY(!view.isBlinking()); // it is not shown
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QSignalSpy shown(&view, &BlinkView::shownChanged);
    QVERIFY(shown.wait());
    QVERIFY(view.isRightShown());
    QCOMPARE(painted(view).pixel(view.pictureRect().center()), qRgb(0, 0, 200));
    QTest::keyClick(&view, Qt::Key_Space);
    QVERIFY(view.isPaused() && !view.isBlinking());
    QTest::keyClick(&view, Qt::Key_Left);
    QCOMPARE(painted(view).pixel(view.pictureRect().center()), qRgb(200, 0, 0));
    QTest::keyClick(&view, Qt::Key_Space);
    QVERIFY(view.isBlinking());
    view.hide();
    QVERIFY(!view.isBlinking());
}

void TestTwoPictures::reducedMotionNeverBlinksByItself() {
    PictureViewState state;
    PictureCursor cursor;
    BlinkView view(state, cursor);
    view.setReducedMotion(true);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QVERIFY(!view.isBlinking());
    QTest::keyClick(&view, Qt::Key_Space); // by hand it still compares
    QVERIFY(view.isRightShown() && !view.isBlinking());
}

void TestTwoPictures::classesAreDrawnOverTheirPicture() {
    const std::vector<ClassInfo> classes{{"wall", {200, 0, 0}}, {"floor", {0, 0, 200}}};
    ValueMap map{&classesTarget(), 4, 8, std::vector<float>(32, 0)};
    for (int y = 0; y < 4; ++y)
        for (int x = 4; x < 8; ++x)
            map.values[static_cast<std::size_t>(y * 8 + x)] = 1;
    map.values[0] = -1;
    const ClassLayer layer(map, classes, plain({8, 4}, qRgb(0, 100, 0)));
    const QImage half = layer.draw({.opacity = 0.5});
    QCOMPARE(half.pixel(1, 2), qRgb(100, 50, 0));
    QCOMPARE(half.pixel(3, 2), qRgb(200, 0, 0)); // the outline is solid
    QCOMPARE(half.pixel(6, 2), qRgb(0, 50, 100));
    const QImage without = layer.draw({.opacity = 0.5, .hidden = {0}});
    QCOMPARE(without.pixel(1, 2), qRgb(0, 100, 0));
    const QImage lit = layer.draw({.opacity = 0.5, .highlighted = 1});
    QVERIFY(qBlue(lit.pixel(6, 2)) > qBlue(half.pixel(6, 2)));
    QVERIFY(light(lit.pixel(1, 2)) < light(half.pixel(1, 2)));
    // Opaque: the map's own colours, the reserved one where there is no label.
    const QImage full = layer.draw({.opacity = 1});
    QCOMPARE(full.pixel(2, 1), qRgb(200, 0, 0));
    QCOMPARE(full.pixel(0, 0), qRgb(UnknownColor[0], UnknownColor[1], UnknownColor[2]));
}

QTEST_MAIN(TestTwoPictures)
#include "tst_two_pictures.moc"
