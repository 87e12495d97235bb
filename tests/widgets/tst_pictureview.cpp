// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/picture_testing.h"
#include "widgets/pictures/picture_view.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QThreadPool>

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace concertina;
using namespace concertina::testing;

class TestPictureView : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPixelIsTrueAtWholeZooms_data();
    void everyPixelIsTrueAtWholeZooms();
    void fitUsesWholeStepsWhereTheyFill();
    void stepsAreWholeAboveOneAndHalvesBelow();
    void shrunkPicturesAreMeans();
    void panesMoveTogether();
    void wheelKeepsThePointUnderTheMouse();
    void draggingStopsAtTheEdges();
    void valuesAreShownInEveryPane();
    void cursorMovesByPixelsWithTheKeyboard();
    void picturesOfOtherSizesLieOverEachOther();
    void anotherShapeShowsTheWholePicture();
    void captionIsOutsideThePicture();
    void hugePictureNeitherStallsNorCrashes();
    void goneViewStopsMaking();
};

void TestPictureView::everyPixelIsTrueAtWholeZooms_data() {
    QTest::addColumn<int>("zoom");
    for (const int zoom : {1, 2, 3, 5, 8, 24, 64})
        QTest::addRow("%d", zoom) << zoom;
}

void TestPictureView::everyPixelIsTrueAtWholeZooms() {
    QFETCH(int, zoom);
    const QImage image = placeImage(61, 47);
    PictureViewState state;
    PictureCursor cursor;
    PictureView view(state, cursor);
    view.resize(333, 271);
    view.setContent(paneOf(image));
    state.setZoom(zoom, {30.3, 20.7});
    const QImage shown = painted(view);
    const QRect where = view.pictureRect();
    QCOMPARE(where.size(), image.size() * zoom);
    int seen = 0;
    for (int y = 0; y < shown.height(); ++y)
        for (int x = 0; x < shown.width(); ++x) {
            // The margins of the pane stay free: 24 above, 8 at the other sides.
            if (!where.contains(x, y) || x < 8 || x >= 325 || y < 24 || y >= 263)
                continue;
            ++seen;
            const QRgb expected = image.pixel((x - where.x()) / zoom, (y - where.y()) / zoom);
            if (shown.pixel(x, y) != expected)
                QFAIL(qPrintable(QStringLiteral("pixel %1,%2 is %3 and not %4")
                                     .arg(x)
                                     .arg(y)
                                     .arg(shown.pixel(x, y), 8, 16)
                                     .arg(expected, 8, 16)));
        }
    QVERIFY(seen >= std::min(61 * zoom, 317) * std::min(47 * zoom, 239));
}

void TestPictureView::fitUsesWholeStepsWhereTheyFill() {
    // 4.6 times fits: 4 uses 87 % of it. 1.9 times fits: 1 would leave half of the room.
    QCOMPARE(PictureViewState::fitZoom({100, 100}, {460, 500}), 4.0);
    QCOMPARE(PictureViewState::fitZoom({100, 100}, {190, 500}), 1.9);
    QCOMPARE(PictureViewState::fitZoom({1000, 100}, {250, 500}), 0.25);
}

void TestPictureView::stepsAreWholeAboveOneAndHalvesBelow() {
    double zoom = 0.3;
    QList<double> up;
    for (int i = 0; i < 6; ++i)
        up << (zoom = PictureViewState::nextZoom(zoom, 1));
    QCOMPARE(up, QList<double>({0.5, 1, 2, 3, 4, 5}));
    QCOMPARE(PictureViewState::nextZoom(1, -1), 0.5);
    QCOMPARE(PictureViewState::nextZoom(1.9, -1), 1.0);
    QCOMPARE(PictureViewState::nextZoom(64, 1), 64.0);
}

void TestPictureView::shrunkPicturesAreMeans() {
    // Stripes of one pixel: their mean at any size, where dropping pixels would show stripes.
    QImage stripes(400, 300, QImage::Format_RGB32);
    for (int y = 0; y < 300; ++y)
        for (int x = 0; x < 400; ++x)
            stripes.setPixel(x, y, x % 2 == 0 ? qRgb(0, 0, 0) : qRgb(200, 200, 200));
    PictureViewState state;
    PictureCursor cursor;
    PictureView view(state, cursor);
    view.resize(400, 332);
    view.setContent(paneOf(stripes));
    for (const double zoom : {0.5, 0.25, 0.125}) {
        state.setZoom(zoom, {200, 150});
        const QImage shown = painted(view);
        const QPoint middle = view.pictureRect().center();
        for (int dx = -10; dx <= 10; ++dx)
            QVERIFY(std::abs(qRed(shown.pixel(middle + QPoint(dx, 3))) - 100) <= 1);
    }
    QCOMPARE(reduced(placeImage(7, 5), 2).size(), QSize(4, 3));
    // The last column has one pixel of each row.
    QCOMPARE(qRed(reduced(placeImage(7, 5), 2).pixel(3, 0)), 6);
}

void TestPictureView::panesMoveTogether() {
    PictureViewState state;
    PictureCursor cursor;
    PictureView first(state, cursor), second(state, cursor);
    for (PictureView* view : {&first, &second}) {
        view->resize(300, 250);
        view->setContent(paneOf(placeImage(120, 90)));
    }
    turnWheel(first, {100, 100}, 2);
    QVERIFY(!state.isFit());
    QCOMPARE(first.pictureRect(), second.pictureRect());
    pressMouse(second, {150, 120});
    moveMouse(second, {130, 110}, Qt::LeftButton);
    releaseMouse(second, {130, 110});
    QCOMPARE(first.pictureRect(), second.pictureRect());
    QTest::keyClick(&first, Qt::Key_0);
    QVERIFY(state.isFit());
    QTest::keyClick(&first, Qt::Key_1);
    QCOMPARE(second.zoom(), 1.0);
}

void TestPictureView::wheelKeepsThePointUnderTheMouse() {
    PictureViewState state;
    PictureCursor cursor;
    PictureView view(state, cursor);
    view.resize(300, 250);
    view.setContent(paneOf(placeImage(120, 90)));
    state.setZoom(4, {60, 45});
    const QPoint mouse(101, 133);
    moveMouse(view, mouse);
    const QString before = view.valueText();
    for (int i = 0; i < 3; ++i)
        turnWheel(view, mouse, 1);
    QCOMPARE(view.zoom(), 8.0);
    moveMouse(view, mouse + QPoint(1, 0));
    moveMouse(view, mouse);
    QCOMPARE(view.valueText(), before);
}

void TestPictureView::draggingStopsAtTheEdges() {
    PictureViewState state;
    PictureCursor cursor;
    PictureView view(state, cursor);
    view.resize(300, 250);
    view.setContent(paneOf(placeImage(120, 90)));
    state.setZoom(5, {60, 45});
    pressMouse(view, {150, 120});
    for (int i = 0; i < 20; ++i)
        moveMouse(view, {150 + 100 * i, 120 + 100 * i}, Qt::LeftButton);
    QCOMPARE(view.pictureRect().topLeft(), QPoint(8, 24)); // the pane's margins
    moveMouse(view, {150 + 1900 - 10, 120 + 1900}, Qt::LeftButton);
    QCOMPARE(view.pictureRect().left(), -2); // it answers at once
    releaseMouse(view, {2040, 2020});
}

void TestPictureView::valuesAreShownInEveryPane() {
    PictureViewState state;
    PictureCursor cursor;
    PictureView first(state, cursor), second(state, cursor);
    for (PictureView* view : {&first, &second}) {
        view->resize(300, 250);
        view->setContent(paneOf(placeImage(50, 40)));
    }
    const QRect where = first.pictureRect();
    const int zoom = static_cast<int>(first.zoom());
    const QImage without = painted(second);
    moveMouse(first, where.topLeft() + QPoint(17 * zoom, 23 * zoom));
    QCOMPARE(first.valueText(), QStringLiteral("17,23"));
    QCOMPARE(second.valueText(), QStringLiteral("17,23"));
    QVERIFY(painted(second) != without); // the value and the cross
    moveMouse(first, {2, 2});
    QCOMPARE(second.valueText(), QString());
}

void TestPictureView::cursorMovesByPixelsWithTheKeyboard() {
    PictureViewState state;
    PictureCursor cursor;
    PictureView view(state, cursor);
    view.resize(300, 250);
    view.setContent(paneOf(placeImage(50, 40)));
    cursor.setPoint(QPointF(10.5 / 50, 20.5 / 40));
    QTest::keyClick(&view, Qt::Key_Right, Qt::ControlModifier);
    QTest::keyClick(&view, Qt::Key_Up, Qt::ControlModifier);
    QCOMPARE(view.valueText(), QStringLiteral("11,19"));
    for (int i = 0; i < 60; ++i)
        QTest::keyClick(&view, Qt::Key_Right, Qt::ControlModifier);
    QCOMPARE(view.valueText(), QStringLiteral("49,19"));
    QTest::keyClick(&view, Qt::Key_Escape);
    QVERIFY(!cursor.point());
}

void TestPictureView::picturesOfOtherSizesLieOverEachOther() {
    PictureViewState state;
    state.setReference({120, 90});
    PictureCursor cursor;
    PictureView large(state, cursor), small(state, cursor);
    large.setContent(paneOf(plain({120, 90}, qRgb(0, 200, 0))));
    small.setContent(paneOf(plain({60, 45}, qRgb(0, 200, 0))));
    for (PictureView* view : {&large, &small})
        view->resize(300, 250);
    state.setZoom(6, {20, 30});
    QCOMPARE(painted(large), painted(small));
    cursor.setPoint(QPointF(0.5, 0.5));
    QCOMPARE(large.valueText(), QStringLiteral("60,45"));
    QCOMPARE(small.valueText(), QStringLiteral("30,22"));
}

void TestPictureView::anotherShapeShowsTheWholePicture() {
    PictureViewState state;
    state.setReference({100, 80});
    state.setZoom(8, {20, 20});
    state.setReference({200, 160}); // the same scene, finer
    QVERIFY(!state.isFit());
    QCOMPARE(state.center(), QPointF(40, 40));
    QCOMPARE(state.zoom(), 4.0);
    state.setReference({200, 100});
    QVERIFY(state.isFit());
}

void TestPictureView::captionIsOutsideThePicture() {
    PictureViewState state;
    PictureCursor cursor;
    PictureView view(state, cursor);
    view.resize(300, 250);
    view.setContent(paneOf(plain({30, 20}, qRgb(10, 200, 10)), QStringLiteral("Expanded")));
    state.setZoom(64, {15, 10}); // larger than the room
    const QImage shown = painted(view);
    int written = 0;
    for (int y = 0; y < 24; ++y)
        for (int x = 0; x < 300; ++x) {
            QVERIFY(qGreen(shown.pixel(x, y)) < 200 || light(shown.pixel(x, y)) > 500);
            written += light(shown.pixel(x, y)) > 500 ? 1 : 0;
        }
    QVERIFY(written > 20);
    QCOMPARE(shown.pixel(150, 24), qRgb(10, 200, 10));
}

void TestPictureView::hugePictureNeitherStallsNorCrashes() {
    // 900 million pixels; grey, so that one byte each is enough for the test.
    QImage huge(30000, 30000, QImage::Format_Grayscale8);
    if (huge.isNull())
        QSKIP("not enough memory for the picture");
    for (int y = 0; y < huge.height(); ++y)
        std::memset(huge.scanLine(y), y % 2 == 0 ? 100 : 140, static_cast<std::size_t>(huge.width()));
    PictureViewState state;
    PictureCursor cursor;
    PictureView view(state, cursor);
    view.resize(600, 500);
    QElapsedTimer timer;
    timer.start();
    view.setContent(paneOf(huge));
    painted(view);
    // A frame of the window, with much to spare for a loaded machine; all pixels take seconds.
    QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
    QSignalSpy grown(view.content().picture.levels(), &PictureLevels::grown);
    for (const double zoom : {0.25, 0.5, 1.0, 3.0, 64.0}) {
        timer.restart();
        state.setZoom(zoom, {29990, 15000});
        painted(view);
        QVERIFY2(timer.elapsed() < 1500, qPrintable(QString::number(timer.elapsed())));
    }
    QVERIFY(grown.count() == 1 || grown.wait(110000));
    state.fit();
    const QImage shown = painted(view);
    QCOMPARE(qRed(shown.pixel(300, 250)), 120); // the mean of both rows
}

void TestPictureView::goneViewStopsMaking() {
    QImage large(6000, 6000, QImage::Format_Grayscale8);
    large.fill(90);
    {
        Picture picture(large);
        picture.levels()->best(0.1);
    }
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents(); // a late answer has no receiver
}

QTEST_MAIN(TestPictureView)
#include "tst_pictureview.moc"
