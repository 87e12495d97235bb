// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/data_check.h"
#include "core/data/data_news.h"
#include "core/data/folder_scan.h"
#include "tests/core/folder_testing.h"
#include "tests/core/picture_bytes.h"
#include "tests/printing.h"

#include <opencv2/core.hpp>

#include <QTest>

#include <filesystem>

using namespace concertina;
using namespace concertina::testing;

namespace {

namespace fs = std::filesystem;

using Texts = std::vector<std::string>;

/// Renames inside the folder of a split.
void rename(const TestFolder& folder, const std::string& from, const std::string& to) {
    fs::create_directories((folder.root() / to).parent_path());
    fs::rename(folder.root() / from, folder.root() / to);
}

DatasetDescription described(const TestFolder& folder) {
    const auto dataset = folder.open();
    if (!dataset)
        qFatal("%s", toText(dataset.error()).c_str());
    return (*dataset)->description();
}

Texts idsOf(const TestFolder& folder, const std::string& split) {
    const auto dataset = folder.open();
    Texts ids;
    for (int i = 0; dataset && i < (*dataset)->description().split(split)->size; ++i)
        ids.push_back((*dataset)->sampleName(split, i));
    return ids;
}

MethodChoice choiceOf(const std::filesystem::path& root) {
    return {"folder", {{"path", root.string()}}};
}

DataCheck checked(const TestFolder& folder) {
    return checkData(choiceOf(folder.root()), [](double, const std::string&) {}, {}).value();
}

} // namespace

class FolderScanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesMatchWithoutRegardToCase_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        const auto row = [](const char* name, const char* from, const char* to) {
            QTest::newRow(name) << QByteArray(from) << QByteArray(to);
        };
        row("a picture's ending", "learn/image/b.png", "learn/image/b.PNG");
        row("a target's ending", "learn/depth/b.png", "learn/depth/b.Png");
        row("a target's name", "learn/depth/b.png", "learn/depth/B.png");
        row("a folder of targets", "learn/depth", "learn/Depth");
        row("some of a folder's targets", "learn/depth/b.png", "learn/DEPTH/b.PNG");
        row("a split's folder", "learn", "Learn");
    }

    void namesMatchWithoutRegardToCase() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        const TestFolder folder;
        rename(folder, from.toStdString(), to.toStdString());
        const DatasetDescription description = described(folder);
        QVERIFY(description.split("train")->targetCounts == (std::vector<int>{3, 3, 3}));
        QCOMPARE(idsOf(folder, "train"), (Texts{"a", "b", "c"}));
        QCOMPARE(description.unused, Texts{});
        const auto sample = folder.sample("train", 1);
        QVERIFY2(sample, sample ? "" : toText(sample.error()).c_str());
        QVERIFY(!sample->targets[1].empty());
    }

    void lettersOfEveryScriptHaveACase() {
        QCOMPARE(foldedCase("ÄÖ-ŻÓŁW-ПРИВЕТ-ΛΟΓΟ.JPG"), std::string("äö-żółw-привет-λογο.jpg"));
        QCOMPARE(foldedCase("a\xff\xc3"), std::string("a\xff\xc3")); // no text at all
        const TestFolder folder;
        rename(folder, "learn/image/b.png", "learn/image/ÜBUNG.PNG");
        rename(folder, "learn/label/b.png", "learn/label/Übung.png");
        rename(folder, "learn/depth/b.png", "learn/depth/übung.png");
        rename(folder, "learn/normal/b.png", "learn/normal/ÜBUNG.png");
        QVERIFY(described(folder).split("train")->targetCounts == (std::vector<int>{3, 3, 3}));
    }

    void samplesThatDifferInTheCaseOfTheirNamesAreTwo() {
        const TestFolder folder;
        for (const char* target : {"image", "label"})
            fs::copy_file(folder.file("train", target, "c"), folder.file("train", target, "A"));
        // "depth/a.png" is a's, and there is none for A.
        QCOMPARE(idsOf(folder, "train"), (Texts{"A", "a", "b", "c"}));
        QVERIFY(described(folder).split("train")->targetCounts == (std::vector<int>{4, 3, 3}));
        const auto sample = folder.sample("train", 0);
        QVERIFY(sample->targets[1].empty() && !sample->targets[0].empty());
        QVERIFY(!folder.sample("train", 1)->targets[1].empty());
    }

    void ofTwoFilesForOneSampleTheOneAsWrittenIsTaken() {
        const TestFolder folder;
        fs::copy_file(folder.file("train", "image", "c"), folder.root() / "learn/image/a.PNG");
        QCOMPARE(idsOf(folder, "train"), (Texts{"a", "b", "c"}));
        QCOMPARE(described(folder).unused, Texts{"learn/image/a.PNG"});
        QCOMPARE(int(folder.sample("train", 0)->image.bytes[0]), 40 + 'a');
    }

    void filesThatBelongToNoSampleAreReported() {
        const TestFolder folder;
        TestFolder::writeBytes(folder.root() / "learn/image/d.jpeg", "x");
        TestFolder::writeBytes(folder.root() / "learn/label/z.png", "x"); // no picture z
        TestFolder::writeBytes(folder.root() / "learn/notes.txt", "x");
        fs::create_directories(folder.root() / "learn/image/room 1");
        TestFolder::writeBytes(folder.root() / "learn/image/room 1/e.png", "x"); // too deep
        TestFolder::writeBytes(folder.root() / "README", "x"); // of no split
        const Texts expected{"learn/image/d.jpeg", "learn/image/room 1/e.png", "learn/label/z.png",
                             "learn/notes.txt"};
        QCOMPARE(described(folder).unused, expected);
        const DataWatch watch{.news = std::make_shared<DataNews>()};
        QVERIFY(openDataset({"folder", {{"path", folder.root().string()}}}, watch));
        const auto news = watch.news->take(true);
        QCOMPARE(news.size(), 1U);
        QCOMPARE(news[0].code, std::string("dataset.unused"));
        QVERIFY2(news[0].text.find("4 files belong to no sample") != std::string::npos,
                 news[0].text.c_str());
        QVERIFY(news[0].text.find("learn/image/d.jpeg") != std::string::npos);
    }

    void whatSystemsLeaveBehindDoesNotCount() {
        const TestFolder folder;
        for (const char* name : {".DS_Store", "._a.png", "Thumbs.db", "desktop.ini", "Desktop.ini",
                                 ".hidden.png", "a.png:Zone.Identifier"})
            TestFolder::writeBytes(folder.root() / "learn/image" / name, "x");
        fs::create_directories(folder.root() / "learn/__MACOSX");
        TestFolder::writeBytes(folder.root() / "learn/__MACOSX/a.png", "x");
        fs::create_directories(folder.root() / "learn/image/@eaDir");
        TestFolder::writeBytes(folder.root() / "learn/image/@eaDir/a.png", "x");
        QCOMPARE(described(folder).unused, Texts{});
        QCOMPARE(idsOf(folder, "train"), (Texts{"a", "b", "c"}));
        for (const char* name : {"a.png", "Thumbs.png", "desktop", "MACOSX"})
            QVERIFY2(!isSystemFile(name), name);
    }

    void foldersMayBeLinks() {
        const TestFolder folder;
        rename(folder, "learn/image", "elsewhere/pictures");
        fs::create_directory_symlink(folder.root() / "elsewhere/pictures",
                                     folder.root() / "learn/image");
        fs::create_directory_symlink(folder.root() / "learn", folder.root() / "learn/again");
        QCOMPARE(idsOf(folder, "train"), (Texts{"a", "b", "c"}));
        QCOMPARE(described(folder).unused, Texts{});
        // Two splits may be the same folder.
        fs::remove_all(folder.root() / "check");
        fs::create_directory_symlink(folder.root() / "learn", folder.root() / "check");
        QCOMPARE(idsOf(folder, "val"), (Texts{"a", "b", "c"}));
    }

    void whatIsNoFileBelongsToNoSample() {
        const TestFolder folder;
        fs::create_symlink(folder.root() / "nowhere.png", folder.root() / "learn/image/x.png");
        QCOMPARE(idsOf(folder, "train"), (Texts{"a", "b", "c"}));
        QCOMPARE(described(folder).unused, Texts{"learn/image/x.png"});
    }

    void aLineNamesSamplesAndTargets() {
        const TestFolder folder;
        QCOMPARE(toText(described(folder)), std::string("train 3 samples, val 1 sample, all with segmentation, depth, normal"));
        fs::remove(folder.file("train", "depth", "b"));
        QCOMPARE(toText(described(folder)),
                 std::string("train 3 samples (depth 2, others all), val 1 sample"));
    }

    void aCheckReadsEverything() {
        const TestFolder folder;
        DataCheck check = checked(folder);
        QCOMPARE(check.problems, Problems{});
        QCOMPARE(check.splits.size(), 2U);
        QCOMPARE(check.splits[0].samples, 3);
        QCOMPARE(check.splits[0].sizes.size(), 1U);
        QCOMPARE((check.splits[0].sizes[{TestFolder::height, TestFolder::width}]), 3);
        QCOMPARE(check.splits[0].targets[0].samples, 3);
        QCOMPARE(check.splits[0].targets[0].known, std::int64_t{3 * 4 * 6});

        // Each of these is reported, also several of one sample.
        TestFolder::writeBytes(folder.file("train", "image", "a"), "no picture");
        TestFolder::write(folder.file("train", "label", "a"), plane(CV_8UC1, 77));
        TestFolder::write(folder.file("train", "depth", "c"), plane(CV_16UC1, 5, 3, 3));
        TestFolder::write(folder.file("val", "label", "d"), plane(CV_8UC1, 255)); // all ignored
        TestFolder::writeBytes(folder.root() / "check/notes.txt", "x");
        check = checked(folder);
        Texts codes;
        for (const Problem& problem : check.problems)
            codes.push_back(problem.code);
        QCOMPARE(codes, (Texts{"image.unreadable", "dataset.class", "dataset.size",
                               "dataset.silent"}));
        QCOMPARE(check.unused, Texts{"check/notes.txt"});
    }

    void aCheckReportsAllThatIsWrongWithTheJson() {
        TestFolder folder;
        folder.json["targets"]["depth"]["scale"] = "x";
        folder.json["tragets"] = 1;
        folder.writeJson();
        QCOMPARE(checked(folder).problems.size(), 2U);
        QCOMPARE(checkData(choiceOf("/no/such/folder"), [](double, const std::string&) {}, {})
                     ->problems.front()
                     .code,
                 std::string("dataset.missing"));
    }

    void aCheckStopsWhenItIsAskedTo() {
        const TestFolder folder;
        std::stop_source source;
        int calls = 0;
        const auto check = checkData(
            choiceOf(folder.root()),
            [&](double, const std::string&) {
                if (++calls == 2)
                    source.request_stop();
            },
            source.get_token());
        QCOMPARE(check.error().code, std::string("stopped"));
        QCOMPARE(calls, 2);
    }
};

QTEST_GUILESS_MAIN(FolderScanTest)
#include "tst_folder_scan.moc"
