// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/data_news.h"
#include "core/data/file_record.h"
#include "tests/core/folder_testing.h"
#include "tests/printing.h"

#include <opencv2/core.hpp>

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

using namespace concertina;
using namespace concertina::testing;

namespace {

namespace fs = std::filesystem;

using Texts = std::vector<std::string>;

std::string sha256(const std::string& bytes) {
    return QCryptographicHash::hash(QByteArray::fromStdString(bytes), QCryptographicHash::Sha256)
        .toHex()
        .toStdString();
}

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text));
}

/// A folder, and what sessions of one run say of it one after the other.
class WatchedFolder {
public:
    TestFolder folder;

    fs::path record() const { return m_place.path().toStdString() + "/files.jsonl"; }

    /// Opens the dataset, reads each training sample once, writes the record. What was reported.
    Texts session(const fs::path& root) const {
        const auto news = std::make_shared<DataNews>();
        const auto files = std::make_shared<FileRecord>(record(), news);
        const auto dataset =
            openDataset({"folder", {{"path", root.string()}}}, {.news = news, .files = files});
        if (!dataset)
            qFatal("%s", toText(dataset.error()).c_str());
        for (int i = 0; i < (*dataset)->description().split("train")->size; ++i)
            if (const auto sample = (*dataset)->sample("train", i, 4, 6); !sample)
                qFatal("%s", toText(sample.error()).c_str());
        files->flush();
        Texts reported;
        for (const NoticeEvent& notice : news->take(true))
            reported.push_back(notice.text);
        return reported;
    }

    Texts session() const { return session(folder.root()); }

    fs::path picture(const char* id) const { return folder.file("train", "image", id); }

    /// As an editor that was at work an hour ago, or will be in an hour.
    void moveTime(const fs::path& file, int hours) const {
        fs::last_write_time(file, fs::last_write_time(file) + std::chrono::hours(hours));
    }

private:
    QTemporaryDir m_place;
};

} // namespace

class FileRecordTest : public QObject {
    Q_OBJECT

    static void verifyReported(const Texts& reported, const std::string& what) {
        QCOMPARE(reported.size(), 1U);
        QVERIFY2(reported[0].find(what) != std::string::npos, reported[0].c_str());
    }

    /// Another picture in a file of as many bytes: how a plane of one value is packed hangs on the
    /// value and on the version of zlib.
    static void replaceBySameSize(const fs::path& file) {
        const std::string before = TestFolder::bytesOf(file);
        for (int value = 1; value < 255; ++value) {
            TestFolder::write(file, plane(CV_8UC3, value));
            const std::string now = TestFolder::bytesOf(file);
            if (now.size() == before.size() && now != before)
                return;
        }
        QFAIL("no other picture has this size");
    }

private Q_SLOTS:
    void nothingIsReportedWhereNothingChanged() {
        const WatchedFolder place;
        QCOMPARE(place.session(), Texts{});
        QCOMPARE(place.session(), Texts{});
        QCOMPARE(place.session(), Texts{});
    }

    void hashesAreThoseOfTheFiles() {
        const WatchedFolder place;
        place.session();
        const std::string text = TestFolder::bytesOf(place.record());
        for (const fs::path& file : {place.picture("a"), place.folder.file("train", "depth", "c"),
                                     place.folder.root() / "dataset.json"})
            QVERIFY(text.find(sha256(TestFolder::bytesOf(file))) != std::string::npos);
        // The validation split was not read, so nothing is known of what it holds.
        const auto unread = place.folder.file("val", "image", "d");
        QVERIFY(text.find(sha256(TestFolder::bytesOf(unread))) == std::string::npos);
        QVERIFY(text.find("check/image/d.png") != std::string::npos);
    }

    void otherContentsOfTheSameSizeAreReported() {
        const WatchedFolder place;
        place.session();
        std::string bytes = TestFolder::bytesOf(place.picture("b"));
        const std::string label = TestFolder::bytesOf(place.folder.file("train", "label", "b"));
        const auto size = fs::file_size(place.picture("b"));
        replaceBySameSize(place.picture("b"));
        QVERIFY(TestFolder::bytesOf(place.picture("b")) != bytes);
        QCOMPARE(fs::file_size(place.picture("b")), size); // or this shows nothing
        place.moveTime(place.picture("b"), 1);
        verifyReported(place.session(), "1 file: learn/image/b.png");
        QCOMPARE(place.session(), Texts{}); // once
    }

    void otherTimesAloneAreNotReported() {
        const WatchedFolder place;
        place.session();
        for (const char* id : {"a", "b", "c"})
            place.moveTime(place.picture(id), -5);
        QCOMPARE(place.session(), Texts{});
    }

    void aCopyElsewhereIsTheSame() {
        const WatchedFolder place;
        place.session();
        QTemporaryDir copy;
        const fs::path there = copy.path().toStdString() + "/copy";
        fs::copy(place.folder.root(), there, fs::copy_options::recursive);
        QCOMPARE(place.session(there), Texts{});
        TestFolder::write(there / "learn/label/c.png", plane(CV_8UC1, 1));
        place.moveTime(there / "learn/label/c.png", 2);
        verifyReported(place.session(there), "learn/label/c.png");
    }

    void newAndMissingFilesAndOtherSizesAreReportedAtOnce() {
        const WatchedFolder place;
        place.session();
        fs::copy_file(place.picture("a"), place.picture("e"));
        fs::remove(place.folder.file("train", "depth", "c"));
        std::ofstream(place.folder.root() / "dataset.json", std::ios::app) << "\n\n";
        const Texts reported = place.session();
        verifyReported(reported, "new: 1 (learn/image/e.png)");
        verifyReported(reported, "gone: 1 (learn/depth/c.png)");
        verifyReported(reported, "other contents: 1 (dataset.json)");
        QCOMPARE(place.session(), Texts{});
    }

    void filesThatWereNeverReadMayChange() {
        const WatchedFolder place;
        place.session();
        const auto unread = place.folder.file("val", "image", "d");
        const auto size = fs::file_size(unread);
        replaceBySameSize(unread);
        QCOMPARE(fs::file_size(unread), size);
        place.moveTime(unread, 1);
        QCOMPARE(place.session(), Texts{});
    }

    void manyChangesAreFewSentences() {
        const WatchedFolder place;
        DataNews news;
        std::size_t sentences = 0;
        for (int i = 0; i < 1000; ++i) {
            news.add(DataNews::Kind::Changed, "file " + std::to_string(i));
            news.add(DataNews::Kind::Changed, "file " + std::to_string(i)); // read again
            sentences += news.take(false).size();
        }
        sentences += news.take(true).size();
        QVERIFY(sentences >= 2 && sentences < 20);
        QVERIFY(news.take(true).empty());
    }

    void aRecordThatWasCutOffHoldsUpToThere() {
        const WatchedFolder place;
        place.session();
        const std::string whole = TestFolder::bytesOf(place.record());
        for (std::size_t size = 0; size < whole.size(); size += 97) {
            TestFolder::writeBytes(place.record(), whole.substr(0, size));
            place.session(); // whatever is missing is written again
            QCOMPARE(place.session(), Texts{});
        }
        TestFolder::writeBytes(place.record(), "\xff\n[1,2]\n{}\n[\"a\",\"b\",3,4]\n");
        place.session();
        QCOMPARE(place.session(), Texts{});
    }

    void aRecordThatCannotBeWrittenIsReportedOnce() {
        const auto news = std::make_shared<DataNews>();
        FileRecord record("/no/such/folder/files.jsonl", news);
        record.begin({{"a.png", 1, 1}});
        record.flush();
        record.flush();
        const auto reported = news->take(true);
        QCOMPARE(reported.size(), 1U);
        QCOMPARE(reported[0].code, std::string("file_record.write"));
    }

    void largeFilesAreHashedInBlocksFromTheFirstByteToTheLast() {
        std::string large(LargestWhole + 1, '\0');
        for (std::size_t i = 0; i < large.size(); i += 4096)
            large[i] = static_cast<char>(i / 4096);
        const std::string before = contentHash(bytesOf(large));
        QCOMPARE(contentHash(bytesOf(large)), before);
        for (const std::size_t at : {std::size_t{0}, std::size_t{500'000}, large.size() - 1}) {
            large[at] ^= 1;
            QVERIFY(contentHash(bytesOf(large)) != before);
            large[at] ^= 1;
        }
        large.pop_back(); // now it is hashed whole, as sha256sum does
        QCOMPARE(contentHash(bytesOf(large)), sha256(large));
    }
};

QTEST_GUILESS_MAIN(FileRecordTest)
#include "tst_file_record.moc"
