// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/run_queue.h"
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "db/store.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <future>
#include <mutex>

using namespace concertina;

namespace {

constexpr int patience = 60000; // ms; a step takes some

ExperimentSpec tinySpec(int steps) {
    ExperimentSpec spec;
    spec.name = "tiny";
    spec.data.height = 16;
    spec.data.width = 24;
    spec.data.dataset = {"rooms", {{"train_size", 8}, {"val_size", 2}}};
    spec.network.backbone = {"segnet", {{"channels", {6, 8}}, {"convolutions", {1, 2}}}};
    spec.train.batch = 4;
    spec.train.steps = steps;
    return withCompleteOptions(spec, catalogue());
}

} // namespace

class RunQueueTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::mutex m_mutex;
    std::vector<Problem> m_failures;

    std::unique_ptr<RunQueue> makeQueue() {
        return std::make_unique<RunQueue>(
            m_folder->path().toStdString(), std::nullopt,
            RunQueue::Listener{[] {},
                               [this](const RunId&, const Problem& problem) {
                                   const std::lock_guard lock(m_mutex);
                                   m_failures.push_back(problem);
                               }});
    }

    RunSummary summary(const RunId& run) const {
        const auto store = Store::open(m_folder->path().toStdString(), StoreMode::ReadOnly);
        return store->run(run)->summary;
    }

    /// Waits until the queue has it.
    static RunId started(RunQueue& queue, const ExperimentSpec& spec) {
        std::promise<RunId> run;
        queue.start({spec}, std::nullopt,
                    [&](const std::vector<RunId>& runs, const std::optional<Problem>& problem) {
                        if (problem)
                            qFatal("%s", toText(*problem).c_str());
                        run.set_value(runs.front());
                    });
        return run.get_future().get();
    }

    static RunState stateIn(const RunQueue& queue, const RunId& run) {
        for (const QueuedRun& one : queue.runs())
            if (one.run == run)
                return one.state;
        return RunState::Finished; // gone from the queue
    }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_failures.clear();
    }

    void runsAreTrainedOneAfterTheOther() {
        const auto queue = makeQueue();
        const RunId first = started(*queue, tinySpec(3));
        const RunId second = started(*queue, tinySpec(3));
        QTRY_VERIFY_WITH_TIMEOUT(queue->runs().empty(), patience);
        QVERIFY(summary(first).state == RunState::Finished);
        QVERIFY(summary(second).state == RunState::Finished);
        QVERIFY(*summary(first).ended <= *summary(second).started);
    }

    void aPauseWaitsInMemoryWithACheckpointAndGoesOn() {
        const auto queue = makeQueue();
        const RunId run = started(*queue, tinySpec(2000));
        QTRY_VERIFY_WITH_TIMEOUT(stateIn(*queue, run) == RunState::Running, patience);
        queue->pause(run);
        QTRY_VERIFY_WITH_TIMEOUT(stateIn(*queue, run) == RunState::Paused, patience);
        const auto store = Store::open(m_folder->path().toStdString(), StoreMode::ReadOnly);
        QTRY_VERIFY(store->latestCheckpoint(run)->has_value());
        const auto paused = summary(run).position.step;
        queue->resume(run);
        QTRY_VERIFY_WITH_TIMEOUT(summary(run).position.step > paused, patience);
        queue->stop(run);
        QTRY_VERIFY_WITH_TIMEOUT(queue->runs().empty(), patience);
        QVERIFY(summary(run).state == RunState::Stopped);
    }

    void oneThatWaitsCanBeStopped() {
        const auto queue = makeQueue();
        const RunId first = started(*queue, tinySpec(2000));
        const RunId second = started(*queue, tinySpec(3));
        queue->stop(second);
        QCOMPARE(queue->runs().size(), 1U);
        QTRY_VERIFY(summary(second).state == RunState::Stopped);
        queue->stop(first);
        QTRY_VERIFY_WITH_TIMEOUT(queue->runs().empty(), patience);
    }

    void aStoreThatTakesNothingIsReportedAndBlocksNoCaller() {
        const std::string file = m_folder->filePath("file").toStdString();
        QVERIFY(QFile(QString::fromStdString(file)).open(QIODevice::WriteOnly));
        RunQueue queue(file + "/store", std::nullopt, {[] {}, [](const RunId&, const Problem&) {}});
        std::promise<std::optional<Problem>> answer;
        queue.start({tinySpec(3)}, std::nullopt,
                    [&](const std::vector<RunId>& runs, const std::optional<Problem>& problem) {
                        answer.set_value(runs.empty() ? problem : std::nullopt);
                    });
        const auto problem = answer.get_future().get();
        QVERIFY(problem);
        QVERIFY(problem->code.starts_with("store."));
    }

    void itsEndWaitsForNoTrainingOfAStartOnItsWay() {
        auto queue = makeQueue();
        const RunId first = started(*queue, tinySpec(1'000'000));
        QTRY_VERIFY_WITH_TIMEOUT(stateIn(*queue, first) == RunState::Running, patience);
        const std::vector<ExperimentSpec> specs(3, tinySpec(1'000'000));
        queue->start(specs, std::nullopt, [](const auto&, const auto&) {});
        queue.reset(); // for ever, where one of them trained to its end
        const auto store = Store::open(m_folder->path().toStdString(), StoreMode::ReadOnly);
        QVERIFY(store);
        const auto runs = store->runs();
        QVERIFY(runs && !runs->empty());
        for (const RunSummary& run : *runs)
            QVERIFY(run.state == RunState::Paused);
    }

    void aRunThatCannotStartIsReportedAndTheNextOneTrains() {
        ExperimentSpec broken = tinySpec(3);
        broken.data.dataset = {"folder", {{"path", m_folder->filePath("none").toStdString()}}};
        const auto queue = makeQueue();
        const RunId first = started(*queue, withCompleteOptions(broken, catalogue()));
        const RunId second = started(*queue, tinySpec(3));
        QTRY_VERIFY_WITH_TIMEOUT(queue->runs().empty(), patience);
        QVERIFY(summary(first).state == RunState::Failed);
        QVERIFY(summary(second).state == RunState::Finished);
        const std::lock_guard lock(m_mutex);
        QCOMPARE(m_failures.size(), 1U);
        QVERIFY(m_failures[0].code.starts_with("dataset."));
    }

    void itsEndSuspendsEverythingAndAnotherSessionGoesOn() {
        auto queue = makeQueue();
        const RunId training = started(*queue, tinySpec(40));
        const RunId waiting = started(*queue, tinySpec(3));
        QTRY_VERIFY_WITH_TIMEOUT(stateIn(*queue, training) == RunState::Running, patience);
        queue.reset();
        QVERIFY(summary(training).state == RunState::Paused);
        QVERIFY(summary(waiting).state == RunState::Paused);

        queue = makeQueue();
        queue->resume(training);
        queue->resume(waiting);
        QTRY_VERIFY_WITH_TIMEOUT(queue->runs().empty(), patience);
        QVERIFY(summary(training).state == RunState::Finished);
        QCOMPARE(summary(training).position.step, 40);
        QVERIFY(summary(waiting).state == RunState::Finished);
    }
};

QTEST_GUILESS_MAIN(RunQueueTest)
#include "tst_run_queue.moc"
