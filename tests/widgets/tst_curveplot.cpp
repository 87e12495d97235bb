// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/plot_testing.h"
#include "widgets/plots/plot_painting.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QImage>
#include <QObject>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

using namespace concertina;
using namespace concertina::testing;

class TestCurvePlot : public QObject, private PlotFixture {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { beginPlotTest(); }
    void fitsWhatThereIs();
    void outliersAreIgnoredUntilTheyAreNot();
    void fewValidationsAreNeverOutliers();
    void anotherAxisShowsEverythingAnew();
    void logarithmsLeaveOutWhatHasNone();
    void valuesThatAreNoNumbersDoNoHarm();
    void taskColorsFollowTheTheme();
    void emptyPlotSaysSo();
    void picturesAndPointsAreSaved();
    void growingDataShows();
    void undoneLinesAreFaintAndNotTheRuns();
    void undoneLinesBeginWhereTheyLeft();
    void theCrosshairReachesUndoneLines();
    void denseCurvesFillWhatTheyHold_data();
    void denseCurvesFillWhatTheyHold();
};

void TestCurvePlot::initTestCase() {
    applyTheme(*qApp, ThemeChoice::Light);
}

void TestCurvePlot::fitsWhatThereIs() {
    show({{"train", line(1000, 2, 1), 1, true, metres}});
    QCOMPARE(m_plot->shownX().low, 0.0);
    QCOMPARE(m_plot->shownX().high, 1000.0);
    QVERIFY(m_plot->shownY().low < 1.05 && m_plot->shownY().low > 0.9);
    QVERIFY(m_plot->shownY().high > 1.95 && m_plot->shownY().high < 2.1);
}

void TestCurvePlot::outliersAreIgnoredUntilTheyAreNot() {
    auto series = line(1000, 1, 1.5);
    series->append({1001, 10, 501, 1e6});
    show({{"train", series, 1, true, metres}});
    QVERIFY(m_plot->shownY().high < 2);
    m_plot->setOutliersIgnored(false);
    m_plot->replotNow();
    QVERIFY(m_plot->shownY().high > 1e6);
}

/// Ten validations far above a thousand steps of training would be the outermost 1 %.
void TestCurvePlot::fewValidationsAreNeverOutliers() {
    show({{"train", line(1000, 1, 1.5), 1, true, metres},
          {"val", line(1000, 8, 9, 100), 1, false, metres}});
    QVERIFY(m_plot->shownY().high > 9);
}

void TestCurvePlot::anotherAxisShowsEverythingAnew() {
    show({{"train", line(1000, 2, 1), 1, true, metres}});
    m_group->show(m_plot.get(), PlotSpan{100, 300}, std::nullopt, PlotGroup::Move::Step);
    m_group->setAxis(CurveAxis::Time);
    m_plot->replotNow();
    QCOMPARE(m_plot->shownX(), (PlotSpan{0, 500}));
    m_group->setAxis(CurveAxis::Epoch);
    m_plot->replotNow();
    QCOMPARE(m_plot->shownX(), (PlotSpan{0, 10}));
    QVERIFY(!m_group->canZoomOut());
}

void TestCurvePlot::logarithmsLeaveOutWhatHasNone() {
    auto series = line(1000, 1e-4, 1);
    series->append({1001, 10, 501, 0});
    series->append({1002, 10, 501, -5});
    m_plot->setLogY(true);
    m_plot->setOutliersIgnored(false);
    show({{"train", series, 1, true, metres}});
    QVERIFY(m_plot->shownY().low > 0 && m_plot->shownY().low < 1.1e-3);
    QVERIFY(m_plot->shownY().high >= 1);
    m_plot->grab();
    m_plot->setLogY(false);
    m_plot->replotNow();
    QVERIFY(m_plot->shownY().low < -4.9);
}

void TestCurvePlot::valuesThatAreNoNumbersDoNoHarm() {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    auto broken = std::make_shared<Series>();
    for (int step = 1; step <= 5000; ++step)
        broken->append({step, nan, nan,
                        step % 3 == 0   ? nan
                        : step % 3 == 1 ? std::numeric_limits<double>::infinity()
                                        : -1e308 + step * 4e304});
    broken->setSmoothing(0.6);
    show({{"train", broken, 1, true, metres}});
    m_plot->grab();
    auto nothing = std::make_shared<Series>();
    nothing->append({1, 0, 0, nan});
    show({{"train", nothing, 1, true, metres}});
    m_plot->grab();
    QVERIFY(m_plot->endLabels().isEmpty());
    for (const CurveAxis axis : {CurveAxis::Epoch, CurveAxis::Time}) {
        m_group->setAxis(axis);
        m_plot->replotNow();
        m_plot->grab();
    }
}

void TestCurvePlot::taskColorsFollowTheTheme() {
    show({{"val", line(10, 1, 1), 2, false, metres}});
    for (const bool dark : {false, true}) {
        applyTheme(*qApp, dark ? ThemeChoice::Dark : ThemeChoice::Light);
        QTRY_VERIFY(pixelsOf(m_plot->grab().toImage(), taskColor(2, dark), m_plot->plotArea())
                    > 20);
        const QImage image = m_plot->grab().toImage();
        QVERIFY(pixelsOf(image, color(ColorRole::Card, dark), m_plot->plotArea()) > 10000);
    }
    applyTheme(*qApp, ThemeChoice::Light);
}

void TestCurvePlot::emptyPlotSaysSo() {
    m_plot->setEmptyText(QStringLiteral("Nothing recorded yet."));
    show({{"train", std::make_shared<Series>(), 1, true, metres}});
    const QImage image = m_plot->grab().toImage();
    QVERIFY(pixelsOf(image, color(ColorRole::Card, false), QRectF(image.rect()))
            < image.width() * image.height()); // the text is there
    QTest::mouseMove(m_plot.get(), QPoint(200, 100));
    QVERIFY(!m_group->crosshair());
    wheel({200, 100}, 3); // nothing to zoom: the page scrolls
    QVERIFY(!m_group->x());
}

void TestCurvePlot::picturesAndPointsAreSaved() {
    auto train = line(3, 3, 3);
    train->append({4, 0.04, 2, std::numeric_limits<double>::quiet_NaN()});
    show({{"S \"a\" train", train, 0, true, metres}, {"val", line(3, 9, 9, 3), 0, false, metres}});
    QCOMPARE(QString::fromStdString(m_plot->csv()),
             QStringLiteral("curve,step,epoch,seconds,value,smoothed\n"
                            "\"S \"\"a\"\" train\",1,0.01,0.5,3,3\n"
                            "\"S \"\"a\"\" train\",2,0.02,1,3,3\n"
                            "\"S \"\"a\"\" train\",3,0.03,1.5,3,3\n"
                            "\"S \"\"a\"\" train\",4,0.04,2,nan,nan\n"
                            "\"val\",3,0.03,1.5,9,9\n"));
    QTemporaryDir folder;
    QVERIFY(m_plot->savePicture(folder.filePath(QStringLiteral("a.png"))).has_value());
    const QImage picture(folder.filePath(QStringLiteral("a.png")));
    QCOMPARE(picture.size(), m_plot->size() * 2);
    QVERIFY(m_plot->savePicture(folder.filePath(QStringLiteral("a.svg"))).has_value());
    QFile svg(folder.filePath(QStringLiteral("a.svg")));
    QVERIFY(svg.open(QIODevice::ReadOnly));
    QVERIFY(svg.readAll().contains("polyline"));
    const auto failed = m_plot->savePicture(folder.filePath(QStringLiteral("none/a.png")));
    QVERIFY(!failed);
    QCOMPARE(failed.error().code, std::string("file.write"));
}

void TestCurvePlot::growingDataShows() {
    auto series = line(10, 1, 2);
    show({{"train", series, 1, true, metres}});
    for (int step = 11; step <= 2000; ++step)
        series->append({step, step / 100.0, step * 0.5, 3});
    m_plot->dataChanged();
    QTRY_COMPARE(m_plot->shownX().high, 2000.0);
    // Hidden it paints nothing, and catches up when it is shown.
    m_plot->hide();
    series->append({3000, 30, 1500, 3});
    m_plot->dataChanged();
    QCoreApplication::processEvents();
    QCOMPARE(m_plot->shownX().high, 2000.0);
    m_plot->show();
    QTRY_COMPARE(m_plot->shownX().high, 3000.0);
}

namespace {

/// Ten values from `from` on, five steps apart.
std::shared_ptr<Series> stretch(int from, double value) {
    auto series = std::make_shared<Series>();
    for (int i = 0; i < 10; ++i)
        series->append({from + 5 * i, (from + 5 * i) / 100.0, (from + 5 * i) * 0.5, value});
    return series;
}

} // namespace

void TestCurvePlot::undoneLinesAreFaintAndNotTheRuns() {
    const PlotCurve own{"val", line(100, 1, 1, 5), 1, false, metres};
    const PlotCurve undone{"val", stretch(55, 2), 1, false, metres, 1};
    show({own, undone});
    QCOMPARE(m_plot->endLabels(), QStringList{QStringLiteral("val 1.000 m")});
    QVERIFY(m_plot->shownY().high > 2); // it is in sight
    QVERIFY(QString::fromStdString(m_plot->csv())
                .contains(QStringLiteral("\"val, undone line 1\",55,0.55,27.5,2,2\n")));
    const QImage image = m_plot->grab().toImage();
    const QRectF area = m_plot->plotArea();
    const QRectF above(area.left(), area.top(), area.width(), area.height() * 0.3);
    QCOMPARE(pixelsOf(image, taskColor(1, false), above), 0); // nothing there reads as the run's
    const int empty = pixelsOf(image, color(ColorRole::Card, false), above)
                      + pixelsOf(image, color(ColorRole::Grid, false), above);
    m_plot->setCurves({own, {"val", line(1, 2, 2), 1, false, metres}}); // y stays as it is
    m_plot->replotNow();
    const QImage without = m_plot->grab().toImage();
    QVERIFY(pixelsOf(without, color(ColorRole::Card, false), above)
                + pixelsOf(without, color(ColorRole::Grid, false), above)
            > empty + 100);
}

/// Two lines were undone, the later one from further back: the first left the second.
void TestCurvePlot::undoneLinesBeginWhereTheyLeft() {
    const PlotCurve own{"val", line(40, 1, 1, 5), 1, false, metres};
    const PlotCurve first{"val", stretch(80, 3), 1, false, metres, 1};
    const PlotCurve second{"val", stretch(45, 2), 1, false, metres, 2};
    const PlotCurve other{"val", line(79, 9, 9), 0, false, metres};
    const std::vector<PlotCurve> all{own, first, second, other};
    QVERIFY(lineLeftBy(own, all) == nullptr);
    QVERIFY(lineLeftBy(second, all) == own.series.get());
    QVERIFY(lineLeftBy(first, all) == second.series.get());
    QVERIFY(lineLeftBy(first, {own, first}) == own.series.get());
    QVERIFY(lineLeftBy(first, {first}) == nullptr); // it began later than the change
    show(all);
    for (const CurveAxis axis : {CurveAxis::Epoch, CurveAxis::Time}) {
        m_group->setAxis(axis);
        m_plot->replotNow();
        m_plot->grab();
    }
}

void TestCurvePlot::theCrosshairReachesUndoneLines() {
    show({{"val", line(50, 1, 1, 5), 1, false, metres},
          {"val", stretch(55, 2), 1, false, metres, 3}});
    QTest::mouseMove(m_plot.get(), at(0.8, 0.5));
    QCOMPARE(m_group->crosshair(), std::optional<double>(80)); // the run itself ends at 50
    QCOMPARE(m_plot->readout(), (QStringList{QStringLiteral("step 80 · epoch 0.80 · 40 s"),
                                             QStringLiteral("val 1.000 m  at step 50"),
                                             QStringLiteral("val, undone line 3: 2.000 m")}));
    m_group->setCrosshair(50, nullptr);
    QCOMPARE(m_plot->readout(), QStringList{QStringLiteral("val 1.000 m")});
    m_plot->setFocus();
    QTest::keyClick(m_plot.get(), Qt::Key_Right);
    QCOMPARE(m_group->crosshair(), std::optional<double>(55));
    QTest::keyClick(m_plot.get(), Qt::Key_Left);
    QCOMPARE(m_group->crosshair(), std::optional<double>(50));
}

void TestCurvePlot::denseCurvesFillWhatTheyHold_data() {
    QTest::addColumn<int>("scale");
    QTest::newRow("on the screen") << 1;
    QTest::newRow("saved at double size") << 2;
}

/// Noise between 0 and 1 in the left half, as high as the band of its values; a constant in the
/// right one, as thin as a line.
void TestCurvePlot::denseCurvesFillWhatTheyHold() {
    QFETCH(int, scale);
    auto series = std::make_shared<Series>();
    for (int step = 1; step <= 20000; ++step)
        series->append({step, 0, 0, step > 10000 ? 0.5 : step % 2});
    m_plot->setOutliersIgnored(false);
    show({{"train", series, 1, true, metres}});
    QImage image = m_plot->grab().toImage();
    if (scale == 2) {
        QTemporaryDir folder;
        QVERIFY(m_plot->savePicture(folder.filePath(QStringLiteral("a.png"))).has_value());
        image = QImage(folder.filePath(QStringLiteral("a.png")));
    }
    // Saved, a title stands above and the name of x below.
    const int top = static_cast<int>((m_plot->plotArea().top() + (scale == 2 ? 24 : 0)) * scale);
    const int bottom =
        static_cast<int>((m_plot->plotArea().bottom() - (scale == 2 ? 18 : 0)) * scale);
    const QColor card = color(ColorRole::Card, false), grid = color(ColorRole::Grid, false);
    const auto inked = [&](double fromX, double toX) {
        const QRectF area = m_plot->plotArea();
        int most = 0;
        for (int x = static_cast<int>((area.left() + fromX * area.width()) * scale);
             x < (area.left() + toX * area.width()) * scale; ++x) {
            int ink = 0;
            for (int y = top; y < bottom; ++y) {
                const QColor pixel = image.pixelColor(x, y);
                ink += pixel != card && pixel != grid && pixel.hsvSaturation() > 20 ? 1 : 0;
            }
            most = std::max(most, ink);
        }
        return most;
    };
    const double height = (bottom - top) / 1.06; // above what is highest there are 6 %
    QVERIFY2(std::abs(inked(0.1, 0.4) - height) < 0.15 * height,
             qPrintable(QString::number(inked(0.1, 0.4))));
    QVERIFY2(inked(0.6, 0.9) >= scale && inked(0.6, 0.9) <= 4 * scale,
             qPrintable(QString::number(inked(0.6, 0.9))));
}

QTEST_MAIN(TestCurvePlot)
#include "tst_curveplot.moc"
