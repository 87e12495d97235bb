// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/db/store_testing.h"

#include <QObject>

#include <atomic>

using namespace concertina;
using namespace concertina::testing;

class StoreWriting : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void fewRowsAreThereSoonWithoutAsking();
    void flushMakesEverythingVisible();
    void destructorWritesWhatIsLeft();
    void orderIsKept();
    void nothingIsDroppedWhereTheQueueIsSmall();
    void manyThreadsMayAppend();
    void progressIsSeenByOthers();
    void stateAndReleaseComeAfterTheRows();
    void nothingCanBeAddedAfterTheRelease();
    void checkpointIsNeverAheadOfItsRows();
    void rowsThatWereFlushedOutliveAKill();
    void processesAtOnceLoseNothing();

private:
    std::unique_ptr<TemporaryStore> m_folder;
    std::optional<Store> m_store;
    RunId m_run;

    SeriesSummary loss() const { return seriesOf(*m_store, m_run, lossKey).summary; }
    void verifyTrained(const RunId& run, std::int64_t steps) const;
};

void StoreWriting::init() {
    m_store.reset();
    m_folder = std::make_unique<TemporaryStore>();
    m_store = m_folder->open();
    m_run = valueOf(m_store->createRun(newRun("written")));
}

/// What "store_helper train" writes: one row of each step in both series, nothing else.
void StoreWriting::verifyTrained(const RunId& run, std::int64_t steps) const {
    for (const double sign : {1.0, -1.0}) {
        const auto series = seriesOf(*m_store, run, {"", sign > 0 ? "up" : "down", "train"});
        const auto points = valueOf(m_store->points(series.id));
        QCOMPARE(static_cast<std::int64_t>(points.size()), steps);
        for (std::int64_t i = 0; i < steps; ++i) {
            const MetricPoint& point = points[static_cast<std::size_t>(i)];
            QCOMPARE(point.step, i + 1);
            QCOMPARE(point.value, sign * static_cast<double>(i + 1));
        }
        QCOMPARE(series.summary.rows, steps);
    }
}

void StoreWriting::fewRowsAreThereSoonWithoutAsking() {
    const auto writer = m_folder->writer(m_run);
    done(writer->append({lossRow(1, 1)}));
    // 200 ms are promised; ten seconds are for a busy machine.
    QTRY_VERIFY_WITH_TIMEOUT(!valueOf(m_store->series(m_run)).empty(), 10000);
}

void StoreWriting::flushMakesEverythingVisible() {
    StoreWriterOptions options;
    options.delay = std::chrono::hours(1);
    const auto writer = m_folder->writer(m_run, {}, options);
    done(writer->append({lossRow(1, 1)}));
    done(writer->notice({{1, 0, 0}, NoticeLevel::Info, "", "noted"}));
    done(writer->flush());
    QCOMPARE(loss().rows, 1);
    QCOMPARE(valueOf(m_store->events(m_run)).size(), 1U);
    done(writer->flush()); // with nothing to do
}

void StoreWriting::destructorWritesWhatIsLeft() {
    StoreWriterOptions options;
    options.delay = std::chrono::hours(1);
    done(m_folder->writer(m_run, {}, options)->append({lossRow(1, 1), lossRow(2, 2)}));
    QCOMPARE(loss().rows, 2);
}

void StoreWriting::orderIsKept() {
    const auto writer = m_folder->writer(m_run);
    for (int i = 0; i < 1000; ++i) {
        done(writer->append({lossRow(1, i)})); // each replaces the one before
        done(writer->notice({{1, 0, 0}, NoticeLevel::Info, "", std::to_string(i)}));
    }
    done(writer->close());
    QCOMPARE(loss().rows, 1);
    QCOMPARE(loss().last, 999.0);
    const auto events = valueOf(m_store->events(m_run));
    QCOMPARE(events.size(), 1000U);
    for (std::size_t i = 0; i < events.size(); ++i)
        QCOMPARE(events[i].text, std::to_string(i));
}

void StoreWriting::nothingIsDroppedWhereTheQueueIsSmall() {
    StoreWriterOptions options;
    options.capacity = 10;
    const auto writer = m_folder->writer(m_run, {}, options);
    std::int64_t step = 0;
    // Parts smaller and larger than the queue.
    for (const int size : {1, 9, 10, 11, 100, 3, 1000, 7}) {
        MetricRows rows;
        for (int i = 0; i < size; ++i, ++step)
            rows.push_back(lossRow(step, static_cast<double>(step)));
        done(writer->append(std::move(rows)));
        done(writer->preview(step, {"s", "", "image", std::vector<std::uint8_t>(5000)}));
    }
    done(writer->close());
    QCOMPARE(loss().rows, 1141);
    QCOMPARE(valueOf(m_store->previews(m_run)).size(), 8U);
}

void StoreWriting::manyThreadsMayAppend() {
    StoreWriterOptions options;
    options.capacity = 100;
    const auto writer = m_folder->writer(m_run, {}, options);
    std::vector<std::thread> threads;
    std::atomic<int> problems = 0;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            for (int step = 1; step <= 2000; ++step) {
                const MetricRow row{"", std::to_string(thread), "train", step, 0, 0, 1.0 * step};
                problems += writer->append({row}) ? 0 : 1;
                problems += step % 500 != 0 || writer->flush() ? 0 : 1;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    done(writer->close());
    QCOMPARE(problems.load(), 0);
    const auto series = valueOf(m_store->series(m_run));
    QCOMPARE(series.size(), 4U);
    for (const SeriesInfo& one : series)
        QVERIFY(one.summary.rows == 2000 && one.summary.last == 2000);
}

void StoreWriting::progressIsSeenByOthers() {
    const auto writer = m_folder->writer(m_run);
    for (int step = 1; step <= 100; ++step)
        done(writer->progress({step, step / 10.0, step * 2.0}));
    done(writer->flush());
    QVERIFY((valueOf(m_store->run(m_run)).summary.position == RunPosition{100, 10, 200}));
}

void StoreWriting::stateAndReleaseComeAfterTheRows() {
    const auto writer = m_folder->writer(m_run);
    done(writer->state({{0, 0, 0}, RunState::Running, ""}));
    done(writer->flush());
    QCOMPARE(valueOf(m_store->run(m_run)).summary.state, RunState::Running);
    for (int step = 1; step <= 3000; ++step)
        done(writer->append({lossRow(step, 1)}));
    done(writer->state({{3000, 1, 2}, RunState::Finished, "done"}, Ownership::Release));
    // A reader that sees the state sees the rows.
    QTRY_COMPARE(valueOf(m_store->run(m_run)).summary.state, RunState::Finished);
    QCOMPARE(loss().rows, 3000);
    const auto summary = valueOf(m_store->run(m_run)).summary;
    QVERIFY(!summary.owner && summary.ended && summary.position.step == 3000);
    QCOMPARE(summary.stateText, "done");
}

void StoreWriting::nothingCanBeAddedAfterTheRelease() {
    const auto writer = m_folder->writer(m_run);
    done(writer->state({{1, 0, 0}, RunState::Paused, ""}, Ownership::Release));
    QCOMPARE(codeOf(writer->append({lossRow(2, 1)})), "run.lost");
    QCOMPARE(codeOf(writer->notice({})), "run.lost");
    QCOMPARE(codeOf(writer->checkpoint(checkpointEvent(*m_store, m_run, 2))), "run.lost");
    done(writer->close());
    QVERIFY(valueOf(m_store->series(m_run)).empty());
}

void StoreWriting::checkpointIsNeverAheadOfItsRows() {
    // Killed at other moments each time; the helper records a checkpoint every ten steps.
    for (const int milliseconds : {5, 20, 50, 90, 150, 230}) {
        Helper trainer({"train", m_folder->path().string(), "killed", "100000000"});
        const RunId run = trainer.line();
        QTRY_VERIFY_WITH_TIMEOUT(valueOf(m_store->latestCheckpoint(run)).has_value(), 20000);
        QTest::qSleep(milliseconds);
        trainer.killHard();
        const auto checkpoint = valueOf(m_store->latestCheckpoint(run)).value();
        QVERIFY(std::filesystem::exists(m_store->folder() / checkpoint.file));
        const auto series = seriesOf(*m_store, run, {"", "up", "train"});
        QVERIFY(series.summary.lastStep >= checkpoint.position.step);
        verifyTrained(run, series.summary.lastStep);
        done(m_store->reopen(run, checkpoint.position.step));
        verifyTrained(run, checkpoint.position.step);
    }
}

void StoreWriting::rowsThatWereFlushedOutliveAKill() {
    Helper trainer({"train", m_folder->path().string(), "killed", "5000"});
    const RunId run = trainer.line();
    QCOMPARE(trainer.line(), "written");
    trainer.killHard();
    verifyTrained(run, 5000);
    QCOMPARE(valueOf(m_store->checkpoints(run)).size(), 500U);
    QCOMPARE(valueOf(m_store->run(run)).summary.position.step, 5000);
}

void StoreWriting::processesAtOnceLoseNothing() {
    constexpr int steps = 20000;
    const std::string count = std::to_string(steps);
    Helper one({"train", m_folder->path().string(), "one", count});
    Helper two({"train", m_folder->path().string(), "two", count});
    const RunId first = one.line(), second = two.line();
    const auto writer = m_folder->writer(m_run);
    for (int step = 1; step <= steps; ++step) {
        done(writer->append({lossRow(step, step)}));
        // While others write, people rename.
        if (step % 2000 == 0)
            done(m_store->rename(first, "one at " + std::to_string(step)));
    }
    done(writer->close());
    QCOMPARE(one.line(), "written");
    QCOMPARE(two.line(), "written");
    QVERIFY(one.finish() == 0 && two.finish() == 0);
    verifyTrained(first, steps);
    verifyTrained(second, steps);
    QCOMPARE(loss().rows, steps);
    QCOMPARE(loss().last, static_cast<double>(steps));
    QCOMPARE(valueOf(m_store->run(first)).summary.name, "one at 20000");
    QCOMPARE(m_folder->raw().execAndGet("PRAGMA integrity_check").getString(), "ok");
}

QTEST_GUILESS_MAIN(StoreWriting)
#include "tst_store_writer.moc"
