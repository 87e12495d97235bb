// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/value_map.h"
#include "tests/widgets/picture_testing.h"
#include "widgets/pictures/class_legend.h"
#include "widgets/pictures/scale_legend.h"
#include "widgets/theme/theme.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

const std::vector<ClassInfo> classes{{"wall", {10, 20, 30}},
                                     {"floor", {40, 50, 60}},
                                     {"a name so long that it does not fit into the legend", {1, 2, 3}},
                                     {"chair", {70, 80, 90}}};

QRgb rgb(const Rgb& color) {
    return qRgb(color[0], color[1], color[2]);
}

} // namespace

class TestLegends : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void onlyPresentClassesAreListed();
    void hiddenClassesStayHiddenInTheNextFrame();
    void spaceAndClickHideAClass();
    void hoveringReportsTheClass();
    void litFromOutsideIsNotReportedBack();
    void scaleHasTheColorsOfThePicture();
    void ticksSpanTheRange_data();
    void ticksSpanTheRange();
    void markStandsAtTheValue();
    void unknownHasTheReservedColor();
    void directionsAreThoseOfThePicture();
};

void TestLegends::onlyPresentClassesAreListed() {
    ClassLegendModel model;
    QAbstractItemModelTester tester(&model);
    model.setClasses(classes, {10, 0, 0, 30});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0).data().toString(), QStringLiteral("chair")); // the most frequent
    QCOMPARE(model.index(0).data(ClassLegendModel::ShareRole).toDouble(), 0.75);
    QCOMPARE(model.index(1).data().toString(), QStringLiteral("wall"));
    QCOMPARE(model.index(1).data(Qt::DecorationRole).value<QColor>(), QColor(10, 20, 30));
    QCOMPARE(model.rowOf(0), 1);
    QCOMPARE(model.rowOf(1), -1);
    model.setClasses(classes, {0, 0, 0, 0});
    QCOMPARE(model.rowCount(), 0);
}

void TestLegends::hiddenClassesStayHiddenInTheNextFrame() {
    ClassLegendModel model;
    QAbstractItemModelTester tester(&model);
    QSignalSpy changed(&model, &ClassLegendModel::hiddenChanged);
    model.setClasses(classes, {10, 5, 0, 30});
    QVERIFY(model.setData(model.index(model.rowOf(1)), Qt::Unchecked, Qt::CheckStateRole));
    QCOMPARE(changed.count(), 1);
    model.setClasses(classes, {10, 0, 0, 30});
    model.setClasses(classes, {0, 5, 7, 0});
    QCOMPARE(model.hidden(), std::set<int>({1}));
    QCOMPARE(model.index(model.rowOf(1)).data(Qt::CheckStateRole).toInt(), int(Qt::Unchecked));
    QVERIFY(model.setData(model.index(model.rowOf(1)), Qt::Checked, Qt::CheckStateRole));
    QVERIFY(model.hidden().empty());
}

void TestLegends::spaceAndClickHideAClass() {
    ClassLegend legend;
    legend.classes()->setClasses(classes, {10, 5, 0, 30});
    legend.resize(240, 100);
    legend.show();
    QVERIFY(QTest::qWaitForWindowActive(&legend));
    legend.setFocus();
    legend.setCurrentIndex(legend.classes()->index(0));
    QTest::keyClick(&legend, Qt::Key_Space);
    QCOMPARE(legend.classes()->hidden(), std::set<int>({3}));
    const QRect wall = legend.visualRect(legend.classes()->index(1));
    QTest::mouseClick(legend.viewport(), Qt::LeftButton, {}, wall.center());
    QCOMPARE(legend.classes()->hidden(), std::set<int>({0, 3}));
    QTest::mouseClick(legend.viewport(), Qt::LeftButton, {}, wall.center());
    QCOMPARE(legend.classes()->hidden(), std::set<int>({3}));
}

void TestLegends::hoveringReportsTheClass() {
    ClassLegend legend;
    legend.classes()->setClasses(classes, {10, 5, 0, 30});
    legend.resize(240, 100);
    legend.show();
    QVERIFY(QTest::qWaitForWindowActive(&legend));
    QSignalSpy hovered(&legend, &ClassLegend::classHovered);
    moveMouse(*legend.viewport(), legend.visualRect(legend.classes()->index(1)).center());
    QCOMPARE(hovered.count(), 1);
    QCOMPARE(hovered.last().first().toInt(), 0);
    moveMouse(*legend.viewport(), QPoint(20, 95)); // below the last
    QCOMPARE(hovered.last().first().toInt(), -1);
    legend.setFocus();
    legend.setCurrentIndex(legend.classes()->index(0));
    QTest::keyClick(&legend, Qt::Key_Down);
    QCOMPARE(hovered.last().first().toInt(), 0); // the keyboard lights as the mouse does
}

void TestLegends::litFromOutsideIsNotReportedBack() {
    ClassLegend legend;
    legend.classes()->setClasses(classes, {10, 5, 0, 30});
    legend.resize(240, 100);
    QSignalSpy hovered(&legend, &ClassLegend::classHovered);
    const QImage before = painted(legend);
    legend.setHighlighted(1);
    QCOMPARE(hovered.count(), 0);
    QVERIFY(painted(legend) != before);
    legend.setHighlighted(2); // has no entry
    QVERIFY(painted(legend) == before);
}

void TestLegends::scaleHasTheColorsOfThePicture() {
    ScaleLegend legend;
    legend.setScale({viridis, 1, 5, QStringLiteral("m"), {}});
    legend.resize(256, legend.sizeHint().height());
    const QImage shown = painted(legend);
    const ValueMap map{&depthTarget(), 1, 3, {1, 3, 5}};
    const Image picture = draw(map, {}, {1, 5});
    const auto near = [&](int x, int pixel) {
        const std::uint8_t* expected = picture.pixel(0, pixel);
        const QRgb is = shown.pixel(x, 14);
        // Half a column of the bar away from the value.
        return std::abs(qRed(is) - expected[0]) <= 2 && std::abs(qGreen(is) - expected[1]) <= 2
               && std::abs(qBlue(is) - expected[2]) <= 2;
    };
    QVERIFY(near(0, 0));
    QVERIFY(near(128, 1));
    QVERIFY(near(255, 2));
}

void TestLegends::ticksSpanTheRange_data() {
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<QString>("unit");
    QTest::addColumn<QString>("texts");
    QTest::newRow("rooms") << 0.7 << 3.2 << "m" << "0.70 1.32 1.95 2.58 3.20 m";
    QTest::newRow("degrees") << 0.0 << 45.0 << "°" << "0 11.2 22.5 33.8 45.0°";
    QTest::newRow("rounding") << 0.0 << 4e-6 << "m" << "0 1e-6 2e-6 3e-6 4e-6 m";
    QTest::newRow("streets") << 0.0 << 400.0 << "m" << "0 100 200 300 400 m";
}

void TestLegends::ticksSpanTheRange() {
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(QString, unit);
    QFETCH(QString, texts);
    ScaleLegend legend;
    legend.setScale({inferno, low, high, unit, {}});
    QCOMPARE(legend.tickTexts().join(QLatin1Char(' ')), texts);
}

void TestLegends::markStandsAtTheValue() {
    ScaleLegend legend;
    legend.setPalette(themePalette(false));
    legend.setScale({viridis, 0, 4, QStringLiteral("m"), {}});
    legend.resize(201, legend.sizeHint().height());
    const QImage without = painted(legend);
    const auto changedColumns = [&](std::optional<double> value) {
        legend.setMark(value);
        const QImage with = painted(legend);
        QList<int> columns;
        for (int x = 0; x < 201; ++x)
            for (int y = 0; y < 6; ++y)
                if (with.pixel(x, y) != without.pixel(x, y)) {
                    columns << x;
                    break;
                }
        return columns;
    };
    const QList<int> middle = changedColumns(2.0);
    QVERIFY(!middle.isEmpty());
    QVERIFY(std::abs((middle.first() + middle.last()) / 2.0 - 100) <= 1);
    QVERIFY(changedColumns(9.0).last() >= 199); // beyond the range: at its end
    QVERIFY(changedColumns(std::nullopt).isEmpty());
}

void TestLegends::unknownHasTheReservedColor() {
    ScaleLegend legend;
    legend.setScale({viridis, 0, 4, QStringLiteral("m"), QStringLiteral("no measurement")});
    legend.resize(200, legend.sizeHint().height());
    const QImage shown = painted(legend);
    bool found = false;
    for (int y = 24; y < shown.height(); ++y)
        found = found || shown.pixel(5, y) == rgb(UnknownColor);
    QVERIFY(found);
}

void TestLegends::directionsAreThoseOfThePicture() {
    DirectionLegend legend;
    legend.resize(legend.sizeHint());
    const QImage shown = painted(legend);
    // A wall that faces the camera: its normal points at it, −z.
    const Image facing = draw({&normalsTarget(), 1, 1, {0, 0, -1}}, {}, {});
    const int line = QFontMetrics(legend.font()).height();
    const QRgb middle = shown.pixel(48 + 44, line + 2 + 44);
    for (const auto& [is, expected] :
         {std::pair(qRed(middle), facing.pixel(0, 0)[0]), std::pair(qGreen(middle), facing.pixel(0, 0)[1]),
          std::pair(qBlue(middle), facing.pixel(0, 0)[2])})
        QVERIFY(std::abs(is - expected) <= 3);
    // Red grows to the right, green downwards.
    QVERIFY(qRed(shown.pixel(48 + 80, line + 46)) > qRed(shown.pixel(48 + 8, line + 46)) + 100);
    QVERIFY(qGreen(shown.pixel(48 + 44, line + 82)) > qGreen(shown.pixel(48 + 44, line + 10)) + 100);
}

QTEST_MAIN(TestLegends)
#include "tst_legends.moc"
