// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/folder_dataset.h"
#include "core/data/image_files.h"
#include "tests/core/folder_testing.h"
#include "tests/core/reference_script.h"

#include <QTest>

#include <opencv2/imgcodecs.hpp>

#include <array>
#include <cmath>
#include <set>

using namespace concertina;
using namespace concertina::testing;

// Tables of files, and MTAN's folder of arrays: datasets whose samples are files, whatever lists
// them.

namespace {

/// A folder with pictures of 6 × 4 pixels and three targets, as `TestFolder` has them, and a table.
class TableFolder {
public:
    TableFolder() {
        for (const char* id : {"a", "b", "c", "d"}) {
            const int n = id[0] - 'a';
            TestFolder::write(at(std::string("pics/") + id + ".png"), plane(CV_8UC3, 40 + n));
            TestFolder::write(at(std::string("l/") + id + ".png"), plane(CV_8UC1, n));
            TestFolder::write(at(std::string("d/") + id + ".png"), plane(CV_16UC1, 1000 * (n + 1)));
            cv::Mat normals(4, 6, CV_8UC3, cv::Scalar(128, 128, 0));
            TestFolder::write(at(std::string("n/") + id + ".png"), normals);
        }
        table("image,label,depth,normal,split\n"
              "pics/a.png,l/a.png,d/a.png,n/a.png,train\n"
              "pics/b.png,l/b.png,,n/b.png,train\n"
              "\"pics/c.png\",l/c.png,d/c.png,n/c.png,val\n"
              "pics/d.png,l/d.png,d/d.png,,train\n");
    }

    std::filesystem::path at(const std::string& name) const {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }
    void table(const std::string& text) const { writeFile(at("samples.csv"), text); }

    OpenedDataset open(Json options = {}) const {
        options["path"] = at("samples.csv").string();
        return openWholly({"table", options});
    }

private:
    QTemporaryDir m_folder;
};

std::string textOf(const Problems& problems) {
    return toText(problems);
}

} // namespace

class TableDatasetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatColumnsHoldIsSeenInTheirFiles() {
        const TableFolder folder;
        const auto dataset = folder.open();
        QVERIFY2(dataset, dataset ? "" : textOf(dataset.error()).c_str());
        const DatasetDescription& description = (*dataset)->description();
        QCOMPARE(description.name, std::string("samples"));
        QCOMPARE(toText(description),
                 std::string("train 3 samples (depth 2, normal 2, others all), val 1 sample"));
        QCOMPARE(description.targets.size(), std::size_t{3});
        QCOMPARE(description.targets[0].name, std::string("segmentation")); // the only classes
        QCOMPARE(description.targets[0].classes.size(), std::size_t{4});
        QVERIFY(description.targets[1].encoding == Encoding::UInt16);
        QCOMPARE(description.targets[1].scale, 0.001);
        QVERIFY(description.targets[2].encoding == Encoding::Rgb8);
        const auto sample = (*dataset)->sample("train", 2, 4, 6);
        QVERIFY2(sample, sample ? "" : toText(sample.error()).c_str());
        QCOMPARE(int(sample->image.bytes[0]), 43);
        QCOMPARE(int(sample->targets[0].bytes[0]), 3);
        QVERIFY(sample->targets[2].empty());
        QCOMPARE((*dataset)->sampleName("train", 2), std::string("pics/d.png"));
    }

    void targetsAreWhatIsSaidOfThem() {
        const TableFolder folder;
        const auto dataset = folder.open({{"targets",
                                           {"walls: index8 classes=9 ignore=7 column=label",
                                            "depth: uint16 scale=0.01 offset=1 invalid=3"}}});
        QVERIFY2(dataset, dataset ? "" : textOf(dataset.error()).c_str());
        const auto& targets = (*dataset)->description().targets;
        QCOMPARE(targets.size(), std::size_t{2});
        QCOMPARE(targets[0].name, std::string("walls"));
        QCOMPARE(targets[0].classes.size(), std::size_t{9});
        QCOMPARE(targets[0].ignore, 7);
        QCOMPARE(targets[1].scale, 0.01);
        QCOMPARE(targets[1].offset, 1.0);
        QVERIFY(targets[1].invalid == std::optional(3.0));
    }

    void withoutAColumnAShareIsHeldBackWhateverTheOrder() {
        const TableFolder folder;
        const auto namesOf = [&](const std::string& rows, int seed) {
            folder.table("image,label\n" + rows);
            const auto dataset = folder.open({{"val_share", 0.5}, {"split_seed", seed}});
            if (!dataset)
                qFatal("%s", textOf(dataset.error()).c_str());
            std::set<std::string> names;
            for (int i = 0; i < (*dataset)->description().split("val")->size; ++i)
                names.insert((*dataset)->sampleName("val", i));
            return names;
        };
        const std::string forth = "pics/a.png,l/a.png\npics/b.png,l/b.png\npics/c.png,l/c.png\n"
                                  "pics/d.png,l/d.png\n";
        const std::string back = "pics/d.png,l/d.png\npics/c.png,l/c.png\npics/b.png,l/b.png\n"
                                 "pics/a.png,l/a.png\n";
        QCOMPARE(namesOf(forth, 0).size(), std::size_t{2});
        QVERIFY(namesOf(forth, 0) == namesOf(back, 0));
        std::set<std::set<std::string>> drawn;
        for (int seed = 0; seed < 20; ++seed)
            drawn.insert(namesOf(forth, seed));
        QVERIFY(drawn.size() > 1);
    }

    void whatIsWrongIsSaid_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("options");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* name, const char* text, const char* options,
                            const char* code, const char* said) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(options) << code << said;
        };
        const char* good = "image,label\npics/a.png,l/a.png\npics/b.png,l/b.png\n";
        row("no column of pictures", "picture,label\na,b\n", "{}", "table.column",
            "one of: picture, label");
        row("a file that is not there", "image,label\npics/a.png,l/a.png\npics/q.png,l/b.png\n",
            "{}", "table.file", "line 3, column image");
        row("a target that is not there", "image,label\npics/a.png,l/a.png\npics/b.png,l/q.png\n",
            "{}", "table.file", "line 3, column label");
        row("no picture", "image,label\n,l/a.png\npics/b.png,l/b.png\n", "{}", "table.file",
            "line 2, column image");
        row("no targets", "image,note\npics/a.png,one\npics/b.png,two\n", "{}", "table.targets",
            "targets");
        row("no split", "image,label,split\npics/a.png,l/a.png,train\npics/b.png,l/b.png,\n", "{}",
            "table.split", "line 3");
        row("one row", "image,label\npics/a.png,l/a.png\n", "{}", "table.split", "at least two");
        row("no such column", good, R"({"targets": ["depth: uint16 column=depht"]})",
            "table.column", "depht");
        row("no encoding", good, R"({"targets": ["label: index9"]})", "table.target", "index8");
        row("no count", good, R"({"targets": ["label: index8"]})", "table.target", "classes=N");
        row("a text for a number", good, R"({"targets": ["label: index8 classes=many"]})",
            "table.target", "classes=many");
        row("a value of other kinds", good, R"({"targets": ["label: rgb8 scale=2"]})",
            "table.target", "scale=2");
        row("no colon", good, R"({"targets": ["label"]})", "table.target", "NAME: ENCODING");
        row("a cell too many", "image,label\npics/a.png,l/a.png,x\n", "{}", "csv.cells", "line 2");
        row("Latin-1", "image,label\npics/\xF6.png,l/a.png\n", "{}", "csv.encoding", "line 2");
    }

    void whatIsWrongIsSaid() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, options);
        QFETCH(QString, code);
        QFETCH(QString, said);
        const TableFolder folder;
        folder.table(text.toStdString());
        const auto dataset = folder.open(*readJson(options.toStdString()));
        QVERIFY(!dataset);
        QCOMPARE(QString::fromStdString(dataset.error().front().code), code);
        QVERIFY2(textOf(dataset.error()).find(said.toStdString()) != std::string::npos,
                 textOf(dataset.error()).c_str());
    }

    void everyMissingFileIsNamed() {
        const TableFolder folder;
        folder.table("image,label\npics/x.png,l/a.png\npics/b.png,l/y.png\npics/c.png,l/c.png\n");
        QCOMPARE(folder.open({{"targets", {"label: index8 classes=4"}}}).error().size(),
                 std::size_t{2});
        const auto one = openDataset({"table",
                                      {{"path", folder.at("samples.csv").string()},
                                       {"targets", {"label: index8 classes=4"}}}});
        QVERIFY(one.error().hint.find("1 more problem") != std::string::npos);
    }

    void picturesAreRgbWhateverTheirSize() {
        const QTemporaryDir folder;
        cv::Mat picture(61, 131, CV_8UC3);
        cv::randu(picture, 0, 256);
        for (const char* ending : {".png", ".jpg", ".bmp"})
            for (const int width : {1, 2, 15, 16, 17, 33, 131}) {
                const std::string file = folder.filePath("a").toStdString() + ending;
                QVERIFY(cv::imwrite(file, picture.colRange(0, width)));
                const cv::Mat expected = cv::imread(file); // BGR
                const auto image = readImage(file);
                QVERIFY(image && image->height == 61 && image->width == width);
                for (int y = 0; y < 61; ++y)
                    for (int x = 0; x < width; ++x)
                        for (int c = 0; c < 3; ++c)
                            QCOMPARE(image->pixel(y, x)[c], expected.at<cv::Vec3b>(y, x)[2 - c]);
            }
    }

    void largeJpegsMayBeReadAtAFraction() {
        const TableFolder folder;
        cv::Mat ramp(64, 96, CV_8UC3);
        for (int y = 0; y < ramp.rows; ++y)
            for (int x = 0; x < ramp.cols; ++x)
                ramp.at<cv::Vec3b>(y, x) = {std::uint8_t(2 * x), std::uint8_t(3 * y), 90};
        cv::imwrite(folder.at("pics/a.jpg").string(), ramp, {cv::IMWRITE_JPEG_QUALITY, 98});
        TestFolder::write(folder.at("l/a.png"), plane(CV_8UC1, 1, 64, 96));
        folder.table("image,label,split\npics/a.jpg,l/a.png,train\n");
        const auto readAt = [&](bool reduced, int height, int width) {
            const auto dataset = folder.open({{"reduced", reduced}});
            const auto* files = dynamic_cast<const FileDataset*>(dataset->get());
            return files->storedSample("train", 0, SampleSize{height, width});
        };
        QCOMPARE(readAt(false, 8, 12).image.height, 64);
        const std::array<std::array<int, 3>, 5> sizes{
            {{33, 48, 64}, {32, 48, 32}, {17, 24, 32}, {16, 24, 16}, {8, 12, 8}}};
        for (const auto& [height, width, expected] : sizes) {
            const StoredSample read = readAt(true, height, width);
            QCOMPARE(read.problems, Problems{});
            QCOMPARE(read.image.height, expected);
            QCOMPARE(read.targets[0].height, 64); // it is compared with the whole picture's size
        }
        // What comes out is the picture: a ramp of both, within what JPEG and averaging change.
        const Image whole = resized(readAt(false, 16, 24).image, 16, 24);
        const Image small = resized(readAt(true, 16, 24).image, 16, 24);
        for (std::size_t i = 0; i < whole.bytes.size(); ++i)
            QVERIFY(std::abs(int(whole.bytes[i]) - int(small.bytes[i])) <= 4);
    }

    void mtansFolderIsWhatNumPyWrote() {
        if (const QString lacking = lackingPython("numpy"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        const QTemporaryDir folder;
        QCOMPARE(runReference("write_mtan.py", {folder.path()}), QString());
        const std::filesystem::path root = folder.path().toStdString();
        const auto dataset = openDataset({"mtan-npy", {{"path", root.string()}}});
        QVERIFY2(dataset, dataset ? "" : toText(dataset.error()).c_str());
        QCOMPARE(
            toText((*dataset)->description()),
            std::string("train 3 samples, val 2 samples, all with segmentation, depth, normal"));
        for (const SplitInfo& split : (*dataset)->description().splits)
            for (int i = 0; i < split.size; ++i) {
                const auto sample = (*dataset)->sample(split.name, i, 6, 8);
                QVERIFY2(sample, sample ? "" : toText(sample.error()).c_str());
                const std::string base = (root / (split.name + "-" + std::to_string(i))).string();
                QVERIFY(sample->image.bytes == valuesOf<std::uint8_t>(base + ".image"));
                QVERIFY(sample->targets[0].bytes == valuesOf<std::uint8_t>(base + ".label"));
                const auto depth = valuesOf<std::uint8_t>(base + ".depth");
                QVERIFY(sample->targets[1].bytes == depth);
                const auto normal = valuesOf<float>(base + ".normal");
                const auto* packed =
                    reinterpret_cast<const std::uint16_t*>(sample->targets[2].bytes.data());
                for (std::size_t v = 0; v < normal.size(); ++v)
                    QVERIFY(std::abs(packed[v] / 32767.5 - 1 - double(normal[v])) < 1.7e-5);
            }
    }

    void mtansFolderMayLackTargetsAndIsReportedWhereItIsBroken() {
        if (const QString lacking = lackingPython("numpy"); !lacking.isEmpty())
            QSKIP(qPrintable(lacking));
        const QTemporaryDir folder;
        QCOMPARE(runReference("write_mtan.py", {folder.path()}), QString());
        const std::filesystem::path root = folder.path().toStdString();
        const auto open = [&] { return openDataset({"mtan-npy", {{"path", root.string()}}}); };
        std::filesystem::remove_all(root / "train/normal");
        QCOMPARE((*open())->description().targets.size(), std::size_t{2});
        const auto label = root / "train/label/0.npy";
        writeFile(label, fileBytes(label).substr(0, 150));
        const auto cut = (*open())->sample("train", 0, 6, 8);
        QVERIFY(!cut);
        QCOMPARE(cut.error().code, std::string("npy.truncated"));
        QCOMPARE(cut.error().path, label.string());
        std::filesystem::copy_file(root / "train/image/1.npy", label,
                                   std::filesystem::copy_options::overwrite_existing);
        QCOMPARE((*open())->sample("train", 0, 6, 8).error().code, std::string("npy.shape"));
        std::filesystem::remove_all(root / "val");
        QCOMPARE(open().error().code, std::string("dataset.empty_split"));
    }
};

QTEST_GUILESS_MAIN(TableDatasetTest)
#include "tst_table_dataset.moc"
