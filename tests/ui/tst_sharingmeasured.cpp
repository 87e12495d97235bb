// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_file.h"
#include "tests/model/adapted_catalogue.h"
#include "tests/ui/sharing_testing.h"
#include "ui/sharing/measured_bar.h"
#include "widgets/controls/card.h"

#include <QComboBox>
#include <QFile>
#include <QSlider>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

// What was measured of a run over its plan, and other plans beside it.

class TestSharingMeasured : public QObject, private SharingFixture {
    Q_OBJECT

    static constexpr int dec1 = 3; ///< the row, and the layer

    MeasuredBar& bar() { return part<MeasuredBar>(); }
    void choose(const char* kind) {
        const int index = bar().kinds()->findText(QString::fromUtf8(kind));
        QVERIFY2(index >= 0, kind);
        bar().kinds()->setCurrentIndex(index);
    }
    QString cell(int row, int task) { return m_page->matrix()->model().reading(row, task); }
    double value(int layer, int task) {
        return m_page->matrix()
            ->model()
            .overlay()
            .cell({static_cast<std::size_t>(layer)}, task)
            .value;
    }
    bool isSaid(const char* words) { ///< in place of the legend
        for (auto* found : bar().findChildren<QWidget*>())
            if (found->isVisible() && found->accessibleName() == QString::fromUtf8(words))
                return true;
        return false;
    }
    bool isMeasured() { return !m_page->matrix()->model().overlay().isEmpty(); }
    void openMenu(const char* button) { Q_EMIT this->button(button).menu()->aboutToShow(); }

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }

    void anExperimentHasNothingThatWasMeasured() {
        open();
        QVERIFY(!bar().isVisible());
    }

    void conflictLiesOverThePlanAndFollows() {
        const RunId id = run(RunState::Running);
        measure(id, 50, -0.5);
        measure(id, 100, -0.7);
        open(id);
        QVERIFY(bar().isVisible());
        QVERIFY(!isMeasured());
        choose("how tasks pull");
        QTRY_VERIFY_WITH_TIMEOUT(isMeasured(), sharingPatience);
        QVERIFY(std::abs(value(dec1, 1) + 0.6) < 1e-12); // the mean of both
        QVERIFY(std::isnan(value(dec1, 0)));             // segmentation was not measured
        QVERIFY2(cell(dec1, 1).contains(QStringLiteral("pulls against the others: cosine −0.60")),
                 qPrintable(cell(dec1, 1)));
        // Over the history.
        QCOMPARE(bar().steps()->maximum(), 1);
        bar().steps()->setValue(0);
        QTRY_VERIFY_WITH_TIMEOUT(std::abs(value(dec1, 1) + 0.5) < 1e-12, sharingPatience);
        QVERIFY(words(bar()).contains(QStringLiteral("step 50")));
        measure(id, 150, 0.9);
        bar().refresh();
        QTRY_COMPARE_WITH_TIMEOUT(bar().steps()->maximum(), 2, sharingPatience);
        QVERIFY(words(bar()).contains(QStringLiteral("step 50"))); // where it was put
        bar().steps()->setValue(2);
        QTRY_VERIFY_WITH_TIMEOUT(std::abs(value(dec1, 1) + 0.1) < 1e-12, sharingPatience);
        const auto& history =
            m_page->matrix()->model().overlay().cell({static_cast<std::size_t>(dec1)}, 1).history;
        QCOMPARE(history.size(), 3U);
        QVERIFY(std::abs(history[0] + 0.5) < 1e-12 && std::abs(history[2] - 0.9) < 1e-12);
        choose("gradient norms");
        QTRY_COMPARE_WITH_TIMEOUT(value(dec1, 2), 1.0, sharingPatience); // the longest
        QVERIFY(std::abs(value(dec1, 1) - 0.5) < 1e-12);
        choose("nothing");
        QVERIFY(!isMeasured());
    }

    void aRunThatMeasuresNothingSaysSo() {
        open(run(RunState::Running));
        choose("how tasks pull");
        QTRY_VERIFY_WITH_TIMEOUT(isSaid("Nothing is measured yet (train.conflict_every)"),
                                 sharingPatience);
        QVERIFY(!isMeasured());
    }

    void distancesAreReadOfTheLastCheckpoint() {
        const RunId id = run(RunState::Running);
        open(id);
        QVERIFY(m_desk->jobs.apart.empty());
        choose("distances of kernels");
        QCOMPARE(m_desk->jobs.apart.size(), 1U);
        const double none = std::numeric_limits<double>::quiet_NaN();
        m_desk->jobs.apart.back().answer(KernelDistances{
            300,
            plan().layerNames(),
            plan().tasks,
            {{none, none, none}, {none, none, none}, {0.1, 0.2, 0.4}, {0.2, 0.2, 0.8}}});
        QVERIFY(std::isnan(value(0, 0)));
        QCOMPARE(value(2, 1), 0.25); // of the farthest
        QVERIFY2(cell(2, 1).contains(QStringLiteral("its kernel is 20.0 % from the mean")),
                 qPrintable(cell(2, 1)));
        choose("nothing");
        choose("distances of kernels"); // anew
        m_desk->jobs.apart.back().answer(
            failure({"run.no_checkpoint", id, "no checkpoint yet", "", ""}));
        QVERIFY(!isMeasured());
        QVERIFY(isSaid("After the first checkpoint it will stand here"));
    }

    void claimsAndMixturesAreOfferedWhereThereAreSome() {
        m_desk->catalogue = adaptedCatalogue();
        open(run(adaptedSpec("gated"), RunState::Running));
        QCOMPARE(bar().kinds()->findText(QStringLiteral("claimed layers")), -1); // not read yet
        m_desk->jobs.read.back().answer(gateReadings());
        choose("claimed layers");
        QCOMPARE(value(0, 0), 1.0);
        QCOMPARE(value(0, 2), 0.0);
        QVERIFY(cell(0, 0).contains(QStringLiteral("threshold")));
        const RunId mixed = run(adaptedSpec("mixed"), RunState::Running);
        QVERIFY(m_page->open(EditSharing{mixed}));
        QTRY_VERIFY_WITH_TIMEOUT(m_desk->jobs.read.size() == 2, sharingPatience);
        QVERIFY(!isMeasured()); // of the run before
        m_desk->jobs.read.back().answer(mixtureReadings());
        choose("mixtures");
        QVERIFY2(cell(0, 1).contains(QStringLiteral("60.0 % of skill 1, 40.0 % of skill 2")),
                 qPrintable(cell(0, 1)));
    }

    void whatAnEditChangedIsMarked() {
        open(run(RunState::Running));
        QVERIFY(!m_page->matrix()->model().isOther());
        pressAll(dec1, Qt::Key_S);
        QVERIFY(m_page->matrix()->model().isOther(dec1, 0));
        QVERIFY(!m_page->matrix()->model().isOther(0, 0));
        QVERIFY2(cell(dec1, 0).contains(QStringLiteral("before: tied with Depth")),
                 qPrintable(cell(dec1, 0)));
        button("Undo").trigger();
        QVERIFY(!m_page->matrix()->model().isOther());
    }

    void thePlanOfAnotherRunStandsBesideIt() {
        ExperimentSpec spec = testSpec();
        spec.network.sharing = {"*: tied", "dec*: separate"};
        const RunId other = run(spec, RunState::Stopped);
        open(run(RunState::Running));
        QAction* entry = nullptr;
        const auto findEntry = [&] {
            for (auto* menu : m_page->findChildren<QMenu*>())
                for (QAction* found : menu->actions())
                    if (found->text().startsWith(QStringLiteral("run 1 ·")))
                        entry = found;
            return entry != nullptr;
        };
        openMenu("Differences");
        QTRY_VERIFY_WITH_TIMEOUT(findEntry(), sharingPatience);
        entry->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(m_page->matrix()->model().isOther(dec1, 0), sharingPatience);
        QVERIFY(!m_page->matrix()->model().isOther(0, 0));
        QVERIFY2(cell(dec1, 0).contains(QStringLiteral("run 1: all its own")),
                 qPrintable(cell(dec1, 0)));
        for (QAction* found : button("Differences").menu()->actions())
            if (found->text() == QStringLiteral("Side by side"))
                found->trigger();
        PlanMatrix* beside = nullptr;
        for (auto* matrix : m_page->findChildren<PlanMatrix*>())
            if (matrix != m_page->matrix())
                beside = matrix;
        QVERIFY(beside != nullptr && beside->isVisible());
        QVERIFY(!m_page->map()->isVisible());
        QCOMPARE(beside->model().layers()[dec1].kernels().groups.size(), 3U);
        QVERIFY(beside->model().isOther(dec1, 0));
        const SharingPlan before = plan();
        beside->view()->setCurrentIndex(beside->model().index(dec1, 0));
        QTest::keyClick(beside->view(), Qt::Key_T); // it is shown, not edited
        QCOMPARE(plan(), before);
        QCOMPARE(beside->model().layers()[dec1].kernels().groups.size(), 3U);
        // Another run begins without it.
        QVERIFY(m_page->open(EditSharing{other}));
        QTRY_VERIFY_WITH_TIMEOUT(m_page->subject() && m_page->subject()->after(), sharingPatience);
        QVERIFY(!m_page->matrix()->model().isOther());
    }

    void aPlansFileIsComparedWith() {
        open();
        const QString file = m_desk->temporary.filePath(QStringLiteral("other.json"));
        const SharingPlan other = planOf({"*: tied", "enc1.1: separate"});
        const auto layers = m_page->subject()->after()->sharedFactors();
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(QByteArray::fromStdString(planFileText(other, layers)));
        out.close();
        const auto compare = [&] {
            m_desk->dialogs.files = {file};
            openMenu("Differences");
            for (QAction* found : button("Differences").menu()->actions())
                if (found->text() == QString::fromUtf8("Against a plan's file…"))
                    found->trigger();
        };
        compare();
        QVERIFY(m_page->matrix()->model().isOther(0, 0));
        QVERIFY(!m_page->matrix()->model().isOther(dec1, 0));
        QVERIFY(cell(0, 0).contains(QStringLiteral("other.json: all its own")));
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write("{\"format\": \"conc");
        out.close();
        compare();
        QVERIFY2(refusal().contains(QStringLiteral("other.json")), qPrintable(refusal()));
        QVERIFY(m_page->matrix()->model().isOther(0, 0)); // as it was
    }

    void bothViewsFoldTogether() {
        ExperimentSpec spec = testSpec();
        spec.network.backbone.options = {{"stages", 2}, {"convolutions", 2}};
        open();
        m_desk->draft->document().load(spec, {});
        QTRY_VERIFY_WITH_TIMEOUT(!m_desk->draft->isBusy()
                                     && m_page->subject()->after()->plan.layers.size() == 8,
                                 sharingPatience);
        const int rows = m_page->matrix()->model().rowCount();
        const std::size_t columns = m_page->map()->map().columns.size();
        SharingFixture::choose(0, 0);
        press(Qt::Key_Plus);
        QCOMPARE(m_page->matrix()->model().rowCount(), rows + 1);
        QCOMPARE(m_page->map()->map().columns.size(), columns + 1);
        Q_EMIT m_page->map()->foldingChanged("enc1", false);
        QCOMPARE(m_page->matrix()->model().rowCount(), rows);
    }
};

QTEST_MAIN(TestSharingMeasured)
#include "tst_sharingmeasured.moc"
