// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/job_thread.h"

#include <QTest>

#include <atomic>
#include <latch>
#include <memory>
#include <semaphore>

using namespace concertina;

namespace {

constexpr int patience = 20'000; // ms, for what takes none where it is right

} // namespace

class JobThreadTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aNewerJobOfAKeyStopsTheOlder() {
        std::latch begun(1), newerDone(1);
        std::atomic<bool> stopped = false;
        JobThread jobs;
        jobs.post("frame", [&](const std::stop_token& stop) {
            begun.count_down();
            while (!stop.stop_requested())
                std::this_thread::yield();
            stopped = true;
        });
        QTRY_VERIFY_WITH_TIMEOUT(begun.try_wait(), patience);
        jobs.post("frame", [&](const std::stop_token&) { newerDone.count_down(); });
        QTRY_VERIFY_WITH_TIMEOUT(newerDone.try_wait(), patience);
        QVERIFY(stopped);
    }

    void oneThatWaitsIsReplacedAndOthersAreLetAlone() {
        std::binary_semaphore hold(0);
        std::latch done(2);
        std::atomic<int> older = 0, other = 0;
        JobThread jobs;
        jobs.post("first", [&](const std::stop_token&) { hold.acquire(); });
        jobs.post("frame", [&](const std::stop_token&) { ++older; });
        jobs.post("report", [&](const std::stop_token& stop) {
            other = stop.stop_requested() ? -1 : 1;
            done.count_down();
        });
        jobs.post("frame", [&](const std::stop_token&) { done.count_down(); });
        hold.release();
        QTRY_VERIFY_WITH_TIMEOUT(done.try_wait(), patience);
        QCOMPARE(older.load(), 0);
        QCOMPARE(other.load(), 1);
    }

    void jobsOfOneThatIsGoneEndWithIt() {
        std::latch begun(1), otherDone(1);
        std::atomic<bool> stopped = false;
        std::atomic<int> waited = 0;
        JobThread jobs;
        jobs.post("try 12", [&](const std::stop_token& stop) {
            begun.count_down();
            while (!stop.stop_requested())
                std::this_thread::yield();
            stopped = true;
        });
        jobs.post("frame 12", [&](const std::stop_token&) { ++waited; });
        jobs.post("frame 112", [&](const std::stop_token&) { otherDone.count_down(); });
        QTRY_VERIFY_WITH_TIMEOUT(begun.try_wait(), patience);
        jobs.stop(" 12");
        QTRY_VERIFY_WITH_TIMEOUT(otherDone.try_wait(), patience);
        QVERIFY(stopped);
        QCOMPARE(waited.load(), 0);
    }

    void jobsWithoutAKeyAreAllDone() {
        std::latch done(3);
        JobThread jobs;
        for (int i = 0; i < 3; ++i)
            jobs.post([&](const std::stop_token& stop) {
                if (!stop.stop_requested())
                    done.count_down();
            });
        QTRY_VERIFY2_WITH_TIMEOUT(done.try_wait(), "one replaced another", patience);
    }

    void itsEndStopsWhatRunsAndDropsWhatWaits() {
        std::atomic<int> ran = 0;
        std::atomic<bool> ended = false;
        {
            std::latch begun(1);
            JobThread jobs;
            jobs.post("a", [&](const std::stop_token& stop) {
                begun.count_down();
                while (!stop.stop_requested())
                    std::this_thread::yield();
                ended = true;
            });
            jobs.post("b", [&](const std::stop_token&) { ++ran; });
            QTRY_VERIFY_WITH_TIMEOUT(begun.try_wait(), patience);
        }
        QVERIFY(ended);
        QCOMPARE(ran.load(), 0);
    }
};

QTEST_GUILESS_MAIN(JobThreadTest)
#include "tst_job_thread.moc"
