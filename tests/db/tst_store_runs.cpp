// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/db/store_testing.h"

#include <QElapsedTimer>
#include <QObject>

#include <algorithm>

using namespace concertina;
using namespace concertina::testing;

class StoreRuns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void listIsInOrderOfCreation();
    void orderIsTheStoresNotThatOfAClock();
    void columnsStandBesideTheirRuns();
    void runIsFoundByIdNameAndBeginning();
    void unknownRunIsAProblemOfEveryFunction();
    void nameMustNotBeEmpty();
    void notesAreKept();
    void changeMarkReportsOthersAlone();
    void trashedRunIsHiddenAndComesBackWhole();
    void purgedRunIsGoneWithItsFiles();
    void trashOfALiveProcessIsLeftAlone();
    void trashOfADeadProcessIsPurged();
    void deletionFreesTheBytesThatItReports();
    void ownedRunIsNotDeleted();
    void deletionThatWasCutOffIsMended();
    void tenThousandRuns();

private:
    std::unique_ptr<TemporaryStore> m_folder;
    std::optional<Store> m_store;

    RunId finishedRun(const std::string& name) {
        const RunId run = valueOf(m_store->createRun(newRun(name)));
        const auto writer = m_folder->writer(run);
        done(writer->append({lossRow(1, 0.5), lossRow(2, 0.25)}));
        done(writer->checkpoint(checkpointEvent(*m_store, run, 2)));
        done(writer->preview(2, {"s", "", "image", std::vector<std::uint8_t>(1000)}));
        done(writer->state({{2, 0, 0}, RunState::Finished, ""}, Ownership::Release));
        done(writer->close());
        writeFile(m_store->checkpointFolder(run) / "2.safetensors", "12345");
        return run;
    }
    std::int64_t rowsOf(const char* table) const {
        return m_folder->raw().execAndGet(std::string("SELECT count(*) FROM ") + table).getInt64();
    }
    std::filesystem::path folderOf(const RunId& run) const {
        return m_folder->path() / "runs" / run;
    }
};

void StoreRuns::init() {
    m_store.reset();
    m_folder = std::make_unique<TemporaryStore>();
    m_store = m_folder->open();
}

void StoreRuns::listIsInOrderOfCreation() {
    QVERIFY(valueOf(m_store->runs()).empty());
    std::vector<RunId> ids;
    for (int seed = 0; seed < 5; ++seed)
        ids.push_back(valueOf(m_store->createRun(newRun("run", seed))));
    const auto runs = valueOf(m_store->runs());
    QCOMPARE(runs.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        QCOMPARE(runs[i].id, ids[i]);
        QCOMPARE(runs[i].seed, static_cast<std::int64_t>(i));
        QCOMPARE(runs[i].state, RunState::Queued);
        QVERIFY(!runs[i].started && !runs[i].ended && !runs[i].group);
    }
}

void StoreRuns::orderIsTheStoresNotThatOfAClock() {
    const RunId first = valueOf(m_store->createRun(newRun("run")));
    const RunId second = valueOf(m_store->createRun(newRun("run")));
    // As a clock writes that was set back between the two.
    m_folder->raw().exec("UPDATE run SET created = created - 3600000 WHERE id = '" + second + "'");
    const auto runs = valueOf(m_store->runs());
    QCOMPARE(runs.front().id, first);
    QCOMPARE(runs.back().id, second);
    QVERIFY(runs.front().number < runs.back().number);
    QCOMPARE(valueOf(m_store->findRun("run")), second); // the newest of this name
}

void StoreRuns::columnsStandBesideTheirRuns() {
    const RunId with = finishedRun("with");
    (void)valueOf(m_store->createRun(newRun("without")));
    const auto runs = valueOf(m_store->runs({{"no", "such", "key"}, lossKey}));
    QCOMPARE(runs[0].id, with);
    QVERIFY(!runs[0].columns.at(0) && !runs[1].columns.at(0) && !runs[1].columns.at(1));
    QCOMPARE(runs[0].columns.at(1).value().last, 0.25);
    QVERIFY((runs[0].columns.at(1).value().highest == SeriesExtreme{1, 0.5}));
    QVERIFY((valueOf(m_store->seriesKeys()) == std::vector{lossKey}));
}

void StoreRuns::runIsFoundByIdNameAndBeginning() {
    const RunId first = valueOf(m_store->createRun(newRun("segnet rooms")));
    const RunId second = valueOf(m_store->createRun(newRun("segnet rooms")));
    const RunId third = valueOf(m_store->createRun(newRun("segnet-wide")));
    const RunId named = valueOf(m_store->createRun(newRun(first + "!"))); // begins like an id
    QCOMPARE(valueOf(m_store->findRun(first)), first);
    QCOMPARE(valueOf(m_store->findRun(" segnet rooms ")), second);
    QCOMPARE(valueOf(m_store->findRun("segnet-")), third);
    QCOMPARE(valueOf(m_store->findRun(first + "!")), named);
    QCOMPARE(codeOf(m_store->findRun("segnet")), "run.ambiguous");
    const auto unknown = m_store->findRun("segnet-wode");
    QCOMPARE(codeOf(unknown), "run.unknown");
    QVERIFY(unknown.error().hint.find("segnet-wide") != std::string::npos);
    QCOMPARE(codeOf(m_store->findRun("")), "run.unknown");
    QCOMPARE(codeOf(m_store->findRun("%")), "run.unknown");
}

void StoreRuns::unknownRunIsAProblemOfEveryFunction() {
    const RunId run = finishedRun("gone");
    (void)valueOf(m_folder->open().deleteRun(run)); // by another, while this one shows it
    QCOMPARE(codeOf(m_store->run(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->series(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->checkpoints(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->latestCheckpoint(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->previews(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->events(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->conflicts(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->bytesOnDisk(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->rename(run, "x")), "run.unknown");
    QCOMPARE(codeOf(m_store->setNotes(run, "x")), "run.unknown");
    QCOMPARE(codeOf(m_store->trashRun(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->restoreRun(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->deleteRun(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->claim(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->setState(run, RunState::Failed)), "run.unknown");
    QCOMPARE(codeOf(m_store->reopen(run, 0)), "run.unknown");
    QCOMPARE(codeOf(m_store->pruneCheckpoints(run, 1)), "run.unknown");
    QCOMPARE(codeOf(StoreWriter::open(m_folder->path(), run)), "run.unknown");
}

void StoreRuns::nameMustNotBeEmpty() {
    const RunId run = valueOf(m_store->createRun(newRun("named")));
    QCOMPARE(codeOf(m_store->rename(run, " \t\n")), "run.name");
    QCOMPARE(valueOf(m_store->run(run)).summary.name, "named");
    done(m_store->rename(run, "  two words "));
    QCOMPARE(valueOf(m_store->run(run)).summary.name, "two words");
    QCOMPARE(codeOf(m_store->createRun(newRun(""))), "run.name");
    QCOMPARE(valueOf(m_store->runs()).size(), 1U);
    QVERIFY(std::filesystem::exists(folderOf(run)));
    const auto folders = std::filesystem::directory_iterator(m_folder->path() / "runs");
    QCOMPARE(std::distance(begin(folders), end(folders)), 1);
}

void StoreRuns::notesAreKept() {
    const RunId run = valueOf(m_store->createRun(newRun("noted")));
    done(m_store->setNotes(run, "why:\n  'because'"));
    QCOMPARE(valueOf(m_store->runs()).at(0).notes, "why:\n  'because'");
}

void StoreRuns::changeMarkReportsOthersAlone() {
    const RunId run = valueOf(m_store->createRun(newRun("marked")));
    const auto mark = valueOf(m_store->changeMark());
    done(m_store->setNotes(run, "mine"));
    QCOMPARE(valueOf(m_store->changeMark()), mark);
    done(m_folder->open().setNotes(run, "another's"));
    QVERIFY(valueOf(m_store->changeMark()) != mark);
}

void StoreRuns::trashedRunIsHiddenAndComesBackWhole() {
    const RunId run = finishedRun("undone");
    const auto before = valueOf(m_store->run(run)).summary;
    done(m_store->trashRun(run));
    QVERIFY(valueOf(m_store->runs()).empty());
    QCOMPARE(codeOf(m_store->findRun("undone")), "run.unknown");
    QCOMPARE(codeOf(m_store->run(run)), "run.unknown");
    QCOMPARE(codeOf(m_store->trashRun(run)), "run.unknown");
    done(m_store->restoreRun(run));
    const auto after = valueOf(m_store->run(run)).summary;
    QCOMPARE(after.name, before.name);
    QCOMPARE(after.state, RunState::Finished);
    QVERIFY(!after.owner && after.ended == before.ended);
    QCOMPARE(seriesOf(*m_store, run, lossKey).summary.rows, 2);
    QVERIFY(std::filesystem::exists(m_store->checkpointFolder(run) / "2.safetensors"));
    QCOMPARE(codeOf(m_store->restoreRun(run)), "run.unknown");
}

void StoreRuns::purgedRunIsGoneWithItsFiles() {
    const RunId kept = finishedRun("kept");
    const RunId run = finishedRun("purged");
    done(m_store->trashRun(run));
    QCOMPARE(valueOf(m_store->purgeTrash()), 1005); // 1,000 of the preview, 5 of the checkpoint
    QVERIFY(!std::filesystem::exists(folderOf(run)));
    QVERIFY(std::filesystem::is_empty(m_folder->path() / "trash"));
    // Nothing is left in any table but what the other run has.
    for (const char* table : {"run", "document", "series", "checkpoint", "preview"})
        QCOMPARE(rowsOf(table), 1);
    QCOMPARE(rowsOf("metric"), 2);
    QVERIFY(std::filesystem::exists(folderOf(kept)));
    QCOMPARE(valueOf(m_store->purgeTrash()), 0);
}

void StoreRuns::trashOfALiveProcessIsLeftAlone() {
    const RunId run = finishedRun("theirs");
    Helper other({"own", m_folder->path().string(), run});
    QCOMPARE(other.line(), "ready");
    m_folder->raw().exec("UPDATE run SET trashed = 1"); // by the other process, long ago
    QCOMPARE(valueOf(m_store->purgeTrash()), 0);
    QCOMPARE(codeOf(m_store->restoreRun(run)), "run.owned");
    QVERIFY(std::filesystem::exists(folderOf(run)));
    QCOMPARE(rowsOf("run"), 1);
}

void StoreRuns::trashOfADeadProcessIsPurged() {
    const RunId run = finishedRun("left");
    Helper other({"own", m_folder->path().string(), run});
    QCOMPARE(other.line(), "ready");
    m_folder->raw().exec("UPDATE run SET trashed = 1");
    other.killHard();
    QCOMPARE(valueOf(m_store->purgeTrash()), 1005);
    QCOMPARE(rowsOf("run"), 0);
}

void StoreRuns::deletionFreesTheBytesThatItReports() {
    const RunId run = finishedRun("deleted");
    QCOMPARE(valueOf(m_store->bytesOnDisk(run)), 1005);
    QCOMPARE(valueOf(m_store->deleteRun(run)), 1005);
    QVERIFY(!std::filesystem::exists(folderOf(run)));
    QCOMPARE(rowsOf("run") + rowsOf("metric") + rowsOf("series"), 0);
}

void StoreRuns::ownedRunIsNotDeleted() {
    const RunId mine = valueOf(m_store->createRun(newRun("queued here")));
    QCOMPARE(codeOf(m_store->trashRun(mine)), "run.owned");
    QCOMPARE(codeOf(m_store->deleteRun(mine)), "run.owned");
    const RunId theirs = finishedRun("trains there");
    Helper other({"own", m_folder->path().string(), theirs});
    QCOMPARE(other.line(), "ready");
    QCOMPARE(codeOf(m_store->deleteRun(theirs)), "run.owned");
    QCOMPARE(valueOf(m_store->runs()).size(), 2U);
    other.killHard();
    QCOMPARE(valueOf(m_store->deleteRun(theirs)), 1005);
}

void StoreRuns::deletionThatWasCutOffIsMended() {
    const RunId undone = finishedRun("undone");
    const RunId lost = finishedRun("lost");
    std::filesystem::create_directories(m_folder->path() / "trash");
    // Killed after the files were moved aside and before the rows went: it can come back.
    done(m_store->trashRun(undone));
    std::filesystem::rename(folderOf(undone), m_folder->path() / "trash" / undone);
    done(m_store->restoreRun(undone));
    QVERIFY(std::filesystem::exists(m_store->checkpointFolder(undone) / "2.safetensors"));
    // Killed after the rows went: the files go with the next purge.
    std::filesystem::rename(folderOf(lost), m_folder->path() / "trash" / lost);
    m_folder->raw().exec("DELETE FROM run WHERE name = 'lost'");
    QCOMPARE(valueOf(m_store->purgeTrash()), 1005);
    QVERIFY(std::filesystem::is_empty(m_folder->path() / "trash"));
    QVERIFY(std::filesystem::exists(folderOf(undone)));
}

void StoreRuns::tenThousandRuns() {
    // Rows as the program writes them, without ten thousand folders: 20 series a run.
    const RunId first = finishedRun("one of many");
    m_folder->raw().exec(
        "BEGIN;"
        "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
        " INSERT INTO run (number, id, name, notes, seed, state, created, steps)"
        " SELECT i, 'run' || i, 'name ' || i, '', i, 'finished', i, 1000 FROM n;"
        "INSERT INTO document SELECT number, '{}', 'null', '[]', 'null', '{}' FROM run"
        " WHERE number > 1;"
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)"
        " INSERT INTO series (run, task, name, split, row_count, last_step, last_value)"
        " SELECT number, 'task' || (i % 3), 'metric' || i, 'val', 10, 1000, number FROM run, n;"
        "COMMIT");
    QElapsedTimer timer;
    timer.start();
    const Store opened = m_folder->open();
    const auto runs = valueOf(opened.runs({{"task1", "metric1", "val"},
                                           {"task2", "metric2", "val"},
                                           {"task0", "metric3", "val"}}));
    const auto listed = timer.restart();
    const auto keys = valueOf(opened.seriesKeys());
    const auto keyed = timer.restart();
    QCOMPARE(valueOf(opened.findRun("name 9999")), "run9999");
    qInfo("10,000 runs: opened and listed with 3 columns in %lld ms, keys in %lld ms, found in"
          " %lld ms",
          static_cast<long long>(listed), static_cast<long long>(keyed),
          static_cast<long long>(timer.elapsed()));
    QCOMPARE(runs.size(), 10000U);
    QCOMPARE(keys.size(), 21U);
    const auto place = std::find_if(runs.begin(), runs.end(),
                                    [](const RunSummary& run) { return run.id == "run7777"; });
    QCOMPARE(place->columns.at(2).value().last, 7777.0);
    QCOMPARE(valueOf(opened.findRun(first)), first);
}

QTEST_GUILESS_MAIN(StoreRuns)
#include "tst_store_runs.moc"
