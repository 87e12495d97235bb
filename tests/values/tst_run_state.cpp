// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/run_state.h"
#include "tests/printing.h"

#include <QTest>

#include <set>

using namespace concertina;

namespace {

const std::vector<RunState> all{RunState::Queued,     RunState::Running, RunState::Paused,
                                RunState::Finished,   RunState::Stopped, RunState::Failed,
                                RunState::Interrupted};

} // namespace

class RunStateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesStandInStoresAndDoNotChange() {
        const Texts frozen{"queued",  "running", "paused",     "finished",
                           "stopped", "failed",  "interrupted"};
        Texts names;
        for (const RunState state : all)
            names.emplace_back(stateName(state));
        QCOMPARE(names, frozen);
    }

    void namesReadBack() {
        for (const RunState state : all)
            QCOMPARE(runStateFromName(stateName(state)), std::optional(state));
        for (const char* name : {"", "Running", "running ", "done"})
            QVERIFY(!runStateFromName(name));
    }

    void onlyWhatWasCutShortCanBeResumed() {
        const std::set resumable{RunState::Paused, RunState::Stopped, RunState::Failed,
                                 RunState::Interrupted};
        for (const RunState state : all)
            QCOMPARE(canResume(state), resumable.contains(state));
    }
};

QTEST_APPLESS_MAIN(RunStateTest)
#include "tst_run_state.moc"
