// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_testing.h"

#include <QSignalSpy>
#include <QTest>

#include <filesystem>
#include <thread>

using namespace concertina;
using namespace concertina::testing;

class TestStoreAccess : public QObject {
    Q_OBJECT

private:
    static Expected<std::size_t> countRuns(Store& store) {
        const auto runs = store.runs();
        if (!runs)
            return failure(runs.error());
        return runs->size();
    }

    /// The code of the problem, "" where there is none.
    static QString codeOfCall(StoreAccess& access) {
        std::optional<QString> code;
        QObject context;
        access.call(&context, countRuns, [&](const Expected<std::size_t>& count) {
            code = count ? QString() : QString::fromStdString(count.error().code);
        });
        if (!QTest::qWaitFor([&] { return code.has_value(); }))
            return QStringLiteral("no answer");
        return *code;
    }

private Q_SLOTS:
    void workIsDoneElsewhereAndAnsweredHere() {
        Desk desk;
        std::thread::id workedIn, answeredIn;
        QObject context;
        desk.store->call(
            &context,
            [&](Store& store) {
                workedIn = std::this_thread::get_id();
                return countRuns(store);
            },
            [&](const Expected<std::size_t>& count) {
                answeredIn = std::this_thread::get_id();
                QCOMPARE(*count, 0U);
            });
        QTRY_VERIFY(answeredIn != std::thread::id());
        QVERIFY(answeredIn == std::this_thread::get_id());
        QVERIFY(workedIn != std::this_thread::get_id());
    }

    void callsAreDoneInTheirOrder() {
        Desk desk;
        QObject context;
        QList<int> answers;
        for (int i = 0; i < 50; ++i)
            desk.store->call(
                &context, [i](Store&) -> Expected<int> { return i; },
                [&](const Expected<int>& answer) { answers << *answer; });
        QTRY_COMPARE(answers.size(), 50);
        for (int i = 0; i < 50; ++i)
            QCOMPARE(answers[i], i);
    }

    void aContextThatIsGoneGetsNoAnswer() {
        Desk desk;
        bool answered = false;
        auto context = std::make_unique<QObject>();
        desk.store->call(context.get(), countRuns, [&](const auto&) { answered = true; });
        context.reset();
        QCOMPARE(codeOfCall(*desk.store), QString()); // a later call, so the first was done
        QVERIFY(!answered);
    }

    void closingWaitsForTheCallUnderWayAndDropsTheOthers() {
        Desk desk;
        QObject context;
        std::atomic<int> begun = 0, ended = 0;
        for (int i = 0; i < 3; ++i)
            desk.store->call(
                &context,
                [&](Store&) -> Expected<int> {
                    ++begun;
                    std::this_thread::sleep_for(std::chrono::milliseconds(100));
                    ++ended;
                    return 0;
                },
                [](const auto&) {});
        QTRY_COMPARE(begun.load(), 1);
        desk.store.reset();
        QCOMPARE(begun.load(), ended.load());
        QVERIFY(begun < 3);
    }

    void changesOfOthersAreReported() {
        Desk desk;
        QCOMPARE(codeOfCall(*desk.store), QString());
        QSignalSpy changed(desk.store.get(), &StoreAccess::storeChanged);
        QTest::qWait(500); // the first mark has been taken
        changed.clear();
        Store other = desk.openStore();
        makeRun(other);
        QTRY_VERIFY(!changed.isEmpty());
    }

    void storeThatVanishesIsReportedUntilItComesBack() {
        Desk desk;
        QCOMPARE(codeOfCall(*desk.store), QString());
        const std::string away = desk.folder().string() + ".away";
        QSignalSpy changed(desk.store.get(), &StoreAccess::storeChanged);
        std::filesystem::rename(desk.folder(), away);
        QTRY_VERIFY(!changed.isEmpty()); // reported without a call, so that pages look
        for (int i = 0; i < 2; ++i)
            QCOMPARE(codeOfCall(*desk.store), QStringLiteral("store.vanished"));
        QVERIFY(!std::filesystem::exists(desk.folder())); // an empty one would hide the loss
        std::filesystem::rename(away, desk.folder());
        QCOMPARE(codeOfCall(*desk.store), QString());
    }

    void lossThatACallFindsIsReportedToAll() {
        Desk desk;
        QCOMPARE(codeOfCall(*desk.store), QString());
        QSignalSpy changed(desk.store.get(), &StoreAccess::storeChanged);
        std::filesystem::rename(desk.folder(), desk.folder().string() + ".away");
        QCOMPARE(codeOfCall(*desk.store), QStringLiteral("store.vanished"));
        QTRY_COMPARE(changed.size(), 1);
    }

    void anotherStoreInItsPlaceIsOpened() {
        Desk desk;
        QCOMPARE(codeOfCall(*desk.store), QString());
        std::filesystem::remove_all(desk.folder());
        {
            Store other = desk.openStore();
            makeRun(other);
        }
        QTRY_COMPARE(codeOfCall(*desk.store), QString());
    }

    void newerStoreIsReportedAtEachCall() {
        Desk desk;
        makeNewer(desk.folder());
        QCOMPARE(codeOfCall(*desk.store), QStringLiteral("store.newer"));
        QCOMPARE(codeOfCall(*desk.store), QStringLiteral("store.newer"));
    }

    void whatMayOnlyBeReadIsRead() {
        Desk desk;
        {
            Store other = desk.openStore();
            makeRun(other);
        }
        desk.reopen(StoreMode::ReadOnly);
        QCOMPARE(codeOfCall(*desk.store), QString());
        QObject context;
        std::string code;
        desk.store->call(
            &context, [](Store& store) { return store.purgeTrash(); },
            [&](const Expected<std::int64_t>& purged) { code = purged.error().code; });
        QTRY_COMPARE(code, std::string("store.read_only"));
    }
};

QTEST_GUILESS_MAIN(TestStoreAccess)
#include "tst_storeaccess.moc"
