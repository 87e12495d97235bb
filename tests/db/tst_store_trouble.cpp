// SPDX-License-Identifier: GPL-3.0-or-later
// A writer and a disk that refuses, a lock that stays, a store that goes.
#include "tests/db/faulty_disk.h"
#include "tests/db/store_testing.h"

#include <QObject>

#include <atomic>
#include <mutex>

using namespace concertina;
using namespace concertina::testing;

using Fault = FaultyDisk::Fault;

namespace {

/// What a writer reported, in order: "waiting store.full", "recovered", "failed store.vanished".
class News {
public:
    StoreWriterNews functions() {
        return {[this](const Problem& problem) { add("waiting " + problem.code); },
                [this] { add("recovered"); },
                [this](const Problem& problem) { add("failed " + problem.code); }};
    }
    std::vector<std::string> reports() const {
        const std::scoped_lock lock(m_mutex);
        return m_reports;
    }

private:
    void add(std::string text) {
        const std::scoped_lock lock(m_mutex);
        m_reports.push_back(std::move(text));
    }
    mutable std::mutex m_mutex;
    std::vector<std::string> m_reports;
};

StoreWriterOptions impatient() {
    StoreWriterOptions options;
    options.capacity = 100;
    options.patience = std::chrono::milliseconds(20);
    options.retry = std::chrono::milliseconds(20);
    options.lastTry = std::chrono::milliseconds(100);
    return options;
}

using Reports = std::vector<std::string>;

} // namespace

class StoreTrouble : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void diskThatRefusesIsWaitedFor_data();
    void diskThatRefusesIsWaitedFor();
    void lockOfAnotherIsWaitedFor();
    void picturesAreWaitedForToo();
    void stopEndsTheWaitingAndKeepsTheRows();
    void flushThatIsStoppedSaysWhy();
    void flushEndsWhereItWouldWait();
    void closeGivesUpWhatCannotBeWritten();
    void diskThatMayOnlyBeReadEndsTheWriter();
    void vanishedStoreEndsTheWriter_data();
    void vanishedStoreEndsTheWriter();
    void vanishedStoreIsReportedToReaders();
    void failedChangesChangeNothing();
    void lockedStoreIsReportedAfterThePatience();

private:
    std::optional<FaultyDisk> m_disk;
    std::unique_ptr<TemporaryStore> m_folder;
    std::optional<Store> m_store;
    RunId m_run;

    std::int64_t rows() const {
        return seriesOf(*m_store, m_run, lossKey).summary.rows;
    }
    /// Rows until the writer's queue is full, then five more in a thread, which waits.
    std::thread fill(StoreWriter& writer, Expected<void>& last) {
        for (int step = 1; step <= 100; ++step)
            done(writer.append({lossRow(step, 1)}));
        return std::thread([&writer, &last] {
            last = writer.append({lossRow(101, 1), lossRow(102, 1), lossRow(103, 1),
                                  lossRow(104, 1), lossRow(105, 1)});
        });
    }
};

void StoreTrouble::init() {
    m_disk.emplace();
    m_folder = std::make_unique<TemporaryStore>();
    m_store = m_folder->open();
    m_run = valueOf(m_store->createRun(newRun("troubled")));
}

void StoreTrouble::cleanup() {
    m_store.reset();
    m_folder.reset();
    m_disk.reset();
}

void StoreTrouble::diskThatRefusesIsWaitedFor_data() {
    QTest::addColumn<Fault>("fault");
    QTest::addColumn<QString>("code");
    QTest::newRow("full") << Fault::Full << "store.full";
    QTest::newRow("broken") << Fault::Broken << "store.io";
}

void StoreTrouble::diskThatRefusesIsWaitedFor() {
    QFETCH(const Fault, fault);
    QFETCH(const QString, code);
    News news;
    const auto writer = m_folder->writer(m_run, news.functions(), impatient());
    done(writer->append({lossRow(0, 1)}));
    done(writer->flush());
    m_disk->setFault(fault);
    Expected<void> last;
    std::thread waiting = fill(*writer, last);
    QTRY_VERIFY(m_disk->refusedWrites() > 3); // it goes on trying
    QCOMPARE(writer->waitingFor().value().code, code.toStdString());
    QVERIFY(!writer->failed());
    QCOMPARE(rows(), 1);
    m_disk->setFault(Fault::None);
    waiting.join();
    done(last);
    done(writer->flush());
    QVERIFY(!writer->waitingFor());
    QCOMPARE(rows(), 106);
    QTRY_COMPARE(news.reports(), (Reports{"waiting " + code.toStdString(), "recovered"}));
}

void StoreTrouble::lockOfAnotherIsWaitedFor() {
    News news;
    const auto writer = m_folder->writer(m_run, news.functions(), impatient());
    SQLite::Database other = m_folder->raw();
    other.exec("BEGIN EXCLUSIVE");
    Expected<void> last;
    std::thread waiting = fill(*writer, last);
    QTRY_COMPARE(news.reports(), Reports{"waiting store.locked"});
    QVERIFY(valueOf(m_store->series(m_run)).empty()); // reading goes on
    other.exec("COMMIT");
    waiting.join();
    done(last);
    done(writer->close());
    QCOMPARE(rows(), 105);
    QTRY_COMPARE(news.reports(), (Reports{"waiting store.locked", "recovered"}));
}

void StoreTrouble::picturesAreWaitedForToo() {
    News news;
    const auto writer = m_folder->writer(m_run, news.functions(), impatient());
    // Where the folder of the previews should be lies a file: a picture has no place.
    const auto previews = m_folder->path() / "runs" / m_run / "previews";
    std::filesystem::remove(previews);
    writeFile(previews, "in the way");
    done(writer->preview(1, {"s", "", "image", {1, 2, 3}}));
    done(writer->append({lossRow(1, 1)}));
    QTRY_COMPARE(news.reports(), Reports{"waiting store.io"});
    std::filesystem::remove(previews);
    done(writer->flush());
    const PreviewRecord preview = valueOf(m_store->previews(m_run)).at(0);
    QCOMPARE(readFile(m_store->folder() / preview.file), "\1\2\3");
    QCOMPARE(rows(), 1);
}

void StoreTrouble::stopEndsTheWaitingAndKeepsTheRows() {
    const auto writer = m_folder->writer(m_run, {}, impatient());
    m_disk->setFault(Fault::Full);
    std::stop_source stop;
    for (int step = 1; step <= 100; ++step)
        done(writer->append({lossRow(step, 1)}));
    std::atomic<bool> taken = false;
    std::thread waiting([&] { taken = writer->append({lossRow(101, 1)}, stop.get_token()).has_value(); });
    QTRY_VERIFY(writer->waitingFor().has_value());
    QTest::qSleep(50);
    QVERIFY(!taken);
    stop.request_stop();
    waiting.join();
    QVERIFY(taken);
    // What reports the stop never waits.
    done(writer->checkpoint(checkpointEvent(*m_store, m_run, 101)));
    done(writer->state({{101, 0, 0}, RunState::Stopped, ""}, Ownership::Release));
    m_disk->setFault(Fault::None);
    done(writer->close());
    QCOMPARE(rows(), 101);
    QCOMPARE(valueOf(m_store->run(m_run)).summary.state, RunState::Stopped);
}

void StoreTrouble::flushThatIsStoppedSaysWhy() {
    const auto writer = m_folder->writer(m_run, {}, impatient());
    m_disk->setFault(Fault::Full);
    done(writer->append({lossRow(1, 1)}));
    std::stop_source stop;
    Expected<void> flushed;
    std::thread waiting([&] { flushed = writer->flush(stop.get_token()); });
    QTRY_VERIFY(writer->waitingFor().has_value());
    stop.request_stop();
    waiting.join();
    QCOMPARE(codeOf(flushed), "store.full");
    m_disk->setFault(Fault::None);
    done(writer->flush());
}

void StoreTrouble::flushEndsWhereItWouldWait() {
    const auto writer = m_folder->writer(m_run, {}, impatient());
    done(writer->append({lossRow(1, 1)}));
    done(writer->flushUnlessWaiting());
    QCOMPARE(rows(), 1);
    m_disk->setFault(Fault::Full);
    done(writer->append({lossRow(2, 1)}));
    QCOMPARE(codeOf(writer->flushUnlessWaiting()), "store.full"); // by itself: nothing stops it
    m_disk->setFault(Fault::None);
    done(writer->flush());
    QCOMPARE(rows(), 2);
}

void StoreTrouble::closeGivesUpWhatCannotBeWritten() {
    News news;
    const auto writer = m_folder->writer(m_run, news.functions(), impatient());
    m_disk->setFault(Fault::Full);
    done(writer->append({lossRow(1, 1)}));
    QCOMPARE(codeOf(writer->close()), "store.full");
    QTRY_COMPARE(news.reports(), (Reports{"waiting store.full", "failed store.full"}));
    // Nothing of it is left half in the store.
    m_disk->setFault(Fault::None);
    QVERIFY(valueOf(m_store->series(m_run)).empty());
}

void StoreTrouble::diskThatMayOnlyBeReadEndsTheWriter() {
    News news;
    const auto writer = m_folder->writer(m_run, news.functions(), impatient());
    m_disk->setFault(Fault::ReadOnly);
    done(writer->append({lossRow(1, 1)}));
    QTRY_COMPARE(news.reports(), Reports{"failed store.read_only"});
    QCOMPARE(writer->failed().value().code, "store.read_only");
    QCOMPARE(codeOf(writer->append({lossRow(2, 1)})), "store.read_only");
    QCOMPARE(codeOf(writer->notice({})), "store.read_only");
    QCOMPARE(codeOf(writer->flush()), "store.read_only");
    QCOMPARE(codeOf(writer->close()), "store.read_only");
}

void StoreTrouble::vanishedStoreEndsTheWriter_data() {
    QTest::addColumn<QString>("what");
    QTest::newRow("folder removed") << "folder";
    QTest::newRow("folder moved away") << "moved";
    QTest::newRow("file removed") << "file";
    QTest::newRow("another file in its place") << "replaced";
}

void StoreTrouble::vanishedStoreEndsTheWriter() {
    QFETCH(const QString, what);
    News news;
    const auto writer = m_folder->writer(m_run, news.functions(), impatient());
    m_disk->setFault(Fault::Full); // so that an append waits
    Expected<void> last;
    std::thread waiting = fill(*writer, last);
    QTRY_VERIFY(writer->waitingFor().has_value());
    if (what == "folder")
        std::filesystem::remove_all(m_folder->path());
    else if (what == "moved")
        std::filesystem::rename(m_folder->path(), m_folder->path().string() + "-moved");
    else
        std::filesystem::remove(m_folder->file());
    if (what == "replaced")
        writeFile(m_folder->file(), "another");
    waiting.join();
    QCOMPARE(codeOf(last), "store.vanished");
    QCOMPARE(codeOf(writer->flush()), "store.vanished");
    QTRY_COMPARE(news.reports(), (Reports{"waiting store.full", "failed store.vanished"}));
    QCOMPARE(codeOf(writer->close()), "store.vanished");
    if (what == "folder") // nothing is made anew in its place
        QVERIFY(!std::filesystem::exists(m_folder->path()));
}

void StoreTrouble::vanishedStoreIsReportedToReaders() {
    std::filesystem::rename(m_folder->path(), m_folder->path().string() + "-moved");
    QCOMPARE(codeOf(m_store->runs()), "store.vanished");
    QCOMPARE(codeOf(m_store->rename(m_run, "x")), "store.vanished");
    QCOMPARE(codeOf(m_store->createRun(newRun("x"))), "store.vanished");
    QVERIFY(!std::filesystem::exists(m_folder->path()));
    std::filesystem::rename(m_folder->path().string() + "-moved", m_folder->path());
    QCOMPARE(valueOf(m_store->runs()).size(), 1U); // put back, all is well
}

void StoreTrouble::failedChangesChangeNothing() {
    const auto file = checkpointEvent(*m_store, m_run, 5).file;
    writeFile(file, "12345");
    {
        const auto writer = m_folder->writer(m_run);
        done(writer->append({lossRow(1, 1), lossRow(5, 5)}));
        done(writer->checkpoint(checkpointEvent(*m_store, m_run, 5)));
        done(writer->state({{5, 0, 0}, RunState::Paused, ""}, Ownership::Release));
    }
    m_disk->setFault(Fault::Full);
    QCOMPARE(codeOf(m_store->reopen(m_run, 1)), "store.full");
    QCOMPARE(codeOf(m_store->rename(m_run, "changed")), "store.full");
    QCOMPARE(codeOf(m_store->deleteRun(m_run)), "store.full");
    QCOMPARE(codeOf(m_store->createRun(newRun("new"))), "store.full");
    m_disk->setFault(Fault::None);
    const auto runs = valueOf(m_store->runs());
    QCOMPARE(runs.size(), 1U);
    QCOMPARE(runs[0].name, "troubled");
    QCOMPARE(runs[0].state, RunState::Paused);
    QCOMPARE(runs[0].generation, 0);
    QCOMPARE(rows(), 2);
    QCOMPARE(readFile(file), "12345");
    const auto folders = std::filesystem::directory_iterator(m_folder->path() / "runs");
    QCOMPARE(std::distance(begin(folders), end(folders)), 1);
}

void StoreTrouble::lockedStoreIsReportedAfterThePatience() {
    Store impatientStore = valueOf(Store::open(m_folder->path(), StoreMode::ReadWrite,
                                               std::chrono::milliseconds(30)));
    SQLite::Database other = m_folder->raw();
    other.exec("BEGIN IMMEDIATE");
    QCOMPARE(codeOf(impatientStore.rename(m_run, "changed")), "store.locked");
    QCOMPARE(codeOf(impatientStore.claim(m_run)), "store.locked");
    QCOMPARE(valueOf(impatientStore.run(m_run)).summary.name, "troubled");
    other.exec("COMMIT");
    done(impatientStore.rename(m_run, "changed"));
}

QTEST_GUILESS_MAIN(StoreTrouble)
#include "tst_store_trouble.moc"
