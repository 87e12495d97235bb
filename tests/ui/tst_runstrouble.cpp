// SPDX-License-Identifier: GPL-3.0-or-later
// The runs page where the store makes trouble, or other processes change it.
#include "tests/ui/runs_testing.h"

#include <filesystem>

using namespace concertina;
using namespace concertina::testing;

class TestRunsTrouble : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runDeletedByAnotherProcessIsSaid() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId gone = makeRun(store, {.name = "gone soon"});
        makeRun(store, {.name = "stays"});
        bench.openWith(2);
        bench.select({gone});
        QTRY_COMPARE(bench.details().title(), QStringLiteral("gone soon"));
        // Between the deletion and the next look at the store.
        valueOf(store.deleteRun(gone));
        bench.action("Clone into Set-up").trigger();
        QTRY_VERIFY(bench.strips().contains(QStringLiteral("gone soon could not be cloned")));
        QTRY_COMPARE(bench.model().rowCount(), 1);
        QVERIFY(bench.selected().empty());
        QTRY_VERIFY(hasText(bench.details(), QStringLiteral("Select a run")));
    }

    void lockedStoreIsSaidWhereOneLooks() {
        RunsBench bench;
        Store store = bench.desk.openStore();
        const RunId run = makeRun(store, {.name = "old"});
        bench.openWith(1);
        {
            const StoreLock lock(bench.desk.folder());
            bench.select({run});
            bench.model().setData(bench.model().indexOf(run), QStringLiteral("new"), Qt::EditRole);
            QTRY_VERIFY_WITH_TIMEOUT(
                bench.strips().contains(QStringLiteral("The name new was not kept")), 20000);
        }
        // What is true comes back.
        QTRY_COMPARE(bench.model().indexOf(run).data().toString(), QStringLiteral("old"));
    }

    void storeThatMayOnlyBeReadIsShown() {
        RunsBench bench;
        RunId run;
        {
            Store store = bench.desk.openStore();
            run = makeRun(store, {.name = "old"});
        }
        bench.desk.reopen(StoreMode::ReadOnly);
        bench.openWith(1);
        bench.select({run});
        bench.action("Delete").trigger();
        QTRY_VERIFY(bench.strips().contains(QStringLiteral("old could not be deleted")));
        QCOMPARE(bench.model().rowCount(), 1);
    }

    void newerStoreIsSaidWhereOneLooks() {
        RunsBench bench;
        makeNewer(bench.desk.folder());
        bench.open();
        QTRY_VERIFY(bench.strips().contains(QStringLiteral("store version 99")));
        QCOMPARE(bench.page().header().tone, PageHeader::Tone::Bad);
    }

    void storeThatVanishesIsSaidAndComesBack() {
        RunsBench bench;
        {
            Store store = bench.desk.openStore();
            makeRun(store);
        }
        bench.openWith(1);
        const std::string away = bench.desk.folder().string() + ".away";
        std::filesystem::rename(bench.desk.folder(), away);
        QTRY_VERIFY(bench.strips().contains(QStringLiteral("cannot be read")));
        QCOMPARE(bench.model().rowCount(), 1); // what was known stays
        std::filesystem::rename(away, bench.desk.folder());
        QTRY_COMPARE_WITH_TIMEOUT(bench.strips(), QString(), 10000);
        QCOMPARE(bench.model().rowCount(), 1);
    }
};

QTEST_MAIN(TestRunsTrouble)
#include "tst_runstrouble.moc"
