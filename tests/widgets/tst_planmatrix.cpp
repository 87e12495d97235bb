// SPDX-License-Identifier: GPL-3.0-or-later
// The matrix of the page Sharing by mouse and keys, and what lies over its cells.
#include "tests/model/map_networks.h"
#include "tests/printing.h"
#include "tests/widgets/named_tasks.h"
#include "tests/widgets/picture_testing.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/controls/toned_label.h"
#include "widgets/sharing/layer_name.h"
#include "widgets/sharing/plan_matrix.h"
#include "widgets/sharing/plan_matrix_view.h"
#include "widgets/sharing/plan_painter.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAbstractItemModelTester>
#include <QMenu>
#include <QScrollBar>
#include <QTest>

#include <cmath>
#include <limits>

using namespace concertina;
using namespace concertina::testing;

namespace {

NetworkDesign segnet(std::vector<std::string> rules = {"*: tied"}, int tasks = 3) {
    return mapNetwork(realBackbone(*backbones()[0]), mapTasks(tasks), std::move(rules));
}

/// A shown matrix that keeps what it asks for.
class Shown {
public:
    explicit Shown(const NetworkDesign& design = segnet(), int tasks = 3) {
        QObject::connect(&matrix, &PlanMatrix::editWanted, &matrix,
                         [this](const PlanEdit& edit) { asked.push_back(edit); });
        matrix.resize(560, 620);
        matrix.setNetwork(design, named(tasks));
        matrix.show();
        QCoreApplication::processEvents();
    }
    int row(const char* label) const {
        for (int i = 0; i < matrix.model().rowCount(); ++i)
            if (matrix.model().row(i).label == QString::fromUtf8(label))
                return i;
        qFatal("no row %s", label);
    }
    QPoint at(int row, int task) const {
        return matrix.view()->visualRect(matrix.model().index(row, task)).center();
    }
    QRect cell(int row, int task) const {
        return matrix.view()->visualRect(matrix.model().index(row, task));
    }
    void click(int row, int task, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseClick(matrix.view()->viewport(), Qt::LeftButton, modifiers, at(row, task));
    }
    void drag(const QPoint& from, const QPoint& to) {
        auto& viewport = *matrix.view()->viewport();
        QTest::mousePress(&viewport, Qt::LeftButton, {}, from);
        moveMouse(viewport, (from + to) / 2, Qt::LeftButton);
        moveMouse(viewport, to, Qt::LeftButton);
        QTest::mouseRelease(&viewport, Qt::LeftButton, {}, to);
    }
    void key(int key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(matrix.view(), static_cast<Qt::Key>(key), modifiers);
    }
    std::vector<std::size_t> layersOf(int first, int last) const {
        std::vector<std::size_t> layers;
        for (int i = first; i <= last; ++i)
            for (const std::size_t layer : matrix.model().row(i).layers)
                layers.push_back(layer);
        return layers;
    }

    PlanMatrix matrix;
    std::vector<PlanEdit> asked;
};

PlanOverlay overlayOf(const NetworkDesign& design, double first, double second) {
    PlanOverlay overlay{.isSigned = true, .low = "against", .high = "with"};
    overlay.cells.assign(design.plan.layers.size(),
                         std::vector<OverlayCell>(static_cast<std::size_t>(design.taskCount())));
    for (auto& layer : overlay.cells) {
        layer[0] = {.value = first, .words = "cosine of the first", .history = {0.1, first}};
        layer[1] = {.value = second, .words = "cosine of the second"};
    }
    return overlay;
}

/// How much of a part of a picture has a colour, about.
int like(const QImage& image, const QRect& area, const QColor& wanted) {
    int count = 0;
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x) {
            const QColor seen = image.pixelColor(x, y);
            const int apart = std::abs(seen.red() - wanted.red())
                              + std::abs(seen.green() - wanted.green())
                              + std::abs(seen.blue() - wanted.blue());
            count += apart < 30 ? 1 : 0;
        }
    return count;
}

} // namespace

class TestPlanMatrix : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeChoice::Light); }

    void partsOfLongNamesBecomeLetters() {
        const QFontMetrics metrics(smallFont());
        const auto shortened = [&](const char* name, const char* fits) {
            return shortLayerName(QString::fromUtf8(name), metrics,
                                  metrics.horizontalAdvance(QString::fromUtf8(fits)));
        };
        for (const char* fits : {"l2.0.downsample.0", "l2.0.d.0"})
            QCOMPARE(shortened("layer2.0.downsample.0", fits), QString::fromUtf8(fits));
        const char* const part = "f.11.conv.0.1";
        QCOMPARE(shortened("features.11.conv.0.1", part), QString::fromUtf8(part));
        QVERIFY(shortened("dec1.1", "d1").contains(u'…')); // no letter is left to go
    }

    void aClickAsksForTheNextStateOfTheRow() {
        Shown s;
        const int row = s.row("dec3");
        s.click(row, 1);
        QCOMPARE(s.asked.size(), 1U);
        QCOMPARE(s.asked[0].kind, PlanEditKind::Next);
        QCOMPARE(s.asked[0].cells, cellsOf(s.matrix.model().row(row).layers, allTasks(3)));
    }

    void aDragDownPaintsWhatAClickOnItsFirstRowWouldBe() {
        Shown s;
        const int first = s.row("enc2"), last = s.row("enc4");
        s.drag(s.at(first, 2), s.at(last, 2));
        QCOMPARE(s.asked.size(), 1U);
        QCOMPARE(s.asked[0].kind, editFor(s.matrix.model().row(first).next()));
        QCOMPARE(s.asked[0].cells, cellsOf(s.layersOf(first, last), allTasks(3)));
    }

    void aDragOntoAnotherTaskTiesBoth() {
        Shown s(segnet({"*: separate"}));
        const int row = s.row("dec2");
        s.drag(s.at(row, 0), s.at(row, 2));
        QCOMPARE(s.asked.size(), 1U);
        QCOMPARE(s.asked[0].kind, PlanEditKind::Tie);
        QCOMPARE(s.asked[0].cells, cellsOf(s.layersOf(row, row), taskBit(0) | taskBit(2)));
    }

    void aDragBackToItsCellIsNothing() {
        Shown s;
        auto& viewport = *s.matrix.view()->viewport();
        const QPoint from = s.at(2, 0), away = s.at(4, 0);
        QTest::mousePress(&viewport, Qt::LeftButton, {}, from);
        moveMouse(viewport, away, Qt::LeftButton);
        moveMouse(viewport, from, Qt::LeftButton);
        QTest::mouseRelease(&viewport, Qt::LeftButton, {}, from);
        QVERIFY(s.asked.empty());
    }

    void shiftSelectsARectangleForTheKeys() {
        Shown s;
        s.matrix.view()->setCurrentIndex(s.matrix.model().index(1, 0));
        s.click(3, 1, Qt::ShiftModifier);
        QCOMPARE(s.matrix.selectedCells(), cellsOf(s.layersOf(1, 3), taskBit(0) | taskBit(1)));
        const std::pair<Qt::Key, PlanEditKind> keys[] = {{Qt::Key_T, PlanEditKind::Tie},
                                                         {Qt::Key_M, PlanEditKind::Merge},
                                                         {Qt::Key_P, PlanEditKind::MergeByProduct},
                                                         {Qt::Key_F, PlanEditKind::ShareFactors},
                                                         {Qt::Key_S, PlanEditKind::Separate},
                                                         {Qt::Key_Z, PlanEditKind::Freeze}};
        for (const auto& [key, kind] : keys) {
            s.asked.clear();
            s.key(key);
            QCOMPARE(s.asked.size(), 1U);
            QCOMPARE(s.asked[0].kind, kind);
            QCOMPARE(s.asked[0].cells, s.matrix.selectedCells());
        }
    }

    void byKeysAloneACellIsReachedAndChanged() {
        Shown s;
        s.matrix.view()->setFocus();
        s.matrix.view()->setCurrentIndex(s.matrix.model().index(0, 0));
        s.key(Qt::Key_Down);
        s.key(Qt::Key_Right);
        s.key(Qt::Key_End); // not onto the bars
        QCOMPARE(s.matrix.view()->currentIndex().column(), 2);
        s.key(Qt::Key_Space);
        QCOMPARE(s.asked.size(), 1U);
        QCOMPARE(s.asked[0].cells, cellsOf(s.layersOf(1, 1), allTasks(3)));
    }

    void plusUnfoldsAStageAndSelectsWhatWasSelected() {
        Shown s;
        const int row = s.row("enc3");
        const auto layers = s.matrix.model().row(row).layers;
        QVERIFY(layers.size() > 1);
        s.matrix.view()->setCurrentIndex(s.matrix.model().index(row, 1));
        std::pair<std::string, bool> told;
        connect(&s.matrix, &PlanMatrix::foldingChanged, &s.matrix,
                [&](const std::string& stage, bool unfolded) {
                    told = {stage, unfolded};
                });
        s.key(Qt::Key_Plus);
        QCOMPARE(told, std::pair(std::string("enc3"), true));
        QCOMPARE(s.matrix.selectedLayers(), layers);
        QCOMPARE(s.matrix.model().row(s.row("enc3.1")).layers.size(), 1U);
        s.key(Qt::Key_Minus);
        QCOMPARE(told, std::pair(std::string("enc3"), false));
        QCOMPARE(s.matrix.model().row(s.row("enc3")).layers, layers);
    }

    void aPartAloneIsWhatTAndSAreFor() {
        Shown s;
        s.matrix.selector()->setCurrentIndex(s.matrix.selector()->count() - 2); // norm
        s.matrix.view()->setCurrentIndex(s.matrix.model().index(2, 1));
        s.key(Qt::Key_S);
        QCOMPARE(s.asked.back().part, std::string("norm"));
        s.key(Qt::Key_M); // of the whole layer alone
        QCOMPARE(s.asked.back().part, std::string());
    }

    void theMenuOffersWhatTheKeysDo() {
        Shown s;
        s.matrix.view()->setCurrentIndex(s.matrix.model().index(2, 1));
        const std::unique_ptr<QMenu> menu(s.matrix.menu());
        QStringList texts;
        for (const QAction* action : menu->actions())
            texts << action->text();
        for (const char* text : {"Tie", "Merge", "Share factors", "Separate", "Freeze or unfreeze"})
            QVERIFY2(texts.contains(QString::fromUtf8(text)), text);
        for (QAction* action : menu->actions())
            if (action->text() == QStringLiteral("Separate"))
                action->trigger();
        QCOMPARE(s.asked.size(), 1U);
        QCOMPARE(s.asked[0].kind, PlanEditKind::Separate);
    }

    void measurementsLieAtTheFootOfTheCellsAndInWords() {
        const NetworkDesign design = segnet();
        Shown s(design);
        const QImage without = painted(s.matrix);
        s.matrix.model().setOverlay(overlayOf(design, -1, 1));
        const QImage with = painted(s.matrix);
        const QPoint origin = s.matrix.view()->viewport()->mapTo(&s.matrix, QPoint());
        const auto half = [&](int task, bool left) {
            QRect cell = s.cell(3, task).translated(origin);
            cell.setTop(cell.bottom() - 10);
            const int middle = cell.center().x();
            left ? cell.setRight(middle - 3) : cell.setLeft(middle + 3);
            return cell;
        };
        const QColor bad = color(ColorRole::Bad, false), good = color(ColorRole::Accent, false);
        QVERIFY(like(with, half(0, true), bad) > 20); // against the others: to the left
        QCOMPARE(like(with, half(0, false), bad), 0);
        QVERIFY(like(with, half(1, false), good) > 20);
        QCOMPARE(like(with, half(1, true), good), 0);
        QCOMPARE(like(without, half(0, true), bad), 0);
        QVERIFY(s.matrix.model().reading(3, 0).contains(QStringLiteral("cosine of the first")));
        QVERIFY(!s.matrix.model().reading(3, 2).contains(QStringLiteral("cosine")));
    }

    void thePointerShowsTheNumbersOfItsCell() {
        const NetworkDesign design = segnet();
        Shown s(design);
        s.matrix.model().setOverlay(overlayOf(design, -0.5, 0.5));
        s.matrix.view()->setCurrentIndex(s.matrix.model().index(0, 2));
        const auto words = [&] {
            QStringList all;
            for (const auto* label : s.matrix.findChildren<TonedLabel*>())
                all << label->text();
            return all.join(QLatin1Char('\n'));
        };
        moveMouse(*s.matrix.view()->viewport(), s.at(3, 1));
        QVERIFY2(words().contains(QStringLiteral("cosine of the second")), qPrintable(words()));
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(s.matrix.view(), &leave);
        QVERIFY2(!words().contains(QStringLiteral("cosine")), qPrintable(words()));
    }

    void whatIsOtherThanInAnotherPlanIsMarked() {
        const NetworkDesign design = segnet({"*: tied", "dec2*: {a} | {b, c} separate"});
        Shown s(design);
        const int row = s.row("dec2");
        QVERIFY(!s.matrix.model().isOther());
        s.matrix.model().setOther(segnet().plan, QStringLiteral("before"));
        QVERIFY(s.matrix.model().isOther());
        for (int task = 0; task < 3; ++task) {
            QVERIFY(s.matrix.model().isOther(row, task));
            QVERIFY(!s.matrix.model().isOther(s.row("dec3"), task));
        }
        QVERIFY2(s.matrix.model().reading(row, 0).contains(
                     QStringLiteral("all its own; before: tied with Depth, Normals")),
                 qPrintable(s.matrix.model().reading(row, 0)));
        // Of one part, where that alone is other.
        s.matrix.model().setOther(segnet({"*: tied", "dec3*: norm {a} | {b, c}"}).plan, {});
        QVERIFY(s.matrix.model().isOther(s.row("dec3"), 0));
        s.matrix.model().setPart("bias");
        QVERIFY(!s.matrix.model().isOther(s.row("dec3"), 0));
        s.matrix.model().setPart("norm");
        QVERIFY(s.matrix.model().isOther(s.row("dec3"), 0));
        s.matrix.model().setOther(segnet({"*: separate"}, 2).plan, {}); // of other tasks
        QVERIFY(!s.matrix.model().isOther());
    }

    void oddPlansAreModelsThatKeepTheirWord() {
        for (const int tasks : {1, 2, 32}) {
            Shown s(segnet({"*: separate", "enc1*: freeze", "dec2*: tied"}, tasks), tasks);
            const QAbstractItemModelTester tester(
                &s.matrix.model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
            s.matrix.setNetwork(segnet({"*: tied"}, tasks), named(tasks));
            s.key(Qt::Key_Space);
            painted(s.matrix);
            s.matrix.clear();
            QCOMPARE(s.matrix.model().rowCount(), 0);
            s.key(Qt::Key_Space); // nothing is there
            painted(s.matrix);
        }
    }

    /// Large and odd plans, to be looked at: with CONCERTINA_PICTURES they are kept there.
    void gallery_data() {
        QTest::addColumn<QStringList>("rules");
        QTest::addColumn<int>("tasks");
        QTest::addColumn<bool>("dark");
        const auto row = [](const char* name, const QStringList& rules, int tasks, bool dark) {
            QTest::newRow(name) << rules << tasks << dark;
        };
        row("tree", {"*: tied", "dec2*: {a, b} | {c} separate", "dec1*: separate"}, 3, false);
        row("merged and frozen",
            {"*: tied", "enc*: merged", "dec*: merged by product", "enc1*: freeze"}, 3, true);
        row("one task", {"*: tied"}, 1, false);
        row("ten tasks, norms apart", {"*: tied", "*: norm {a, c, e, g, i} | {b, d, f, h, j}"}, 10,
            true);
        row("thirty-two tasks", {"*: separate", "enc*: tied"}, 32, false);
    }
    void gallery() {
        QFETCH(QStringList, rules);
        QFETCH(int, tasks);
        QFETCH(bool, dark);
        applyTheme(*qApp, dark ? ThemeChoice::Dark : ThemeChoice::Light);
        std::vector<std::string> texts;
        for (const QString& rule : rules)
            texts.push_back(rule.toStdString());
        const NetworkDesign design = segnet(texts, tasks);
        QVERIFY(!design.plan.layers.empty());
        Shown s(design, tasks);
        s.matrix.resize(tasks > 6 ? 1000 : 560, 620);
        s.matrix.model().setOverlay(tasks > 1 ? overlayOf(design, -0.4, 0.1) : PlanOverlay{});
        s.matrix.view()->setCurrentIndex(s.matrix.model().index(1, 0));
        QCoreApplication::processEvents();
        const QImage picture = painted(s.matrix);
        for (int task = 0; task < tasks; ++task) // every task has a column that is seen
            QVERIFY(s.cell(0, task).width() >= planlook::NarrowestCell);
        if (const QString folder = qEnvironmentVariable("CONCERTINA_PICTURES"); !folder.isEmpty())
            picture.save(QStringLiteral("%1/plan, %2.png").arg(folder, QTest::currentDataTag()));
        applyTheme(*qApp, ThemeChoice::Light);
    }

    /// A drag that leaves the matrix goes on over rows that were not seen.
    void aDragBelowTheMatrixScrolls() {
        Shown s(segnet({"*: tied", "enc2.1: merged"})); // more rows than there is room
        s.matrix.resize(560, 330);
        for (const char* stage : {"enc3", "enc4", "enc5", "dec5", "dec4", "dec3"})
            s.matrix.setUnfolded(stage, true);
        QCoreApplication::processEvents();
        auto& viewport = *s.matrix.view()->viewport();
        QVERIFY(s.matrix.view()->verticalScrollBar()->maximum() > 0);
        QTest::mousePress(&viewport, Qt::LeftButton, {}, s.at(0, 1));
        const QPoint below(s.at(0, 1).x(), viewport.height() + 20);
        moveMouse(viewport, below, Qt::LeftButton);
        QTRY_COMPARE(s.matrix.view()->verticalScrollBar()->value(),
                     s.matrix.view()->verticalScrollBar()->maximum());
        QTest::mouseRelease(&viewport, Qt::LeftButton, {}, below);
        QCOMPARE(s.asked.size(), 1U);
        QCOMPARE(s.asked[0].cells.back().layer, s.matrix.model().layers().size() - 1);
        QCOMPARE(s.asked[0].cells.front().layer, 0U);
    }

    void longNamesOfAnyScriptHaveNoOtherWidth() {
        Shown s;
        auto tasks = named(3);
        tasks[0].label = QString(100, QChar(u'ж'));
        tasks[1].label = QStringLiteral("深度推定 تقدير");
        tasks[2].label = QStringLiteral("<b>&amp;</b>");
        const int width = s.cell(0, 0).width();
        s.matrix.setNetwork(segnet(), tasks);
        QCOMPARE(s.cell(0, 0).width(), width);
        QVERIFY(s.matrix.model().reading(0, 2).contains(QStringLiteral("<b>&amp;</b>")));
        painted(s.matrix);
    }
};

QTEST_MAIN(TestPlanMatrix)
#include "tst_planmatrix.moc"
