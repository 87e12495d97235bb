// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/setup_testing.h"
#include "ui/setup/guess_panel.h"
#include "ui/setup/guessed_samples_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

DatasetGuess proposed(const QString& folder) {
    DatasetGuess guess{.folder = folder.toStdString(),
                       .name = "mine",
                       .splits = {{"train", "train", 5}, {"val", "val", 2}},
                       .image = "images/{id}.png",
                       .remarks = {"labels/*.png: 5 classes, counted in 7 of 90 files."}};
    guess.targets = {{.name = "segmentation",
                      .path = "labels/{id}.png",
                      .encoding = "index8",
                      .possible = {"index8", "uint8"},
                      .classes = 5,
                      .ignore = 255,
                      .samples = 7},
                     {.name = "depth",
                      .path = "depth/{id}.png",
                      .encoding = "uint16",
                      .possible = {"uint16", "index16"},
                      .scale = 0.001,
                      .invalid = 0,
                      .samples = 7}};
    return guess;
}

/// The page with a folder of pictures opened on it, and what its files suggest.
class GuessBench : public Bench {
public:
    GuessBench() {
        folder = desk.temporary.filePath(QStringLiteral("mine"));
        QDir().mkpath(folder);
        QVERIFY(page->open(UseDataset{folder}));
    }

    GuessPanel& panel() { return *find<GuessPanel>(); }
    GuessPanel& answered() {
        desk.jobs.guessed.back().answer(proposed(folder));
        return panel();
    }

    QString folder;
};

} // namespace

// A folder without a dataset.json, as it is opened in the window.
class GuessPanelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFolderThatIsNoDatasetIsLookedAt() {
        GuessBench bench;
        QCOMPARE(bench.desk.jobs.guessed.size(), std::size_t{1});
        QCOMPARE(bench.desk.jobs.guessed.back().question, bench.folder.toStdString());
        QVERIFY(!bench.panel().isVisible() && bench.desk.navigator.problems.empty());
        const GuessPanel& panel = bench.answered();
        QVERIFY(panel.isVisible());
        QCOMPARE(panel.rows().size(), std::size_t{2});
        QVERIFY(panel.remarks().contains(QStringLiteral("counted in 7 of 90 files")));
        QVERIFY(panel.guess() == proposed(bench.folder));
        // Only what a kind has use for can be typed.
        QVERIFY(panel.rows()[0].classes->isEnabled() && !panel.rows()[0].scale->isEnabled());
        QVERIFY(!panel.rows()[1].classes->isEnabled() && panel.rows()[1].scale->isEnabled());
    }

    void whatNothingCanBeMadeOfIsSaid() {
        GuessBench bench;
        bench.desk.jobs.guessed.back().answer(
            failure({"guess.targets", "mine", "pictures alone", "labels beside them", ""}));
        QVERIFY(!bench.panel().isVisible());
        QCOMPARE(bench.desk.navigator.problems.back().second.code, std::string("guess.targets"));
    }

    void samplesAreDrawnAndDrawnAnewBehindAnEdit() {
        GuessBench bench;
        const GuessPanel& panel = bench.answered();
        auto& drawn = bench.desk.jobs.drawn;
        QCOMPARE(drawn.size(), std::size_t{1});
        GuessedSample sample{.name = "1", .picture = blankImage(4, 6, 90)};
        sample.targets = {blankImage(4, 6, 10), Image()};
        drawn.back().answer(std::vector{sample, sample});
        auto* view = bench.find<GuessedSamplesView>();
        QCOMPARE(view->sampleCount(), std::size_t{2});
        QVERIFY(!view->grab().isNull());
        takePictures(*bench.page, QStringLiteral("guess"));
        panel.rows()[1].encoding->setCurrentIndex(1);
        QTRY_COMPARE(drawn.size(), std::size_t{2});
        QCOMPARE(drawn.back().question.targets[1].encoding, std::string("index16"));
        drawn.back().answer(failure({"dataset.value", "", "0 classes", "some", ""}));
        QVERIFY(view->message().contains(QStringLiteral("0 classes")));
    }

    void editsAreWritten() {
        GuessBench bench;
        const GuessPanel& panel = bench.answered();
        const GuessPanel::Row& classes = panel.rows()[0];
        classes.name->setText(QStringLiteral("parts"));
        classes.classes->setText(QStringLiteral("7"));
        classes.ignore->clear();
        panel.rows()[1].used->setChecked(false);
        panel.writeButton()->click();
        const DatasetGuess& written = bench.desk.jobs.written.back().question;
        QCOMPARE(written.targets.size(), std::size_t{1});
        QCOMPARE(written.targets[0].name, std::string("parts"));
        QCOMPARE(written.targets[0].classes, 7);
        QCOMPARE(written.targets[0].ignore, -1);
        // What is no number is none, so that it is refused where the file is made.
        classes.classes->setText(QStringLiteral("many"));
        classes.ignore->setText(QStringLiteral("1e99"));
        QCOMPARE(panel.guess().targets[0].classes, 0);
        QVERIFY(panel.guess().targets[0].ignore > 65535);
        classes.used->setChecked(false);
        QVERIFY(!panel.writeButton()->isEnabled());
    }

    void aWrittenFolderIsUsedAtOnce() {
        GuessBench bench;
        GuessPanel& panel = bench.answered();
        panel.writeButton()->click();
        QVERIFY(!panel.writeButton()->isEnabled()); // until it is answered
        QFile file(bench.folder + QStringLiteral("/dataset.json"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{}") == 2);
        file.close();
        bench.desk.jobs.written.back().answer(file.fileName().toStdString());
        QVERIFY(!panel.isVisible());
        QCOMPARE(bench.spec().data.dataset.options.at("folder").get<std::string>(),
                 bench.folder.toStdString());
    }

    void whatCannotBeWrittenIsSaidAndNothingIsLost() {
        GuessBench bench;
        GuessPanel& panel = bench.answered();
        panel.rows()[0].name->setText(QStringLiteral("parts"));
        panel.writeButton()->click();
        bench.desk.jobs.written.back().answer(
            failure({"file.write", "mine", "Read-only file system", "a folder to write to", ""}));
        QVERIFY(panel.isVisible());
        QVERIFY(panel.problem().contains(QStringLiteral("Read-only")));
        QVERIFY(panel.writeButton()->isEnabled());
        QCOMPARE(panel.rows()[0].name->text(), QStringLiteral("parts"));
        // Another folder begins anew.
        panel.look(bench.folder);
        bench.answered();
        QVERIFY(panel.problem().isEmpty());
        QCOMPARE(panel.rows().size(), std::size_t{2});
        QCOMPARE(panel.rows()[0].name->text(), QStringLiteral("segmentation"));
    }
};

QTEST_MAIN(GuessPanelTest)
#include "tst_guesspanel.moc"
