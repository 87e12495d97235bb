// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/rooms_dataset.h"
#include "core/data/stored_objects.h"

#include <QTest>

#include <vector>

using namespace concertina;

class RoomBoxesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void boxesAreTightAroundThings() {
        constexpr int Height = 48, Width = 64, FirstThing = 3; // behind wall, floor and ceiling
        const auto opened = roomsDataset().open(Json::object(), {});
        QVERIFY(opened.has_value());
        const auto& dataset = *opened;
        int boxes = 0;
        for (int index = 0; index < 12; ++index) {
            const Sample sample = *dataset->sample("train", index, Height, Width);
            const auto classAt = [&](int x, int y) {
                return sample.targets[0].bytes[static_cast<std::size_t>(y * Width + x)];
            };
            const PictureObjects picture = objectsOf(sample.targets[6]);
            QCOMPARE(picture.width, Width);
            QCOMPARE(picture.height, Height);
            std::vector<int> covered(std::size_t{Width} * Height);
            for (const ImageObject& object : picture.objects) {
                const int left = static_cast<int>(object.box.x),
                          top = static_cast<int>(object.box.y);
                const int right = left + static_cast<int>(object.box.width) - 1;
                const int bottom = top + static_cast<int>(object.box.height) - 1;
                QVERIFY(left >= 0 && top >= 0 && right < Width && bottom < Height);
                const auto meets = [&](int x0, int y0, int x1, int y1) {
                    int count = 0;
                    for (int y = y0; y <= y1; ++y)
                        for (int x = x0; x <= x1; ++x)
                            count += classAt(x, y) == object.label + FirstThing ? 1 : 0;
                    return count;
                };
                QVERIFY(meets(left, top, left, bottom) > 0 && meets(right, top, right, bottom) > 0);
                QVERIFY(meets(left, top, right, top) > 0 && meets(left, bottom, right, bottom) > 0);
                QVERIFY(object.area <= meets(left, top, right, bottom));
                QVERIFY(object.area >= 0.001 * Width * Height);
                for (int y = top; y <= bottom; ++y)
                    for (int x = left; x <= right; ++x)
                        if (classAt(x, y) == object.label + FirstThing)
                            covered[static_cast<std::size_t>(y * Width + x)] = 1;
                ++boxes;
            }
            // What no box covers is of things that are hardly seen: a few pixels each.
            int things = 0, left = 0;
            for (int y = 0; y < Height; ++y)
                for (int x = 0; x < Width; ++x)
                    if (classAt(x, y) >= FirstThing) {
                        ++things;
                        left += covered[static_cast<std::size_t>(y * Width + x)] == 0 ? 1 : 0;
                    }
            QVERIFY2(left <= things / 20,
                     qPrintable(QStringLiteral("%1: %2 of %3").arg(index).arg(left).arg(things)));
        }
        QVERIFY(boxes >= 12 * 3); // a room has a few pieces in it
    }
};

QTEST_GUILESS_MAIN(RoomBoxesTest)
#include "tst_room_boxes.moc"
