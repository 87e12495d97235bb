// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/adapted_catalogue.h"
#include "tests/ui/replan_testing.h"
#include "ui/sharing/readings_view.h"
#include "widgets/sharing/mixture_map.h"

using namespace concertina;
using namespace concertina::testing;

// What gates and mixtures say on the panel that changes the sharing.

class TestReplanReadings : public QObject, private ReplanFixture {
    Q_OBJECT

    void openOn(const ExperimentSpec& spec) {
        m_desk->catalogue = adaptedCatalogue();
        const std::vector<int> outputs(3, 1);
        const auto design = designNetwork(spec, m_desk->catalogue, outputs).design;
        MadeUpRun made{.state = RunState::Running, .step = 300};
        made.spec = spec;
        m_run = makeRun(*m_store, made);
        done(m_store->recordPlan(
            m_run, {.spec = spec, .plan = toJson(design.plan), .changes = Json::array()}));
        m_desk->runs.own = {{m_run, RunState::Running}};
        showPanel();
    }
    QString cell(int row) { return panel().matrix()->model().index(row).data().toString(); }
    QWidget& readings() { return part<ReadingsView>(); }

private Q_SLOTS:
    void init() { beginReplanTest(); }
    void cleanup() { endReplanTest(); }

    void aRunWithoutGatesHasNoCheckpointRead() {
        openPanel();
        QVERIFY(m_desk->jobs.read.empty());
        QVERIFY(!readings().isVisible());
    }

    void claimedLayersStandInTheMatrixAndInWords() {
        openOn(adaptedSpec("gated"));
        QCOMPARE(m_desk->jobs.read.size(), 1U);
        QCOMPARE(m_desk->jobs.read.back().question, m_run);
        QVERIFY(words().contains(QStringLiteral("Reading the last checkpoint")));
        m_desk->jobs.read.back().answer(gateReadings());
        QVERIFY2(words().contains(QStringLiteral("Claimed at step 400"))
                     && words().contains(QStringLiteral("Segmentation 4 of 4 layers, Depth 1, "
                                                        "Surface normals 0")),
                 qPrintable(words()));
        QVERIFY2(cell(0).contains(QStringLiteral("Depth kernel B claimed")), qPrintable(cell(0)));
        QVERIFY(!part<MixtureMap>().isVisible());
        press(Qt::Key_S); // a plan that is tried leaves what was read
        QVERIFY(cell(0).contains(QStringLiteral("Depth kernel B claimed")));
    }

    void sharesOfSkillsStandInAMap() {
        openOn(adaptedSpec("mixed"));
        m_desk->jobs.read.back().answer(mixtureReadings());
        auto& map = part<MixtureMap>();
        QVERIFY(map.isVisible());
        QCOMPARE(map.rows().size(), 3U);
        QCOMPARE(map.rows()[1].shares, (std::vector<double>{0.6, 0.4, 0}));
        QCOMPARE(map.rows()[1].name.label, QStringLiteral("Depth"));
        const QString before = words();
        map.setFocus(Qt::TabFocusReason);
        QVERIFY2(words().contains(QStringLiteral("Segmentation: 25.0 % of skill 1")),
                 qPrintable(words()));
        panel().matrix()->view()->setFocus();
        QCOMPARE(words(), before);
    }

    void beforeTheFirstCheckpointItSaysSo() {
        openOn(adaptedSpec("gated"));
        m_desk->jobs.read.back().answer(
            failure({"run.no_checkpoint", m_run, "no checkpoint yet", "", ""}));
        QVERIFY2(words().contains(QStringLiteral("after the first checkpoint")),
                 qPrintable(words()));
        QVERIFY(!cell(0).contains(QStringLiteral("claimed")));
    }

    void aCheckpointThatCannotBeReadIsReported() {
        openOn(adaptedSpec("gated"));
        m_desk->jobs.read.back().answer(failure(
            {"file.checksum", "x.safetensors", "a damaged file", "the file as written", ""}));
        QVERIFY2(words().contains(QStringLiteral("x.safetensors")), qPrintable(words()));
    }

    /// An answer for a run that the panel no longer shows.
    void aLateAnswerIsOfNoOtherRun() {
        openOn(adaptedSpec("gated"));
        const auto late = m_desk->jobs.read.back();
        const RunId first = m_run;
        QTest::keyClick(&panel(), Qt::Key_Escape);
        MadeUpRun made{.state = RunState::Running, .step = 300};
        made.spec = testSpec();
        m_run = makeRun(*m_store, made);
        const auto design =
            designNetwork(made.spec, m_desk->catalogue, std::vector{1, 1, 1}).design;
        done(m_store->recordPlan(
            m_run, {.spec = made.spec, .plan = toJson(design.plan), .changes = Json::array()}));
        const auto record = valueOf(m_store->run(m_run));
        panel().openOn(record);
        late.answer(gateReadings());
        QVERIFY(!readings().isVisible());
        QVERIFY(first != m_run);
    }
};

QTEST_MAIN(TestReplanReadings)
#include "tst_replanreadings.moc"
