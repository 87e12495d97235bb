// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/plan_overlay.h"

#include <QTest>

#include <cmath>

using namespace concertina;

class PlanOverlayTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void foldedRowsHaveTheMeanOfTheirLayers() {
        PlanOverlay overlay{.isSigned = true};
        overlay.cells = {{{.value = 0.5, .weight = 1, .words = "a", .history = {1, 0}}},
                         {{.value = -0.1, .weight = 0.5, .words = "b", .history = {0, 1}}},
                         {{}}};
        const OverlayCell mean = overlay.cell({0, 1, 2}, 0);
        QVERIFY(std::abs(mean.value - 0.2) < 1e-12);
        QCOMPARE(mean.weight, 0.75);
        QCOMPARE(mean.history, (std::vector<double>{0.5, 0.5}));
        QVERIFY(!overlay.cell({2}, 0).isMeasured());
        QVERIFY(!overlay.cell({0}, 5).isMeasured()); // a task that it does not know
        QVERIFY(!PlanOverlay{}.cell({0}, 0).isMeasured());
    }
};

QTEST_GUILESS_MAIN(PlanOverlayTest)
#include "tst_plan_overlay.moc"
