// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/setup_testing.h"
#include "ui/setup/data_facts.h"
#include "ui/setup/samples_card.h"

#include <QComboBox>
#include <QPushButton>
#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

// Several data sets in Set-up.

namespace {

DatasetSummary farRooms() {
    return {.name = "far rooms",
            .splits = {{"train", 60}, {"val", 6}},
            .targets = {{"depth", 0, &depthTarget()}}};
}

/// The page with a second set, "far", whose depth is learned.
class TwoSets : public Bench {
public:
    TwoSets() : Bench(false) {
        ExperimentSpec spec = testSpec();
        spec.data.others = {{.dataset = {"rooms", {{"samples", 7}}}, .name = "far"}};
        spec.tasks = {{.method = {"segmentation"}}, {.method = {"depth"}, .data = {"far"}}};
        page->load(spec, QStringLiteral("two sets"));
        settle();
        answer();
    }

    /// What was asked of both sets.
    void answer() {
        QVERIFY(QTest::qWaitFor([&] { return desk.jobs.described.size() >= answered + 2; }));
        for (; answered < desk.jobs.described.size(); ++answered) {
            const auto& job = desk.jobs.described[answered];
            job.answer(job.question.data.name == "far" ? farRooms() : rooms());
        }
        settle();
    }

    std::string firstCode() { return problems().empty() ? "" : problems().front().problem.code; }
};

} // namespace

class SetupSetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oneSetHasNoFieldsOfSeveral() {
        Bench bench;
        for (const char* path : {"data.name", "data.weight", "data.mix", "tasks.0.data"})
            QVERIFY2(bench.row(path) == nullptr, path);
        QVERIFY(bench.find<DataFacts>()->sets()->isHidden());
    }

    void aSetIsAddedNamedUsedAndRemoved() {
        Bench bench;
        bench.forms().addSetButton()->click();
        bench.settle();
        QCOMPARE(bench.spec().data.others.size(), std::size_t{1});
        QCOMPARE(bench.spec().data.others[0].called(), std::string("set2"));
        QVERIFY(bench.row("data.others.0.id") != nullptr);
        const auto isUnused = [](const ShownProblem& shown) {
            return shown.problem.code == "data.unused";
        };
        QVERIFY(std::ranges::any_of(bench.problems(), isUnused));
        bench.type("tasks.1.data", QStringLiteral("set2"));
        QVERIFY(std::ranges::none_of(bench.problems(), isUnused));
        // The task goes on with the set under its new name.
        bench.type("data.others.0.name", QStringLiteral("far"));
        QCOMPARE(bench.spec().tasks[1].data, std::vector<std::string>{"far"});
        Q_EMIT bench.forms().dataForm()->removeRequested(1);
        bench.settle();
        QVERIFY(bench.spec().data.others.empty());
        QVERIFY(bench.spec().tasks[1].data.empty());
        QVERIFY(bench.row("data.mix") == nullptr);
    }

    void eachSetIsReadAndSamplesOfAllAreShown() {
        TwoSets bench;
        QVERIFY2(bench.problems().empty(), bench.firstCode().c_str());
        QVERIFY(QTest::qWaitFor([&] { return !bench.desk.jobs.sampled.empty(); }));
        const auto& asked = bench.desk.jobs.sampled.back().question;
        QCOMPARE(asked.spec.data.others.size(), std::size_t{1});
        QVERIFY(bench.forms().dataForm()->row("data.mix") != nullptr);
    }

    void factsAreOfTheSetThatIsChosen() {
        TwoSets bench;
        DataFacts& facts = *bench.find<DataFacts>();
        QVERIFY(facts.sets()->isVisibleTo(&*bench.page));
        QCOMPARE(facts.sets()->count(), 2);
        QVERIFY2(facts.dataText().startsWith("rooms:"), qPrintable(facts.dataText()));
        facts.sets()->setCurrentIndex(1);
        Q_EMIT facts.sets()->activated(1);
        QVERIFY2(facts.dataText().startsWith("far rooms:"), qPrintable(facts.dataText()));
        facts.button()->click(); // counts that set
        QCOMPARE(bench.desk.jobs.surveyed.back().question.spec.data.name, std::string("far"));
        QVERIFY(bench.desk.jobs.surveyed.back().question.spec.data.others.empty());
    }

    void whatIsWrongWithASetStandsAtItsFields() {
        TwoSets bench;
        bench.type("data.others.0.val_split", QStringLiteral("test"));
        QCOMPARE(bench.firstCode(), std::string("dataset.no_split"));
        QCOMPARE(bench.problems().front().problem.path, std::string("data.others.0.val_split"));
        bench.type("data.others.0.val_split", QStringLiteral("val"));
        QVERIFY(bench.problems().empty());
    }

    void aSetThatCantBeReadIsNamed() {
        TwoSets bench;
        bench.type("data.others.0.options.samples", QStringLiteral("8"));
        QVERIFY(QTest::qWaitFor([&] { return bench.desk.jobs.described.size() > bench.answered; }));
        const Problem broken{"dataset.broken", "data.dataset.options.folder", "nothing", "files",
                             ""};
        bench.desk.jobs.described.back().answer(tl::unexpected(broken));
        bench.answered = bench.desk.jobs.described.size();
        bench.settle();
        QCOMPARE(bench.problems().front().problem.path,
                 std::string("data.others.0.options.folder"));
    }

    void stepsAreThoseOfTheSetsTogether() {
        TwoSets bench;
        bench.page->document().setText("train.batch", "10");
        bench.page->document().setText("train.epochs", "2");
        bench.settle();
        // 640 and 60 samples, ten a step, twice.
        QCOMPARE(bench.find<CostsCard>()->lines().last(),
                 QStringLiteral("Length: 140 steps · 2 epochs"));
    }

    void picturesOfIt() {
        TwoSets bench;
        takePictures(*bench.page, QStringLiteral("two sets"));
    }
};

QTEST_MAIN(SetupSetsTest)
#include "tst_setupsets.moc"
