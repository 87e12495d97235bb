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
#include <QLabel>
#include <QListView>
#include <QLocale>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QScopeGuard>
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
        QVERIFY(bench.desk.navigator.messages.isEmpty());
        QVERIFY(bench.start().toolTip().contains(QStringLiteral("after the run before it")));
        bench.start().trigger();
        QCOMPARE(bench.desk.runs.started.size(), std::size_t{2});
        QCOMPARE(bench.desk.navigator.messages.size(), 1);
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

    void aStoreThatRefusesIsReported() {
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

    void whatWasTypedInVainGoesBackToWhatStoodThere_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("hint");
        const auto row = [](const char* path, const char* before, const char* typed,
                            const char* hint) {
            QTest::addRow("%s %s", path, typed) << path << before << typed << hint;
        };
        row("train.lr", "0.001", "0,0015", "use a point: 0.0015");
        row("train.lr", "0.001", "2 steps or 3", "");
        row("train.lr", "0.001", "0,", ""); // the first letter that is none of a number
        row("train.steps", "1000", "20.000", "write it without separators: 20000");
        row("train.steps", "1000", "20,000", "write it without separators: 20000");
        row("data.width", "64", "32 px", "write: 32");
        row("train.optimizer.options.beta1", "0.9", "0,95", "use a point: 0.95");
        row("tasks.0.weight", "1", "0,5", "use a point: 0.5");
        row("seed", "0", "1; 2", "part them by commas: 1, 2");
    }

    /// The beginning of what is typed is a value: "0" of "0,0015", which once became the rate, and
    /// was offered as the way back.
    void whatWasTypedInVainGoesBackToWhatStoodThere() {
        QFETCH(QString, path);
        QFETCH(QString, before);
        QFETCH(QString, typed);
        QFETCH(QString, hint);
        const QLocale locale;
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        const auto restore = qScopeGuard([&] { QLocale::setDefault(locale); });
        Bench bench;
        const std::string at = path.toStdString();
        bench.type(at, before);
        const SetupValue value = bench.page->document().value();
        bench.type(at, typed);
        QVERIFY(bench.page->document().spec() == value.spec);
        QCOMPARE(bench.line(at)->text(), typed);
        QCOMPARE(bench.problems().size(), std::size_t{1});
        QVERIFY2(bench.problems().front().text.contains(hint),
                 qPrintable(bench.problems().front().text));
        auto* panel = bench.find<ProblemsPanel>();
        QCOMPARE(panel->mendButton(0)->text(), QStringLiteral("Back to ") + before);
        panel->mendButton(0)->click();
        bench.settle();
        QVERIFY(bench.page->document().value() == value);
        QCOMPARE(bench.line(at)->text(), before);
    }

    /// Also letter by letter, and where the form was left in between.
    void everyRefusedLetterKeepsWhatStoodThere() {
        Bench bench;
        bench.type("train.lr", QStringLiteral("0.001"));
        bench.type("train.lr", QStringLiteral("0,")); // given up here
        QCOMPARE(bench.spec().train.lr, 0.001);
        QLineEdit* line = bench.line("train.lr");
        line->setFocus();
        line->end(false);
        QTest::keyClicks(line, QStringLiteral("5"));
        QCOMPARE(bench.spec().train.lr, 0.001);
        for (int i = 0; i < 2; ++i)
            QTest::keyClick(line, Qt::Key_Backspace); // "0" is a value
        QCOMPARE(bench.spec().train.lr, 0.0);
        QTest::keyClicks(line, QStringLiteral("x"));
        QCOMPARE(bench.spec().train.lr, 0.001);
        // As one step of the history, whatever was typed in between.
        QTest::keyClick(line, Qt::Key_Return);
        bench.page->document().history().undo();
        QCOMPARE(line->text(), QStringLiteral("0,"));
        bench.page->document().history().undo();
        QCOMPARE(line->text(), QStringLiteral("0.001"));
    }

    /// The list has a row, its methods' options have theirs, and what is wrong stands there.
    void methodsInAnOptionAreSetUp() {
        Bench bench;
        bench.desk.catalogue = catalogueWithLists();
        bench.make();
        ExperimentSpec spec = testSpec();
        spec.network.kernels[0].method = {"stack", Json::object()};
        bench.page->load(spec, QStringLiteral("a test"));
        bench.settle();
        const std::string list = "network.kernels.0.options.parts";
        QVERIFY(bench.row(list) != nullptr && bench.row(list + ".0.id") == nullptr);
        bench.type(list + ".1.options.rank", QStringLiteral("0.5"));
        const Json& parts = bench.spec().network.kernels[0].method.options["parts"];
        QVERIFY(parts[0]["id"] == Json("plain") && parts[1]["options"]["rank"] == Json(0.5));
        bench.type(list + ".1.options.rank", QStringLiteral("99"));
        QVERIFY(!bench.row(list + ".1.options.rank")->problem().isEmpty());
        spec.network.kernels[0].method.options = parseJson(R"({"parts": [{"id": "gone"}]})");
        bench.page->load(spec, QStringLiteral("a test"));
        bench.settle();
        QVERIFY(bench.row(list)->problem().contains(QStringLiteral("gone")));
        QVERIFY(!bench.start().isEnabled());
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
        summary.targets[0].classes = 40;
        bench.answerDataset(summary);
        QCOMPARE(bench.find<CostsCard>()->lines().size(), 6);
        const QString known = bench.cost(0);
        QVERIFY(known != assumed);
        // Classes of a target that no task learns change nothing, wherever it stands.
        summary.targets.insert(summary.targets.begin(), {"parts", 3});
        summary.targets.push_back({"surfaces", 300});
        Bench other(false);
        other.answerDataset(summary);
        QCOMPARE(other.cost(0), known);
    }

    void classesAreAssumedOnlyForTasksThatHaveSome() {
        Bench bench(false);
        SetupValue value = bench.page->document().value();
        std::erase_if(value.spec.tasks,
                      [](const TaskSpec& task) { return task.method.id == "segmentation"; });
        bench.page->document().apply(QStringLiteral("without classes"), value);
        bench.settle();
        QCOMPARE(bench.find<CostsCard>()->lines().size(), 6);
    }

    void targetsThatSamplesLackAndUnusedFilesAreShown() {
        Bench bench(false);
        DatasetSummary summary = rooms();
        summary.splits[0].targetCounts = {640, 320, 640};
        summary.unused = {"train/depth/7.tif", "train/notes.txt"};
        bench.answerDataset(summary);
        QString shown;
        for (const QLabel* label : bench.page->findChildren<QLabel*>())
            shown += label->text() + QLatin1Char('\n');
        QVERIFY2(shown.contains(QStringLiteral("depth for 320 of 640 train")), qPrintable(shown));
        QVERIFY2(shown.contains(QStringLiteral("2 files without a sample: train/depth/7.tif")),
                 qPrintable(shown));
        QVERIFY(!shown.contains(QStringLiteral("normal for")));
    }

    void aDatasetThatCannotBeReadIsAProblemOfItsField() {
        Bench bench(false);
        bench.answerDataset(
            failure({"dataset.path", "data.dataset.options.folder", "no folder", "one",
                     "on the command line: --data DIR"}));
        QCOMPARE(bench.problems().size(), std::size_t{1});
        QVERIFY(!bench.row("data.dataset.options.folder")->problem().isEmpty());
        QVERIFY(!bench.start().isEnabled());
        QVERIFY(bench.find<SamplesView>()->message().contains(QStringLiteral("no folder")));
        for (const QString& shown :
             {bench.find<SamplesView>()->message(), bench.problems()[0].text,
              bench.row("data.dataset.options.folder")->problem()})
            QVERIFY2(!shown.contains(QStringLiteral("command line")), qPrintable(shown));
        // One click asks for the folder.
        bench.desk.dialogs.files = {QStringLiteral("/data/rooms")};
        bench.find<ProblemsPanel>()->mendButton(0)->click();
        QVERIFY(bench.spec().data.dataset.options.at("folder") == Json("/data/rooms"));
        bench.settle();
        bench.answerDataset(rooms());
        QVERIFY(bench.problems().empty());
        QVERIFY(bench.start().isEnabled());
    }

    void aSplitThatTheDatasetHasNotIsReported() {
        Bench bench;
        bench.type("data.val_split", QStringLiteral("test"));
        QCOMPARE(bench.problems().size(), std::size_t{1});
        QVERIFY(!bench.row("data.val_split")->problem().isEmpty());
    }
};

QTEST_MAIN(SetupPageTest)

#include "tst_setuppage.moc"
