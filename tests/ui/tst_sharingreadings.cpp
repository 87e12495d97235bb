// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/adapted_catalogue.h"
#include "tests/ui/sharing_testing.h"
#include "ui/sharing/readings_view.h"
#include "widgets/sharing/mixture_map.h"

using namespace concertina;
using namespace concertina::testing;

// What gates and mixtures of a run's last checkpoint say.

class TestSharingReadings : public QObject, private SharingFixture {
    Q_OBJECT

    RunId m_run;

    void openOn(const ExperimentSpec& spec) {
        m_desk->catalogue = adaptedCatalogue();
        m_run = run(spec, RunState::Running);
        open(m_run);
    }
    QString cell(int row, int task) { return m_page->matrix()->model().reading(row, task); }
    QWidget& readings() { return part<ReadingsView>(); }

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }

    void aRunWithoutGatesHasNoCheckpointRead() {
        open(run(RunState::Running));
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
        QVERIFY2(cell(0, 1).contains(QStringLiteral("; claimed")), qPrintable(cell(0, 1)));
        QVERIFY(!part<MixtureMap>().isVisible());
        pressAll(0, Qt::Key_Z); // a plan that is tried leaves what was read
        QVERIFY2(cell(0, 1).contains(QStringLiteral("claimed")), qPrintable(cell(0, 1)));
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
        m_page->matrix()->view()->setFocus();
        QCOMPARE(words(), before);
    }

    void beforeTheFirstCheckpointItSaysSo() {
        openOn(adaptedSpec("gated"));
        m_desk->jobs.read.back().answer(
            failure({"run.no_checkpoint", m_run, "no checkpoint yet", "", ""}));
        QVERIFY2(words().contains(QStringLiteral("after the first checkpoint")),
                 qPrintable(words()));
        QVERIFY(!cell(0, 1).contains(QStringLiteral("claimed")));
    }

    void aCheckpointThatCannotBeReadIsReported() {
        openOn(adaptedSpec("gated"));
        m_desk->jobs.read.back().answer(failure(
            {"file.checksum", "x.safetensors", "a damaged file", "the file as written", ""}));
        QVERIFY2(words().contains(QStringLiteral("x.safetensors")), qPrintable(words()));
    }

    /// An answer for a run that the page no longer shows.
    void aLateAnswerIsOfNoOtherRun() {
        openOn(adaptedSpec("gated"));
        const auto late = m_desk->jobs.read.back();
        const RunId other = run(testSpec(), RunState::Running);
        QVERIFY(m_page->open(EditSharing{other}));
        QTRY_VERIFY_WITH_TIMEOUT(m_page->subject() && m_page->subject()->after(), sharingPatience);
        late.answer(gateReadings());
        QVERIFY(!readings().isVisible());
        QVERIFY(!cell(0, 1).contains(QStringLiteral("claimed")));
    }
};

QTEST_MAIN(TestSharingReadings)
#include "tst_sharingreadings.moc"
