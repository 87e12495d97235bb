// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/bvh.h"
#include "core/data/rooms/generate.h"
#include "core/data/rooms/random.h"
#include "core/data/rooms/shape.h"

#include <QtTest>

#include <functional>

using namespace concertina::rooms;

namespace {

Vec3 somewhere(Random& random, float reach) {
    return {random.between(-reach, reach), random.between(-reach, reach),
            random.between(-reach, reach)};
}

/// A shape by a function that is negative inside, 0 on the surface, and changes by at most 1 a
/// metre near it, written down from the shape's definition.
struct Example {
    const char* name;
    Shape shape;
    std::function<double(Vec3)> inside;
};

double boxDistance(Vec3 p, Vec3 half) {
    return std::max({std::abs(p.x) - half.x, std::abs(p.y) - half.y, std::abs(p.z) - half.z});
}

std::vector<Example> examples() {
    const Vec3 half{0.4f, 0.15f, 0.3f};
    return {
        {"box", {ShapeKind::Box, half}, [=](Vec3 p) { return boxDistance(p, half); }},
        {"rounded",
         {ShapeKind::Rounded, half, 0.05f},
         [=](Vec3 p) {
             const Vec3 q = highest(absolute(p) - (half - Vec3{0.05f, 0.05f, 0.05f}), {});
             return length(q) - 0.05;
         }},
        {"cushion",
         {ShapeKind::Cushion, half},
         [=](Vec3 p) {
             const Vec3 q = p / half;
             return (std::pow(q.x, 4.0) + q.y * q.y + std::pow(q.z, 4.0) - 1) * 0.05;
         }},
        {"ellipsoid",
         {ShapeKind::Ellipsoid, half},
         [=](Vec3 p) { return (dot(p / half, p / half) - 1) * 0.05; }},
        {"frustum",
         {ShapeKind::Frustum, {0.4f, 0.3f, 0.4f}, 0.4f, 0.2f},
         [](Vec3 p) {
             const double radius = 0.3 - p.y / 0.6 * 0.2;
             return std::max(std::hypot(p.x, p.z) - radius, std::abs(p.y) - 0.3);
         }},
    };
}

/// Of `inside` by central differences.
Vec3 gradient(const std::function<double(Vec3)>& inside, Vec3 at) {
    const float e = 1e-3f;
    const auto along = [&](Vec3 step) {
        return static_cast<float>((inside(at + step) - inside(at - step)) / (2 * e));
    };
    return normalized(Vec3{along({e, 0, 0}), along({0, e, 0}), along({0, 0, e})});
}

} // namespace

class TestRoomsGeometry : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void raysMeetShapesWhereTheyFirstTouchThem_data();
    void raysMeetShapesWhereTheyFirstTouchThem();
    void drapesAreMetOnTheirWaves();
    void theTreeFindsWhatTryingEveryPartFinds();
    void roomsAreClosed();
    void furnitureStandsClearOfTheCamera();
};

void TestRoomsGeometry::raysMeetShapesWhereTheyFirstTouchThem_data() {
    QTest::addColumn<int>("example");
    const auto all = examples();
    for (std::size_t i = 0; i < all.size(); ++i)
        QTest::newRow(all[i].name) << static_cast<int>(i);
}

void TestRoomsGeometry::raysMeetShapesWhereTheyFirstTouchThem() {
    QFETCH(int, example);
    const Example shape = examples()[static_cast<std::size_t>(example)];
    Random random(17);
    int hits = 0, edges = 0;
    for (int i = 0; i < 3000; ++i) {
        const Vec3 origin = normalized(somewhere(random, 1)) * 3;
        const Ray ray{origin, normalized(somewhere(random, 0.45f) - origin)};
        float distance = 100;
        Vec3 normal;
        const bool hit = intersect(shape.shape, ray, distance, normal);
        // The first place along the ray where the function is negative, in steps of 2 mm.
        double first = -1;
        for (int step = 0; step < 2000 && first < 0; ++step)
            if (shape.inside(ray.at(2 + static_cast<float>(step) * 1e-3f)) < 0)
                first = 2 + step * 1e-3;
        if (!hit) {
            QVERIFY2(first < 0, qPrintable(QString("missed at %1").arg(first)));
            continue;
        }
        ++hits;
        QVERIFY(std::abs(shape.inside(ray.at(distance))) < 5e-5);
        QVERIFY(first < 0 || std::abs(first - distance) < 2e-3);
        QVERIFY(std::abs(length(normal) - 1) < 1e-4f && dot(normal, ray.direction) < 1e-3f);
        // At edges the difference looks around the corner.
        edges += dot(normal, gradient(shape.inside, ray.at(distance))) < 0.999f;
    }
    QVERIFY(hits > 500);
    QVERIFY2(edges < hits * 0.03, qPrintable(QString("%1 of %2").arg(edges).arg(hits)));
}

void TestRoomsGeometry::drapesAreMetOnTheirWaves() {
    const Shape drape{ShapeKind::Drape, {0.3f, 1, 0.04f}, 0.1f};
    Random random(3);
    int hits = 0;
    for (int i = 0; i < 2000; ++i) {
        const Vec3 origin{random.between(-1, 1), random.between(-1, 1),
                          random.chance(0.5f) ? 2.0f : -2.0f};
        const Vec3 target{random.between(-0.28f, 0.28f), random.between(-0.9f, 0.9f), 0};
        const Ray ray{origin, normalized(target - origin)};
        float distance = 100;
        Vec3 normal;
        if (!intersect(drape, ray, distance, normal))
            continue;
        ++hits;
        const Vec3 p = ray.at(distance);
        const float wave = 0.04f * 0.98f * std::sin(2 * Pi * p.x / 0.1f);
        QVERIFY(std::abs(p.z - wave) < 1e-4f);
        QVERIFY(dot(normal, ray.direction) < 1e-3f && std::abs(length(normal) - 1) < 1e-4f);
    }
    // Only rays that leave through a side between two waves miss it.
    QVERIFY(hits > 1900);
}

void TestRoomsGeometry::theTreeFindsWhatTryingEveryPartFinds() {
    for (const std::uint64_t key : {1ULL, 2ULL, 3ULL}) {
        const Scene scene = generateScene(key, {});
        Random random(key);
        for (int i = 0; i < 300; ++i) {
            const Ray ray = scene.view.ray(random.unit(), random.unit());
            float nearest = 100;
            int part = -1;
            for (std::size_t k = 0; k < scene.parts.size(); ++k) {
                const Frame& frame = scene.parts[k].frame;
                const Ray local{frame.pointIn(ray.origin), frame.directionIn(ray.direction)};
                Vec3 normal;
                if (intersect(scene.parts[k].shape, local, nearest, normal))
                    part = static_cast<int>(k);
            }
            const Hit hit = scene.bvh.closest(scene.parts, ray);
            QVERIFY(part >= 0);
            QVERIFY(std::abs(hit.distance - nearest) < 1e-4f);
            // Whatever is met is in the way of a ray that goes further, and not before.
            if (scene.parts[static_cast<std::size_t>(hit.part)].shadow == Shadow::Full)
                QVERIFY(scene.bvh.blocked(scene.parts, ray, nearest * 1.001f));
            QVERIFY(!scene.bvh.blocked(scene.parts, ray, nearest * 0.999f));
        }
    }
}

void TestRoomsGeometry::roomsAreClosed() {
    for (std::uint64_t key = 0; key < 12; ++key) {
        const Scene scene = generateScene(key, {});
        Random random(key);
        for (int i = 0; i < 400; ++i) {
            const Ray ray{scene.view.position, normalized(somewhere(random, 1))};
            QVERIFY(scene.bvh.closest(scene.parts, ray).part >= 0);
        }
    }
}

void TestRoomsGeometry::furnitureStandsClearOfTheCamera() {
    for (std::uint64_t key = 0; key < 40; ++key) {
        const Scene scene = generateScene(key, {});
        QVERIFY(!scene.lights.empty());
        for (const Piece& piece : scene.furniture) {
            const Bounds& box = piece.box;
            // In the room and on the floor; shelves' and beds' trims stand out by centimetres.
            QVERIFY(box.low.x > -0.05f && box.high.x < scene.size.x + 0.05f);
            QVERIFY(box.low.z > -0.05f && box.high.z < scene.size.z + 0.05f);
            QVERIFY(std::abs(box.low.y) < 0.02f && box.high.y < scene.size.y);
            const Vec3 near = lowest(highest(scene.view.position, box.low), box.high);
            QVERIFY(length(near - scene.view.position) > 0.2f);
        }
    }
}

QTEST_APPLESS_MAIN(TestRoomsGeometry)
#include "tst_rooms_geometry.moc"
