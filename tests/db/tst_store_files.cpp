// SPDX-License-Identifier: GPL-3.0-or-later
// Opening what is not as it should be.
#include "tests/db/store_testing.h"

#include <QObject>

#include <algorithm>
#include <random>

using namespace concertina;
using namespace concertina::testing;

class StoreFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void defaultFolderFollowsTheDesktop();
    void missingStoreIsNotMadeByReading();
    void storeIsMadeWithItsFolders();
    void readingStoreRefusesChanges();
    void folderThatCannotBeMade();
    void garbageIsDamagedAndUntouched();
    void truncatedStoreIsDamaged();
    void flippedBytesNeverCrash();
    void storeThatMayOnlyBeReadIsRead_data();
    void storeThatMayOnlyBeReadIsRead();
};

namespace {

/// A store with a run and a thousand rows, closed.
RunId fill(const TemporaryStore& folder) {
    Store store = folder.open();
    const RunId run = valueOf(store.createRun(newRun("filled")));
    MetricRows rows;
    for (int step = 1; step <= 1000; ++step)
        rows.push_back(lossRow(step, step));
    const auto writer = folder.writer(run);
    done(writer->append(std::move(rows)));
    done(writer->notice({{1, 0, 0}, NoticeLevel::Info, "", "text"}));
    done(writer->close());
    return run;
}

/// Reads everything there is; the first code that is not "".
std::string readAll(const TemporaryStore& folder, StoreMode mode) {
    auto opened = Store::open(folder.path(), mode);
    if (!opened)
        return codeOf(opened);
    const auto runs = opened->runs({lossKey});
    if (!runs)
        return codeOf(runs);
    std::vector<std::string> codes{codeOf(opened->seriesKeys()), codeOf(opened->findRun("fil"))};
    for (const RunSummary& run : *runs) {
        codes.push_back(codeOf(opened->run(run.id)));
        codes.push_back(codeOf(opened->events(run.id)));
        codes.push_back(codeOf(opened->checkpoints(run.id)));
        const auto series = opened->series(run.id);
        codes.push_back(codeOf(series));
        for (std::size_t i = 0; series && i < series->size(); ++i)
            codes.push_back(codeOf(opened->points((*series)[i].id)));
        if (mode == StoreMode::ReadWrite)
            codes.push_back(codeOf(opened->setNotes(run.id, "written")));
    }
    const auto first = std::ranges::find_if(codes, [](const auto& code) { return !code.empty(); });
    return first == codes.end() ? "" : *first;
}

} // namespace

void StoreFiles::defaultFolderFollowsTheDesktop() {
    const QByteArray data = qgetenv("XDG_DATA_HOME"), home = qgetenv("HOME");
    qputenv("XDG_DATA_HOME", "/data");
    QCOMPARE(defaultStoreFolder().string(), "/data/concertina");
    qputenv("HOME", "/home/anna");
    for (const char* ignored : {"", "relative"}) {
        qputenv("XDG_DATA_HOME", ignored);
        QCOMPARE(defaultStoreFolder().string(), "/home/anna/.local/share/concertina");
    }
    qputenv("XDG_DATA_HOME", data);
    qputenv("HOME", home);
}

void StoreFiles::missingStoreIsNotMadeByReading() {
    const TemporaryStore folder;
    QCOMPARE(codeOf(Store::open(folder.path(), StoreMode::ReadOnly)), "store.missing");
    QVERIFY(!std::filesystem::exists(folder.path()));
}

void StoreFiles::storeIsMadeWithItsFolders() {
    const TemporaryStore folder;
    const auto deep = folder.path() / "a?b#c%d" / "ü 厨";
    Store store = valueOf(Store::open(deep, StoreMode::ReadWrite));
    QCOMPARE(store.folder(), deep);
    const RunId run = valueOf(store.createRun(newRun("first")));
    QVERIFY(std::filesystem::is_directory(store.checkpointFolder(run)));
    QVERIFY(std::filesystem::is_directory(deep / "runs" / run / "previews"));
    QCOMPARE(valueOf(valueOf(Store::open(deep, StoreMode::ReadOnly)).runs()).size(), 1U);
}

void StoreFiles::readingStoreRefusesChanges() {
    const TemporaryStore folder;
    const RunId run = fill(folder);
    Store store = folder.open(StoreMode::ReadOnly);
    QCOMPARE(codeOf(store.rename(run, "x")), "store.read_only");
    QCOMPARE(codeOf(store.createRun(newRun("x"))), "store.read_only");
    QCOMPARE(codeOf(store.deleteRun(run)), "store.read_only");
    QCOMPARE(valueOf(store.runs()).at(0).name, "filled");
}

void StoreFiles::folderThatCannotBeMade() {
    const TemporaryStore folder;
    writeFile(folder.path(), "a file, not a folder");
    const auto store = Store::open(folder.path(), StoreMode::ReadWrite);
    QCOMPARE(codeOf(store), "store.io");
    QCOMPARE(store.error().path, folder.path().string());
    QCOMPARE(readFile(folder.path()), "a file, not a folder");
}

void StoreFiles::garbageIsDamagedAndUntouched() {
    std::mt19937 random(3);
    for (const std::size_t size : {1U, 99U, 100U, 4096U, 100000U}) {
        const TemporaryStore folder;
        std::string bytes(size, ' ');
        for (char& byte : bytes)
            byte = static_cast<char>(random());
        writeFile(folder.file(), bytes);
        for (const StoreMode mode : {StoreMode::ReadWrite, StoreMode::ReadOnly})
            QCOMPARE(codeOf(Store::open(folder.path(), mode)), "store.damaged");
        QVERIFY(readFile(folder.file()) == bytes);
    }
}

void StoreFiles::truncatedStoreIsDamaged() {
    const TemporaryStore whole;
    fill(whole);
    const std::string bytes = readFile(whole.file());
    QVERIFY(bytes.size() > 50000);
    // Nothing, a part of the header, whole pages, and all but the last page or byte.
    for (const std::size_t size :
         {std::size_t(0), std::size_t(1), std::size_t(60), std::size_t(4096), std::size_t(8192),
          bytes.size() / 2, bytes.size() - 4096, bytes.size() - 1}) {
        const TemporaryStore folder;
        std::filesystem::create_directories(folder.path());
        std::filesystem::copy(whole.path() / "runs", folder.path() / "runs",
                              std::filesystem::copy_options::recursive);
        writeFile(folder.file(), std::string_view(bytes).substr(0, size));
        for (const StoreMode mode : {StoreMode::ReadWrite, StoreMode::ReadOnly})
            QCOMPARE(readAll(folder, mode), "store.damaged");
        QCOMPARE(std::filesystem::file_size(folder.file()), size);
    }
}

void StoreFiles::flippedBytesNeverCrash() {
    const TemporaryStore whole;
    fill(whole);
    const std::string bytes = readFile(whole.file());
    std::mt19937 random(11);
    int noticed = 0;
    for (int round = 0; round < 150; ++round) {
        const TemporaryStore folder;
        std::string flipped = bytes;
        // One byte, then more: in the header and the schema half of the time.
        for (int i = 0; i <= round % 20; ++i) {
            const std::size_t range = round % 2 == 0 ? 2048 : bytes.size();
            flipped[random() % range] ^= static_cast<char>(1 + random() % 255);
        }
        writeFile(folder.file(), flipped);
        for (const StoreMode mode : {StoreMode::ReadOnly, StoreMode::ReadWrite})
            noticed += readAll(folder, mode).empty() ? 0 : 1;
    }
    // Not every byte means something, but damage to header and schema does.
    QVERIFY2(noticed > 100, std::to_string(noticed).c_str());
}

void StoreFiles::storeThatMayOnlyBeReadIsRead_data() {
    QTest::addColumn<bool>("folderToo");
    QTest::newRow("the file") << false;
    QTest::newRow("the file and its folder") << true;
}

void StoreFiles::storeThatMayOnlyBeReadIsRead() {
    QFETCH(const bool, folderToo);
    using std::filesystem::perms;
    const TemporaryStore folder;
    const auto path = folder.path().string();
    const RunId run = fill(folder);
    // Root may write anything, so that the helper becomes another user.
    const auto permit = [&](perms file, perms folders) {
        std::filesystem::permissions(folder.file(), file);
        std::filesystem::permissions(folder.path(), folders);
    };
    const auto readable = perms::owner_read | perms::group_read | perms::others_read;
    const auto passable =
        readable | perms::owner_exec | perms::group_exec | perms::others_exec;
    std::filesystem::permissions(folder.path().parent_path(), passable | perms::owner_write);
    permit(readable, folderToo ? passable : perms::all);
    Helper writer({"other-user", path, "w"});
    const std::string written = writer.line();
    if (written == "root cannot become another"
        || written == "other users cannot come to the folder") {
        permit(perms::all, perms::all);
        QSKIP(written.c_str()); // the system's own root folder may be closed to others
    }
    QCOMPARE(written, "store.read_only");
    Helper reader({"other-user", path, "r"});
    QCOMPARE(reader.line(), "runs 1");
    // A user who may write adds a run, while the reader has the store open.
    permit(readable | perms::owner_write, passable | perms::owner_write);
    (void)valueOf(folder.open().createRun(newRun("added")));
    permit(readable, folderToo ? passable : perms::all);
    reader.say("again");
    QCOMPARE(reader.line(), "runs 2");
    QCOMPARE(reader.finish(), 0);
    permit(perms::all, perms::all);
    QCOMPARE(valueOf(folder.open().run(run)).summary.name, "filled");
}

QTEST_GUILESS_MAIN(StoreFiles)
#include "tst_store_files.moc"
