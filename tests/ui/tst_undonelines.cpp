// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/monitor_testing.h"
#include "ui/monitor/validation_model.h"

#include <QMenu>
#include <QPlainTextEdit>

using namespace concertina;
using namespace concertina::testing;

// What came after changes that were taken back, on the Monitor: beside the run, and never as it.

class TestUndoneLines : public QObject, private MonitorFixture {
    Q_OBJECT

    static constexpr int patience = monitorPatience;

    /// A run that reached step 600 and went back to step 320, where it waits.
    void makeUndone() {
        m_run = makeRun(*m_store, {.state = RunState::Running, .step = 600});
        const auto out = writer(m_run);
        done(out->notice({{320, 4, 48}, NoticeLevel::Info, "before", "Common to both."}));
        done(out->notice({{400, 5, 60}, NoticeLevel::Warning, "late", "Only there."}));
        done(out->flush());
        undo(320, 1);
    }
    /// As `undoPlan` does.
    void undo(std::int64_t step, int segment) {
        QCOMPARE(valueOf(m_store->goBack(m_run, step)), segment);
        const auto out = writer(m_run);
        done(out->notice({{step, 4, 48}, NoticeLevel::Info, "undo", "Taken back: a rule."}));
        done(out->close());
    }
    QStringList names() {
        QStringList all;
        if (hasPanels())
            for (const PlotCurve& curve : plot("segmentation/miou").curves())
                all << curve.name();
        return all;
    }
    std::size_t sizeOf(const char* name) {
        if (hasPanels())
            for (const PlotCurve& curve : plot("segmentation/miou").curves())
                if (curve.name() == QLatin1String(name))
                    return curve.series->size();
        return 0;
    }
    QAction* choice() {
        for (auto* menu : part<CurveBoard>().controls()->findChildren<QMenu*>())
            for (QAction* action : menu->actions())
                if (action->text() == QLatin1String("Undone lines"))
                    return action;
        return nullptr;
    }
    bool isOffered(const char* action) {
        for (const QAction* each : part<CurveBoard>().plotActions())
            if (each->text() == QLatin1String(action))
                return each->isVisible();
        return false;
    }

    std::unique_ptr<Store> m_store;
    RunId m_run;

private Q_SLOTS:
    void init() {
        beginTest();
        m_store = std::make_unique<Store>(m_desk->openStore());
    }
    void cleanup() {
        endTest();
        m_store.reset();
    }

    void theyAreBesideTheRunsOwnCurves() {
        makeUndone();
        open(m_run);
        QTRY_COMPARE_WITH_TIMEOUT(
            names(),
            (QStringList{QStringLiteral("train"), QStringLiteral("train, undone line 1"),
                         QStringLiteral("val"), QStringLiteral("val, undone line 1")}),
            patience);
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("train, undone line 1"), std::size_t{28}, patience);
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("val, undone line 1"), std::size_t{7}, patience);
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("train"), std::size_t{32}, patience);
        QCOMPARE(sizeOf("val"), std::size_t{8});
        // What was best there is not the run's best.
        const auto* model = m_page->findChild<ValidationModel*>();
        QCOMPARE(model->index(0, ValidationModel::BestStep).data().toString(),
                 QStringLiteral("320"));
    }

    void theRunGrowsAndAnotherLineIsUndone() {
        makeUndone();
        open(m_run);
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("train, undone line 1"), std::size_t{28}, patience);
        const auto out = writer(m_run);
        done(out->append(rowsAt(321, 340, 0.5)));
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("train"), std::size_t{52}, patience);
        QCOMPARE(sizeOf("train, undone line 1"), std::size_t{28});
        done(out->close());
        undo(330, 2);
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("train, undone line 2"), std::size_t{10}, patience);
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("train, undone line 1"), std::size_t{28}, patience);
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("train"), std::size_t{42}, patience);
    }

    void theyCanBeHiddenAndStaySo() {
        makeUndone();
        const RunId plain = makeRun(*m_store, {.name = "never undone"});
        open(m_run);
        QTRY_COMPARE_WITH_TIMEOUT(names().size(), 4, patience);
        QVERIFY(choice() != nullptr && choice()->isChecked());
        QVERIFY(isOffered("Plots: undone lines"));
        CurvePlot* before = &plot("segmentation/miou");
        choice()->trigger();
        QCOMPARE(names(), (QStringList{QStringLiteral("train"), QStringLiteral("val")}));
        QCOMPARE(&plot("segmentation/miou"), before); // with its zoom and the keyboard
        open(m_run);                                  // another window
        QTRY_COMPARE_WITH_TIMEOUT(names().size(), 2, patience);
        QVERIFY(!choice()->isChecked());
        choice()->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("train, undone line 1"), std::size_t{28}, patience);
        // A run without any has no such choice.
        m_page->showRun(plain);
        QTRY_COMPARE_WITH_TIMEOUT(sizeOf("train"), std::size_t{60}, patience);
        QVERIFY(choice() == nullptr);
        QVERIFY(!isOffered("Plots: undone lines"));
    }

    void whereTheRunWentBackIsMarked() {
        makeUndone();
        open(m_run);
        const std::vector<PlotMark> expected{{320, QStringLiteral("change undone")}};
        QTRY_VERIFY_WITH_TIMEOUT(hasPanels() && plot("segmentation/miou").marks() == expected,
                                 patience);
    }

    void eventsOfAnUndoneLineAreShownAsSuch() {
        makeUndone();
        open(m_run);
        auto& text = part<QPlainTextEdit>();
        QTRY_COMPARE_WITH_TIMEOUT(text.blockCount(), 3, patience);
        const QStringList lines = text.toPlainText().split(QLatin1Char('\n'));
        QVERIFY(lines[0].endsWith(QLatin1String("step 320 note: Common to both.")));
        QVERIFY2(lines[1].endsWith(QLatin1String("step 400, undone line 1 warning: Only there.")),
                 qPrintable(lines[1]));
        QVERIFY(lines[2].endsWith(QLatin1String("step 320 note: Taken back: a rule.")));
    }

    void whatWasRecordedOnlyThereHasAPanel() {
        m_run = makeRun(*m_store, {.state = RunState::Running, .step = 300});
        const auto out = writer(m_run);
        done(out->append({{"depth", "odd", "test", 310, 4, 46, 4.5}}));
        done(out->flush());
        undo(300, 1);
        m_desk->settings.setValue(QStringLiteral("monitor/panelsShown"),
                                  QStringList{QStringLiteral("depth/odd@test")});
        open(m_run);
        QTRY_VERIFY_WITH_TIMEOUT(hasPanels(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(pointsOf("depth/odd@test", 1), std::size_t{1}, patience);
        m_page->grab();
    }
};

QTEST_MAIN(TestUndoneLines)
#include "tst_undonelines.moc"
