// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/depth_normals.h"
#include "core/values/random.h"
#include "tests/core/reference_script.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cmath>
#include <limits>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int height = 24, width = 30;
constexpr Camera camera{31, 29, 14.2, 11.7};

using Vector = std::array<double, 3>;

/// The depths of the plane n · P = −1 through each pixel's ray.
std::vector<float> planeDepths(const Vector& normal) {
    std::vector<float> depths;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            depths.push_back(
                static_cast<float>(-1
                                   / (normal[0] * (x - camera.cx) / camera.fx
                                      + normal[1] * (y - camera.cy) / camera.fy + normal[2])));
    return depths;
}

Vector normalAt(const std::vector<std::uint16_t>& packed, std::size_t pixel) {
    return {packed[3 * pixel] / 32767.5 - 1, packed[3 * pixel + 1] / 32767.5 - 1,
            packed[3 * pixel + 2] / 32767.5 - 1};
}

double lengthOf(const Vector& v) {
    return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

} // namespace

class DepthNormalsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPlaneHasItsOwnNormalEverywhere_data() {
        QTest::addColumn<int>("window");
        QTest::newRow("3") << 3;
        QTest::newRow("9") << 9;
        QTest::newRow("15") << 15;
    }

    void aPlaneHasItsOwnNormalEverywhere() {
        QFETCH(int, window);
        for (const Vector& plane :
             {Vector{0, 0, -1}, Vector{0.3, -0.2, -0.9}, Vector{-0.5, 0.6, -0.7}}) {
            const auto depths = planeDepths(plane);
            for (const float depth : depths)
                QVERIFY(depth > 0);
            const auto normals = normalsFromDepth(depths, height, width, camera, window);
            for (std::size_t i = 0; i < depths.size(); ++i) {
                const Vector normal = normalAt(normals, i);
                const bool corner = (i % width < 4 || i % width >= width - 4)
                                    && (i / width < 4 || i / width >= height - 4);
                if (corner && lengthOf(normal) < 0.1) // less than a third of the window is inside
                    continue;
                for (std::size_t c = 0; c < 3; ++c) // depths are floats, directions 16 bits
                    QVERIFY(std::abs(normal[c] - plane[c] / lengthOf(plane)) < 2e-4);
            }
        }
    }

    void unknownDepthsCountNowhere() {
        const Vector plane{0.1, -0.4, -0.9};
        auto depths = planeDepths(plane);
        Random random{11};
        std::vector<bool> gone(depths.size());
        for (std::size_t i = 0; i < depths.size(); ++i)
            if ((gone[i] = random.uniform() < 0.3))
                depths[i] = std::array{0.0F, -1.0F, std::numeric_limits<float>::quiet_NaN(),
                                       std::numeric_limits<float>::infinity()}[i % 4];
        const auto normals = normalsFromDepth(depths, height, width, camera, 9);
        for (std::size_t i = 0; i < depths.size(); ++i) {
            const Vector normal = normalAt(normals, i);
            if (lengthOf(normal) < 0.1)
                continue;
            QVERIFY(!gone[i]);
            QVERIFY(std::abs(normal[1] - plane[1] / lengthOf(plane)) < 2e-4);
        }
        QVERIFY(lengthOf(normalAt(normals, 12 * width + 15)) > 0.9 || gone[12 * width + 15]);
    }

    void aStepInDepthHasNoNormalAcrossIt() {
        std::vector<float> depths(height * width, 1);
        for (int y = 0; y < height; ++y)
            for (int x = width / 2; x < width; ++x)
                depths[std::size_t(y * width + x)] = 3;
        const auto normals = normalsFromDepth(depths, height, width, camera, 7);
        const auto lengthAt = [&](int x) {
            return lengthOf(normalAt(normals, std::size_t(12 * width + x)));
        };
        QVERIFY(lengthAt(width / 2) < 0.1 && lengthAt(width / 2 - 1) < 0.1);
        QVERIFY(lengthAt(4) > 0.99 && lengthAt(width - 5) > 0.99);
    }

    void itIsTheFitOfLeastSquares() {
        if (const QString lacking = lackingPython("numpy"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        auto depths = planeDepths({0.3, 0.2, -0.8});
        Random random{5};
        for (float& depth : depths)
            depth *= static_cast<float>(1 + 0.02 * (random.uniform() - 0.5));
        depths[40] = 0;
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        writeFile(path / "depth.f32",
                  {reinterpret_cast<const char*>(depths.data()), depths.size() * sizeof(float)});
        const auto number = [](double value) { return QString::number(value, 'g', 17); };
        QCOMPARE(runReference("plane_normals.py",
                              {folder.path(), QString::number(height), QString::number(width), "7",
                               number(camera.fx), number(camera.fy), number(camera.cx),
                               number(camera.cy)}),
                 QString());
        const auto expected = valuesOf<float>(path / "normal.f32");
        const auto normals = normalsFromDepth(depths, height, width, camera, 7);
        QCOMPARE(normals.size(), expected.size());
        int known = 0;
        for (std::size_t i = 0; i < normals.size() / 3; ++i) {
            const Vector normal = normalAt(normals, i);
            for (std::size_t c = 0; c < 3; ++c)
                QVERIFY(std::abs(normal[c] - double(expected[3 * i + c])) < 4e-5);
            known += lengthOf(normal) > 0.9;
        }
        QVERIFY(known > height * width / 2);
    }
};

QTEST_GUILESS_MAIN(DepthNormalsTest)
#include "tst_depth_normals.moc"
