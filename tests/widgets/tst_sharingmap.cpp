// SPDX-License-Identifier: GPL-3.0-or-later
// The map by mouse and keys.
#include "core/model/graph_builder.h"
#include "tests/model/map_networks.h"
#include "tests/printing.h"
#include "tests/widgets/named_tasks.h"
#include "tests/widgets/picture_testing.h"
#include "widgets/sharing/map_words.h"
#include "widgets/sharing/sharing_map.h"

#include <QScrollBar>
#include <QTest>

#include <set>

using namespace concertina;
using namespace concertina::testing;

namespace {

using Layers = std::vector<std::size_t>;

/// The tree of these tests: all together up to dec4, a and b in dec3 (layers 19, 20, 21), each
/// alone behind it.
const std::vector<std::string> tree{"*: tied", "dec3*: {a, b} | {c} separate", "dec2*: separate",
                                    "dec1*: separate"};

NetworkDesign segnet(std::vector<std::string> rules = tree, int tasks = 3) {
    return mapNetwork(realBackbone(*backbones()[0]), mapTasks(tasks), std::move(rules));
}

/// A shown map that keeps what it asks for.
class Shown {
public:
    explicit Shown(const NetworkDesign& design, int tasks = 3) {
        QObject::connect(&map, &SharingMap::pointedAt, &map,
                         [this](std::optional<std::size_t> layer, TaskSet set) {
                             pointed.emplace_back(layer, set);
                         });
        QObject::connect(&map, &SharingMap::selectionChanged, &map,
                         [this](const Layers& layers) { selections.push_back(layers); });
        QObject::connect(
            &map, &SharingMap::splitWanted, &map, [this](std::size_t layer, TaskSet away) {
                asked.push_back("split " + std::to_string(layer) + " " + std::to_string(away));
            });
        QObject::connect(&map, &SharingMap::joinWanted, &map,
                         [this](std::size_t layer, TaskSet line, TaskSet with) {
                             asked.push_back("join " + std::to_string(layer) + " "
                                             + std::to_string(line) + " " + std::to_string(with));
                         });
        QObject::connect(&map, &SharingMap::trunkWanted, &map, [this](std::size_t layers) {
            asked.push_back("trunk " + std::to_string(layers));
        });
        map.resize(900, 480);
        map.setNetwork(design, named(tasks));
        map.show();
        QCoreApplication::processEvents();
    }

    std::size_t column(const std::string& label) const {
        for (std::size_t c = 0; c < map.map().columns.size(); ++c)
            if (map.map().columns[c].label == label)
                return c;
        qFatal("no column is called %s", label.c_str());
    }
    std::size_t station(const std::string& label, int task) const {
        for (const std::size_t index : map.map().lines[static_cast<std::size_t>(task)].stations)
            if (map.map().columns[map.map().stations[index].column].label == label)
                return index;
        qFatal("no station is called %s", label.c_str());
    }
    /// Where a task's line passes a station.
    QPoint at(const std::string& label, int task) const {
        const std::size_t index = station(label, task);
        const MapGeometry& shown = map.shownGeometry();
        return map
            .toViewport({shown.stations[index].center().x(), shown.lineY(map.map(), index, task)})
            .toPoint();
    }
    QPoint head(int task) const {
        return map.toViewport(map.shownGeometry().heads[static_cast<std::size_t>(task)].center())
            .toPoint();
    }
    QPoint label(const std::string& label) const {
        return map.toViewport(map.shownGeometry().labels[column(label)].center()).toPoint();
    }
    void settle() { QTRY_VERIFY(!map.isMoving()); }
    void click(const QPoint& point, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseClick(map.viewport(), Qt::LeftButton, modifiers, point);
        settle();
    }
    void hover(const QPoint& point) { moveMouse(*map.viewport(), point); }
    void drag(const QPoint& from, const QPoint& to, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mousePress(map.viewport(), Qt::LeftButton, modifiers, from);
        moveMouse(*map.viewport(), (from + to) / 2, Qt::LeftButton);
        moveMouse(*map.viewport(), to, Qt::LeftButton);
        QTest::mouseRelease(map.viewport(), Qt::LeftButton, modifiers, to);
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(&map, key, modifiers);
    }

    SharingMap map;
    std::vector<std::pair<std::optional<std::size_t>, TaskSet>> pointed;
    std::vector<Layers> selections;
    Texts asked;
};

} // namespace

class SharingMapTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thePointerLightsWhatItIsOn() {
        Shown s(segnet());
        s.hover(s.at("dec3", 0));
        QCOMPARE(s.pointed.back(), std::pair(std::optional<std::size_t>(19), TaskSet{0b011}));
        s.hover(s.at("dec3", 2));
        QCOMPARE(s.pointed.back(), std::pair(std::optional<std::size_t>(19), TaskSet{0b100}));
        s.hover(s.head(1));
        QCOMPARE(s.pointed.back(), std::pair(std::optional<std::size_t>(), TaskSet{0b010}));
        QVERIFY(s.map.marks().tasks == 0b010 && !s.map.marks().column);
        s.hover({2, 2});
        QCOMPARE(s.pointed.back(), std::pair(std::optional<std::size_t>(), TaskSet{0}));
        const std::size_t count = s.pointed.size();
        s.hover({3, 3});
        QCOMPARE(s.pointed.size(), count); // nothing new
    }

    void whatAnotherViewPointsAtIsLitAndNotSaidAgain() {
        Shown s(segnet());
        const QImage before = painted(s.map);
        s.map.showPointed(20, 0b100); // in the middle of dec3
        QCOMPARE(s.map.marks().column, std::optional(s.column("dec3")));
        QVERIFY(painted(s.map) != before);
        QVERIFY(s.pointed.empty());
        s.map.showPointed(std::nullopt, 0);
        QCOMPARE(painted(s.map), before);
        s.map.showSelected({20});
        QCOMPARE(s.map.marks().selected, std::vector{s.column("dec3")});
        QVERIFY(painted(s.map) != before);
        QVERIFY(s.selections.empty());
        s.map.showPointed(4711, 1); // no layer of this network
        QVERIFY(!s.map.marks().column);
    }

    void aClickOpensAStationAndADoubleClickFoldsIt() {
        Shown s(segnet());
        const std::size_t columns = s.map.map().columns.size();
        s.click(s.at("dec3", 0));
        QCOMPARE(s.map.map().columns.size(), columns + 2);
        QCOMPARE(s.selections.back(), (Layers{19, 20, 21}));
        s.click(s.at("dec3.2", 1));
        QCOMPARE(s.selections.back(), Layers{20});
        QTest::mouseDClick(s.map.viewport(), Qt::LeftButton, {}, s.at("dec3.2", 1));
        s.settle();
        QCOMPARE(s.map.map().columns.size(), columns);
        s.click(s.label("enc3"));
        QCOMPARE(s.map.map().columns.size(), columns + 2);
        s.click(s.label("enc3.1"));
        QCOMPARE(s.map.map().columns.size(), columns);
    }

    void aDoubleClickOnAFoldedStationOpensIt() {
        Shown s(segnet());
        const std::size_t columns = s.map.map().columns.size();
        s.click(s.at("enc3", 0)); // the first of the two
        QTest::mouseDClick(s.map.viewport(), Qt::LeftButton, {}, s.at("enc3.2", 0));
        s.settle();
        QCOMPARE(s.map.map().columns.size(), columns + 2);
    }

    void whatIsPointedAtStaysSoWhenThePlanChanges() {
        Shown s(segnet());
        s.hover(s.at("dec3", 2));
        s.map.setUnfolded("enc1", true);
        s.settle();
        QCOMPARE(s.map.marks().column, std::optional(s.column("dec3")));
        s.map.clear();
        QVERIFY(!s.map.marks().column);
    }

    void shiftAndControlSelectMore() {
        Shown s(segnet());
        s.click(s.at("enc1", 0), Qt::ControlModifier); // layers 0 and 1; nothing opens
        s.click(s.at("enc3", 0), Qt::ShiftModifier);
        QCOMPARE(s.selections.back(), (Layers{0, 1, 2, 3, 4, 5, 6}));
        s.click(s.at("enc2", 0), Qt::ControlModifier);
        QCOMPARE(s.selections.back(), (Layers{0, 1, 4, 5, 6}));
        s.click({4, 4});
        QCOMPARE(s.selections.back(), Layers{});
    }

    void aLineDraggedAwaySplitsThere() {
        Shown s(segnet({"*: tied"}));
        const QPoint from = s.at("dec4", 0);
        s.drag(from, from - QPoint(0, 60));
        QCOMPARE(s.asked, (Texts{"split 16 1"}));
        s.drag(s.at("dec4", 2), s.at("dec4", 2) + QPoint(0, 60));
        QCOMPARE(s.asked.back(), std::string("split 16 4"));
        s.drag(s.at("dec4", 1), s.at("dec4", 1) - QPoint(0, 60), Qt::ShiftModifier);
        QCOMPARE(s.asked.back(), std::string("split 16 3")); // with what is above it
        const std::size_t count = s.asked.size();
        s.drag(from, from + QPoint(14, 0)); // along: nothing
        s.drag(from, from + QPoint(0, 6), Qt::ShiftModifier);
        QCOMPARE(s.asked.size(), count);
        QVERIFY(!s.map.ghost());
    }

    void aLineDraggedOntoAnotherJoinsIt() {
        Shown s(segnet());
        s.drag(s.at("dec2", 2), s.at("dec2", 0));
        QCOMPARE(s.asked, (Texts{"join 22 4 1"}));
        s.drag(s.at("dec3", 1), s.at("dec3", 2)); // out of its group
        QCOMPARE(s.asked.back(), std::string("join 19 2 4"));
        s.drag(s.at("dec3", 1), s.at("dec3", 2), Qt::ShiftModifier); // with what is below it: alone
        QCOMPARE(s.asked.back(), std::string("join 19 2 4"));
        // From its head: where its way ends.
        s.drag(s.head(2), {s.at("dec1", 1).x(), s.at("dec1", 1).y()});
        QCOMPARE(s.asked.back(), std::string("join 24 4 2"));
    }

    void aGhostShowsWhatWouldBeAndEscapeTakesItBack() {
        Shown s(segnet());
        const QImage before = painted(s.map);
        QTest::mousePress(s.map.viewport(), Qt::LeftButton, {}, s.at("dec2", 2));
        moveMouse(*s.map.viewport(), s.at("dec2", 1), Qt::LeftButton);
        QVERIFY(s.map.ghost().has_value());
        QCOMPARE(s.map.ghost()->task, 2);
        QCOMPARE(s.map.ghost()->station, std::optional(s.station("dec2", 1)));
        QVERIFY(painted(s.map) != before);
        s.key(Qt::Key_Escape);
        QVERIFY(!s.map.ghost());
        QTest::mouseRelease(s.map.viewport(), Qt::LeftButton, {}, s.at("dec2", 1));
        QVERIFY(s.asked.empty());
    }

    void theDiamondMovesTheTrunk() {
        Shown s(segnet());
        QCOMPARE(s.map.map().trunk(), s.column("dec3"));
        const QPoint handle = s.map.toViewport(s.map.trunkHandle().center()).toPoint();
        s.drag(handle, {s.at("enc2", 0).x() + 4, handle.y()});
        QCOMPARE(s.asked, (Texts{"trunk 4"})); // enc1 and enc2 have two layers each
        s.drag(handle, {2, handle.y()});
        QCOMPARE(s.asked.back(), std::string("trunk 0"));
        s.drag(handle, handle + QPoint(3, 0)); // where it was
        QCOMPARE(s.asked.size(), std::size_t{2});
        QVERIFY(Shown(segnet({"*: tied"}, 1), 1).map.trunkHandle().isEmpty());
    }

    void keysDoAllThatTheMouseDoes() {
        Shown s(segnet());
        s.map.setFocus();
        s.key(Qt::Key_Home);
        QVERIFY(s.map.reading().startsWith(QStringLiteral("enc1, 2 layers, kernel A: runs once for "
                                                          "Segmentation, Depth and Normals")));
        for (int i = 0; i < 7; ++i)
            s.key(Qt::Key_Right);
        QCOMPARE(s.pointed.back(), std::pair(std::optional<std::size_t>(19), TaskSet{0b011}));
        s.key(Qt::Key_Down); // within the group, then to the next
        QCOMPARE(s.pointed.back().second, TaskSet{0b011});
        s.key(Qt::Key_Down);
        QCOMPARE(s.pointed.back().second, TaskSet{0b100});
        QVERIFY(s.map.reading().contains(QStringLiteral("runs once for Normals")));
        s.key(Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(s.asked.back(), std::string("join 19 4 3"));
        s.key(Qt::Key_Up);
        s.key(Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(s.asked.back(), std::string("split 19 2"));
        s.key(Qt::Key_Space);
        QCOMPARE(s.selections.back(), (Layers{19, 20, 21}));
        s.key(Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(s.selections.back(), (Layers{19, 20, 21, 22, 23}));
        s.key(Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(s.asked.back(), std::string("trunk 16"));
        s.key(Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(s.asked.back(), std::string("trunk 22"));
        s.key(Qt::Key_Left);
        s.key(Qt::Key_Return);
        s.settle();
        QCOMPARE(s.map.map().columns[s.column("dec3.1")].layers, Layers{19});
        QVERIFY(s.map.reading().startsWith(QStringLiteral("dec3.1")));
        s.key(Qt::Key_End);
        QVERIFY(s.map.reading().startsWith(QStringLiteral("Head of Depth")));
        QCOMPARE(s.map.accessibleDescription(), s.map.reading());
        QVERIFY(!s.map.accessibleName().isEmpty());
    }

    void linesMoveInOneStepThatEnds() {
        Shown s(segnet({"*: tied"}));
        s.map.setNetwork(segnet(), named(3));
        const QRectF start = s.map.shownGeometry().stations[s.station("dec3", 2)];
        s.settle();
        const QRectF end = s.map.shownGeometry().stations[s.station("dec3", 2)];
        QVERIFY(end.center().y() > start.center().y() + 10);
        const MapGeometry still = mapGeometry(s.map.map(), named(3), s.map.shownGeometry().size);
        QCOMPARE(end, still.stations[s.station("dec3", 2)]);
    }

    void theOrderOfLinesIsKeptFromPlanToPlan() {
        Shown s(segnet({"*: tied", "dec1*: {a, c} | {b} separate"}));
        QCOMPARE(s.map.map().order, (std::vector<int>{0, 2, 1}));
        s.map.setNetwork(segnet({"*: tied"}), named(3));
        QCOMPARE(s.map.map().order, (std::vector<int>{0, 2, 1}));
        s.settle();
    }

    void deepNetworksScrollAndZoom() {
        GraphBuilder builder(3, 16, 16);
        int at = 0;
        for (int layer = 0; layer < 200; ++layer)
            at = builder.convNormRelu("s" + std::to_string(layer) + ".1", at, 4, 3);
        Shown s(mapNetwork(builder.take(), mapTasks(3)));
        QVERIFY(s.map.horizontalScrollBar()->maximum() > 0);
        s.map.setFocus();
        s.key(Qt::Key_End);
        QCOMPARE(s.map.horizontalScrollBar()->value(), s.map.horizontalScrollBar()->maximum());
        Shown few(segnet());
        QCOMPARE(few.map.horizontalScrollBar()->maximum(), 0);
        few.key(Qt::Key_Plus);
        QVERIFY(few.map.horizontalScrollBar()->maximum() > 0);
        few.key(Qt::Key_0);
        QCOMPARE(few.map.horizontalScrollBar()->maximum(), 0);
    }

    void oddPlansAreDrawn() {
        for (const int count : {1, 2, 32}) {
            Shown s(
                segnet({"*: tied", "dec2*: separate", "enc1*: merged by product", "enc2*: freeze"},
                       count),
                count);
            std::set<QRgb> colours;
            const QImage image = painted(s.map);
            for (int x = 0; x < image.width(); x += 2)
                colours.insert(image.pixel(x, s.at("dec3", 0).y()));
            QVERIFY(colours.size() > 3);
            for (const QRectF& head : s.map.shownGeometry().heads)
                QVERIFY(head.width() > 20);
        }
        Shown s(segnet());
        std::vector<SharingTask> tasks = named(3);
        tasks[0].label = QString(100, QChar(0x754C));
        s.map.setNetwork(segnet(), tasks);
        for (const QRectF& head : s.map.shownGeometry().heads)
            QVERIFY(head.width() <= 0.25 * s.map.width());
        s.map.clear();
        QVERIFY(s.map.reading().isEmpty());
        s.click({100, 100});
        s.key(Qt::Key_Right);
        painted(s.map);
        QVERIFY(s.asked.empty());
    }

    void readingsSayWhatStationsAre() {
        const NetworkDesign design =
            segnet({"*: tied", "enc5*: merged", "dec3*: separate", "dec1*: factors shared",
                    "enc1*: freeze", "dec4*: freeze U"});
        Shown s(design);
        const auto text = [&](const std::string& label) {
            return mapStationText(s.map.map(), s.station(label, 1), named(3));
        };
        QVERIFY(text("enc1").contains(QStringLiteral("frozen;")));
        QVERIFY(text("dec4").contains(QStringLiteral("frozen in part")));
        QVERIFY(text("enc5").contains(QStringLiteral("merged: a core a task, one kernel")));
        QVERIFY(text("dec3").contains(QStringLiteral("kernel B: runs once for Depth")));
        QVERIFY(text("dec2").contains(QStringLiteral("the same weights as for Segmentation and "
                                                     "Normals")));
        QVERIFY(text("dec1").contains(QStringLiteral("shares factors with Segmentation and "
                                                     "Normals")));
        QVERIFY(text("dec1").contains(QStringLiteral("pooling indices come from enc1")));
    }
};

QTEST_MAIN(SharingMapTest)
#include "tst_sharingmap.moc"
