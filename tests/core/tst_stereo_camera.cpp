// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/stereo_camera.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>
#include <fstream>

using namespace concertina;

namespace {

TargetPlane disparities(const std::vector<std::uint16_t>& values) {
    TargetPlane plane{Encoding::UInt16, 1, static_cast<int>(values.size()), {}};
    plane.bytes.resize(values.size() * 2);
    std::memcpy(plane.bytes.data(), values.data(), plane.bytes.size());
    return plane;
}

std::vector<float> floats(const TargetPlane& plane) {
    std::vector<float> values(plane.bytes.size() / sizeof(float));
    std::memcpy(values.data(), plane.bytes.data(), plane.bytes.size());
    return values;
}

std::string cameraText(const std::string& baseline, const std::string& fx) {
    return R"({"extrinsic": {"baseline": )" + baseline + R"(}, "intrinsic": {"fx": )" + fx
           + R"(, "fy": 1, "u0": 2, "v0": 3}})";
}

} // namespace

class StereoCameraTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void depthsAreOfTheirDisparitiesByHand() {
        // 0.2 m · 2000 pixels = 400: no measurement, infinitely far, 1/256 of a pixel, 1, 10, 100.
        const TargetPlane plane = disparities({0, 1, 2, 257, 2561, 25601});
        const StereoCamera camera{0.2, 2000};
        QCOMPARE(floats(depthPlane(plane, camera, 0)),
                 (std::vector<float>{0, 0, 102400, 400, 40, 4}));
        QCOMPARE(floats(depthPlane(plane, camera, 40)), (std::vector<float>{0, 0, 0, 0, 40, 4}));
        // What MTAN's prepared files reach where the published ones reach 32257.
        const auto inverse = floats(inverseDepthPlane(disparities({0, 1, 32257})));
        QCOMPARE(inverse[0], 0.0F);
        QVERIFY(inverse[1] > 0);
        QVERIFY(std::abs(inverse[2] - 0.4922F) < 5e-5F);
    }

    void whatElseACameraHasIsNotLookedAt() {
        const auto camera = readStereoCamera(
            R"({"extrinsic": {"baseline": 0.209313, "pitch": "?"}, "intrinsic": {"fx": 2262.52}})");
        QVERIFY(camera);
        QCOMPARE(camera->baseline, 0.209313);
        QCOMPARE(camera->fx, 2262.52);
    }

    void camerasThatCannotBeUsedAreNamed_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("place");
        const auto row = [](const char* name, const std::string& text, const char* place) {
            QTest::newRow(name) << QString::fromStdString(text) << place;
        };
        row("empty", "", "");
        row("cut", cameraText("0.2", "2000").substr(0, 30), "");
        row("NaN", cameraText("NaN", "2000"), "");
        row("no object", "[1, 2]", "extrinsic.baseline");
        row("nothing in it", "{}", "extrinsic.baseline");
        row("no baseline", R"({"extrinsic": {}, "intrinsic": {"fx": 1}})", "extrinsic.baseline");
        row("no intrinsic", R"({"extrinsic": {"baseline": 1}})", "intrinsic.fx");
        row("intrinsic is a number", R"({"extrinsic": {"baseline": 1}, "intrinsic": 4})",
            "intrinsic.fx");
        row("baseline 0", cameraText("0", "2000"), "extrinsic.baseline");
        row("baseline below 0", cameraText("-0.2", "2000"), "extrinsic.baseline");
        row("baseline null", cameraText("null", "2000"), "extrinsic.baseline");
        row("baseline a text", cameraText("\"0.2\"", "2000"), "extrinsic.baseline");
        row("focal length 0", cameraText("0.2", "0.0"), "intrinsic.fx");
        row("focal length true", cameraText("0.2", "true"), "intrinsic.fx");
        row("beyond numbers", cameraText("0.2", "1e999"), "");
        row("a product beyond numbers", cameraText("1e200", "1e200"), "extrinsic.baseline");
    }

    void camerasThatCannotBeUsedAreNamed() {
        QFETCH(QString, text);
        QFETCH(QString, place);
        const auto camera = readStereoCamera(text.toStdString());
        QVERIFY(!camera);
        QCOMPARE(camera.error().code, std::string("camera.json"));
        QCOMPARE(camera.error().path, place.toStdString());
        QVERIFY(!camera.error().found.empty() && !camera.error().expected.empty());
    }

    void aFileThatIsNotThereOrHugeIsNamed() {
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("camera.json").toStdString();
        QCOMPARE(readCameraText(file).error().code, std::string("camera.missing"));
        QCOMPARE(readCameraText(folder.path().toStdString()).error().code,
                 std::string("camera.missing"));
        std::ofstream(file) << cameraText("0.2", "2000") << std::string(2 << 20, ' ');
        QCOMPARE(readCameraText(file).error().code, std::string("camera.json"));
        QCOMPARE(readCameraText(file).error().path, file.string());
    }
};

QTEST_GUILESS_MAIN(StereoCameraTest)
#include "tst_stereo_camera.moc"
