// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/checkpoint.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <sys/resource.h>

#include <QElapsedTimer>
#include <QTest>

#include <csignal>

using namespace concertina;
using namespace concertina::testing;

// What training does where its checkpoints find no space, and with what is requested meanwhile.

namespace {

ExperimentSpec quickSpec() {
    ExperimentSpec spec = tinySpec("factored", "*: merged");
    spec.train.previews = 0;
    return spec;
}

/// No file may grow beyond 2,000 bytes while one lives: a full disk for checkpoints.
class FullDisk {
public:
    FullDisk() {
        std::signal(SIGXFSZ, SIG_IGN); // writing then fails with EFBIG
        getrlimit(RLIMIT_FSIZE, &m_before);
        rlimit small = m_before;
        small.rlim_cur = 2000;
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~FullDisk() { makeRoom(); }
    void makeRoom() { setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

} // namespace

class FullDiskTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFullDiskMakesTrainingWaitAndGoOn() {
        Training free(quickSpec());
        QVERIFY(free.run());
        Training training(quickSpec());
        FullDisk disk;
        double waited = 0;
        QElapsedTimer clock;
        training.record.onNotice = [&](const NoticeEvent& notice) {
            if (notice.code == "disk.full") {
                clock.start();
                disk.makeRoom();
            } else {
                waited = static_cast<double>(clock.elapsed()) / 1000;
            }
        };
        const auto result = training.run();
        disk.makeRoom();
        QVERIFY(result->state == RunState::Finished);
        QCOMPARE(training.record.notices.size(), 2U);
        QVERIFY(training.record.notices[0].level == NoticeLevel::Error);
        QVERIFY(training.record.notices[0].text.find("waits") != std::string::npos);
        QCOMPARE(training.record.notices[1].code, std::string("disk.room"));
        QVERIFY(waited > 0.9); // it tries once a second, and the wait is not time of training
        const double beside =
            training.record.notices[1].position.seconds - training.record.notices[0].position.seconds;
        QVERIFY(beside < 0.5);
        QVERIFY(sameCourse(training.record, free.record));
        QVERIFY(sameTensors(training.lastCheckpoint(), free.lastCheckpoint()));
        for (const auto& entry :
             std::filesystem::directory_iterator(training.request.checkpointFolder))
            QVERIFY2(entry.path().extension() == ".safetensors", entry.path().c_str()); // no .part
    }

    void anEndThatIsWantedWhileItWaitsForRoomIsTaken_data() {
        QTest::addColumn<int>("step"); ///< at which room is lacking
        QTest::addColumn<bool>("suspend");
        QTest::newRow("stop, in a checkpoint of the schedule") << 2 << false;
        QTest::newRow("suspend, in a checkpoint of the schedule") << 2 << true;
    }

    void anEndThatIsWantedWhileItWaitsForRoomIsTaken() {
        QFETCH(int, step);
        QFETCH(bool, suspend);
        ExperimentSpec spec = quickSpec();
        spec.train.checkpointEvery = 2;
        Training training(spec);
        std::optional<FullDisk> disk;
        training.after(step - 1, [&](RunControl&) { disk.emplace(); });
        training.record.onState = [&](const StateEvent& event) {
            if (event.text.empty())
                return;
            if (suspend)
                training.control.suspend();
            else
                training.control.stop();
        };
        const auto result = training.run();
        disk.reset();
        QVERIFY(result.has_value());
        QVERIFY(result->state == (suspend ? RunState::Paused : RunState::Stopped));
        QVERIFY(!result->problem);
        QCOMPARE(result->position.step, std::int64_t{step});
        QCOMPARE(training.record.notices.size(), 2U);
        QCOMPARE(training.record.notices[0].code, std::string("disk.full"));
        QCOMPARE(training.record.notices[1].code, std::string("checkpoint.none"));
    }

    void aPauseThatIsWantedWhileItWaitsForRoomIsTaken() {
        ExperimentSpec spec = quickSpec();
        Training free(spec);
        QVERIFY(free.run());
        Training training(spec);
        FullDisk disk;
        std::vector<std::string> states; // with why it waits
        training.record.onState = [&](const StateEvent& event) {
            const bool waits = event.text.find("disk") != std::string::npos;
            states.push_back(std::string(stateName(event.state)) + (waits ? ", waits" : ""));
            if (states.back() == "running, waits")
                training.control.pause();
            if (states.back() == "paused, waits")
                disk.makeRoom(); // now it can pause as it would have
            if (states.back() == "paused")
                training.control.resume();
        };
        QVERIFY(training.run()->state == RunState::Finished);
        QCOMPARE(states, (std::vector<std::string>{"running", "running, waits", "paused, waits",
                                                   "running", "paused", "running", "finished"}));
        QVERIFY(sameTensors(training.lastCheckpoint(), free.lastCheckpoint()));
    }

    void aTrainingThatWaitsForSpaceCanBeAborted() {
        Training training(quickSpec());
        FullDisk disk;
        training.record.onNotice = [&](const NoticeEvent&) { training.control.abort(); };
        QElapsedTimer clock;
        clock.start();
        const auto result = training.run();
        disk.makeRoom();
        QVERIFY(result->state == RunState::Stopped);
        QVERIFY(training.record.checkpoints.empty());
        QVERIFY(training.control.interrupted().stop_requested());
    }
};

QTEST_GUILESS_MAIN(FullDiskTest)
#include "tst_full_disk.moc"
