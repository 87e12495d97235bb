// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"
#include "tests/ui/setup_testing.h"
#include "ui/setup/costs_card.h"
#include "ui/setup/problems_panel.h"
#include "ui/setup/samples_card.h"
#include "ui/setup/samples_view.h"
#include "ui/setup/setup_forms.h"
#include "ui/setup/setup_page.h"
#include "ui/setup/sharing_card.h"
#include "widgets/forms/field_editor.h"
#include "widgets/forms/field_row.h"
#include "widgets/forms/spec_form.h"
#include "widgets/forms/task_chips.h"
#include "widgets/forms/value_edit.h"
#include "widgets/sharing/sharing_matrix.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QListView>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QTest>
#include <QToolButton>

#include <optional>

using namespace concertina;
using namespace concertina::testing;

class SetupPageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void startIsOneClickAndLeadsToTheMonitor() {
        Bench bench;
        QVERIFY(bench.start().isEnabled());
        bench.start().trigger();
        QCOMPARE(bench.desk.runs.started.size(), std::size_t{1});
        QVERIFY(!bench.desk.runs.groups.front().has_value());
        QCOMPARE(bench.desk.navigator.monitored, std::vector<RunId>{"started1"});
        // As runs keep it: with every option.
        QVERIFY(bench.desk.runs.started.front().network.backbone.options.at("channels") == Json(8));
    }

    void controlReturnStarts() {
        Bench bench;
        bench.page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&*bench.page));
        bench.row("train.lr")->editor()->setFocus();
        QTest::keyClick(bench.line("train.lr"), Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(bench.desk.runs.started.size(), std::size_t{1});
    }

    void aSecondStartQueuesAndSaysSo() {
        Bench bench;
        bench.start().trigger();
        QVERIFY(bench.desk.navigator.told.isEmpty());
        QVERIFY(bench.start().toolTip().contains(QStringLiteral("after the run before it")));
        bench.start().trigger();
        QCOMPARE(bench.desk.runs.started.size(), std::size_t{2});
        QCOMPARE(bench.desk.navigator.told.size(), 1);
    }

    void severalSeedsAreOneGroupOfRuns() {
        Bench bench;
        bench.type("seed", QStringLiteral("0, 1, 2"));
        QVERIFY(bench.start().text().contains(QLatin1Char('3')));
        bench.start().trigger();
        const auto& started = bench.desk.runs.started;
        QCOMPARE(started.size(), std::size_t{3});
        for (std::size_t i = 0; i < started.size(); ++i) {
            QCOMPARE(started[i].seed, static_cast<std::int64_t>(i));
            QVERIFY(bench.desk.runs.groups[i].has_value());
            QCOMPARE(*bench.desk.runs.groups[i], *bench.desk.runs.groups[0]);
        }
        QCOMPARE(bench.desk.navigator.monitored, std::vector<RunId>{"started1"});
    }

    void aStoreThatRefusesIsTold() {
        Bench bench;
        bench.desk.runs.refusal = Problem{"store.read_only", "", "a", "b", ""};
        bench.start().trigger();
        QCOMPARE(bench.desk.navigator.problems.size(), std::size_t{1});
        QVERIFY(bench.desk.navigator.monitored.empty());
    }

    void aProblemStandsAtItsFieldAndInTheListAndStopsTheStart() {
        Bench bench;
        bench.type("train.batch", QStringLiteral("5000"));
        QCOMPARE(bench.problems().size(), std::size_t{1});
        QVERIFY(bench.problems().front().text.startsWith(QStringLiteral("Batch")));
        QVERIFY(!bench.row("train.batch")->problem().isEmpty());
        QVERIFY(!bench.start().isEnabled());
        QVERIFY(bench.start().toolTip().contains(QStringLiteral("5000")));
        bench.page->start();
        QVERIFY(bench.desk.runs.started.empty());
    }

    void oneClickMends() {
        Bench bench;
        bench.type("train.batch", QStringLiteral("5000"));
        auto* panel = bench.find<ProblemsPanel>();
        QCOMPARE(panel->mendButton(0)->text(), QStringLiteral("Set to 4096"));
        panel->mendButton(0)->click();
        bench.settle();
        QCOMPARE(bench.spec().train.batch, 4096);
        QVERIFY(bench.problems().empty());
        QVERIFY(bench.start().isEnabled());
        QCOMPARE(bench.line("train.batch")->text(), QStringLiteral("4096"));
    }

    void theLinkGoesToTheField() {
        Bench bench;
        bench.page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&*bench.page));
        bench.type("train.warmup", QStringLiteral("5000"));
        bench.row("name")->editor()->setFocus();
        bench.find<ProblemsPanel>()->showButton(0)->click();
        QVERIFY(bench.line("train.warmup")->hasFocus());
    }

    void costsFollowTheSpec() {
        Bench bench;
        const QString before = bench.cost(0);
        QVERIFY2(!before.contains(QStringLiteral("–")), qPrintable(before));
        bench.type("network.backbone.options.channels", QStringLiteral("16"));
        QVERIFY(bench.cost(0) != before);
        // 640 images in batches of 8 are 80 steps an epoch, 1,000 steps so 12.5 epochs.
        QVERIFY2(bench.cost(5).contains(QStringLiteral("12.5 epochs")), qPrintable(bench.cost(5)));
    }

    void theNumberOfClassesComesFromTheDataset() {
        Bench bench(false);
        QCOMPARE(bench.find<CostsCard>()->lines().size(), 7); // the last says what is assumed
        const QString assumed = bench.cost(0);
        DatasetSummary summary = rooms();
        summary.classes = 40;
        bench.answerDataset(summary);
        QCOMPARE(bench.find<CostsCard>()->lines().size(), 6);
        QVERIFY(bench.cost(0) != assumed);
    }

    void aDatasetThatCannotBeReadIsAProblemOfItsField() {
        Bench bench(false);
        bench.answerDataset(
            failure({"dataset.path", "data.dataset.options.folder", "no folder", "one", ""}));
        QCOMPARE(bench.problems().size(), std::size_t{1});
        QVERIFY(!bench.row("data.dataset.options.folder")->problem().isEmpty());
        QVERIFY(!bench.start().isEnabled());
        QVERIFY(bench.find<SamplesView>()->message().contains(QStringLiteral("no folder")));
        // One click asks for the folder.
        bench.desk.dialogs.files = {QStringLiteral("/data/rooms")};
        bench.find<ProblemsPanel>()->mendButton(0)->click();
        QVERIFY(bench.spec().data.dataset.options.at("folder") == Json("/data/rooms"));
        bench.settle();
        bench.answerDataset(rooms());
        QVERIFY(bench.problems().empty());
        QVERIFY(bench.start().isEnabled());
    }

    void aSplitThatTheDatasetHasNotIsTold() {
        Bench bench;
        bench.type("data.val_split", QStringLiteral("test"));
        QCOMPARE(bench.problems().size(), std::size_t{1});
        QVERIFY(!bench.row("data.val_split")->problem().isEmpty());
    }
};

QTEST_MAIN(SetupPageTest)

#include "tst_setuppage.moc"
