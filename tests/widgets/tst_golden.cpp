// SPDX-License-Identifier: GPL-3.0-or-later
// What the widgets look like, in both themes, against pictures that a person has looked at.
#include "core/values/color_map.h"
#include "tests/model/test_catalogue.h"
#include "tests/widgets/golden.h"
#include "tests/widgets/picture_testing.h"
#include "widgets/controls/card.h"
#include "widgets/controls/notice_bar.h"
#include "widgets/controls/pill.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/forms/spec_form.h"
#include "widgets/pictures/class_legend.h"
#include "widgets/pictures/scale_legend.h"
#include "widgets/pictures/swipe_view.h"
#include "widgets/plots/curve_plot.h"
#include "widgets/sharing/plan_matrix.h"
#include "widgets/sharing/plan_matrix_view.h"
#include "widgets/sharing/sharing_map.h"
#include "widgets/sharing/sharing_matrix.h"
#include "widgets/theme/theme.h"

#include <QPainter>
#include <QPushButton>
#include <QTest>
#include <QVBoxLayout>

#include <cmath>
#include <memory>

using namespace concertina;
using namespace concertina::testing;

namespace {

using Maker = QWidget* (*)();

/// Noise that is the same everywhere.
double noise(int i) {
    return std::sin(12.9898 * i) * std::cos(78.233 * i);
}

PlotCurve curve(const QString& label, int task, bool training, int points, int every) {
    auto series = std::make_shared<Series>();
    series->setSmoothing(training ? 0.9 : 0);
    for (int i = 1; i <= points; ++i) {
        const double step = static_cast<double>(i) * every;
        const double value = 0.3 + 0.2 * task + std::exp(-step / 8000);
        series->append({static_cast<std::int64_t>(step), step / 500, step / 40,
                        value + (training ? 0.15 * noise(i) : 0.02)});
    }
    return {label, series, task, training, {"loss", "", "", false, 3}};
}

/// Sparse and dense, with a mark and the crosshair.
QWidget* curves() {
    static PlotGroup group; // outlives the plots
    auto* window = new QWidget;
    auto* column = new QVBoxLayout(window);
    for (const int points : {60, 30000}) {
        auto* plot = new CurvePlot(QStringLiteral("loss"), group);
        plot->setCurves({curve(QStringLiteral("S train"), 0, true, points, 30000 / points),
                         curve(QStringLiteral("S val"), 0, false, 12, 2500),
                         curve(QStringLiteral("D train"), 1, true, points, 30000 / points),
                         curve(QStringLiteral("D val"), 1, false, 12, 2500)});
        plot->setMarks({{12000, QStringLiteral("resumed")}});
        column->addWidget(plot);
    }
    window->resize(460, 480);
    group.setCrosshair(14000, nullptr); // its text fits on the right, whatever the font
    return window;
}

QWidget* sharing() {
    ExperimentSpec spec = testSpec();
    spec.network.backbone.options = {{"stages", 1}, {"convolutions", 2}};
    spec.network.sharing = {"*: tied", "enc1.2: merged", "dec1.1: factors shared",
                            "dec1.2: separate", "enc1.1: freeze", "dec1.1: freeze M"};
    const std::vector<int> outputs{13, 1, 3};
    auto* matrix = new SharingMatrix;
    matrix->setNetwork(designNetwork(spec, testCatalogue(), outputs).design,
                       {{"S", "Segmentation"}, {"D", "Depth"}, {"N", "Normals"}});
    matrix->resize(340, 260);
    return matrix;
}

/// Merged, parted, tied at both ends, skips, and what is frozen.
QWidget* sharingMap() {
    ExperimentSpec spec = testSpec();
    spec.network.backbone.options = {{"stages", 3}, {"convolutions", 2}};
    spec.network.sharing = {"*: tied", "enc2*: merged",
                            "dec3*: {segmentation, depth} | {normal} separate",
                            "dec2.2: factors shared", "enc1*: freeze"};
    const std::vector<int> outputs{13, 1, 3};
    auto* map = new SharingMap;
    map->setFocusPolicy(Qt::NoFocus);
    map->setNetwork(designNetwork(spec, testCatalogue(), outputs).design,
                    {{"S", "Segmentation"}, {"D", "Depth"}, {"N", "Normals"}});
    map->showSelected({4});
    map->resize(640, 340);
    return map;
}

/// The same plan cell by cell, with what is measured and what was another way before.
QWidget* planMatrix() {
    ExperimentSpec spec = testSpec();
    spec.network.backbone.options = {{"stages", 2}, {"convolutions", 2}};
    const std::vector<int> outputs{13, 1, 3};
    spec.network.sharing = {"*: tied", "enc2*: merged", "dec2*: factors shared"};
    const SharingPlan before = designNetwork(spec, testCatalogue(), outputs).design.plan;
    spec.network.sharing.insert(
        spec.network.sharing.end(),
        {"dec2.2: {segmentation, depth} | {normal} separate", "dec1*: separate", "enc1*: freeze"});
    const NetworkDesign design = designNetwork(spec, testCatalogue(), outputs).design;
    auto* matrix = new PlanMatrix;
    matrix->view()->setFocusPolicy(Qt::NoFocus);
    matrix->setNetwork(design, {{"S", "Segmentation"}, {"D", "Depth"}, {"N", "Normals"}});
    PlanOverlay overlay{.isSigned = true};
    for (std::size_t layer = 0; layer < design.plan.layers.size(); ++layer) {
        auto& cells = overlay.cells.emplace_back(3);
        for (std::size_t task = 0; task < 3; ++task)
            cells[task] = {.value = noise(static_cast<int>(3 * layer + task)),
                           .weight = 0.5 + 0.25 * static_cast<double>(task)};
    }
    matrix->model().setOverlay(overlay);
    matrix->model().setOther(before, QStringLiteral("before"));
    matrix->showSelected({4});
    matrix->resize(560, 460);
    return matrix;
}

QWidget* form() {
    static const Catalogue catalogue = testCatalogue();
    auto* shown = new SpecForm(catalogue);
    shown->setGroups({{QString(), placesOf(testSpec(), catalogue)}}, {{"train.batch", "many"}});
    shown->setProblems({{"train.batch", QStringLiteral("found “many”, expected a whole number")}});
    shown->resize(580, 640);
    return shown;
}

QWidget* comparison() {
    static PictureViewState state; // outlive the view
    static PictureCursor cursor;
    auto* window = new QWidget;
    auto* swipe = new SwipeView(state, cursor);
    QImage left(64, 48, QImage::Format_RGB32), right(64, 48, QImage::Format_RGB32);
    for (auto* image : {&left, &right})
        for (int y = 0; y < 48; ++y)
            for (int x = 0; x < 64; ++x)
                image->setPixel(x, y, image == &left ? qRgb(4 * x, 5 * y, 90)
                                                     : qRgb(255 - 4 * x, 5 * y, 160));
    swipe->setPictures({.caption = QStringLiteral("Expanded"), .picture = Picture(left)},
                       {.caption = QStringLiteral("Collapsed"), .picture = Picture(right)});
    auto* legend = new ClassLegend;
    legend->classes()->setClasses({{"wall", {180, 180, 190}}, {"floor", {120, 90, 70}},
                                   {"sofa", {30, 160, 170}}},
                                  {600, 300, 100});
    auto* depth = new ScaleLegend;
    depth->setScale({viridis, 0.5, 4.5, QStringLiteral("m"), QStringLiteral("no measurement")});
    auto* side = new QVBoxLayout;
    side->addWidget(legend, 1);
    side->addWidget(depth);
    side->addWidget(new DirectionLegend);
    auto* row = new QHBoxLayout(window);
    row->addWidget(swipe, 1);
    row->addLayout(side);
    window->resize(640, 320);
    return window;
}

QWidget* controls() {
    auto* window = new QWidget;
    auto* column = new QVBoxLayout(window);
    auto* notice = new NoticeBar;
    notice->add(Pill::Tone::Bad, QStringLiteral("The run rooms failed."));
    column->addWidget(notice);
    auto* card = new Card(QStringLiteral("Card"));
    card->setNote(QStringLiteral("a note"));
    auto* body = new QWidget;
    auto* row = new QHBoxLayout(body);
    row->addWidget(new SegmentedControl({QStringLiteral("Step"), QStringLiteral("Epoch"),
                                         QStringLiteral("Time")}));
    auto* plain = new QPushButton(QStringLiteral("Stop"));
    auto* primary = new QPushButton(QStringLiteral("Start"));
    primary->setDefault(true);
    auto* off = new QPushButton(QStringLiteral("Undo"));
    off->setEnabled(false);
    for (QPushButton* button : {plain, primary, off})
        row->addWidget(button);
    card->setBody(body);
    column->addWidget(card, 1);
    window->resize(520, 180);
    return window;
}

} // namespace

class TestGolden : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void widgetsLookAsTheyShould_data() {
        QTest::addColumn<void*>("maker");
        QTest::addColumn<bool>("dark");
        const std::pair<const char*, Maker> all[] = {
            {"curves", curves},    {"sharing", sharing}, {"map", sharingMap},
            {"plan", planMatrix},  {"form", form},       {"comparison", comparison},
            {"controls", controls}};
        for (const bool dark : {false, true})
            for (const auto& [name, maker] : all)
                QTest::addRow("%s-%s", name, dark ? "dark" : "light")
                    << reinterpret_cast<void*>(maker) << dark;
    }

    void widgetsLookAsTheyShould() {
        QFETCH(void*, maker);
        QFETCH(bool, dark);
        applyTheme(*qApp, dark ? ThemeChoice::Dark : ThemeChoice::Light);
        const std::unique_ptr<QWidget> widget(reinterpret_cast<Maker>(maker)());
        widget->show();
        QVERIFY(QTest::qWaitForWindowExposed(widget.get()));
        QCoreApplication::processEvents();
        const QString difference =
            differenceFromGolden(painted(*widget), QString::fromLatin1(QTest::currentDataTag()));
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }

    /// The measure itself: text of another font passes, another colour or place does not.
    void whatIsSeenIsADifference() {
        QImage page(400, 300, QImage::Format_RGB32);
        page.fill(Qt::white);
        const auto written = [&page](int dx, const QColor& ink) {
            QImage image = page;
            QPainter painter(&image);
            painter.fillRect(20 + dx, 20, 100, 60, ink);
            painter.setPen(Qt::black);
            painter.drawText(20, 200, QStringLiteral("0.123 m"));
            return image;
        };
        QVERIFY(likeness(written(0, Qt::blue), written(0, Qt::blue)).holds());
        QVERIFY(likeness(written(0, Qt::blue), written(0, QColor(4, 4, 250))).holds());
        QVERIFY(!likeness(written(0, Qt::blue), written(0, QColor(40, 40, 255))).holds());
        QVERIFY(!likeness(written(0, Qt::blue), written(32, Qt::blue)).holds());
        QVERIFY(!likeness(written(0, Qt::blue), page.scaled(200, 150)).holds());
    }
};

QTEST_MAIN(TestGolden)
#include "tst_golden.moc"
