// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/safetensors_index.h"
#include "core/tensor/sha256.h"
#include "core/tensor/tensor_file.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QCryptographicHash>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

class TensorFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const {
        return m_folder.filePath(QString::fromLatin1(name)).toStdString();
    }

    static TensorFile example() {
        TensorFile file;
        file.header = {{"name", "example, ünïcode"}, {"step", 12}};
        file.tensors["b/M/depth"] = torch::arange(6, torch::kFloat32).reshape({2, 3});
        file.tensors["a/t"] = torch::full({}, 7, torch::kInt64);
        file.tensors["c"] = torch::arange(5, torch::kUInt8);
        file.tensors["d"] = torch::tensor({0.5, -1.25}, torch::kFloat64);
        file.tensors["e"] = torch::tensor({1.5F}, torch::kFloat32).to(torch::kBFloat16);
        file.tensors["f"] = torch::empty({0, 3}, torch::kFloat32);
        file.tensors["g"] = torch::tensor({true, false}, torch::kBool);
        return file;
    }

    static QByteArray bytesOf(const std::filesystem::path& path) {
        QFile file(QString::fromStdString(path.string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static void write(const std::filesystem::path& path, const QByteArray& bytes) {
        QFile file(QString::fromStdString(path.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

private Q_SLOTS:
    void whatWasWrittenIsReadToTheBit() {
        const TensorFile file = example();
        const auto written = writeTensorFile(path("a.safetensors"), file);
        QVERIFY(written);
        QCOMPARE(written->bytes, bytesOf(path("a.safetensors")).size());
        const auto read = readTensorFile(path("a.safetensors"));
        QVERIFY(read);
        QVERIFY(read->header == file.header);
        QVERIFY(read->tensors.size() == file.tensors.size());
        for (const auto& [name, tensor] : file.tensors)
            QVERIFY2(sameBits(read->tensors.at(name), tensor), name.c_str());
    }

    void tensorsThatAreNotWantedAreLeftOutAndStillChecked() {
        TensorFile file;
        file.tensors["a"] = torch::arange(100'000);
        file.tensors["b"] = torch::arange(7, torch::kFloat32);
        const auto place = path("parts.safetensors");
        QVERIFY(writeTensorFile(place, file).has_value());
        const auto onlyB = [](const std::string& name) { return name == "b"; };
        const auto part = readTensorFile(place, onlyB);
        QVERIFY(part.has_value());
        QCOMPARE(part->tensors.size(), 1U);
        QVERIFY(torch::equal(part->tensors.at("b"), file.tensors["b"]));
        QByteArray bytes = bytesOf(place);
        bytes[bytes.size() / 2] = char(bytes[bytes.size() / 2] ^ 1); // in "a"
        write(place, bytes);
        QCOMPARE(readTensorFile(place, onlyB).error().code, std::string("file.checksum"));
    }

    void equalContentsGiveEqualBytes() {
        QVERIFY(writeTensorFile(path("one"), example()));
        QVERIFY(writeTensorFile(path("two"), example()));
        QCOMPARE(bytesOf(path("one")), bytesOf(path("two")));
    }

    void theChecksumIsSha256OverTheFileWithZerosInItsPlace() {
        const auto written = writeTensorFile(path("sum"), example());
        QByteArray bytes = bytesOf(path("sum"));
        const QByteArray digits = QByteArray::fromStdString(written->sha256);
        QCOMPARE(bytes.count(digits), 1);
        bytes.replace(digits, QByteArray(64, '0'));
        QCOMPARE(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex(), digits);
    }

    void everyFlippedBitIsNoticed() {
        QVERIFY(writeTensorFile(path("whole"), example()));
        const QByteArray whole = bytesOf(path("whole"));
        for (qsizetype i = 0; i < whole.size(); ++i) {
            QByteArray flipped = whole;
            flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
            write(path("flipped"), flipped);
            QVERIFY2(!readTensorFile(path("flipped")), qPrintable(QString::number(i)));
        }
    }

    void everyTruncationIsNoticed() {
        QVERIFY(writeTensorFile(path("whole"), example()));
        const QByteArray whole = bytesOf(path("whole"));
        for (qsizetype size = 0; size < whole.size(); ++size) {
            write(path("cut"), whole.left(size));
            const auto read = readTensorFile(path("cut"));
            QVERIFY(!read);
            QVERIFY(!read.error().found.empty() || !read.error().hint.empty());
        }
        write(path("tail"), whole + "x");
        QCOMPARE(readTensorFile(path("tail")).error().code, std::string("safetensors.truncated"));
    }

    void aFailedWriteLeavesWhatWasThere() {
        QVERIFY(writeTensorFile(path("kept"), example()));
        const QByteArray before = bytesOf(path("kept"));
        // The temporary file's name is taken by a folder.
        QVERIFY(std::filesystem::create_directories(path("kept.concertina-part")));
        TensorFile other = example();
        other.header["step"] = 13;
        const auto written = writeTensorFile(path("kept"), other);
        QVERIFY(!written);
        QCOMPARE(written.error().code, std::string("file.write"));
        QCOMPARE(bytesOf(path("kept")), before);
    }

    void aMissingFolderIsAProblemThatNamesTheFile() {
        const auto written = writeTensorFile(path("no/such/folder/x"), example());
        QVERIFY(!written);
        QVERIFY(written.error().path.find("no/such/folder") != std::string::npos);
        QCOMPARE(readTensorFile(path("nothing")).error().code, std::string("file.read"));
        QCOMPARE(readTensorFile(m_folder.path().toStdString()).error().code,
                 std::string("file.read"));
    }

    void hostileHeadersAreRefused_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::newRow("no json") << QByteArray("hello");
        QTest::newRow("a list") << QByteArray("[1, 2]");
        QTest::newRow("no offsets") << QByteArray(R"({"a":{"dtype":"F32","shape":[1]}})");
        QTest::newRow("unknown type")
            << QByteArray(R"({"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}})");
        QTest::newRow("negative extent")
            << QByteArray(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})");
        QTest::newRow("overflowing shape")
            << QByteArray(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],)"
                          R"("data_offsets":[0,4]}})");
        QTest::newRow("offsets backwards")
            << QByteArray(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})");
        QTest::newRow("beyond the end")
            << QByteArray(R"({"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}})");
        QTest::newRow("overlapping")
            << QByteArray(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                          R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})");
        QTest::newRow("a gap")
            << QByteArray(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}})");
        QTest::newRow("metadata of numbers") << QByteArray(R"({"__metadata__":{"a":1}})");
        QTest::newRow("shape of texts")
            << QByteArray(R"({"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})");
    }

    void hostileHeadersAreRefused() {
        QFETCH(QByteArray, header);
        QByteArray file(8, '\0');
        file[0] = static_cast<char>(header.size());
        file += header + QByteArray(4, '\0');
        const auto bytes = std::as_bytes(std::span(file.constData(), static_cast<std::size_t>(file.size())));
        const auto index = readSafetensorsIndex(bytes);
        QVERIFY(!index);
        QVERIFY(!index.error().code.empty());
    }

    void aHeaderLongerThanTheFileIsRefused() {
        const QByteArray file("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
        const auto bytes = std::as_bytes(std::span(file.constData(), 10));
        QCOMPARE(readSafetensorsIndex(bytes).error().code, std::string("safetensors.truncated"));
    }

    void theKnownDigestOfAbc() { // FIPS 180-2, appendix B.1
        Sha256 sum;
        sum.add("a");
        sum.add("bc");
        QCOMPARE(sum.finish(), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2"
                                           "0015ad"));
    }
};

QTEST_GUILESS_MAIN(TensorFileTest)
#include "tst_tensor_file.moc"
