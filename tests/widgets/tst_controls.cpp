// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/action_button.h"
#include "widgets/controls/card.h"
#include "widgets/controls/notice_bar.h"
#include "widgets/controls/pill.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/controls/toned_label.h"
#include "widgets/theme/theme.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace concertina;

class TestControls : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeChoice::Light); }

    void cardKeepsItsBodyBelowItsHeader() {
        Card card(QStringLiteral("Data"));
        auto* body = new QWidget;
        card.setBody(body);
        card.resize(300, 200);
        card.show();
        QVERIFY(body->geometry().top() >= 32);
        QCOMPARE(body->geometry().bottom(), card.height() - 2); // inside the border of one pixel
        QCOMPARE(card.accessibleName(), QStringLiteral("Data"));
    }

    void cardWithoutTitleIsAllBody() {
        Card card;
        auto* body = new QWidget;
        card.setBody(body);
        card.resize(300, 200);
        card.show();
        QCOMPARE(body->geometry().top(), 1);
    }

    void anotherBodyReplacesTheFirst() {
        Card card(QStringLiteral("Data"));
        QPointer<QWidget> first = new QWidget;
        card.setBody(first);
        auto* second = new QWidget;
        card.setBody(second);
        QVERIFY(first.isNull());
        QCOMPARE(card.body(), second);
    }

    /// A long title must not widen the page.
    void cardTitleGivesWay() {
        Card card(QString(200, QChar(0x4E00)));
        card.setNote(QString(200, QLatin1Char('n')));
        QVERIFY(card.minimumSizeHint().width() < 200);
    }

    void segmentsChangeByMouseAndArrowKeys() {
        SegmentedControl control(
            {QStringLiteral("Step"), QStringLiteral("Epoch"), QStringLiteral("Time")});
        control.show();
        QVERIFY(QTest::qWaitForWindowExposed(&control));
        control.activateWindow();
        QSignalSpy changed(&control, &SegmentedControl::currentIndexChanged);
        QTest::mouseClick(control.segment(1), Qt::LeftButton);
        QCOMPARE(control.currentIndex(), 1);
        control.segment(1)->setFocus();
        QTest::keyClick(control.segment(1), Qt::Key_Right);
        QCOMPARE(control.currentIndex(), 2);
        QCOMPARE(changed.size(), 2);
        QTest::mouseClick(control.segment(2), Qt::LeftButton);
        QCOMPARE(changed.size(), 2); // nothing has changed
        QCOMPARE(control.currentIndex(), 2);
    }

    void choosingByCodeReportsOnce() {
        SegmentedControl control({QStringLiteral("A"), QStringLiteral("B")});
        QSignalSpy changed(&control, &SegmentedControl::currentIndexChanged);
        control.setCurrentIndex(1);
        control.setCurrentIndex(1);
        control.setCurrentIndex(7);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(control.currentIndex(), 1);
    }

    void pillGrowsWithItsTextAndCanShrink() {
        Pill pill(QStringLiteral("x"));
        const int narrow = pill.sizeHint().width();
        pill.setText(QString(200, QLatin1Char('w')));
        QVERIFY(pill.sizeHint().width() > narrow);
        QVERIFY(pill.minimumSizeHint().width() <= 48);
        QCOMPARE(pill.accessibleName().size(), 200);
    }

    void labelFollowsTheTheme() {
        TonedLabel label(ColorRole::Bad, QStringLiteral("failed"));
        QCOMPARE(label.palette().color(QPalette::WindowText), color(ColorRole::Bad, false));
        applyTheme(*qApp, ThemeChoice::Dark);
        QCOMPARE(label.palette().color(QPalette::WindowText), color(ColorRole::Bad, true));
        applyTheme(*qApp, ThemeChoice::Light);
        QCOMPARE(label.palette().color(QPalette::WindowText), color(ColorRole::Bad, false));
    }

    void noticesStayUntilTheyAreDismissed() {
        QWidget window;
        auto* layout = new QVBoxLayout(&window);
        auto* bar = new NoticeBar;
        layout->addWidget(bar);
        window.show();
        QVERIFY(!bar->isVisible());
        bar->add(Pill::Tone::Bad, QStringLiteral("one"));
        bar->add(Pill::Tone::Bad, QStringLiteral("two"));
        bar->add(Pill::Tone::Bad, QStringLiteral("one")); // the same again: shown, not doubled
        QVERIFY(bar->isVisible());
        QCOMPARE(bar->count(), 2);
        QCOMPARE(bar->text(), QStringLiteral("one"));
        bar->dismiss();
        QCOMPARE(bar->text(), QStringLiteral("two"));
        bar->dismiss();
        QVERIFY(!bar->isVisible());
    }

    void noticeTextCanBeCopied() {
        NoticeBar bar;
        bar.add(Pill::Tone::Bad, QStringLiteral("the disk is full"));
        bar.show();
        QTest::mouseClick(bar.findChildren<QToolButton*>().first(), Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("the disk is full"));
    }

    void buttonFollowsItsAction() {
        QAction action(QStringLiteral("Pause"));
        action.setShortcut(Qt::CTRL | Qt::Key_P);
        action.setToolTip(QStringLiteral("Waits"));
        ActionButton button(&action);
        QCOMPARE(button.toolTip(), QStringLiteral("Waits (Ctrl+P)"));
        QSignalSpy triggered(&action, &QAction::triggered);
        QVERIFY(!button.isVisible()); // no window of its own
        button.click();
        QCOMPARE(triggered.size(), 1);
        action.setEnabled(false);
        action.setText(QStringLiteral("Resume"));
        QVERIFY(!button.isEnabled());
        QCOMPARE(button.text(), QStringLiteral("Resume"));
        button.show();
        action.setVisible(false);
        QVERIFY(!button.isVisible());
        action.setVisible(true);
        QVERIFY(button.isVisible());
        button.click();
        QCOMPARE(triggered.size(), 1);
    }
};

QTEST_MAIN(TestControls)
#include "tst_controls.moc"
