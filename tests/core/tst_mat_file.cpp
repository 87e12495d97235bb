// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/data_check.h"
#include "core/data/dataset.h"
#include "core/data/file_record.h"
#include "core/data/mat_file.h"
#include "tests/core/reference_script.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace concertina;
using namespace concertina::testing;

// NYU Depth V2 as it is published, in files that h5py wrote; what they hold, NumPy wrote beside
// them.

namespace {

constexpr int height = 12, width = 16;

template <class Value>
std::vector<Value> valuesIn(const TargetPlane& plane) {
    std::vector<Value> values(plane.bytes.size() / sizeof(Value));
    std::memcpy(values.data(), plane.bytes.data(), plane.bytes.size());
    return values;
}

/// What the process writes to stderr while it lives.
class StderrCapture {
public:
    explicit StderrCapture(const std::string& file) : m_kept(::dup(2)) {
        std::fflush(stderr);
        const int into = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(into, 2);
        ::close(into);
    }
    ~StderrCapture() {
        std::fflush(stderr);
        ::dup2(m_kept, 2);
        ::close(m_kept);
    }

private:
    int m_kept;
};

} // namespace

class MatFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path at(const QString& name) const {
        return m_folder.filePath(name).toStdString();
    }

    Expected<std::shared_ptr<const Dataset>> open(const QString& name, Json options = {}) const {
        options["path"] = at(name).string();
        return openDataset({"nyuv2", options});
    }

    /// The frame of an official number.
    static Sample frame(const Dataset& dataset, int number) {
        for (const SplitInfo& split : dataset.description().splits)
            for (int i = 0; i < split.size; ++i)
                if (std::stoi(dataset.sampleName(split.name, i)) == number)
                    return dataset.sample(split.name, i, height, width).value();
        qFatal("no frame %d", number);
    }

private Q_SLOTS:
    void initTestCase() {
        if (const QString lacking = lackingPython("numpy, h5py, scipy"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        QCOMPARE(runReference("write_mat.py",
                              {m_folder.path(), QStringLiteral(CONCERTINA_SOURCE_DIR
                                                               "/resources/nyuv2/official.json")}),
                 QString());
    }

    void theSplitIsTheOfficialOne() {
        const auto dataset = open("nyu.mat");
        QVERIFY2(dataset, dataset ? "" : toText(dataset.error()).c_str());
        std::vector<std::string> names;
        for (const SplitInfo& split : (*dataset)->description().splits)
            for (int i = 0; i < split.size; ++i)
                names.push_back(split.name + (*dataset)->sampleName(split.name, i));
        // Of frames 1 to 14, as the list of the data set has them.
        QVERIFY(names
                == (std::vector<std::string>{"train0003", "train0004", "train0005", "train0006",
                                             "train0007", "train0008", "train0010", "train0011",
                                             "train0012", "train0013", "val0001", "val0002",
                                             "val0009", "val0014"}));
    }

    void framesAreWhatNumPyWrote_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("classes");
        QTest::addColumn<QString>("labels");
        QTest::newRow("13 classes, by the file's names") << "nyu.mat"
                                                         << "13"
                                                         << "label13";
        QTest::newRow("40 classes, by the file's names") << "nyu.mat"
                                                         << "40"
                                                         << "label40";
        QTest::newRow("13 classes, in the official order") << "plain.mat"
                                                           << "13"
                                                           << "plain13";
    }

    void framesAreWhatNumPyWrote() {
        QFETCH(QString, file);
        QFETCH(QString, classes);
        QFETCH(QString, labels);
        const auto dataset = open(file, {{"classes", classes.toStdString()}});
        QVERIFY2(dataset, dataset ? "" : toText(dataset.error()).c_str());
        QCOMPARE(static_cast<int>((*dataset)->description().targets[0].classes.size()),
                 classes.toInt());
        for (int number = 1; number <= 14; ++number) {
            const Sample sample = frame(**dataset, number);
            const auto expected = [&](const QString& what) {
                return at(QString::number(number) + "." + what);
            };
            QVERIFY(sample.image.bytes == valuesOf<std::uint8_t>(expected("image")));
            QVERIFY(sample.targets[0].bytes == valuesOf<std::uint8_t>(expected(labels)));
            QVERIFY(valuesIn<float>(sample.targets[1]) == valuesOf<float>(expected("depth")));
            if (file != "plain.mat")
                continue;
            const auto packed = valuesIn<std::uint16_t>(sample.targets[2]);
            const auto normals = valuesOf<float>(expected("normal"));
            QCOMPARE(packed.size(), normals.size());
            for (std::size_t i = 0; i < packed.size(); ++i) // half a step of 1/32767.5
                QVERIFY(std::abs(packed[i] / 32767.5 - 1 - double(normals[i])) < 1.7e-5);
        }
    }

    void theBorderIsCutWhereDepthWasMeasured() {
        const auto dataset = open("nyu.mat", {{"cut_border", true}});
        QVERIFY(dataset);
        // Rows 44 to 470 of 480 are rows 1 to 11 of 12, columns 40 to 600 of 640 are 1 to 14 of 16.
        const auto sample = (*dataset)->sample("train", 0, 11, 14);
        QVERIFY(sample);
        const auto whole = valuesOf<float>(at("3.depth"));
        const auto cut = valuesIn<float>(sample->targets[1]);
        for (int y = 0; y < 11; ++y)
            for (int x = 0; x < 14; ++x)
                QCOMPARE(cut[std::size_t(y * 14 + x)], whole[std::size_t((y + 1) * width + x + 1)]);
    }

    void filesThatAreNoneOfItAreRefused_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* file, const char* code, const char* said) {
            QTest::newRow(file) << file << code << said;
        };
        row("none.mat", "mat.missing", "no such file");
        row("version-5.mat", "mat.version", "-v7.3");
        row("a-text.mat", "mat.format", "another kind");
        row("lacks-depths.mat", "mat.field", "it has: #refs#, images, labels, names");
        row("other-sizes.mat", "mat.shape", "labels");
        row("one-picture.mat", "mat.shape", "images");
        row("real-images.mat", "mat.shape", "reals");
        row("other-names.mat", "mat.names", "a wormhole");
        row("texts.mat", "mat.damaged", "depths");
        row("many-frames.mat", "mat.shape", "1450 frames");
        row("cut-0.mat", "mat.damaged", "empty");
        row("cut-100.mat", "mat.damaged", "header");
        row("cut-512.mat", "mat.damaged", "header");
        row("cut-700.mat", "mat.damaged", "can't be opened");
        row("cut-5000.mat", "mat.damaged", "truncated");
    }

    void filesThatAreNoneOfItAreRefused() {
        QFETCH(QString, file);
        QFETCH(QString, code);
        QFETCH(QString, said);
        const auto noise = at("stderr.txt");
        const auto dataset = [&] {
            const StderrCapture capture(noise.string());
            return open(file);
        }();
        QVERIFY(!dataset);
        QCOMPARE(QString::fromStdString(dataset.error().code), code);
        QVERIFY2(toText(dataset.error()).find(said.toStdString()) != std::string::npos,
                 toText(dataset.error()).c_str());
        QVERIFY(dataset.error().path.ends_with(file.toStdString()));
        QCOMPARE(QString::fromStdString(fileBytes(noise)), QString()); // libhdf5 is quiet
    }

    void aLabelBeyondTheNamesIsReportedWithItsFrame() {
        const auto dataset = open("high-label.mat");
        QVERIFY(dataset);
        const auto sample = (*dataset)->sample("train", 0, height, width);
        QVERIFY(!sample);
        QCOMPARE(sample.error().code, std::string("dataset.class"));
        QVERIFY(sample.error().hint.find("0003") != std::string::npos);
    }

    void severalThreadsReadOneFile() {
        const auto dataset = open("nyu.mat");
        QVERIFY(dataset);
        const Sample expected = frame(**dataset, 3);
        std::atomic<int> wrong = 0;
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i) {
                    const auto sample = (*dataset)->sample("train", 0, height, width);
                    wrong += !sample || sample->image != expected.image
                             || sample->targets != expected.targets;
                }
            });
        threads.clear();
        QCOMPARE(wrong.load(), 0);
    }

    void aCheckReadsEveryFrame() {
        const auto check = checkData({"nyuv2", {{"path", at("nyu.mat").string()}}},
                                     [](double, const std::string&) {}, {});
        QVERIFY(check);
        QCOMPARE(check->problems, Problems{});
        QCOMPARE(check->splits.size(), std::size_t{2});
        QCOMPARE(check->splits[0].targets[1].known, std::int64_t{10 * height * width});
    }

    void otherContentsAreNoticed() {
        const auto news = std::make_shared<DataNews>();
        const auto file = at("changing.mat");
        std::filesystem::copy_file(at("plain.mat"), file);
        const auto session = [&] {
            const auto record = std::make_shared<FileRecord>(at("files.jsonl"), news);
            QVERIFY(
                openDataset({"nyuv2", {{"path", file.string()}}}, {.news = news, .files = record}));
            record->flush();
        };
        session();
        QVERIFY(news->take(true).empty());
        std::string bytes = fileBytes(file);
        bytes[bytes.size() - 100] ^= 1; // among the last field's values
        writeFile(file, bytes);
        std::filesystem::last_write_time(file, std::filesystem::last_write_time(file)
                                                   + std::chrono::hours(1));
        session();
        const auto notices = news->take(true);
        QCOMPARE(notices.size(), std::size_t{1});
        QCOMPARE(notices[0].code, std::string("resume.dataset"));
    }
};

QTEST_GUILESS_MAIN(MatFileTest)
#include "tst_mat_file.moc"
