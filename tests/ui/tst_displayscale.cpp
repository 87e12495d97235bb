// SPDX-License-Identifier: GPL-3.0-or-later
// The window with its real pages, at the display's scale: QT_SCALE_FACTOR, set by ctest.
#include "app/gui/pages.h"
#include "tests/ui/compare_testing.h"
#include "tests/ui/ui_testing.h"
#include "ui/window/main_window.h"

#include <QAbstractButton>
#include <QLabel>
#include <QTest>
#include <QToolButton>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr QSize smallest(1366, 768); // of the screens that the workbench is made for

/// Where a widget needs more room for its text than it has; empty: nowhere.
QStringList cutOff(const QWidget& window) {
    QStringList cut;
    const auto look = [&](const QWidget& widget, const QString& text) {
        const QSize needed = widget.minimumSizeHint();
        if (widget.width() < needed.width() || widget.height() < needed.height())
            cut << QStringLiteral("“%1” needs %2 × %3, has %4 × %5")
                       .arg(text)
                       .arg(needed.width())
                       .arg(needed.height())
                       .arg(widget.width())
                       .arg(widget.height());
    };
    for (const auto* label : window.findChildren<QLabel*>())
        if (label->isVisible() && !label->text().isEmpty())
            look(*label, label->text());
    for (const auto* button : window.findChildren<QAbstractButton*>()) {
        const auto* tool = qobject_cast<const QToolButton*>(button);
        const bool iconAlone = tool != nullptr && tool->toolButtonStyle() == Qt::ToolButtonIconOnly
                               && !tool->icon().isNull();
        if (button->isVisible() && !button->text().isEmpty() && !iconAlone)
            look(*button, button->text());
    }
    return cut;
}

} // namespace

class TestDisplayScale : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPageFitsTheSmallestScreen_data() {
        QTest::addColumn<PageId>("page");
        QTest::addColumn<bool>("dark");
        for (const bool dark : {false, true}) {
            const char* theme = dark ? "dark" : "light";
            QTest::addRow("set-up, %s", theme) << PageId::Setup << dark;
            QTest::addRow("monitor, %s", theme) << PageId::Monitor << dark;
            QTest::addRow("compare, %s", theme) << PageId::Compare << dark;
            QTest::addRow("runs, %s", theme) << PageId::Runs << dark;
        }
    }

    void everyPageFitsTheSmallestScreen() {
        QFETCH(PageId, page);
        QFETCH(bool, dark);
        CompareDesk desk;
        desk.settings.setValue(QStringLiteral("window/theme"),
                               dark ? QStringLiteral("dark") : QStringLiteral("light"));
        useTheme(dark);
        const RunId run = desk.makeRun("a run");
        MainWindow window({desk.catalogue, *desk.store, desk.runs, desk.jobs, desk.dialogs,
                           desk.settings},
                          pageMakers());
        window.resize(smallest);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        if (page == PageId::Monitor)
            window.showMonitor(run);
        else if (page == PageId::Compare)
            window.showCompare(run, std::nullopt);
        else
            window.showPage(page);
        QTRY_COMPARE(window.currentPage(), page);
        QTest::qWait(300); // for the store and the fakes to answer

        QCOMPARE(window.size(), smallest);
        const QPixmap picture = window.grab();
        const double scale = window.devicePixelRatio();
        QCOMPARE(picture.size(), QSize(static_cast<int>(std::lround(smallest.width() * scale)),
                                       static_cast<int>(std::lround(smallest.height() * scale))));
        const QStringList cut = cutOff(window);
        QVERIFY2(cut.isEmpty(), qPrintable(cut.join(QLatin1Char('\n'))));
    }

    void theScaleIsTheOneAskedFor() {
        QWidget widget;
        QCOMPARE(widget.devicePixelRatio(),
                 qEnvironmentVariable("QT_SCALE_FACTOR", QStringLiteral("1")).toDouble());
    }
};

QTEST_MAIN(TestDisplayScale)
#include "tst_displayscale.moc"
