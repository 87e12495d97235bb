// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"
#include "tests/ui/ui_testing.h"
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
#include <QLocale>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QScopeGuard>
#include <QTest>
#include <QToolButton>

#include <optional>

using namespace concertina;
using namespace concertina::testing;

namespace {

DatasetSummary rooms() {
    return {.name = "rooms",
            .splits = {{"train", 640}, {"val", 64}},
            .targets = {{"segmentation", 13}, {"depth"}, {"normal"}}};
}

std::vector<Frame> frames(int first, int count, const ExperimentSpec& spec) {
    std::vector<Frame> all;
    for (int i = 0; i < count; ++i) {
        Frame frame{.name = "room " + std::to_string(first + i),
                    .image = blankImage(spec.data.height, spec.data.width, 90)};
        const auto pixels =
            static_cast<std::size_t>(spec.data.height) * static_cast<std::size_t>(spec.data.width);
        for (const TaskSpec& task : spec.tasks) {
            ValueMap truth{TargetKind::Depth, spec.data.height, spec.data.width,
                           std::vector<float>(pixels, 2.5F)};
            frame.tasks.push_back({task.method.id, TargetKind::Depth, {}, truth, {}, {}});
        }
        all.push_back(std::move(frame));
    }
    return all;
}

/// The page as a person has it before them, with what it asked for answered.
class Bench {
public:
    explicit Bench(bool datasetKnown = true) {
        make();
        page->load(testSpec(), QStringLiteral("a test"));
        settle();
        if (datasetKnown)
            answerDataset(rooms());
    }

    void make() {
        page.reset();
        page.emplace(desk.context());
        page->resize(1294, 696);
        page->show();
        settle();
    }

    /// Until everything that was changed has been looked at.
    void settle() {
        QVERIFY(QTest::qWaitFor([&] { return !page->isBusy(); }));
        QCoreApplication::processEvents();
    }

    void answerDataset(Expected<DatasetSummary> summary) {
        QVERIFY(QTest::qWaitFor([&] { return desk.jobs.described.size() > answered; }));
        answered = desk.jobs.described.size();
        desk.jobs.described.back().tell(std::move(summary));
        settle();
    }

    template <class Widget>
    Widget* find() {
        return page->findChild<Widget*>();
    }
    SetupForms& forms() { return *find<SetupForms>(); }
    QAction& start() { return *page->barActions().last(); }
    const std::vector<ShownProblem>& problems() { return find<ProblemsPanel>()->problems(); }
    const ExperimentSpec& spec() { return page->document().spec(); }

    FieldRow* row(const std::string& path) {
        for (SpecForm* form : {forms().dataForm(), forms().networkForm(), forms().recipeForm()})
            if (FieldRow* found = form->row(path))
                return found;
        return nullptr;
    }
    QLineEdit* line(const std::string& path) {
        return qobject_cast<QLineEdit*>(row(path)->editor()->focusProxy());
    }
    void type(const std::string& path, const QString& text) {
        QLineEdit* edit = line(path);
        edit->setFocus();
        edit->selectAll();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
        settle();
    }
    QString cost(int index) { return find<CostsCard>()->lines().at(index); }

    Desk desk;
    std::optional<SetupPage> page;
    std::size_t answered = 0;
};

} // namespace

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

    void samplesArePagedAndAskedForOnlyWhenOthersAreNeeded() {
        Bench bench;
        auto& asked = bench.desk.jobs.sampled;
        QTRY_VERIFY(!asked.empty());
        const int rows = asked.back().question.count;
        asked.back().tell(frames(0, rows, bench.spec()));
        auto* card = bench.find<SamplesCard>();
        QCOMPARE(card->view()->frames().size(), static_cast<std::size_t>(rows));
        QVERIFY(!card->previousButton()->isEnabled());
        const auto before = asked.size();
        bench.type("train.lr", QStringLiteral("0.5"));
        QTest::qWait(500); // longer than the pause after typing
        QCOMPARE(asked.size(), before);
        card->nextButton()->click();
        QCOMPARE(asked.size(), before + 1);
        QCOMPARE(asked.back().question.first, rows);
        QVERIFY(card->previousButton()->isEnabled());
        bench.type("data.dataset.options.samples", QStringLiteral("50"));
        bench.answerDataset(rooms());
        QTRY_VERIFY(asked.size() > before + 1);
    }

    void aFailureToReadSamplesIsToldWhereTheyWouldBe() {
        Bench bench;
        QTRY_VERIFY(!bench.desk.jobs.sampled.empty());
        bench.desk.jobs.sampled.back().tell(
            failure({"image.read", "room 0", "a damaged file", "a picture", ""}));
        QVERIFY(bench.find<SamplesView>()->message().contains(QStringLiteral("a damaged file")));
    }

    void aClickOnTheMatrixWritesARule() {
        Bench bench;
        auto* card = bench.find<SharingCard>();
        QListView* view = card->matrix()->view();
        view->setCurrentIndex(card->matrix()->model().index(0));
        QTest::keyClick(view, Qt::Key_S);
        bench.settle();
        QCOMPARE(bench.spec().network.sharing,
                 (std::vector<std::string>{"*: tied", "enc1.1: separate"}));
        QCOMPARE(card->rulesEdit()->toPlainText(), QStringLiteral("*: tied\nenc1.1: separate"));
        QCOMPARE(*card->matrix()->model().row(0).state, SharingState::Separate);
        bench.page->document().history().undo();
        bench.settle();
        QCOMPARE(*card->matrix()->model().row(0).state, SharingState::Tied);
    }

    void rulesCanBeWrittenAndTheirProblemsStandBelow() {
        Bench bench;
        auto* card = bench.find<SharingCard>();
        card->showRules();
        card->rulesEdit()->setPlainText(QStringLiteral("*: tied\nnowhere: merged"));
        bench.settle();
        QCOMPARE(bench.problems().size(), std::size_t{1});
        QVERIFY(!bench.start().isEnabled());
        card->rulesEdit()->setPlainText(QStringLiteral("*: tied\ndec*: merged"));
        bench.settle();
        QVERIFY(bench.problems().empty());
        QCOMPARE(*card->matrix()->model().row(3).state, SharingState::Merged);
    }

    void tasksAreTurnedOnAndOff() {
        Bench bench;
        TaskChips* chips = bench.forms().chips();
        chips->chip("depth")->click();
        bench.settle();
        QCOMPARE(bench.spec().tasks.size(), std::size_t{2});
        QCOMPARE(bench.find<SharingCard>()->matrix()->model().tasks().size(), std::size_t{2});
        chips->chip("segmentation")->click();
        chips->chip("normal")->click();
        bench.settle();
        QVERIFY(!bench.start().isEnabled());
        QCOMPARE(bench.problems().size(), std::size_t{1});
        bench.find<ProblemsPanel>()->mendButton(0)->click();
        bench.settle();
        QVERIFY(bench.start().isEnabled());
    }

    void kernelsOfSomeLayersAreAddedAndRemoved() {
        Bench bench;
        bench.forms().addKernelsButton()->click();
        bench.settle();
        QCOMPARE(bench.spec().network.kernels.size(), std::size_t{2});
        QCOMPARE(bench.spec().network.kernels.back().layers, "dec1.*");
        QVERIFY(bench.problems().empty());
        QVERIFY(bench.row("network.kernels.1.layers") != nullptr);
        Q_EMIT bench.forms().networkForm()->removeRequested(2);
        bench.settle();
        QCOMPARE(bench.spec().network.kernels.size(), std::size_t{1});
        QVERIFY(bench.row("network.kernels.0.layers") == nullptr);
    }

    void theSetupIsThereAgainAfterARestart() {
        Bench bench;
        bench.type("train.steps", QStringLiteral("77"));
        bench.make();
        QCOMPARE(bench.spec().train.steps, 77);
        QVERIFY(bench.page->header().note.contains(QStringLiteral("changed")));
    }

    void filesAreOpenedSavedAndDropped() {
        Bench bench;
        const QString file = bench.desk.temporary.filePath(QStringLiteral("mine.json"));
        bench.type("name", QStringLiteral("mine"));
        const auto actions = bench.page->barActions();
        const auto trigger = [&](const QString& text) {
            for (QAction* action : actions)
                if (action->text() == text)
                    action->trigger();
        };
        bench.desk.dialogs.files = {file};
        trigger(QStringLiteral("Save as…"));
        QVERIFY(QFile::exists(file));
        bench.page->load(testSpec(), QStringLiteral("a test"));
        bench.desk.dialogs.files = {file};
        trigger(QStringLiteral("Open…"));
        QCOMPARE(bench.page->header().title, QStringLiteral("mine"));

        bench.page->load(testSpec(), QStringLiteral("a test"));
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file)});
        QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QCoreApplication::sendEvent(&*bench.page, &enter);
        QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&*bench.page, &drop);
        QCOMPARE(bench.page->header().title, QStringLiteral("mine"));
    }

    void aFileThatIsNoSpecIsToldAndChangesNothing() {
        Bench bench;
        const QString file = bench.desk.temporary.filePath(QStringLiteral("diary.json"));
        QFile diary(file);
        QVERIFY(diary.open(QIODevice::WriteOnly));
        diary.write("dear diary");
        diary.close();
        const ExperimentSpec before = bench.spec();
        bench.page->openFile(file);
        QCOMPARE(bench.desk.navigator.problems.size(), std::size_t{1});
        QVERIFY(bench.spec() == before);
    }

    void aFolderBecomesTheDataset() {
        Bench bench;
        QVERIFY(bench.page->useFolder(QStringLiteral("/data/mine")));
        QVERIFY(bench.spec().data.dataset.options.at("folder") == Json("/data/mine"));
    }

    void theFieldOfAFolderAsksForOne() {
        Bench bench;
        bench.desk.dialogs.files = {QStringLiteral("/data/others")};
        QAction* browse = bench.row("data.dataset.options.folder")
                              ->findChild<QLineEdit*>()->actions().first();
        browse->trigger();
        QVERIFY(bench.spec().data.dataset.options.at("folder") == Json("/data/others"));
        // Who changes their mind keeps what was there.
        browse->trigger();
        QVERIFY(bench.spec().data.dataset.options.at("folder") == Json("/data/others"));
        QCOMPARE(bench.desk.dialogs.asked.size(), 2);
    }

    void namesOfAnyLengthAndScriptAreNames() {
        Bench bench;
        const QString name = QString(100, QChar(0x6f22)) + QString(100, QChar(0x0639));
        bench.page->document().setText("name", name.toStdString());
        bench.settle();
        QCOMPARE(bench.page->header().title, name);
        QVERIFY(bench.page->minimumSizeHint().width() <= 1294);
    }
};

QTEST_MAIN(SetupPageTest)

#include "tst_setuppage.moc"
