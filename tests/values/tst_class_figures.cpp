// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/class_figures.h"

#include <QTest>

#include <limits>

using namespace concertina;

namespace {

ClassFigures figures() {
    return {.task = "segmentation",
            .classes = {{"wall"}, {"lamp"}},
            .counted = "pixels",
            .metrics = {{"iou", "IoU", "", true, 3}},
            .rows = {{90, {0.8124}}, {0, {std::numeric_limits<double>::quiet_NaN()}}}};
}

} // namespace

class ClassFiguresTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theTableHasARowAClass() {
        QCOMPARE(QString::fromStdString(toText(figures())),
                 QStringLiteral("  segmentation  pixels    IoU\n"
                                "  wall              90  0.812\n"
                                "  lamp               0      –\n"));
    }

    void programsGetNullsWhereNothingIsKnown() {
        const Json wanted = {{"task", "segmentation"},
                             {"counted", "pixels"},
                             {"classes",
                              {{{"name", "wall"}, {"truths", 90}, {"iou", 0.8124}},
                               {{"name", "lamp"}, {"truths", 0}, {"iou", nullptr}}}}};
        QVERIFY2(toJson(figures()) == wanted, jsonText(toJson(figures())).c_str());
    }
};

QTEST_GUILESS_MAIN(ClassFiguresTest)
#include "tst_class_figures.moc"
