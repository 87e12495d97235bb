// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/picture_testing.h"
#include "widgets/pictures/gallery.h"

#include <QAbstractItemModelTester>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

namespace {

std::vector<QString> frames(int count) {
    std::vector<QString> names(static_cast<std::size_t>(count));
    names.front() = QStringLiteral("office_12");
    return names;
}

QString metres(double error) {
    return QString::number(error) + QStringLiteral(" m");
}

QImage thumbnail() {
    QImage image(8, 6, QImage::Format_RGB32);
    image.fill(qRgb(250, 10, 10));
    return image;
}

} // namespace

class TestGallery : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void framesHaveNamesOrNumbers();
    void worstComeFirstAndUnknownLast();
    void sortingKeepsTheChosenFrame();
    void thumbnailsAreAskedForAsTheyAreSeen();
    void oldestOfVeryManyThumbnailsGo();
    void choosingIsReportedOnce();
    void badgeIsDrawnOverTheThumbnail();
    void wheelScrollsSideways();
};

void TestGallery::framesHaveNamesOrNumbers() {
    GalleryModel model;
    QAbstractItemModelTester tester(&model);
    model.setFrames(frames(3));
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.index(0).data().toString(), QStringLiteral("office_12"));
    QCOMPARE(model.index(2).data().toString(), QStringLiteral("Frame 2"));
    model.setName(2, QStringLiteral("kitchen_7"));
    QCOMPARE(model.index(2).data().toString(), QStringLiteral("kitchen_7"));
    model.setName(7, QStringLiteral("no such row"));
    model.setFrames({});
    QCOMPARE(model.rowCount(), 0);
}

void TestGallery::worstComeFirstAndUnknownLast() {
    GalleryModel model;
    QAbstractItemModelTester tester(&model);
    model.setFrames(frames(4));
    model.setOrder(GalleryModel::Order::WorstFirst);
    QCOMPARE(model.frameAt(0), 0); // without errors as they are
    model.setErrors({0.2, std::nan(""), 0.9, 0.5}, metres);
    QCOMPARE(QList<int>({model.frameAt(0), model.frameAt(1), model.frameAt(2), model.frameAt(3)}),
             QList<int>({2, 3, 0, 1}));
    QCOMPARE(model.rowOf(0), 2);
    QCOMPARE(model.index(0).data(GalleryModel::ErrorTextRole).toString(), QStringLiteral("0.9 m"));
    QCOMPARE(model.index(3).data(GalleryModel::ErrorTextRole).toString(), QString());
    QVERIFY(model.index(0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("0.9 m")));
    model.setOrder(GalleryModel::Order::ByIndex);
    QCOMPARE(model.frameAt(0), 0);
    QCOMPARE(model.index(0).data(GalleryModel::ErrorTextRole).toString(), QStringLiteral("0.2 m"));
    model.clearErrors();
    QVERIFY(!model.hasErrors());
}

void TestGallery::sortingKeepsTheChosenFrame() {
    GalleryStrip strip;
    strip.gallery()->setFrames(frames(4));
    strip.setCurrentFrame(2);
    QSignalSpy chosen(&strip, &GalleryStrip::frameChosen);
    strip.gallery()->setErrors({0.2, 0.1, 0.9, 0.5}, metres);
    strip.gallery()->setOrder(GalleryModel::Order::WorstFirst);
    QCOMPARE(strip.currentFrame(), 2);
    QCOMPARE(strip.currentIndex().row(), 0);
    QCOMPARE(chosen.count(), 0);
}

void TestGallery::thumbnailsAreAskedForAsTheyAreSeen() {
    GalleryStrip strip;
    strip.resize(400, strip.sizeHint().height());
    strip.show();
    QVERIFY(QTest::qWaitForWindowExposed(&strip));
    QSignalSpy missing(&strip, &GalleryStrip::thumbnailsMissing);
    strip.gallery()->setFrames(frames(10000));
    QVERIFY(missing.wait());
    std::vector<int> wanted = strip.missingThumbnails();
    QCOMPARE(wanted.front(), 0);
    QVERIFY(wanted.size() >= 5 && wanted.size() < 20); // what is seen and the next, not all
    for (const int frame : wanted)
        strip.gallery()->setThumbnail(frame, thumbnail());
    QVERIFY(strip.missingThumbnails().empty());
    strip.setCurrentFrame(5000); // which scrolls there
    QVERIFY(missing.wait());
    wanted = strip.missingThumbnails();
    QVERIFY(wanted.front() > 4900 && wanted.front() <= 5000);
}

void TestGallery::oldestOfVeryManyThumbnailsGo() {
    GalleryModel model;
    model.setFrames(frames(2000));
    const int most = static_cast<int>(GalleryModel::MostThumbnails);
    for (int frame = 0; frame < most + 3; ++frame)
        model.setThumbnail(frame, thumbnail());
    QVERIFY(!model.hasThumbnail(2));
    QVERIFY(model.hasThumbnail(3));
    QVERIFY(model.hasThumbnail(most + 2));
}

void TestGallery::choosingIsReportedOnce() {
    GalleryStrip strip;
    strip.resize(600, strip.sizeHint().height());
    strip.gallery()->setFrames(frames(30));
    strip.show();
    QVERIFY(QTest::qWaitForWindowActive(&strip));
    strip.setCurrentFrame(0);
    QSignalSpy chosen(&strip, &GalleryStrip::frameChosen);
    QTest::mouseClick(strip.viewport(), Qt::LeftButton, {},
                      strip.visualRect(strip.gallery()->index(3)).center());
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen.last().first().toInt(), 3);
    QTest::keyClick(&strip, Qt::Key_Right);
    QCOMPARE(chosen.count(), 2);
    QCOMPARE(chosen.last().first().toInt(), 4);
    strip.setCurrentFrame(9);
    QCOMPARE(chosen.count(), 2); // the program did that
}

void TestGallery::badgeIsDrawnOverTheThumbnail() {
    GalleryStrip strip;
    strip.resize(300, strip.sizeHint().height());
    strip.gallery()->setFrames(frames(2));
    strip.gallery()->setThumbnail(0, thumbnail());
    const QImage without = painted(strip);
    const QPoint corner = strip.visualRect(strip.gallery()->index(0)).bottomRight();
    QCOMPARE(without.pixel(corner - QPoint(20, 12)), qRgb(250, 10, 10));
    strip.gallery()->setErrors({0.5, 0.2}, metres);
    QVERIFY(painted(strip).pixel(corner - QPoint(8, 7)) != qRgb(250, 10, 10));
}

void TestGallery::wheelScrollsSideways() {
    GalleryStrip strip;
    strip.resize(300, strip.sizeHint().height());
    strip.gallery()->setFrames(frames(30));
    strip.show();
    QVERIFY(QTest::qWaitForWindowExposed(&strip));
    turnWheel(*strip.viewport(), {100, 30}, -1);
    QVERIFY(strip.horizontalScrollBar()->value() > 0);
}

QTEST_MAIN(TestGallery)
#include "tst_gallery.moc"
