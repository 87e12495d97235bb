// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/db/store_testing.h"

#include "db/sqlite/query.h"

#include <QObject>

#include <cmath>
#include <map>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr int steps = 20;

/// Every row of a table with all its columns, one text a row.
std::vector<std::string> rowsOf(SQLite::Database& database, const std::string& table,
                                const std::string& where) {
    std::string columns;
    Query info(database, "SELECT name FROM pragma_table_info(?)", table);
    while (info.next())
        columns += (columns.empty() ? "" : " || '|' || ") + ("quote(" + info.text(0) + ")");
    std::vector<std::string> rows;
    Query query(database, "SELECT " + columns + " FROM " + table + " WHERE " + where + " ORDER BY 1");
    while (query.next())
        rows.push_back(query.text(0));
    return rows;
}

} // namespace

class StoreReopen : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void laterRowsGoAndNoOthers();
    void laterFilesGoAndNoOthers();
    void summariesAreThoseOfTheRowsThatAreLeft();
    void runGoesOnAtTheCheckpoint();
    void runWithoutACheckpointBeginsAnew();
    void whatAnotherHasTrainedMeanwhileIsNotTakenBack();
    void resumedRowsFollowTheOldOnes();
    void pruneKeepsTheLatest();
    void pruneKeepsWhatIsToBeGoneBackTo();
    void goingBackKeepsWhatCameLaterBesideTheLine();
    void whatIsBesideTheLineIsReadWhereItIsAskedFor();

private:
    std::unique_ptr<TemporaryStore> m_folder;
    std::optional<Store> m_store;
    RunId m_run;
    RunId m_other;

    /// Something of everything at each step; "late" begins after step 10.
    void record(const RunId& run) {
        const auto writer = m_folder->writer(run);
        for (int step = 1; step <= steps; ++step) {
            done(writer->append({lossRow(step, std::sin(step))}));
            if (step > 10)
                done(writer->append({{"", "late", "val", step, 0, 0, 1}}));
            done(writer->append(ConflictRows{{step, "l", "M", "a", "b", "exact", 0, 1, 1}}));
            done(writer->preview(step, {"s", "depth", "truth", {1, 2, 3}}));
            done(writer->notice({{step, 0, 0}, NoticeLevel::Info, "a", std::to_string(step)}));
            const CheckpointEvent checkpoint = checkpointEvent(*m_store, run, step);
            writeFile(checkpoint.file, "12345");
            done(writer->checkpoint(checkpoint));
        }
        done(writer->state({{steps, 2, 40}, RunState::Failed, "broken"}, Ownership::Release));
        done(writer->close());
    }
};

void StoreReopen::init() {
    m_store.reset();
    m_folder = std::make_unique<TemporaryStore>();
    m_store = m_folder->open();
    m_other = valueOf(m_store->createRun(newRun("other"))); // number 1
    m_run = valueOf(m_store->createRun(newRun("reopened"))); // number 2
    record(m_other);
    record(m_run);
}

void StoreReopen::laterRowsGoAndNoOthers() {
    SQLite::Database raw = m_folder->raw();
    // What an earlier going back has left behind.
    raw.exec("INSERT INTO event (run, segment, step, time, level, code, text)"
             " VALUES (2, 1, 15, 0, 'info', '', 'abandoned')");
    const std::string later = "run = 2 AND segment = 0 AND step > 7";
    std::map<std::string, std::vector<std::string>> expected;
    for (const char* table : {"conflict", "preview", "checkpoint", "event"}) {
        expected[table] = rowsOf(raw, table, "NOT (" + later + ")");
        QCOMPARE(rowsOf(raw, table, later).size(), 13U);
    }
    expected["metric"] = rowsOf(
        raw, "metric", "step <= 7 OR series IN (SELECT id FROM series WHERE run = 1)");
    expected["document"] = rowsOf(raw, "document", "1");
    expected["run"] = rowsOf(raw, "run", "number = 1");
    expected["series"] = rowsOf(raw, "series", "run = 1");
    done(m_store->reopen(m_run, 7));
    for (const auto& [table, rows] : expected) {
        const char* where = table == "run" ? "number = 1" : table == "series" ? "run = 1" : "1";
        QVERIFY2(rowsOf(raw, table, where) == rows, table.c_str());
    }
    QCOMPARE(valueOf(m_store->series(m_run)).size(), 1U); // nothing is left of "late"
}

void StoreReopen::whatAnotherHasTrainedMeanwhileIsNotTakenBack() {
    const RunSummary seen = valueOf(m_store->run(m_run)).summary;
    done(m_store->checkFree(m_run));
    done(m_store->reopen(m_run, 7)); // by another, which trains on
    {
        const auto writer = m_folder->writer(m_run);
        done(writer->append({lossRow(8, 1)}));
        done(writer->state({{8, 0, 0}, RunState::Paused, ""}, Ownership::Release));
        done(writer->close());
    }
    SQLite::Database raw = m_folder->raw();
    const auto before = rowsOf(raw, "run", "1");
    QCOMPARE(codeOf(m_store->reopen(m_run, 7, seen)), "run.changed");
    QCOMPARE(rowsOf(raw, "run", "1"), before);
    done(m_store->reopen(m_run, 7, valueOf(m_store->run(m_run)).summary));
}

void StoreReopen::laterFilesGoAndNoOthers() {
    const auto own = m_store->checkpointFolder(m_run) / "copied-by-hand";
    writeFile(own, "kept");
    std::vector<std::pair<std::int64_t, std::filesystem::path>> files;
    for (const RunId& run : {m_other, m_run}) {
        const bool reopened = run == m_run;
        for (const PreviewRecord& preview : valueOf(m_store->previews(run)))
            files.emplace_back(reopened ? preview.step : 0, m_store->folder() / preview.file);
        for (const CheckpointRecord& checkpoint : valueOf(m_store->checkpoints(run)))
            files.emplace_back(reopened ? checkpoint.position.step : 0,
                               m_store->folder() / checkpoint.file);
    }
    QCOMPARE(files.size(), 80U);
    for (const auto& [step, file] : files)
        QVERIFY(std::filesystem::exists(file));
    done(m_store->reopen(m_run, 7));
    for (const auto& [step, file] : files)
        QCOMPARE(std::filesystem::exists(file), step <= 7);
    QVERIFY(std::filesystem::exists(own));
}

void StoreReopen::summariesAreThoseOfTheRowsThatAreLeft() {
    done(m_store->reopen(m_run, 4));
    const SeriesSummary summary = seriesOf(*m_store, m_run, lossKey).summary;
    QCOMPARE(summary.rows, 4);
    QCOMPARE(summary.lastStep, 4);
    QCOMPARE(summary.last, std::sin(4));
    // Of sin 1 … sin 4, sin 2 is the largest and sin 4 the smallest.
    QVERIFY((summary.highest.value() == SeriesExtreme{2, std::sin(2)}));
    QVERIFY((summary.lowest.value() == SeriesExtreme{4, std::sin(4)}));
}

void StoreReopen::runGoesOnAtTheCheckpoint() {
    const auto before = valueOf(m_store->run(m_run)).summary;
    done(m_store->reopen(m_run, 7));
    const auto after = valueOf(m_store->run(m_run)).summary;
    QCOMPARE(after.state, RunState::Running);
    QVERIFY(after.owner.value().process == thisProcess());
    QVERIFY((after.position == RunPosition{7, 7 / 10.0, 14}));
    QVERIFY(before.ended && !after.ended && after.stateText.empty());
    QCOMPARE(after.generation, before.generation + 1);
    QCOMPARE(valueOf(m_store->latestCheckpoint(m_run)).value().position.step, 7);
}

void StoreReopen::runWithoutACheckpointBeginsAnew() {
    done(m_store->reopen(m_run, 0));
    QVERIFY((valueOf(m_store->run(m_run)).summary.position == RunPosition{0, 0, 0}));
    QVERIFY(valueOf(m_store->series(m_run)).empty());
    QVERIFY(!valueOf(m_store->latestCheckpoint(m_run)));
    QVERIFY(std::filesystem::is_empty(m_store->checkpointFolder(m_run)));
}

void StoreReopen::resumedRowsFollowTheOldOnes() {
    const SeriesId old = seriesOf(*m_store, m_run, {"", "late", "val"}).id;
    done(m_store->reopen(m_run, 7));
    const auto writer = m_folder->writer(m_run);
    for (int step = 8; step <= 12; ++step)
        done(writer->append({lossRow(step, 100 + step), {"", "late", "val", step, 0, 0, 2}}));
    done(writer->close());
    const auto points = valueOf(m_store->points(seriesOf(*m_store, m_run, lossKey).id));
    QCOMPARE(points.size(), 12U);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto step = static_cast<std::int64_t>(i) + 1;
        QCOMPARE(points[i].step, step);
        QCOMPARE(points[i].value, step <= 7 ? std::sin(step) : 100 + static_cast<double>(step));
    }
    // A reader that still holds the old number sees nothing instead of something else.
    QVERIFY(seriesOf(*m_store, m_run, {"", "late", "val"}).id != old);
    QVERIFY(valueOf(m_store->points(old)).empty());
}

void StoreReopen::pruneKeepsTheLatest() {
    done(m_store->claim(m_run));
    QCOMPARE(valueOf(m_store->pruneCheckpoints(m_run, 2)), 18);
    const auto left = valueOf(m_store->checkpoints(m_run));
    QCOMPARE(left.size(), 2U);
    QCOMPARE(left[0].position.step, 19);
    QCOMPARE(left[1].position.step, 20);
    for (int step = 1; step <= steps; ++step)
        QCOMPARE(std::filesystem::exists(checkpointEvent(*m_store, m_run, step).file), step >= 19);
    QCOMPARE(valueOf(m_store->pruneCheckpoints(m_run, 2)), 0);
    QCOMPARE(valueOf(m_store->checkpoints(m_other)).size(), 20U);
    QVERIFY(std::filesystem::exists(checkpointEvent(*m_store, m_other, 1).file));
}

void StoreReopen::pruneKeepsWhatIsToBeGoneBackTo() {
    done(m_store->claim(m_run));
    const std::vector<std::int64_t> always{3, 19, 99};
    QCOMPARE(valueOf(m_store->pruneCheckpoints(m_run, 2, always)), 16);
    std::vector<std::int64_t> left;
    for (const CheckpointRecord& checkpoint : valueOf(m_store->checkpoints(m_run)))
        left.push_back(checkpoint.position.step);
    QCOMPARE(left, (std::vector<std::int64_t>{3, 18, 19, 20}));
}

void StoreReopen::goingBackKeepsWhatCameLaterBesideTheLine() {
    SQLite::Database raw = m_folder->raw();
    const auto count = [&](const char* table, int segment) {
        Query query(raw, std::string("SELECT count(*) FROM ") + table
                             + " WHERE run = 2 AND segment = ?", segment);
        query.next();
        return query.integer(0);
    };
    const auto others = rowsOf(raw, "metric", "series IN (SELECT id FROM series WHERE run = 1)");
    const auto before = valueOf(m_store->run(m_run)).summary;
    QCOMPARE(codeOf(m_store->goBack(m_run, 12)), "run.lost"); // only its owner may
    done(m_store->claim(m_run));
    QCOMPARE(valueOf(m_store->goBack(m_run, 12)), 1);
    // The line reads as if nothing had come later.
    const auto after = valueOf(m_store->run(m_run)).summary;
    QVERIFY((after.position == RunPosition{12, 1.2, 24}));
    QCOMPARE(after.generation, before.generation + 1);
    QCOMPARE(seriesOf(*m_store, m_run, lossKey).summary.rows, 12);
    QCOMPARE(valueOf(m_store->latestCheckpoint(m_run)).value().position.step, 12);
    QCOMPARE(valueOf(m_store->events(m_run)).size(), 12U);
    // What came later is there: curves, events and conflicts, with summaries; not its files.
    QCOMPARE(count("event", 1), 8);
    QCOMPARE(count("conflict", 1), 8);
    QCOMPARE(count("checkpoint", 1) + count("preview", 1), 0);
    { // an open query would go on reading what was there
        Query kept(raw, "SELECT row_count, last_step, last_value FROM series"
                        " WHERE run = 2 AND segment = 1 AND name = 'loss'");
        QVERIFY(kept.next());
        QCOMPARE(kept.integer(0), 8);
        QCOMPARE(kept.integer(1), 20);
        QCOMPARE(kept.real(2), std::sin(20));
    }
    QVERIFY(!std::filesystem::exists(checkpointEvent(*m_store, m_run, 13).file));
    // A second time it has the next number; a series that begins later leaves the line.
    QCOMPARE(valueOf(m_store->goBack(m_run, 7)), 2);
    QCOMPARE(count("event", 2), 5);
    QCOMPARE(count("event", 1), 8);
    QCOMPARE(valueOf(m_store->series(m_run)).size(), 1U);
    QVERIFY(rowsOf(raw, "metric", "series IN (SELECT id FROM series WHERE run = 1)") == others);
}

void StoreReopen::whatIsBesideTheLineIsReadWhereItIsAskedFor() {
    done(m_store->claim(m_run));
    QCOMPARE(valueOf(m_store->goBack(m_run, 12)), 1);
    const auto writer = m_folder->writer(m_run);
    for (int step = 13; step <= 15; ++step) {
        done(writer->append({lossRow(step, 100 + step)}));
        done(writer->notice({{step, 0, 0}, NoticeLevel::Info, "b", "again"}));
    }
    done(writer->flush());
    QCOMPARE(valueOf(m_store->goBack(m_run, 14)), 2);
    // The run's own line comes first, then the segments in the order in which they were left.
    std::vector<std::pair<int, std::string>> names;
    std::vector<SeriesInfo> losses;
    for (const SeriesInfo& info : valueOf(m_store->series(m_run, Lines::All))) {
        names.emplace_back(info.segment, info.key.name);
        if (info.key == lossKey)
            losses.push_back(info);
    }
    QCOMPARE(names, (std::vector<std::pair<int, std::string>>{
                        {0, "late"}, {0, "loss"}, {1, "late"}, {1, "loss"}, {2, "loss"}}));
    const auto valuesOf = [&](const SeriesInfo& info) {
        std::map<std::int64_t, double> values;
        for (const MetricPoint& point : valueOf(m_store->points(info.id)))
            values[point.step] = point.value;
        return values;
    };
    QCOMPARE(valuesOf(losses[0]).rbegin()->first, 14);
    QCOMPARE(valuesOf(losses[0]).at(14), 114.0);
    QCOMPARE(valuesOf(losses[1]).size(), 8U);
    QCOMPARE(valuesOf(losses[1]).at(13), std::sin(13));
    QCOMPARE(valuesOf(losses[2]), (std::map<std::int64_t, double>{{15, 115.0}}));
    QCOMPARE(losses[1].summary.lastStep, 20);
    // Events stand in the order in which they came; a cursor counts over all lines.
    const auto events = valueOf(m_store->events(m_run, 0, Lines::All));
    std::vector<int> segments;
    for (const EventRecord& event : events)
        segments.push_back(event.segment);
    std::vector<int> expected(12, 0);
    expected.insert(expected.end(), 8, 1);
    expected.insert(expected.end(), {0, 0, 2});
    QCOMPARE(segments, expected);
    QCOMPARE(valueOf(m_store->events(m_run, events[21].number, Lines::All)).size(), 1U);
    // Who does not ask for them sees the run's own line.
    QCOMPARE(valueOf(m_store->events(m_run)).size(), 14U);
    QCOMPARE(valueOf(m_store->series(m_run)).size(), 2U);
}

QTEST_GUILESS_MAIN(StoreReopen)
#include "tst_store_reopen.moc"
