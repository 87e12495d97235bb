// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/job_thread.h"

#include <QTest>

#include <atomic>
#include <latch>
#include <memory>
#include <semaphore>

using namespace concertina;

class JobThreadTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aNewerJobOfAKeyStopsTheOlder() {
        JobThread jobs;
        std::latch begun(1), newerDone(1);
        std::atomic<bool> stopped = false;
        jobs.post("frame", [&](const std::stop_token& stop) {
            begun.count_down();
            while (!stop.stop_requested())
                std::this_thread::yield();
            stopped = true;
        });
        begun.wait();
        jobs.post("frame", [&](const std::stop_token&) { newerDone.count_down(); });
        newerDone.wait(); // for ever, where the older one was not stopped
        QVERIFY(stopped);
    }

    void oneThatWaitsIsReplacedAndOthersAreLetAlone() {
        JobThread jobs;
        std::binary_semaphore hold(0);
        std::latch done(2);
        std::atomic<int> older = 0, other = 0;
        jobs.post("first", [&](const std::stop_token&) { hold.acquire(); });
        jobs.post("frame", [&](const std::stop_token&) { ++older; });
        jobs.post("report", [&](const std::stop_token& stop) {
            other = stop.stop_requested() ? -1 : 1;
            done.count_down();
        });
        jobs.post("frame", [&](const std::stop_token&) { done.count_down(); });
        hold.release();
        done.wait();
        QCOMPARE(older.load(), 0);
        QCOMPARE(other.load(), 1);
    }

    void jobsWithoutAKeyAreAllDone() {
        JobThread jobs;
        std::latch done(3);
        for (int i = 0; i < 3; ++i)
            jobs.post([&](const std::stop_token& stop) {
                if (!stop.stop_requested())
                    done.count_down();
            });
        done.wait(); // for ever, where one replaced another
    }

    void itsEndStopsWhatRunsAndDropsWhatWaits() {
        std::atomic<int> ran = 0;
        std::atomic<bool> ended = false;
        {
            JobThread jobs;
            std::latch begun(1);
            jobs.post("a", [&](const std::stop_token& stop) {
                begun.count_down();
                while (!stop.stop_requested())
                    std::this_thread::yield();
                ended = true;
            });
            jobs.post("b", [&](const std::stop_token&) { ++ran; });
            begun.wait();
        }
        QVERIFY(ended);
        QCOMPARE(ran.load(), 0);
    }
};

QTEST_GUILESS_MAIN(JobThreadTest)
#include "tst_job_thread.moc"
