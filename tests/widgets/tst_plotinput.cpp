// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/plot_testing.h"
#include "widgets/plots/plot_painting.h"
#include "widgets/theme/colors.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace concertina;
using namespace concertina::testing;

// A plot under mouse, wheel and keys, and beside others of its group.
class TestPlotInput : public QObject, private PlotFixture {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeChoice::Light); }
    void init() { beginPlotTest(); }
    void wheelZoomsAroundThePointerAndStepsBack();
    void frameZoomsBothAndAFlatOneXAlone();
    void shiftDragMoves();
    void plotsOfAGroupShareXButNotY();
    void crosshairReachesEveryPlotOfTheGroup();
    void labelsShowTheLastValues();
    void keyboardReachesEverything();
};

void TestPlotInput::wheelZoomsAroundThePointerAndStepsBack() {
    show({{"train", line(1000, 2, 1), 1, true, metres}});
    const QPoint where = at(0.25, 0.5);
    wheel(where, 1);
    QCOMPARE(m_plot->shownX().high - m_plot->shownX().low, 1000 / 1.2);
    QVERIFY(std::abs(m_plot->shownX().low - 250 * (1 - 1 / 1.2)) < 1); // 250 stayed
    wheel(where, 1);                                                   // the same gesture
    const PlotSpan y = m_plot->shownY();
    QTest::qWait(600);
    wheel(where, 2, Qt::ShiftModifier);
    QVERIFY(m_plot->shownY().high - m_plot->shownY().low < (y.high - y.low) * 0.7);
    m_group->zoomOut();
    m_plot->replotNow();
    QCOMPARE(m_plot->shownY(), y);
    m_group->zoomOut();
    m_plot->replotNow();
    QCOMPARE(m_plot->shownX(), (PlotSpan{0, 1000}));
    QVERIFY(!m_group->canZoomOut());
}

void TestPlotInput::frameZoomsBothAndAFlatOneXAlone() {
    show({{"train", line(1000, 2, 1), 1, true, metres}});
    const PlotSpan y = m_plot->shownY();
    drag(at(0.2, 0.2), at(0.6, 0.7));
    QVERIFY(std::abs(m_plot->shownX().low - 200) < 4);
    QVERIFY(std::abs(m_plot->shownX().high - 600) < 4);
    QVERIFY(std::abs((m_plot->shownY().high - m_plot->shownY().low) / (y.high - y.low) - 0.5)
            < 0.02);
    QTest::mouseDClick(m_plot.get(), Qt::LeftButton, {}, at(0.5, 0.5));
    QTest::mouseRelease(m_plot.get(), Qt::LeftButton, {}, at(0.5, 0.5));
    m_plot->replotNow();
    QCOMPARE(m_plot->shownX(), (PlotSpan{0, 1000}));
    drag(at(0.5, 0.5), at(0.75, 0.52));
    QVERIFY(std::abs(m_plot->shownX().low - 500) < 4);
    QVERIFY(!m_group->y(m_plot.get()));
    // A frame of no size is a click.
    const PlotSpan x = m_plot->shownX();
    drag(at(0.5, 0.5), at(0.5, 0.5));
    QCOMPARE(m_plot->shownX(), x);
}

void TestPlotInput::shiftDragMoves() {
    show({{"train", line(1000, 2, 1), 1, true, metres}});
    m_group->show(m_plot.get(), PlotSpan{200, 400}, std::nullopt, PlotGroup::Move::Step);
    m_plot->replotNow();
    drag(at(0.5, 0.5), at(0.25, 0.5), Qt::ShiftModifier);
    QVERIFY(std::abs(m_plot->shownX().low - 250) < 3);
    QVERIFY(std::abs(m_plot->shownX().high - m_plot->shownX().low - 200) < 1e-6);
}

void TestPlotInput::plotsOfAGroupShareXButNotY() {
    CurvePlot other(QStringLiteral("other"), *m_group);
    other.resize(500, 260);
    other.setCurves({{"train", line(1000, 50, 60), 0, true, {}}});
    other.show();
    show({{"train", line(1000, 2, 1), 1, true, metres}});
    m_group->show(m_plot.get(), PlotSpan{100, 300}, PlotSpan{1.2, 1.4}, PlotGroup::Move::Step);
    m_plot->replotNow();
    other.replotNow();
    QCOMPARE(other.shownX(), (PlotSpan{100, 300}));
    QVERIFY(other.shownY().low > 40); // follows what is visible of its own
    QVERIFY(other.shownY().high < 54);
}

void TestPlotInput::crosshairReachesEveryPlotOfTheGroup() {
    auto other = std::make_unique<CurvePlot>(QStringLiteral("other"), *m_group);
    other->resize(500, 260);
    other->setCurves({{"val", line(1000, 50, 60, 100), 0, false, {}}});
    other->show();
    other->replotNow();
    show({{"train", line(1000, 2, 1), 1, true, metres}});
    QTest::mouseMove(m_plot.get(), at(0.5, 0.5));
    QVERIFY(m_group->crosshair());
    const double x = *m_group->crosshair();
    QVERIFY(std::abs(x - 500) < 4);
    QCOMPARE(x, std::round(x)); // stands on a step that there is
    const QStringList lines = m_plot->readout();
    QCOMPARE(lines.size(), 2);
    QVERIFY(lines[0].startsWith(QStringLiteral("step %1 · epoch ").arg(x)));
    QVERIFY(lines[1].startsWith(QStringLiteral("train 1."))
            && lines[1].endsWith(QLatin1String("m")));
    QCOMPARE(other->readout().size(), 1);
    QVERIFY(other->readout().first().startsWith(QLatin1String("val 55.000")));
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(m_plot.get(), &leave);
    QVERIFY(!m_group->crosshair());
    // A plot that goes away takes nothing with it that is used later.
    m_group->setCrosshair(10, other.get());
    other.reset();
    QCOMPARE(m_group->pointed(), nullptr);
}

void TestPlotInput::labelsShowTheLastValues() {
    auto train = line(1000, 2, 1);
    train->setSmoothing(0.6);
    show({{"train", train, 1, true, metres}, {"val", line(1000, 2, 1.25, 100), 1, false, metres}});
    QCOMPARE(m_plot->endLabels().size(), 2);
    QVERIFY(m_plot->endLabels()[0].startsWith(QLatin1String("train 1.00")));
    QCOMPARE(m_plot->endLabels()[1], QStringLiteral("val 1.250 m"));
    // Of what is visible.
    m_group->show(m_plot.get(), PlotSpan{0, 500}, std::nullopt, PlotGroup::Move::Step);
    m_plot->replotNow();
    QCOMPARE(m_plot->endLabels()[1], QStringLiteral("val 1.625 m"));
    // Where there is no room for all, those of training go.
    std::vector<PlotCurve> many;
    for (int task = 0; task < 8; ++task) {
        many.push_back({"train", train, task, true, metres});
        many.push_back({"val", line(1000, 2, 1, 100), task, false, metres});
    }
    m_plot->resize(500, 120);
    show(std::move(many));
    QCOMPARE(m_plot->endLabels().size(), 8);
    for (const QString& label : m_plot->endLabels())
        QVERIFY(label.startsWith(QLatin1String("val ")));
}

void TestPlotInput::keyboardReachesEverything() {
    show({{"train", line(1000, 2, 1), 1, true, metres}});
    m_plot->setFocus();
    QTest::keyClick(m_plot.get(), Qt::Key_Left);
    QVERIFY(m_group->crosshair());
    const double x = *m_group->crosshair();
    QTest::keyClick(m_plot.get(), Qt::Key_Left);
    QVERIFY(*m_group->crosshair() < x);
    QTest::keyClick(m_plot.get(), Qt::Key_Right);
    QTest::keyClick(m_plot.get(), Qt::Key_Plus);
    m_plot->replotNow();
    QVERIFY(m_plot->shownX().high - m_plot->shownX().low < 900);
    const PlotSpan zoomed = m_plot->shownX();
    QTest::keyClick(m_plot.get(), Qt::Key_Left, Qt::ControlModifier);
    m_plot->replotNow();
    QVERIFY(m_plot->shownX().low < zoomed.low);
    QTest::keyClick(m_plot.get(), Qt::Key_F);
    m_plot->replotNow();
    QCOMPARE(m_plot->shownX(), (PlotSpan{0, 1000}));
    QTest::keyClick(m_plot.get(), Qt::Key_Backspace);
    m_plot->replotNow();
    QVERIFY(m_plot->shownX().low < zoomed.low);
    QTest::keyClick(m_plot.get(), Qt::Key_Escape);
    QVERIFY(!m_group->crosshair());
}

QTEST_MAIN(TestPlotInput)
#include "tst_plotinput.moc"
