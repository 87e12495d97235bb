// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/db/store_testing.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QObject>

#include <csignal>

using namespace concertina;
using namespace concertina::testing;

class StoreOwner : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void newRunIsOursAndQueued();
    void runOfALiveProcessCannotBeClaimed();
    void runOfAKilledProcessReadsInterruptedAndCanBeClaimed();
    void killedProcessThatWasNotWaitedForIsDead();
    void oneOfManyWinsTheClaim();
    void claimOfOwnRunIsNothing();
    void releasedRunKeepsItsState();
    void stateReadsByItsOwner_data();
    void stateReadsByItsOwner();
    void readingNeverWrites();
    void whatIsNotOursCannotBeWritten();
    void writerStopsWhenItsRunIsTaken();
    void heartbeatIsRenewedForEveryRunOfTheProcess();
    void heartbeatIsRenewedByHand();

private:
    std::unique_ptr<TemporaryStore> m_folder;
    std::optional<Store> m_store;
    RunId m_run;

    RunState state() const { return valueOf(m_store->run(m_run)).summary.state; }
    void raw(const std::string& sql) const { m_folder->raw().exec(sql); }
    /// The run without an owner, paused.
    void giveUp() { done(m_store->release(m_run, RunState::Paused)); }
};

void StoreOwner::init() {
    m_store.reset();
    m_folder = std::make_unique<TemporaryStore>();
    m_store = m_folder->open();
    m_run = valueOf(m_store->createRun(newRun("owned")));
}

void StoreOwner::newRunIsOursAndQueued() {
    const auto summary = valueOf(m_store->run(m_run)).summary;
    QCOMPARE(summary.state, RunState::Queued);
    QCOMPARE(summary.owner.value().process.pid, getpid());
    QVERIFY(summary.owner.value().process == thisProcess());
    QVERIFY(thisProcess().started > 0 && !thisProcess().boot.empty());
}

void StoreOwner::runOfALiveProcessCannotBeClaimed() {
    giveUp();
    Helper other({"own", m_folder->path().string(), m_run});
    QCOMPARE(other.line(), "ready");
    const auto claimed = m_store->claim(m_run);
    QCOMPARE(codeOf(claimed), "run.owned");
    const std::string expected =
        "process " + std::to_string(other.pid()) + " on " + thisProcess().host;
    QVERIFY(claimed.error().found.find(expected) != std::string::npos);
    QCOMPARE(codeOf(m_store->reopen(m_run, 0)), "run.owned");
    QCOMPARE(other.finish(), 0);
}

void StoreOwner::runOfAKilledProcessReadsInterruptedAndCanBeClaimed() {
    Helper other({"train", m_folder->path().string(), "theirs", "10"});
    m_run = other.line();
    QCOMPARE(other.line(), "written");
    QCOMPARE(state(), RunState::Running);
    other.killHard();
    QCOMPARE(state(), RunState::Interrupted);
    QCOMPARE(valueOf(m_store->runs()).at(1).state, RunState::Interrupted);
    done(m_store->claim(m_run));
    QCOMPARE(state(), RunState::Running);
}

void StoreOwner::killedProcessThatWasNotWaitedForIsDead() {
    giveUp();
    int input[2], output[2];
    QVERIFY(pipe(input) == 0 && pipe(output) == 0);
    const pid_t child = fork();
    if (child == 0) {
        // This process holds the other end, so that the child waits until it is killed.
        dup2(input[0], 0);
        dup2(output[1], 1);
        execl(STORE_HELPER, STORE_HELPER, "own", m_folder->path().c_str(), m_run.c_str(), nullptr);
        _exit(1);
    }
    char first = 0;
    QCOMPARE(read(output[0], &first, 1), 1);
    QCOMPARE(codeOf(m_store->claim(m_run)), "run.owned");
    kill(child, SIGKILL);
    siginfo_t info{};
    QCOMPARE(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
    done(m_store->claim(m_run)); // while it is still a zombie
    waitpid(child, nullptr, 0);
    for (const int end : {input[0], input[1], output[0], output[1]})
        close(end);
}

void StoreOwner::oneOfManyWinsTheClaim() {
    giveUp();
    std::vector<std::unique_ptr<Helper>> others;
    for (int i = 0; i < 4; ++i)
        others.push_back(std::make_unique<Helper>(
            std::vector<std::string>{"own", m_folder->path().string(), m_run}));
    int winners = 0;
    for (const auto& other : others) {
        const std::string answer = other->line();
        QVERIFY2(answer == "ready" || answer == "run.owned", answer.c_str());
        winners += answer == "ready" ? 1 : 0;
    }
    QCOMPARE(winners, 1);
}

void StoreOwner::claimOfOwnRunIsNothing() {
    done(m_store->claim(m_run));
    done(m_folder->open().claim(m_run)); // over another connection of this process
    QCOMPARE(state(), RunState::Queued);
}

void StoreOwner::releasedRunKeepsItsState() {
    done(m_store->setState(m_run, RunState::Running));
    QVERIFY(valueOf(m_store->run(m_run)).summary.started.has_value());
    done(m_store->release(m_run, RunState::Failed, "loss is NaN"));
    const auto failed = valueOf(m_store->run(m_run)).summary;
    QCOMPARE(failed.state, RunState::Failed);
    QCOMPARE(failed.stateText, "loss is NaN");
    QVERIFY(!failed.owner && failed.ended >= failed.started);
    done(m_store->claim(m_run));
    done(m_store->release(m_run, RunState::Paused));
    const auto paused = valueOf(m_store->run(m_run)).summary;
    QCOMPARE(paused.state, RunState::Paused);
    QVERIFY(!paused.ended && paused.stateText.empty());
}

void StoreOwner::stateReadsByItsOwner_data() {
    QTest::addColumn<QString>("change"); // of the row, whose owner is this process
    QTest::addColumn<QString>("written");
    QTest::addColumn<RunState>("reads");
    const auto add = [](const char* name, const QString& change, const char* written,
                        RunState reads) {
        QTest::addRow("%s, %s", written, name) << change << QString(written) << reads;
    };
    const QString noOwner = "owner_pid = NULL", alive = "owner_pid = owner_pid",
                  otherBoot = "owner_boot = 'before'", otherStart = "owner_start = owner_start - 1",
                  // Linux gives no process a number above 2^22.
        noProcess = "owner_pid = 4194305";
    const QString ago = "owner_machine = 'elsewhere', owner_heartbeat = owner_heartbeat - %1";
    const QString fresh = ago.arg(60000), old = ago.arg(180000), ahead = ago.arg(-600000);
    const RunState interrupted = RunState::Interrupted;
    add("alive", alive, "running", RunState::Running);
    add("alive", alive, "queued", RunState::Queued);
    add("alive", alive, "paused", RunState::Paused);
    add("no owner", noOwner, "running", interrupted);
    add("no owner", noOwner, "queued", interrupted);
    add("no owner", noOwner, "paused", RunState::Paused);
    add("other boot", otherBoot, "running", interrupted);
    add("other boot", otherBoot, "paused", interrupted);
    add("number used again", otherStart, "running", interrupted);
    add("no such process", noProcess, "queued", interrupted);
    add("other machine, a minute ago", fresh, "running", RunState::Running);
    add("other machine, three minutes ago", old, "running", interrupted);
    add("other machine with a fast clock", ahead, "running", RunState::Running);
    for (const char* over : {"finished", "stopped", "failed"})
        add("no such process", noProcess, over, *runStateFromName(over));
}

void StoreOwner::stateReadsByItsOwner() {
    QFETCH(const QString, change);
    QFETCH(const QString, written);
    QFETCH(const RunState, reads);
    raw(("UPDATE run SET state = '" + written + "', " + change).toStdString());
    QCOMPARE(state(), reads);
    QCOMPARE(valueOf(m_store->runs()).at(0).state, reads);
    // Who reads as dead may be followed by another.
    const bool free = change.contains("NULL") || change == "owner_pid = owner_pid"
                      || reads != RunState::Running;
    QCOMPARE(codeOf(m_store->claim(m_run)), free ? "" : "run.owned");
}

void StoreOwner::readingNeverWrites() {
    raw("UPDATE run SET state = 'running', owner_boot = 'before'");
    const Store observer = m_folder->open();
    const auto mark = valueOf(observer.changeMark());
    const Store reader = m_folder->open(StoreMode::ReadOnly);
    QCOMPARE(valueOf(reader.run(m_run)).summary.state, RunState::Interrupted);
    QCOMPARE(valueOf(reader.runs()).at(0).state, RunState::Interrupted);
    QCOMPARE(state(), RunState::Interrupted);
    QCOMPARE(valueOf(observer.changeMark()), mark);
    QCOMPARE(m_folder->raw().execAndGet("SELECT state FROM run").getString(), "running");
}

void StoreOwner::whatIsNotOursCannotBeWritten() {
    giveUp();
    QCOMPARE(codeOf(m_store->setState(m_run, RunState::Running)), "run.lost");
    QCOMPARE(codeOf(m_store->release(m_run, RunState::Stopped)), "run.lost");
    QCOMPARE(codeOf(m_store->recordStart(m_run, {})), "run.lost");
    QCOMPARE(codeOf(m_store->recordPlan(m_run, {})), "run.lost");
    QCOMPARE(codeOf(m_store->heartbeat(m_run)), "run.lost");
    QCOMPARE(codeOf(m_store->pruneCheckpoints(m_run, 1)), "run.lost");
    QCOMPARE(codeOf(StoreWriter::open(m_folder->path(), m_run)), "run.lost");
    QCOMPARE(state(), RunState::Paused);
}

void StoreOwner::writerStopsWhenItsRunIsTaken() {
    const auto writer = m_folder->writer(m_run);
    done(writer->append({lossRow(1, 1)}));
    done(writer->flush());
    raw("UPDATE run SET owner_pid = 1, owner_start = 7");
    done(writer->append({lossRow(2, 2)}));
    QCOMPARE(codeOf(writer->flush()), "run.lost");
    QCOMPARE(writer->failed().value().code, "run.lost");
    QCOMPARE(codeOf(writer->append({lossRow(3, 3)})), "run.lost");
    QCOMPARE(codeOf(writer->close()), "run.lost");
    QCOMPARE(seriesOf(*m_store, m_run, lossKey).summary.rows, 1);
}

void StoreOwner::heartbeatIsRenewedForEveryRunOfTheProcess() {
    const RunId waiting = valueOf(m_store->createRun(newRun("waits in the queue")));
    raw("UPDATE run SET owner_heartbeat = 1");
    StoreWriterOptions options;
    options.heartbeat = std::chrono::milliseconds(20);
    const auto writer = m_folder->writer(m_run, {}, options);
    const StoreTime past{std::chrono::milliseconds(1)};
    for (const RunId& run : {m_run, waiting})
        QTRY_VERIFY(valueOf(m_store->run(run)).summary.owner.value().heartbeat > past);
    // Nothing more once the run is given up.
    done(writer->state({{}, RunState::Paused, ""}, Ownership::Release));
    done(writer->flush());
    raw("UPDATE run SET owner_heartbeat = 1");
    QTest::qWait(200);
    QVERIFY(valueOf(m_store->run(waiting)).summary.owner.value().heartbeat == past);
    QVERIFY(!writer->failed());
}

void StoreOwner::heartbeatIsRenewedByHand() {
    raw("UPDATE run SET owner_heartbeat = 1");
    done(m_store->heartbeat(m_run));
    const auto age = std::chrono::system_clock::now()
                     - valueOf(m_store->run(m_run)).summary.owner.value().heartbeat;
    QVERIFY(age < std::chrono::minutes(1));
}

QTEST_GUILESS_MAIN(StoreOwner)
#include "tst_store_owner.moc"
