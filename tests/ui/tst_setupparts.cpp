// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/setup_testing.h"
#include "tests/printing.h"
#include "ui/setup/samples_card.h"
#include "ui/setup/samples_view.h"
#include "ui/setup/sharing_card.h"
#include "widgets/forms/field_editor.h"
#include "widgets/forms/task_chips.h"
#include "widgets/forms/value_edit.h"
#include "widgets/sharing/sharing_matrix.h"

#include <QAction>
#include <QDir>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QListView>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QTest>
#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// A folder that is a dataset of the test catalogue.
QString dataFolder(const Bench& bench, const QString& name, const char* json = "{}") {
    const QString folder = bench.desk.temporary.filePath(name);
    QFile file(folder + QStringLiteral("/dataset.json"));
    if (!QDir().mkpath(folder) || !file.open(QIODevice::WriteOnly) || file.write(json) < 2)
        qFatal("cannot write %s", qPrintable(folder));
    return folder;
}

QString folderOf(Bench& bench) {
    return QString::fromStdString(
        bench.spec().data.dataset.options.at("folder").get<std::string>());
}

/// Qt gives a drop to what took the drag that came before it.
void drop(Bench& bench, const QString& place) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(place)});
    QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&*bench.page, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&*bench.page, &event);
}

} // namespace

// What stands around the form: samples, sharing, tasks and kernels, files.
class SetupPartsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void samplesArePagedAndAskedForOnlyWhenOthersAreNeeded() {
        Bench bench;
        auto& asked = bench.desk.jobs.sampled;
        QTRY_VERIFY(!asked.empty());
        const int rows = asked.back().question.count;
        asked.back().answer(frames(0, rows, bench.spec()));
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

    void aFailureToReadSamplesIsReportedWhereTheyWouldBe() {
        Bench bench;
        QTRY_VERIFY(!bench.desk.jobs.sampled.empty());
        bench.desk.jobs.sampled.back().answer(
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
        drop(bench, file);
        QCOMPARE(bench.page->header().title, QStringLiteral("mine"));
    }

    void aFileThatIsNoSpecIsReportedAndChangesNothing() {
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
        const QString folder = dataFolder(bench, QStringLiteral("mine"));
        QVERIFY(bench.page->useData(folder));
        QVERIFY(folderOf(bench) == folder);
        QCOMPARE(bench.spec().name, std::string("mine")); // it had the default's
    }

    void whatIsNoDataIsReportedAndChangesNothing() {
        Bench bench;
        const ExperimentSpec before = bench.spec();
        QVERIFY(bench.page->open(UseDataset{bench.desk.temporary.path()}));
        QCOMPARE(bench.desk.jobs.guessed.size(), std::size_t{1}); // may its files become one?
        bench.desk.jobs.guessed.back().answer(
            failure({"dataset.unrecognized", "", "no pictures", "a folder with some", ""}));
        QCOMPARE(bench.desk.navigator.problems.size(), std::size_t{1});
        QCOMPARE(bench.desk.navigator.problems[0].second.code, std::string("dataset.unrecognized"));
        QVERIFY(bench.spec() == before);
    }

    void aDroppedFolderOrItsJsonBecomesTheDataset() {
        for (const QString& dropped : {QString(), QStringLiteral("/dataset.json")}) {
            Bench bench;
            const QString folder = dataFolder(bench, QStringLiteral("mine"));
            drop(bench, folder + dropped);
            QVERIFY(folderOf(bench) == folder);
        }
    }

    void anExperimentOfAFolderIsCalledAsItsData() {
        Bench bench;
        const QString folder = dataFolder(bench, QStringLiteral("data"), R"({"name": "My rooms"})");
        const auto nameOn = [&](const std::string& name, const std::string& dataset) {
            ExperimentSpec spec = testSpec();
            spec.name = name;
            spec.data.dataset.id = dataset;
            bench.page->load(spec, QStringLiteral("a test"));
            if (!bench.page->useData(folder))
                return std::string("not taken");
            return bench.spec().name;
        };
        QCOMPARE(nameOn("rooms-demo", "another"), std::string("My rooms"));
        QCOMPARE(nameOn("of my own", "another"), std::string("of my own"));
        // A preset for data of files is called by how it trains.
        QCOMPARE(nameOn("nyuv2-compact", "rooms"), std::string("nyuv2-compact"));
    }

    void aPresetWithoutAFolderKeepsTheOneThatIsThere() {
        Bench bench;
        ExperimentSpec preset = testSpec();
        preset.name = "a preset";
        const QString mine = dataFolder(bench, QStringLiteral("mine"));
        QVERIFY(bench.page->useData(mine));
        bench.page->load(preset, QStringLiteral("preset"));
        QCOMPARE(bench.spec().name, std::string("a preset"));
        QVERIFY(folderOf(bench) == mine);
        QVERIFY(bench.page->document().isChanged()); // against the preset
        bench.page->document().history().undo();
        QCOMPARE(bench.spec().name, std::string("mine"));
        // One that names its own has that.
        preset.data.dataset.options["folder"] = "/data/its own";
        bench.page->load(preset, QStringLiteral("preset"));
        QVERIFY(folderOf(bench) == QLatin1String("/data/its own"));
        QVERIFY(!bench.page->document().isChanged());
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

QTEST_MAIN(SetupPartsTest)
#include "tst_setupparts.moc"
