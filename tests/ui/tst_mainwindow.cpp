// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/test_catalogue.h"
#include "tests/ui/ui_testing.h"
#include "tests/ui/window_testing.h"
#include "ui/window/dropped.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"
#include "widgets/controls/action_button.h"
#include "widgets/controls/command_palette.h"
#include "widgets/controls/notice_bar.h"
#include "widgets/controls/pill.h"
#include "widgets/theme/colors.h"

#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

class TestMainWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pagesAreReachedByRailAndKeyboard() {
        WindowBench bench;
        bench.open();
        QVERIFY(bench.page("Set-up page").isVisible());
        QTest::keyClick(&bench.window(), Qt::Key_4, Qt::ControlModifier);
        QVERIFY(bench.page("Runs page").isVisible());
        QVERIFY(bench.window().windowTitle().startsWith(QStringLiteral("Runs")));
        for (QToolButton* button : bench.window().findChildren<QToolButton*>())
            if (button->text() == QLatin1String("Monitor"))
                QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(bench.page("Monitor page").isVisible());
        QCOMPARE(bench.window().currentPage(), QStringLiteral("monitor"));
    }

    void barShowsWhatThePageSays() {
        WindowBench bench;
        bench.open();
        BlankPage& page = bench.page("Set-up page");
        auto* pill = bench.window().findChild<Pill*>();
        QCOMPARE(pill->text(), QStringLiteral("a note"));
        page.shown.note = QStringLiteral("training, 3 %");
        page.shown.tone = PageHeader::Tone::Busy;
        Q_EMIT page.headerChanged();
        QCOMPARE(pill->text(), QStringLiteral("training, 3 %"));
        QCOMPARE(pill->tone(), Pill::Tone::Busy);
        QStringList buttons;
        for (ActionButton* button : bench.window().findChildren<ActionButton*>())
            buttons << button->text();
        QCOMPARE(buttons, QStringList({QStringLiteral("Set-up page action"),
                                       QStringLiteral("Set-up page primary")}));
        // A page that is not shown does not speak.
        Q_EMIT bench.page("Runs page").headerChanged();
        QCOMPARE(pill->text(), QStringLiteral("training, 3 %"));
    }

    /// Before events are handled, too: what one of them deletes later may stay for long.
    void buttonsOfAPageThatWasLeftStayAway() {
        WindowBench bench;
        bench.open();
        QAction& left = bench.page("Set-up page").action;
        bench.window().showPage(QStringLiteral("runs"));
        left.setVisible(false);
        left.setVisible(true);
        for (ActionButton* button : bench.window().findChildren<ActionButton*>())
            QVERIFY2(button->isHidden() || button->text() != left.text(),
                     qPrintable(button->text()));
    }

    void sessionIsRestored() {
        WindowBench bench;
        bench.open();
        bench.window().resize(960, 666); // the test's screen has 800 × 800
        bench.window().showPage(QStringLiteral("compare"));
        for (QAction* action : bench.window().actions())
            if (action->text() == QLatin1String("Theme: dark"))
                action->trigger();
        QVERIFY(isDark(bench.window().palette()));
        useTheme(false);
        bench.restart();
        QVERIFY(isDark(bench.window().palette()));
        QCOMPARE(bench.window().currentPage(), QStringLiteral("compare"));
        QCOMPARE(bench.window().size(), QSize(960, 666));
        useTheme(false);
    }

    void damagedSettingsAreDefaults() {
        WindowBench bench;
        bench.desk.settings.setValue(QStringLiteral("window/page"), QStringLiteral("kitchen"));
        bench.desk.settings.setValue(QStringLiteral("window/theme"), 7);
        bench.desk.settings.setValue(QStringLiteral("window/geometry"), QByteArray("xx"));
        bench.open();
        QCOMPARE(bench.window().currentPage(), QStringLiteral("setup"));
        QCOMPARE(bench.window().size(), QSize(1366, 768));
    }

    void searchFindsActionsOfWindowAndPage() {
        WindowBench bench;
        bench.open();
        QSignalSpy triggered(&bench.page("Set-up page").primary, &QAction::triggered);
        QTest::keyClick(&bench.window(), Qt::Key_K, Qt::ControlModifier);
        auto* palette = bench.window().findChild<CommandPalette*>();
        QVERIFY(palette->isVisible());
        auto* list = palette->findChild<QListWidget*>();
        QStringList found;
        for (int i = 0; i < list->count(); ++i)
            found << list->item(i)->text();
        QVERIFY(found.contains(QStringLiteral("Quit")));
        QCOMPARE(found.count(QStringLiteral("Set-up page action")), 1); // in the bar and the page
        QVERIFY(!found.contains(QStringLiteral("Runs page action")));   // that page is not shown
        auto* field = palette->findChild<QLineEdit*>();
        QTest::keyClicks(field, QStringLiteral("prim"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(triggered.size(), 1);
    }

    void leadsFromPageToPage() {
        WindowBench bench;
        bench.open();
        Navigator& navigator = bench.window();
        navigator.open(ShowRun{"r1"});
        bench.window().showPage(QStringLiteral("compare"));
        QCOMPARE(bench.page("Compare page").preferred, RunId("r1")); // that was looked at
        bench.page("Compare page").run = "r3";
        bench.window().showPage(QStringLiteral("setup"));
        bench.window().showPage(QStringLiteral("monitor"));
        QCOMPARE(bench.page("Monitor page").preferred, RunId("r3")); // none is at Set-up
        navigator.open(CompareRuns{"r1"});
        navigator.open(CompareRuns{"r1", "r2"});
        navigator.open(EditSpec{testSpec(), QStringLiteral("here")});
        navigator.open(ListRuns{});
        QCOMPARE(bench.asked,
                 QStringList({QStringLiteral("monitor r1"), QStringLiteral("compare r1 -"),
                              QStringLiteral("compare r1 r2"),
                              QStringLiteral("load experiment from here")}));
        QCOMPARE(bench.window().currentPage(), QStringLiteral("runs"));
    }

    void droppedFilesGoWhereTheyBelong() {
        WindowBench bench;
        bench.open();
        const QString spec =
            bench.file(QStringLiteral("mine.json"), "{}: Set-up says what is wrong");
        const QString picture = bench.file(QStringLiteral("a.PNG"), "no picture: Compare says so");
        QVERIFY(QDir(bench.desk.temporary.path()).mkdir(QStringLiteral("data")));
        const QString dataset = bench.file(QStringLiteral("data/dataset.json"), "{}");
        bench.drop({spec});
        bench.drop({QFileInfo(dataset).path()});
        bench.drop({dataset});
        QCOMPARE(bench.window().currentPage(), QStringLiteral("setup"));
        bench.drop({picture, picture});
        QCOMPARE(bench.window().currentPage(), QStringLiteral("compare"));
        QCOMPARE(bench.asked,
                 QStringList({QStringLiteral("spec mine.json"), QStringLiteral("dataset data"),
                              QStringLiteral("dataset data"), QStringLiteral("pictures 2")}));
        QCOMPARE(bench.notice(), QString());
    }

    void whatCannotBeOpenedIsSaid_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* title, const char* name, const QByteArray& bytes,
                            const char* said) {
            QTest::newRow(title) << QString::fromUtf8(name) << bytes << QString::fromUtf8(said);
        };
        row("a text", "notes.txt", "hello", "notes.txt");
        row("no ending", "README", "hello", "README");
        const QByteArray longName = QByteArray("運").repeated(80) + ".xyz";
        row("a long name", longName.constData(), "x", longName.constData());
    }

    void whatCannotBeOpenedIsSaid() {
        QFETCH(const QString, name);
        QFETCH(const QByteArray, bytes);
        QFETCH(const QString, said);
        WindowBench bench;
        bench.open();
        bench.drop({bench.file(name, bytes)});
        QVERIFY2(bench.notice().contains(said), qPrintable(bench.notice()));
        QVERIFY(bench.asked.isEmpty());
        QVERIFY(bench.window().minimumSizeHint().width() <= 1366);
    }

    void folderThatNothingReadsIsSaid() {
        WindowBench bench;
        bench.takesFolders = false;
        bench.open();
        bench.window().showPage(QStringLiteral("runs"));
        bench.drop({bench.file(QStringLiteral("dataset.json"), "{}")});
        QCOMPARE(bench.window().currentPage(), QStringLiteral("runs"));
        QVERIFY(bench.notice().contains(QStringLiteral("that sets up experiments")));
    }

    void foldersThatAreNoDatasetAndFilesThatAreGone() {
        const auto code = [](const QString& path) {
            return requestOf(path, testCatalogue()).error().code;
        };
        const QTemporaryDir folder;
        // A dataset may be made of its files.
        const auto any = requestOf(folder.path(), testCatalogue());
        QVERIFY(any && std::get_if<UseDataset>(&*any)->place == folder.path());
        QCOMPARE(code(folder.filePath(QStringLiteral("none.json"))), std::string("drop.missing"));
    }

    void failuresOfRunsAreSaidAndCanBeCopied() {
        WindowBench bench;
        Store store = bench.desk.openStore();
        const RunId run = makeRun(store, {.name = "rooms"});
        bench.open();
        Q_EMIT bench.desk.runs.failed(run, {"train.nan", "step 311", "a loss of NaN", "a number",
                                            "Lower the learning rate."});
        QTRY_VERIFY(bench.notice().contains(QStringLiteral("The run rooms failed.")));
        QVERIFY(bench.notice().contains(QStringLiteral("Lower the learning rate.")));
    }

    void statusLineSaysWhatIsDone() {
        WindowBench bench;
        Store store = bench.desk.openStore();
        const RunId run =
            makeRun(store, {.name = "rooms", .state = RunState::Running, .step = 100});
        bench.open();
        QCOMPARE(bench.status(), QStringLiteral("Idle"));
        bench.desk.runs.setRuns({{run, RunState::Running}, {"later", RunState::Queued}});
        QTRY_COMPARE(bench.status(), QStringLiteral("Training rooms · cpu, 2 threads · 1 queued"));
        // 40 steps of 8 images in 10 s.
        auto writer = valueOf(StoreWriter::open(store.folder(), run));
        done(writer->progress({140, 1.75, 25}));
        done(writer->close());
        QTRY_VERIFY([&] {
            for (const QLabel* label : bench.window().findChildren<QLabel*>())
                if (label->isVisible() && label->text() == QLatin1String("32 images/s"))
                    return true;
            return false;
        }());
        bench.window().showMessage(QStringLiteral("Saved"));
        QCOMPARE(bench.status(), QStringLiteral("Saved"));
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
