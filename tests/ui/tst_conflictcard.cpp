// SPDX-License-Identifier: GPL-3.0-or-later
// How the tasks of a run agree, on the Monitor.
#include "core/model/sharing_plan.h"
#include "tests/model/test_catalogue.h"
#include "tests/ui/monitor_testing.h"
#include "ui/monitor/conflict_card.h"
#include "widgets/controls/toned_label.h"
#include "widgets/sharing/conflict_matrix.h"
#include "widgets/theme/theme.h"

#include <QLabel>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QToolButton>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

namespace {

const std::vector<std::string> layers{"enc1.1", "enc2.1", "dec2.1", "dec1.1"};

} // namespace

class TestConflictCard : public QObject, private MonitorFixture {
    Q_OBJECT

    ConflictMatrix& matrix() { return part<ConflictMatrix>(); }
    bool isMatrixShown() { return matrix().isVisible(); }
    QString texts() {
        QStringList all;
        for (const QLabel* label : part<ConflictCard>().findChildren<QLabel*>())
            if (label->isVisible())
                all << label->text();
        return all.join(QLatin1Char('|'));
    }
    QToolButton& suggest() { return *part<ConflictCard>().findChild<QToolButton*>(); }
    /// All pairs, U and V of all layers: the cosine of depth and normals in dec1.1 is `worst`.
    void measure(const RunId& run, std::int64_t step, double worst) {
        ConflictRows rows;
        for (const std::string& layer : layers)
            for (const char* factor : {"U", "V"}) {
                rows.push_back({step, layer, factor, "segmentation", "depth", "exact-half", 0.1, 1, 1});
                rows.push_back({step, layer, factor, "depth", "normal", "exact-half",
                                layer == "dec1.1" ? worst : -0.05, 1, 2});
            }
        const auto out = writer(run);
        done(out->append(std::move(rows)));
        done(out->close());
    }
    RunId planned(Store& store, int every, RunState state = RunState::Running) {
        MadeUpRun made{.state = state, .step = 300};
        made.spec = testSpec();
        made.spec.train.conflictEvery = every;
        const RunId run = makeRun(store, made);
        SharingPlan plan{{"segmentation", "depth", "normal"}, {}};
        for (const std::string& layer : layers)
            plan.layers.push_back({layer, {"U", "V"}, {together(3), together(3)}, together(3),
                                   together(3)});
        done(store.recordStart(run, {.spec = made.spec, .plan = toJson(plan), .steps = 600}));
        return run;
    }

private Q_SLOTS:
    void init() { beginTest(); }
    void cleanup() { endTest(); }

    void theMatrixFollowsTheMeasurements() {
        Store store = m_desk->openStore();
        const RunId run = planned(store, 50);
        open(run);
        QTRY_VERIFY_WITH_TIMEOUT(texts().contains(QStringLiteral("every 50 steps")),
                                 monitorPatience);
        QVERIFY(!isMatrixShown());
        measure(run, 50, -0.5);
        QTRY_VERIFY_WITH_TIMEOUT(isMatrixShown(), monitorPatience);
        QCOMPARE(matrix().layerCount(), std::size_t{4});
        QCOMPARE(matrix().cells().size(), std::size_t{3});            // pairs
        QVERIFY(std::abs(matrix().cells()[2][3].cosine + 0.5) < 1e-12); // in the network's order
        QVERIFY(std::isnan(matrix().cells()[1][0].cosine));           // never measured
        QVERIFY(texts().contains(QStringLiteral("pull apart most in dec1.1: −0.50")));
        measure(run, 100, -0.7);
        QTRY_VERIFY_WITH_TIMEOUT(std::abs(matrix().cells()[2][3].cosine + 0.6) < 1e-12,
                                 monitorPatience);
        QVERIFY(texts().contains(QStringLiteral("last 2 measurements")));
        const QString words = matrix().cells()[2][3].words;
        QVERIFY2(words.contains(QStringLiteral("dec1.1")) && words.contains(QStringLiteral("U: "))
                     && words.contains(QStringLiteral("± 0.14")) // 0.1 · √2
                     && words.contains(QStringLiteral("magnitude similarity 0.80")), // 4 / 5
                 qPrintable(words));
    }

    void aRunThatIsOverSaysWhyNothingWasMeasured() {
        Store store = m_desk->openStore();
        const RunId run = planned(store, 500); // at step 300
        open(run);
        QTRY_VERIFY_WITH_TIMEOUT(texts().contains(QStringLiteral("will stand here")),
                                 monitorPatience);
        done(store.release(run, RunState::Finished, ""));
        QTRY_VERIFY_WITH_TIMEOUT(texts().contains(QStringLiteral("Not measured")), monitorPatience);
        QVERIFY2(texts().contains(QStringLiteral("every 500 steps, and this run ended at step 300")),
                 qPrintable(texts()));
    }

    void onlyTheLastMeasurementsCount() {
        Store store = m_desk->openStore();
        const RunId run = planned(store, 1);
        measure(run, 1, -1);
        open(run);
        QTRY_VERIFY_WITH_TIMEOUT(isMatrixShown(), monitorPatience);
        for (int step = 2; step <= 21; ++step)
            measure(run, step, 0.5);
        QTRY_VERIFY_WITH_TIMEOUT(std::abs(matrix().cells()[2][3].cosine - 0.5) < 1e-12,
                                 monitorPatience);
        QVERIFY(texts().contains(QStringLiteral("last 20 measurements")));
    }

    void withoutMeasurementsItSaysWhatWouldHelp() {
        Store store = m_desk->openStore();
        open(planned(store, 0));
        QTRY_VERIFY_WITH_TIMEOUT(texts().contains(QStringLiteral("train.conflict_every")),
                                 monitorPatience);
        QVERIFY(!isMatrixShown());
    }

    void aCellShowsItsNumbersByPointerAndKeyboard() {
        Store store = m_desk->openStore();
        const RunId run = planned(store, 50);
        measure(run, 50, -0.5);
        open(run);
        QTRY_VERIFY_WITH_TIMEOUT(isMatrixShown(), monitorPatience);
        QSignalSpy spy(&matrix(), &ConflictMatrix::pointedAt);
        QTest::mouseMove(&matrix(), matrix().cellRect(2, 3).center());
        QTRY_VERIFY(!spy.isEmpty());
        QVERIFY(spy.last()[0].toString().startsWith(QStringLiteral("dec1.1")));
        QVERIFY(texts().contains(QStringLiteral("cosine −0.50")));
        matrix().setFocus(Qt::TabFocusReason);
        QTest::keyClick(&matrix(), Qt::Key_Home);
        QTest::keyClick(&matrix(), Qt::Key_Up);
        QTest::keyClick(&matrix(), Qt::Key_Up);
        QVERIFY(spy.last()[0].toString().startsWith(QStringLiteral("enc1.1")));
        QVERIFY(texts().contains(QStringLiteral("cosine +0.10")));
    }

    void suggestionsAreAskedForOnThePageOfSharing() {
        Store store = m_desk->openStore();
        const RunId run = makeRun(store, {.state = RunState::Running, .step = 300});
        m_desk->runs.own = {{run, RunState::Running}};
        measure(run, 50, -0.5);
        open(run);
        QTRY_VERIFY_WITH_TIMEOUT(suggest().isEnabled(), monitorPatience);
        QTest::mouseClick(&suggest(), Qt::LeftButton);
        QCOMPARE(m_desk->navigator.shared.size(), 1U);
        QCOMPARE(m_desk->navigator.shared.back().run, run);
        QCOMPARE(m_desk->navigator.shared.back().suggestFrom, ConflictWindow);
    }

    void suggestSaysWhyItIsOff() {
        Store store = m_desk->openStore();
        const RunId run = makeRun(store, {.state = RunState::Running, .step = 300});
        open(run);
        QTRY_VERIFY_WITH_TIMEOUT(texts().contains(QStringLiteral("every 50 steps")),
                                 monitorPatience);
        QVERIFY(!suggest().isEnabled());
        QVERIFY(suggest().toolTip().contains(QStringLiteral("Nothing is measured yet")));
        measure(run, 50, -0.5);
        QTRY_VERIFY_WITH_TIMEOUT(isMatrixShown(), monitorPatience);
        QVERIFY(!suggest().isEnabled()); // another process trains it
        QVERIFY(suggest().toolTip().contains(QStringLiteral("this window trains")));
        m_desk->runs.setRuns({{run, RunState::Running}});
        QVERIFY(suggest().isEnabled());
    }

    void colorsShowTheSignInBothThemes() {
        for (const bool dark : {false, true}) {
            const QPalette palette = themePalette(dark);
            QCOMPARE(ConflictMatrix::colorOf(-1, palette), color(ColorRole::Bad, dark));
            QCOMPARE(ConflictMatrix::colorOf(1, palette), color(ColorRole::Accent, dark));
            QCOMPARE(ConflictMatrix::colorOf(0, palette), color(ColorRole::Field, dark));
            QCOMPARE(ConflictMatrix::colorOf(NAN, palette), color(ColorRole::Field, dark));
            QVERIFY(ConflictMatrix::colorOf(-0.1, palette).red()
                    > ConflictMatrix::colorOf(-0.1, palette).blue());
            QVERIFY(ConflictMatrix::colorOf(0.1, palette).blue()
                    > ConflictMatrix::colorOf(0.1, palette).red());
        }
    }
};

QTEST_MAIN(TestConflictCard)
#include "tst_conflictcard.moc"
