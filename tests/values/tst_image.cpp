// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/image.h"
#include "tests/printing.h"

#include <QTest>

#include <numeric>

using namespace concertina;

class ImageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pixelsLieRowByRowWithoutGaps() {
        Image image{2, 3, 2, std::vector<std::uint8_t>(12)};
        std::iota(image.bytes.begin(), image.bytes.end(), std::uint8_t{0});
        QCOMPARE(int{*image.pixel(0, 0)}, 0);
        QCOMPARE(int{*image.pixel(0, 2)}, 4);
        QCOMPARE(int{*image.pixel(1, 0)}, 6);
        const Image& same = image;
        QCOMPARE(int{same.pixel(1, 2)[1]}, 11);
        *image.pixel(1, 1) = 200;
        QCOMPARE(int{image.bytes[8]}, 200);
    }

    void blankImageHasOneColourAndIsNotEmpty() {
        QVERIFY(Image{}.empty());
        const Image image = blankImage(4, 5, 7);
        QVERIFY(!image.empty());
        QVERIFY(image == (Image{4, 5, 3, std::vector<std::uint8_t>(60, 7)}));
    }
};

QTEST_APPLESS_MAIN(ImageTest)
#include "tst_image.moc"
