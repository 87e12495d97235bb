// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/npy.h"
#include "core/data/npy_planes.h"
#include "tests/core/reference_script.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

// Arrays as NumPy writes them, and what is made of them.

namespace {

std::span<const std::byte> spanOf(const std::string& bytes) {
    return std::as_bytes(std::span(bytes));
}

/// A file of version 1 with this header and these bytes behind it.
std::string npyFile(std::string header, const std::string& data = {}) {
    header += '\n';
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(header.size() % 256);
    file += static_cast<char>(header.size() / 256);
    return file + header + data;
}

std::string headerOf(const std::string& type, const std::string& shape, bool columnsFirst = false) {
    return "{'descr': '" + type + "', 'fortran_order': " + (columnsFirst ? "True" : "False")
           + ", 'shape': " + shape + ", }";
}

template <class Value>
std::string bytesOfValues(const std::vector<Value>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

} // namespace

class NpyTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path at(const QString& name) const {
        return m_folder.filePath(name).toStdString();
    }

private Q_SLOTS:
    void whatNumPyWroteIsReadAsItIs() {
        if (const QString lacking = lackingPython("numpy"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        QCOMPARE(runReference("write_npy.py", {m_folder.path()}), QString());
        int arrays = 0;
        for (const auto& entry : std::filesystem::directory_iterator(at("."))) {
            const auto& path = entry.path();
            const std::string bytes = fileBytes(path);
            if (path.extension() != ".npy")
                continue;
            const auto array = readNpy(spanOf(bytes));
            if (path.filename().string().starts_with("refused")) {
                QVERIFY2(!array, path.c_str());
                QCOMPARE(array.error().code, std::string("npy.type"));
                QVERIFY2(!array.error().hint.empty(), path.c_str());
                continue;
            }
            QVERIFY2(array, path.c_str());
            auto expected = path;
            const auto values = valuesOf<float>(expected.replace_extension(".expected"));
            QCOMPARE(static_cast<std::size_t>(array->size()), values.size());
            QVERIFY2(npyValues(*array, 0, array->size()) == values, path.c_str());
            if (values.size() > 4) { // a part alone
                const auto part = npyValues(*array, 3, array->size() - 4);
                QVERIFY2(part == std::vector(values.begin() + 3, values.end() - 1), path.c_str());
            }
            ++arrays;
        }
        QCOMPARE(arrays, 2 * 12 + 7);
    }

    void damagedFilesAreRefused_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const std::string& file, const char* code) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << code;
        };
        row("empty", "", "npy.header");
        row("another kind", "\x89PNG\r\n\x1a\n0000", "npy.header");
        row("the magic alone", "\x93NUMPY", "npy.truncated");
        row("version 9", std::string("\x93NUMPY\x09\x00\x01\x00\x00\x00", 12), "npy.version");
        row("no header", std::string("\x93NUMPY\x01\x00\x00\x00\x00\x00", 12), "npy.header");
        row("a header beyond the file", std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12),
            "npy.truncated");
        row("one byte short", npyFile(headerOf("<f4", "(2,)"), "1234567"), "npy.truncated");
        row("one byte more", npyFile(headerOf("<f4", "(2,)"), "123456789"), "npy.truncated");
        row("a huge shape", npyFile(headerOf("<f8", "(99999999999999, 99999999999999)")),
            "npy.header");
        row("a shape of many digits", npyFile(headerOf("<f8", "(9999999999999999999999,)")),
            "npy.header");
        row("a negative extent", npyFile(headerOf("<f8", "(-1,)")), "npy.header");
        row("no shape", npyFile("{'descr': '<f4', 'fortran_order': False}"), "npy.header");
        row("not closed", npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1,"),
            "npy.header");
        row("an unknown key", npyFile("{'code': 'x'}"), "npy.header");
        row("more behind", npyFile(headerOf("<f4", "(1,)") + " 1", "1234"), "npy.header");
        row("an unknown type", npyFile(headerOf("<f3", "(1,)"), "1234"), "npy.type");
        row("an empty type", npyFile(headerOf("", "(1,)"), "1234"), "npy.header");
        row("40 axes",
            npyFile(headerOf("<f4", "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
                                    "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"),
                    "1234"),
            "npy.header");
    }

    void damagedFilesAreRefused() {
        QFETCH(QByteArray, file);
        QFETCH(QString, code);
        const auto array =
            readNpy(std::as_bytes(std::span(file.constData(), std::size_t(file.size()))));
        QVERIFY(!array);
        QCOMPARE(QString::fromStdString(array.error().code), code);
        QVERIFY(!array.error().found.empty() && !array.error().expected.empty());
    }

    void picturesAreRoundedToBytes() {
        const std::string reals =
            npyFile(headerOf("<f4", "(1, 2, 3)"),
                    bytesOfValues<float>({0, 1, 0.5F, 254.4F / 255, -0.001F, 1.001F}));
        const auto image = npyImage(spanOf(reals), "a.npy");
        QVERIFY(image);
        QVERIFY(image->bytes == (std::vector<std::uint8_t>{0, 255, 128, 254, 0, 255}));
        const auto grey = npyImage(spanOf(npyFile(headerOf("|u1", "(2, 1)"), "\x07\x09")), "a.npy");
        QVERIFY(grey && grey->height == 2 && grey->width == 1);
        QVERIFY(grey->bytes == (std::vector<std::uint8_t>{7, 7, 7, 9, 9, 9}));
    }

    void picturesThatAreNoneAreRefused_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("hint");
        const auto row = [](const char* name, const std::string& file, const char* code,
                            const char* hint) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << code << hint;
        };
        row("values to 255",
            npyFile(headerOf("<f4", "(1, 1, 3)"), bytesOfValues<float>({0, 9, 255})), "npy.value",
            "uint8");
        row("NaN", npyFile(headerOf("<f4", "(1, 1, 3)"), bytesOfValues<float>({0, NAN, 1})),
            "npy.value", "");
        row("16 bits", npyFile(headerOf("<u2", "(1, 1, 3)"), "123456"), "npy.value", "uint8");
        row("channels first", npyFile(headerOf("|u1", "(3, 8, 8)"), std::string(192, 'x')),
            "npy.shape", "transpose");
        row("four axes", npyFile(headerOf("|u1", "(1, 1, 1, 3)"), "abc"), "npy.shape", "");
        row("one axis", npyFile(headerOf("|u1", "(3,)"), "abc"), "npy.shape", "");
        row("nothing", npyFile(headerOf("|u1", "(0, 4, 3)")), "npy.shape", "");
    }

    void picturesThatAreNoneAreRefused() {
        QFETCH(QByteArray, file);
        QFETCH(QString, code);
        QFETCH(QString, hint);
        const auto image = npyImage(
            std::as_bytes(std::span(file.constData(), std::size_t(file.size()))), "rooms/a.npy");
        QVERIFY(!image);
        QCOMPARE(QString::fromStdString(image.error().code), code);
        QCOMPARE(image.error().path, std::string("rooms/a.npy"));
        QVERIFY(QString::fromStdString(image.error().hint).contains(hint));
    }

    void targetsAreStoredInTheirEncoding() {
        TargetInfo classes{.name = "c", .encoding = Encoding::Index8, .ignore = 255};
        classes.classes.resize(13);
        const std::string labels =
            npyFile(headerOf("<f8", "(1, 3)"), bytesOfValues<double>({-1, 0, 12}));
        const auto plane = npyPlane(spanOf(labels), "l.npy", classes);
        QVERIFY(plane && plane->bytes == (std::vector<std::uint8_t>{255, 0, 12}));
        for (const double bad : {0.5, -2.0, 256.0, double(NAN)}) {
            const auto refused =
                npyPlane(spanOf(npyFile(headerOf("<f8", "(1, 1)"), bytesOfValues<double>({bad}))),
                         "l.npy", classes);
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, std::string("npy.value"));
        }
        const TargetInfo normals{
            .name = "n", .kind = &normalsTarget(), .encoding = Encoding::Rgb16};
        const std::string directions = npyFile(
            headerOf("<f4", "(1, 3, 3)"), bytesOfValues<float>({0, 0, -1.1F, 0, 0, 0, NAN, 0, 1}));
        const auto packed = npyPlane(spanOf(directions), "n.npy", normals);
        QVERIFY(packed);
        const auto* words = reinterpret_cast<const std::uint16_t*>(packed->bytes.data());
        QVERIFY(std::vector<std::uint16_t>(words, words + 9)
                == (std::vector<std::uint16_t>{32768, 32768, 0, 32768, 32768, 32768, 32768, 32768,
                                               32768}));
    }
};

QTEST_GUILESS_MAIN(NpyTest)
#include "tst_npy.moc"
