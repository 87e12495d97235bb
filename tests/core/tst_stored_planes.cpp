// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_files.h"
#include "tests/core/picture_bytes.h"
#include "tests/printing.h"

#include <QTest>

#include <cstring>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int rows = 5;
constexpr int columns = 11;

/// Every value below `count` now and then, in no order that a mistake would keep.
std::vector<int> pattern(int count, int channels = 1) {
    std::vector<int> samples;
    for (int i = 0; i < rows * columns * channels; ++i)
        samples.push_back((i * 7 + i / 5) % count);
    return samples;
}

std::vector<std::array<std::uint8_t, 3>> colors(int count) {
    std::vector<std::array<std::uint8_t, 3>> palette;
    for (int i = 0; i < count; ++i)
        palette.push_back({static_cast<std::uint8_t>(37 * i + 9), static_cast<std::uint8_t>(91 * i),
                           static_cast<std::uint8_t>(200 - i)});
    return palette;
}

std::vector<std::array<std::uint8_t, 3>> greys(const std::vector<int>& values) {
    std::vector<std::array<std::uint8_t, 3>> palette;
    for (const int value : values)
        palette.push_back({static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value),
                           static_cast<std::uint8_t>(value)});
    return palette;
}

Expected<TargetPlane> planeOf(const std::string& bytes, Encoding encoding) {
    return decodePlane(std::as_bytes(std::span(bytes)), "label.png", encoding);
}

/// The values of a plane, of one or two bytes a sample.
std::vector<int> valuesOf(const TargetPlane& plane) {
    const bool wide = plane.encoding == Encoding::Index16 || plane.encoding == Encoding::UInt16
                      || plane.encoding == Encoding::Rgb16;
    std::vector<int> values;
    for (std::size_t at = 0; at < plane.bytes.size(); at += wide ? 2 : 1) {
        std::uint16_t value = plane.bytes[at];
        if (wide)
            std::memcpy(&value, plane.bytes.data() + at, 2);
        values.push_back(value);
    }
    return values;
}

} // namespace

class StoredPlanesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void indicesAreReadAsTheyAreStored_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("color");
        QTest::addColumn<bool>("interlaced");
        for (const int color : {0, 3})
            for (const int bits : {1, 2, 4, 8})
                for (const bool interlaced : {false, true})
                    QTest::addRow("%d bits, %s%s", bits, color == 0 ? "grey" : "palette",
                                  interlaced ? ", interlaced" : "")
                        << bits << color << interlaced;
    }

    void indicesAreReadAsTheyAreStored() {
        QFETCH(int, bits);
        QFETCH(int, color);
        QFETCH(bool, interlaced);
        const PngFile file{.height = rows,
                           .width = columns,
                           .bits = bits,
                           .color = color,
                           .samples = pattern(1 << bits),
                           .palette = color == 3 ? colors(1 << bits) : colors(0),
                           .interlaced = interlaced};
        for (const Encoding encoding : {Encoding::Index8, Encoding::Index16}) {
            const auto plane = planeOf(file.bytes(), encoding);
            QVERIFY2(plane, plane ? "" : toText(plane.error()).c_str());
            QCOMPARE(plane->height, rows);
            QCOMPARE(plane->width, columns);
            QCOMPARE(valuesOf(*plane), file.samples);
        }
    }

    void sixteenBitsAreReadInTheMachinesOrder() {
        const PngFile file{.height = rows, .width = columns, .bits = 16, .samples = pattern(60013)};
        for (const Encoding encoding : {Encoding::Index16, Encoding::UInt16})
            QCOMPARE(valuesOf(*planeOf(file.bytes(), encoding)), file.samples);
        const Problem refused = planeOf(file.bytes(), Encoding::Index8).error();
        QCOMPARE(refused.code, std::string("image.type"));
        QVERIFY(refused.found.find("16-bit grey") != std::string::npos);
        QVERIFY(refused.hint.find("index16") != std::string::npos);
    }

    void transparentColoursAreColours() { // as VOC's background is
        PngFile file{.height = rows,
                     .width = columns,
                     .color = 3,
                     .samples = pattern(3),
                     .palette = colors(3),
                     .transparency = std::string(1, '\0')};
        QCOMPARE(valuesOf(*planeOf(file.bytes(), Encoding::Index8)), file.samples);
        file.color = 0;
        file.palette.clear();
        file.transparency = std::string("\0\1", 2);
        QCOMPARE(valuesOf(*planeOf(file.bytes(), Encoding::Index8)), file.samples);
    }

    void aPaletteMayLackTheColourOfAnIndex() { // 255, "ignore", often has none
        const PngFile file{.height = 1,
                           .width = 3,
                           .color = 3,
                           .samples = {0, 255, 1},
                           .palette = colors(2)};
        QCOMPARE(valuesOf(*planeOf(file.bytes(), Encoding::Index8)), file.samples);
    }

    void depthIsReadAsItIsStored() {
        for (const int bits : {1, 2, 4, 8}) {
            const PngFile file{.height = rows,
                               .width = columns,
                               .bits = bits,
                               .samples = pattern(1 << bits)};
            QCOMPARE(valuesOf(*planeOf(file.bytes(), Encoding::UInt8)), file.samples);
            QCOMPARE(planeOf(file.bytes(), Encoding::UInt16).error().code,
                     std::string("image.type"));
        }
    }

    void directionsAreReadAsTheyAreStored() {
        PngFile file{.height = rows, .width = columns, .color = 2, .samples = pattern(251, 3)};
        QCOMPARE(valuesOf(*planeOf(file.bytes(), Encoding::Rgb8)), file.samples);
        QCOMPARE(planeOf(file.bytes(), Encoding::Rgb16).error().code, std::string("image.type"));
        file.bits = 16;
        file.samples = pattern(60013, 3);
        QCOMPARE(valuesOf(*planeOf(file.bytes(), Encoding::Rgb16)), file.samples);
        // Few directions, so a tool made a palette of them: the colours are what is stored.
        const PngFile few{.height = 1,
                          .width = 4,
                          .bits = 2,
                          .color = 3,
                          .samples = {2, 0, 1, 2},
                          .palette = {{{127, 127, 0}, {255, 127, 127}, {127, 255, 127}}}};
        QCOMPARE(valuesOf(*planeOf(few.bytes(), Encoding::Rgb8)),
                 (std::vector<int>{127, 255, 127, 127, 127, 0, 255, 127, 127, 127, 255, 127}));
    }

    void anOpaqueAlphaIsPassedOverAndAnotherRefused() {
        std::vector<int> samples;
        for (const int value : pattern(3))
            samples.insert(samples.end(), {value, 255});
        PngFile file{.height = rows, .width = columns, .color = 4, .samples = samples};
        QCOMPARE(valuesOf(*planeOf(file.bytes(), Encoding::Index8)), pattern(3));
        file.samples[27] = 254;
        const Problem refused = planeOf(file.bytes(), Encoding::Index8).error();
        QCOMPARE(refused.code, std::string("image.type"));
        QVERIFY(refused.found.find("alpha") != std::string::npos);
        QVERIFY(refused.hint.find("without alpha") != std::string::npos);
    }

    void coloursAreNoIndices() {
        const PngFile file{.height = rows, .width = columns, .color = 2, .samples = pattern(3, 3)};
        const Problem refused = planeOf(file.bytes(), Encoding::Index8).error();
        QCOMPARE(refused.code, std::string("image.type"));
        QVERIFY(refused.found.find("8-bit RGB") != std::string::npos);
        QVERIFY(refused.hint.find("index") != std::string::npos);
    }

    void palettesOfGreys_data() {
        QTest::addColumn<std::vector<int>>("greysOfIndices");
        QTest::addColumn<bool>("isRead");
        QTest::newRow("each its own index") << std::vector<int>{0, 1, 2} << true;
        QTest::newRow("from black to white") << std::vector<int>{0, 255} << true;
        // The grey label {0, 5, 255}, or indices {0, 1, 2} that are shown so.
        QTest::newRow("either could be meant") << std::vector<int>{0, 5, 255} << false;
    }

    void palettesOfGreys() {
        QFETCH(std::vector<int>, greysOfIndices);
        QFETCH(bool, isRead);
        const auto count = static_cast<int>(greysOfIndices.size());
        const PngFile file{.height = rows,
                           .width = columns,
                           .bits = 2,
                           .color = 3,
                           .samples = pattern(count),
                           .palette = greys(greysOfIndices)};
        const auto plane = planeOf(file.bytes(), Encoding::Index8);
        if (isRead) {
            QCOMPARE(valuesOf(*plane), file.samples);
            return;
        }
        QCOMPARE(plane.error().code, std::string("image.type"));
        QVERIFY(plane.error().hint.find("save it as") != std::string::npos);
    }

    void palettesOfDepthAreReadWhereNothingElseCanBeMeant() {
        PngFile file{.height = rows,
                     .width = columns,
                     .color = 3,
                     .samples = pattern(3),
                     .palette = greys({0, 1, 2})};
        QCOMPARE(valuesOf(*planeOf(file.bytes(), Encoding::UInt8)), file.samples);
        file.palette = colors(3);
        QCOMPARE(planeOf(file.bytes(), Encoding::UInt8).error().code, std::string("image.type"));
    }

    void damageInsideAPngIsReported() {
        const PngFile file{.height = rows, .width = columns, .samples = pattern(250)};
        std::string bytes = file.bytes();
        bytes[bytes.size() - 30] ^= 0x10; // in the pixels: the checksums show it
        QCOMPARE(planeOf(bytes, Encoding::Index8).error().code, std::string("image.unreadable"));
    }

    void tiffSamplesAreReadAsTheyAreStoredOrRefusedByName_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("photometric");
        QTest::addColumn<QString>("refused");
        QTest::newRow("8 bits") << 8 << 1 << "";
        QTest::newRow("1 bit") << 1 << 1 << "1-bit samples";
        QTest::newRow("4 bits") << 4 << 1 << "4-bit samples";
        QTest::newRow("0 is white") << 8 << 0 << "0 is white";
        QTest::newRow("palette") << 8 << 3 << "palette";
    }

    void tiffSamplesAreReadAsTheyAreStoredOrRefusedByName() {
        QFETCH(int, bits);
        QFETCH(int, photometric);
        QFETCH(QString, refused);
        for (const bool bigEndian : {false, true}) {
            const TiffFile file{.height = rows,
                                .width = columns,
                                .bits = bits,
                                .photometric = photometric,
                                .samples = pattern(std::min(1 << bits, 40)),
                                .bigEndian = bigEndian};
            const auto plane = planeOf(file.bytes(), Encoding::Index8);
            if (refused.isEmpty()) {
                QVERIFY2(plane, plane ? "" : toText(plane.error()).c_str());
                QCOMPARE(valuesOf(*plane), file.samples);
                continue;
            }
            QCOMPARE(plane.error().code, std::string("image.type"));
            QVERIFY2(plane.error().found.find(refused.toStdString()) != std::string::npos,
                     plane.error().found.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(StoredPlanesTest)
#include "tst_stored_planes.moc"
