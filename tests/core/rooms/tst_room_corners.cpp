// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/corners.h"
#include "core/data/rooms/generate.h"

#include <QTest>

#include <array>

using namespace concertina;
using namespace concertina::rooms;

namespace {

constexpr int height = 96;
constexpr int width = 128;

/// Whether a pixel's middle is at most `margin` outside the convex hull of the corners: there is no
/// line through two of them that has all of them on one side and the pixel on the other.
bool isInHull(const std::vector<Keypoint>& corners, double x, double y, double margin) {
    for (std::size_t i = 0; i < corners.size(); ++i)
        for (std::size_t j = 0; j < corners.size(); ++j) {
            const double dx = corners[j].x - corners[i].x;
            const double dy = corners[j].y - corners[i].y;
            const double far = std::hypot(dx, dy);
            if (far < 1e-9)
                continue;
            const auto side = [&](double px, double py) {
                return (dx * (py - corners[i].y) - dy * (px - corners[i].x)) / far;
            };
            const bool isEdge = std::ranges::all_of(
                corners, [&](const Keypoint& corner) { return side(corner.x, corner.y) >= -1e-6; });
            if (isEdge && side(x, y) < -margin)
                return false;
        }
    return true;
}

} // namespace

class RoomCornersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesAreJoinedAlongTheEdges() {
        const auto names = cornerNames();
        QCOMPARE(names.size(), std::size_t{8});
        std::size_t edges = 0;
        for (std::size_t i = 0; i < names.size(); ++i)
            for (const int other : names[i].joined) {
                ++edges;
                // An edge leads to a corner that differs in one word.
                const auto words = [](const std::string& name) {
                    return QString::fromStdString(name).split(u' ');
                };
                const auto a = words(names[i].name);
                const auto b = words(names[static_cast<std::size_t>(other)].name);
                QCOMPARE((a[0] != b[0]) + (a[1] != b[1]) + (a[2] != b[2]), 1);
            }
        QCOMPARE(edges, std::size_t{12});
    }

    void whatIsSeenOfAPieceLiesBetweenItsCorners() {
        int whole = 0, pieces = 0, hidden = 0, seen = 0;
        for (std::uint64_t key = 0; key < 40; ++key) {
            const Scene scene = generateScene(key, {});
            const Rendering rendering = renderQuickly(scene, height, width);
            const auto objects = furnitureCorners(scene, rendering.geometry, height, width);
            for (const ImageObject& object : objects) {
                ++pieces;
                QCOMPARE(object.points.size(), std::size_t{8});
                bool isWhole = true;
                for (const Keypoint& corner : object.points) {
                    isWhole = isWhole && corner.state != Keypoint::State::Unknown;
                    seen += corner.state == Keypoint::State::Seen ? 1 : 0;
                    hidden += corner.state == Keypoint::State::Hidden ? 1 : 0;
                }
                if (!isWhole)
                    continue;
                ++whole;
                // Its number: that of the most pixels in its box which have it wholly inside.
                const auto piece = std::ranges::find_if(scene.furniture, [&](const Piece& one) {
                    int left = width, top = height;
                    std::size_t count = 0;
                    for (int y = 0; y < height; ++y)
                        for (int x = 0; x < width; ++x)
                            if (rendering.geometry.objects[static_cast<std::size_t>(y * width + x)]
                                == one.object) {
                                left = std::min(left, x);
                                top = std::min(top, y);
                                ++count;
                            }
                    return left == static_cast<int>(object.box.x)
                           && top == static_cast<int>(object.box.y)
                           && count == static_cast<std::size_t>(object.area);
                });
                QVERIFY(piece != scene.furniture.end());
                for (int y = 0; y < height; ++y)
                    for (int x = 0; x < width; ++x)
                        if (rendering.geometry.objects[static_cast<std::size_t>(y * width + x)]
                            == piece->object)
                            QVERIFY2(isInHull(object.points, x + 0.5, y + 0.5, 0.75),
                                     qPrintable(
                                         QStringLiteral("room %1, %2 %3").arg(key).arg(x).arg(y)));
            }
        }
        QVERIFY(pieces > 80);
        QVERIFY(whole > 15);
        QVERIFY(seen > hidden && hidden > pieces); // at least the far lower corner, mostly
    }

    void cornersAreThoseOfTheRightSide() {
        // The front shows: its left is left of its right in the picture; its top is above its
        // bottom.
        int fronts = 0, nearer = 0, farther = 0;
        for (std::uint64_t key = 0; key < 40; ++key) {
            const Scene scene = generateScene(key, {});
            const Rendering rendering = renderQuickly(scene, height, width);
            const auto objects = furnitureCorners(scene, rendering.geometry, height, width);
            for (const ImageObject& object : objects) {
                const auto known = [&](std::size_t i) {
                    return object.points[i].state != Keypoint::State::Unknown;
                };
                for (const std::size_t bottom : {0, 1, 4, 5})
                    if (known(bottom) && known(bottom + 2))
                        QVERIFY(object.points[bottom + 2].y < object.points[bottom].y);
                for (const std::size_t left : {0, 2})
                    if (known(left) && known(left + 1)) {
                        ++fronts;
                        QVERIFY(object.points[left].x < object.points[left + 1].x);
                    }
                // But for pieces at the picture's edge it is nearer than the back, and so, below
                // the camera, lower in the picture.
                for (const std::size_t side : {0, 1})
                    if (known(side) && known(side + 4))
                        ++(object.points[side].y > object.points[side + 4].y ? nearer : farther);
            }
        }
        QVERIFY2(fronts >= 50 && nearer > 20 * farther,
                 qPrintable(QStringLiteral("%1 %2 %3").arg(fronts).arg(nearer).arg(farther)));
    }
};

QTEST_GUILESS_MAIN(RoomCornersTest)
#include "tst_room_corners.moc"
