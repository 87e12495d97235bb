// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/command_palette.h"
#include "widgets/controls/fuzzy_match.h"
#include "widgets/controls/toned_label.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QApplication>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace concertina;

class TestCommandPalette : public QObject {
    Q_OBJECT

private:
    static int score(const char* wanted, const char* text) {
        return fuzzyMatch(QString::fromUtf8(wanted), QString::fromUtf8(text)).value_or(-1);
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeChoice::Light); }

    void lettersMustComeInOrder() {
        QVERIFY(fuzzyMatch(u"omon", u"Open in Monitor"));
        QVERIFY(!fuzzyMatch(u"nomo", u"Monitor"));
        QVERIFY(!fuzzyMatch(u"monitors", u"Monitor"));
        QVERIFY(!fuzzyMatch(u"open compare", u"Open in Monitor")); // every word must be found
    }

    void everythingFitsNothing() {
        QCOMPARE(fuzzyMatch(u"", u"Pause"), std::optional<int>(0));
        QCOMPARE(fuzzyMatch(u"  ", u"Pause"), std::optional<int>(0));
        QVERIFY(!fuzzyMatch(u"p", u""));
    }

    void beginningsOfWordsAndRunsCountMore() {
        QVERIFY(score("om", "Open in Monitor") > score("om", "Automatic"));
        QVERIFY(score("pau", "Pause") > score("pau", "Pick all undone"));
        QVERIFY(score("MO", "monitor") == score("mo", "Monitor"));
        // The word begins twice; the better place counts, wherever the first letter stands first.
        QVERIFY(score("mon", "Some Monitor") > score("mon", "Some omen"));
    }

    void lettersOfAnyScript() {
        QVERIFY(fuzzyMatch(u"größe", u"Bildgröße ändern"));
        QVERIFY(fuzzyMatch(u"運行", u"開啟運行"));
    }

    void typingFindsAndEnterTriggers() {
        QWidget window;
        window.resize(800, 600);
        QPushButton before(QStringLiteral("had the focus"), &window);
        CommandPalette palette(&window);
        QAction pause(QStringLiteral("&Pause"));
        QAction monitor(QStringLiteral("Open in Monitor"));
        QAction off(QStringLiteral("Move on"));
        off.setEnabled(false);
        QSignalSpy triggered(&monitor, &QAction::triggered);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        before.setFocus();
        palette.openWith({{&pause, QStringLiteral("Monitor")},
                          {&off, QStringLiteral("Runs")},
                          {&monitor, QStringLiteral("Runs")}});
        auto* field = palette.findChild<QLineEdit*>();
        auto* list = palette.findChild<QListWidget*>();
        QVERIFY(field->hasFocus());
        QCOMPARE(list->count(), 3);
        QCOMPARE(list->item(0)->text(), QStringLiteral("Pause"));
        QTest::keyClicks(field, QStringLiteral("mo"));
        QCOMPARE(list->item(0)->text(), QStringLiteral("Open in Monitor"));
        QCOMPARE(list->item(list->count() - 1)->text(), QStringLiteral("Move on")); // is off
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(triggered.size(), 1);
        QVERIFY(!palette.isVisible());
        QVERIFY(before.hasFocus());
    }

    void whereNothingFitsItSaysSo() {
        QWidget window;
        window.resize(800, 600);
        CommandPalette palette(&window);
        QAction stop(QStringLiteral("Stop"));
        window.show();
        palette.openWith({{&stop, QStringLiteral("Monitor")}});
        auto* field = palette.findChild<QLineEdit*>();
        auto* nothing = palette.findChild<TonedLabel*>();
        QVERIFY(!nothing->isVisible());
        QTest::keyClicks(field, QStringLiteral("zzz"));
        QVERIFY(nothing->isVisible());
        QVERIFY(!palette.findChild<QListWidget*>()->isVisible());
        field->clear();
        QVERIFY(!nothing->isVisible());
        QVERIFY(palette.findChild<QListWidget*>()->isVisible());
    }

    void escapeClosesAndAnActionThatIsOffIsNotTriggered() {
        QWidget window;
        window.resize(800, 600);
        CommandPalette palette(&window);
        QAction off(QStringLiteral("Stop"));
        off.setEnabled(false);
        QSignalSpy triggered(&off, &QAction::triggered);
        window.show();
        palette.openWith({{&off, QStringLiteral("Monitor")}});
        auto* field = palette.findChild<QLineEdit*>();
        QTest::keyClick(field, Qt::Key_Down);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(triggered.size(), 0);
        QVERIFY(palette.isVisible());
        QTest::keyClick(field, Qt::Key_Escape);
        QVERIFY(!palette.isVisible());
    }

    void staysInsideASmallWindow() {
        QWidget window;
        window.resize(400, 240);
        window.show();
        CommandPalette palette(&window);
        palette.openWith({});
        QVERIFY(window.rect().contains(palette.geometry()));
        window.resize(500, 300);
        QVERIFY(window.rect().contains(palette.geometry()));
    }
};

QTEST_MAIN(TestCommandPalette)
#include "tst_command_palette.moc"
