// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/run_group.h"

#include <QTest>

using namespace concertina;

class RunGroupTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theNameOfAGroupIsWhatStandsBeforeItsTime() {
        const std::string group = groupNameAt("all tasks", 1'790'000'000);
        QVERIFY(group.starts_with("all tasks 2026-09-"));
        QCOMPARE(nameOfGroup(group), std::string("all tasks"));
        QVERIFY(groupNameAt("all tasks", 1'790'000'001) != group);
    }

    void anyOtherNameIsItself() {
        for (const char* name : {"", "all tasks", "2026-05-01 12:00:00", " 2026-05-01 12:00:0",
                                 "a 2026-05-01T12:00:00", "a-2026-05-01 12:00:00"})
            QCOMPARE(nameOfGroup(name), std::string(name));
    }
};

QTEST_APPLESS_MAIN(RunGroupTest)
#include "tst_run_group.moc"
