// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/setup_testing.h"
#include "ui/setup/tensor_model.h"
#include "ui/setup/weights_panel.h"

#include <QAbstractItemModelTester>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

namespace {

const std::string field = "network.initial";

WeightsReport fitted() {
    WeightsReport report{
        .file = "/w/resnet.pth",
        .tensors = {{"conv1.weight", {64, 3, 7, 7}, "float32", 37632},
                    {"fc.bias", {1000}, "float32", 4000}},
        .notes = {"Begins as resnet.pth: 1 layers of 2.", "Left in the file: fc.bias."}};
    report.fit =
        WeightsFit{.layers = 2, .loaded = {"conv1"}, .used = {"conv1.weight"}, .left = {"fc.bias"}};
    return report;
}

/// The page with a file named, as a person types it.
void nameFile(Bench& bench, const QString& file) {
    bench.page->document().setText(field, file.toStdString());
    bench.page->document().endStep();
    bench.settle();
}

auto& asked(Bench& bench) {
    return bench.desk.jobs.weighed;
}

} // namespace

// What a file of weights would give the network that is set up.
class WeightsPanelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theModelIsOne() {
        TensorModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setReport(fitted());
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.columnCount(), 5);
        QCOMPARE(model.index(0, 4).data().toString(), QStringLiteral("loaded"));
        QCOMPARE(model.index(0, 1).data(TablePanel::SortRole).toDouble(), 64.0 * 3 * 49);
    }

    void aFileIsAskedAboutAndTheAnswerStandsBesideTheField() {
        Bench bench;
        QVERIFY(asked(bench).empty()); // a network that begins anew
        nameFile(bench, QStringLiteral("weights/resnet.pth"));
        QTRY_COMPARE(asked(bench).size(), std::size_t{1});
        QToolButton* note = bench.row(field)->noteButton();
        QVERIFY(note->text().contains(QStringLiteral("Reading")));
        asked(bench).back().answer(fitted());
        QCOMPARE(note->text(), QStringLiteral("Loads 1 of 2 tensors…"));
        QVERIFY(note->toolTip().contains(QStringLiteral("into 1 of 2 layers")));
        QVERIFY(note->toolTip().contains(QStringLiteral("Left in the file: fc.bias.")));
        QVERIFY(bench.problems().empty() && bench.start().isEnabled());
        note->click();
        auto* panel = bench.find<WeightsPanel>();
        QVERIFY(panel->isVisible());
        QCOMPARE(panel->table()->model()->rowCount(), 2);
        QVERIFY(panel->note().contains(QStringLiteral("Left in the file")));
        takePictures(*bench.page, QStringLiteral("weights"));
        QVERIFY(panel->text().contains(QStringLiteral("fc.bias\t1000\tfloat32\t4000\tleft")));
    }

    void aRunIsNoFile() {
        Bench bench;
        nameFile(bench, QStringLiteral("k7f3m2qd@1000"));
        QTest::qWait(400); // longer than the pause after typing
        QVERIFY(asked(bench).empty());
        QVERIFY(bench.row(field)->noteButton()->isHidden());
    }

    void onlyWhatItHangsOnAsksAgain() {
        Bench bench;
        nameFile(bench, QStringLiteral("resnet.pth"));
        QTRY_COMPARE(asked(bench).size(), std::size_t{1});
        asked(bench).back().answer(fitted());
        bench.type("train.lr", QStringLiteral("0.5"));
        bench.page->document().setJson("network.sharing", {"*: separate"});
        bench.settle();
        QTest::qWait(400);
        QCOMPARE(asked(bench).size(), std::size_t{1});
        SetupValue value = bench.page->document().value();
        value.spec.network.backbone.options["channels"] = 16;
        bench.page->document().apply(QStringLiteral("wider"), value);
        bench.settle();
        QTRY_COMPARE(asked(bench).size(), std::size_t{2});
        QVERIFY(asked(bench).back().question.network.backbone.options.at("channels") == Json(16));
        // What is asked no longer is not shown: the field is emptied before the answer.
        nameFile(bench, QString());
        asked(bench).back().answer(fitted());
        QVERIFY(bench.row(field)->noteButton()->isHidden());
    }

    void aDamagedFileIsAProblemAtTheFieldUntilItIsReadAgain() {
        Bench bench;
        nameFile(bench, QStringLiteral("cut.pth"));
        QTRY_COMPARE(asked(bench).size(), std::size_t{1});
        asked(bench).back().answer(failure(
            {"weights.zip", "/w/cut.pth", "an archive that ends too early", "a whole file", ""}));
        QCOMPARE(bench.problems().size(), std::size_t{1});
        QCOMPARE(bench.problems().front().problem.path, field);
        QVERIFY(bench.row(field)->problem().contains(QStringLiteral("ends too early")));
        QVERIFY(!bench.start().isEnabled());
        QCOMPARE(bench.problems().front().mend, QStringLiteral("Read it again"));
        Q_EMIT bench.find<ProblemsPanel>()->mendRequested(bench.problems().front().problem);
        QCOMPARE(asked(bench).size(), std::size_t{2});
        asked(bench).back().answer(fitted());
        QVERIFY(bench.problems().empty() && bench.start().isEnabled());
    }

    void whatDoesNotFitSaysSoAndShowsWhatThereIs() {
        Bench bench;
        nameFile(bench, QStringLiteral("other.pth"));
        QTRY_COMPARE(asked(bench).size(), std::size_t{1});
        WeightsReport other = fitted();
        other.fit.reset();
        other.notes.clear();
        other.problem = Problem{"weights.other_network", "other.pth", "tensors of other layers: a",
                                "kernels of these layers: b", ""};
        asked(bench).back().answer(other);
        QVERIFY(bench.row(field)->problem().contains(QStringLiteral("tensors of other layers")));
        bench.row(field)->noteButton()->click();
        auto* panel = bench.find<WeightsPanel>();
        QCOMPARE(panel->table()->model()->columnCount(), 4);
        QVERIFY(panel->note().contains(QStringLiteral("kernels of these layers")));
    }
};

QTEST_MAIN(WeightsPanelTest)
#include "tst_weightspanel.moc"
