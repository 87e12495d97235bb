// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window_testing.h"
#include "ui/window/help_pages.h"
#include "ui/window/help_text.h"
#include "ui/window/help_view.h"
#include "widgets/theme/colors.h"

#include <QLineEdit>
#include <QListWidget>
#include <QRegularExpression>
#include <QTextBlock>
#include <QTextTable>

using namespace concertina;
using namespace concertina::testing;

namespace {

QString named(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// The window with its help open.
class Reading {
public:
    Reading() {
        bench.open();
        QTest::keyClick(&bench.window(), Qt::Key_F1);
        help = bench.window().findChild<HelpView*>();
        text = help->findChild<HelpText*>();
        field = help->findChild<QLineEdit*>();
        list = help->findChild<QListWidget*>();
    }

    QStringList titles() const {
        QStringList all;
        for (int i = 0; i < list->count(); ++i)
            all << list->item(i)->text();
        return all;
    }

    WindowBench bench;
    HelpView* help = nullptr;
    HelpText* text = nullptr;
    QLineEdit* field = nullptr;
    QListWidget* list = nullptr;
};

} // namespace

// The pages of help in the window: found, read and followed by the keyboard alone.
class HelpTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPageBeginsWithItsTitleAndIsListed() {
        Reading reading;
        QVERIFY(reading.help->isVisible());
        QStringList titles;
        for (const EmbeddedText& page : helpPages()) {
            const QString first = named(page.text).section('\n', 0, 0);
            QVERIFY2(first.startsWith("# ") && first.size() > 3, qPrintable(named(page.name)));
            titles << first.mid(2);
        }
        QCOMPARE(reading.titles(), titles);
        QCOMPARE(reading.text->toPlainText().section('\n', 0, 0), titles.first());
    }

    void everyFileOfTheFolderIsCompiledIn() {
        QStringList pages, files;
        for (const EmbeddedText& page : helpPages())
            pages << named(page.name) + ".md";
        for (const EmbeddedText& figure : helpFigures())
            pages << named(figure.name) + ".svg";
        files = QDir(CONCERTINA_SOURCE_DIR "/resources/help").entryList(QDir::Files);
        pages.sort();
        files.sort();
        QCOMPARE(pages, files);
    }

    void arrowsGoFromPageToPageWhileTheFieldHasTheFocus() {
        Reading reading;
        QVERIFY(reading.field->hasFocus());
        for (int i = 1; i < reading.list->count(); ++i) {
            QTest::keyClick(reading.field, Qt::Key_Down);
            QCOMPARE(reading.text->toPlainText().section('\n', 0, 0), reading.titles()[i]);
        }
        QTest::keyClick(reading.field, Qt::Key_Down); // the last one stays
        QTest::keyClick(reading.field, Qt::Key_Up);
        QCOMPARE(reading.list->currentRow(), reading.list->count() - 2);
        QTest::keyClick(reading.field, Qt::Key_Escape);
        QVERIFY(!reading.help->isVisible());
    }

    void wordsFindPagesAndArePutInLight() {
        Reading reading;
        QTest::keyClicks(reading.field, "REPVGG norm");
        QVERIFY(reading.list->count() > 0 && reading.list->count() < int(helpPages().size()));
        for (const EmbeddedText& page : helpPages()) {
            const QString text = named(page.text);
            const bool has = text.contains("repvgg", Qt::CaseInsensitive)
                             && text.contains("norm", Qt::CaseInsensitive);
            QCOMPARE(reading.titles().contains(text.section('\n', 0, 0).mid(2)), has);
        }
        const auto lit = reading.text->extraSelections();
        QVERIFY(!lit.isEmpty());
        for (const auto& place : lit) {
            const QString word = place.cursor.selectedText().toLower();
            QVERIFY2(word == "repvgg" || word == "norm", qPrintable(word));
        }
        const int first = reading.text->textCursor().position();
        QTest::keyClick(reading.field, Qt::Key_Return);
        QVERIFY(reading.text->textCursor().position() > first);
        for (qsizetype i = 0; i < lit.size() - 1; ++i) // round, to where it began
            QTest::keyClick(reading.field, Qt::Key_Return);
        QCOMPARE(reading.text->textCursor().position(), first);
    }

    void wordsThatAreNowhereAreReported() {
        Reading reading;
        QTest::keyClicks(reading.field, "xylophone");
        QCOMPARE(reading.list->count(), 0);
        QVERIFY(reading.text->extraSelections().isEmpty());
        QTest::keyClick(reading.field, Qt::Key_Down); // nothing to go to
        QVERIFY(!reading.text->toPlainText().isEmpty());
        reading.field->clear();
        QCOMPARE(reading.list->count(), int(helpPages().size()));
        QVERIFY(reading.list->currentItem() != nullptr);
    }

    void everyLinkLeadsToAPage() {
        Reading reading;
        const QRegularExpression link(R"(\]\(([^)]+)\))");
        QStringList targets;
        for (const EmbeddedText& page : helpPages()) {
            auto matches = link.globalMatch(named(page.text));
            while (matches.hasNext())
                targets << matches.next().captured(1);
        }
        QVERIFY(targets.size() > 10);
        targets.removeDuplicates();
        for (const QString& target : targets) {
            if (target.startsWith("https://"))
                continue;
            if (target.endsWith(".svg")) {
                const QVariant image =
                    reading.text->loadResource(QTextDocument::ImageResource, QUrl(target));
                QVERIFY2(!image.value<QImage>().isNull(), qPrintable(target));
                continue;
            }
            Q_EMIT reading.text->anchorClicked(QUrl(target));
            QCOMPARE(reading.text->pageName() + ".md", target);
            QCOMPARE(reading.list->currentItem()->text(),
                     reading.text->toPlainText().section('\n', 0, 0));
        }
    }

    void tablesBeginWithTheirHeads() {
        // Qt puts an empty line into the first cell of a table that follows on code.
        Reading reading;
        int tables = 0;
        for (const EmbeddedText& page : helpPages()) {
            reading.text->showPage(named(page.name));
            for (QTextFrame* frame : reading.text->document()->rootFrame()->childFrames()) {
                auto* table = qobject_cast<QTextTable*>(frame);
                if (table == nullptr)
                    continue;
                ++tables;
                for (int column = 0; column < table->columns(); ++column) {
                    const QTextTableCell cell = table->cellAt(0, column);
                    QCOMPARE(cell.firstCursorPosition().block(), cell.lastCursorPosition().block());
                }
            }
        }
        QVERIFY(tables > 10);
    }

    void titlesAreLargerThanTheTextAndFitTheList() {
        Reading reading;
        for (int i = 0; i < reading.list->count(); ++i) {
            reading.list->setCurrentRow(i);
            const QTextBlock title = reading.text->document()->begin();
            QVERIFY(title.begin().fragment().charFormat().font().pixelSize()
                    > reading.text->document()->defaultFont().pixelSize());
            QVERIFY2(reading.list->visualItemRect(reading.list->item(i)).width()
                         >= reading.list->sizeHintForIndex(reading.list->model()->index(i, 0)).width(),
                     qPrintable(reading.list->item(i)->text()));
        }
    }

    void theWayBackAndForward() {
        Reading reading;
        const QString first = reading.text->pageName();
        Q_EMIT reading.text->anchorClicked(QUrl("sharing.md"));
        QCOMPARE(reading.text->pageName(), QString("sharing"));
        QTest::keyClick(reading.field, Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(reading.text->pageName(), first);
        QCOMPARE(reading.list->currentRow(), 0);
        QTest::keyClick(reading.field, Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(reading.text->pageName(), QString("sharing"));
        Q_EMIT reading.text->anchorClicked(QUrl("nowhere.md"));
        QCOMPARE(reading.text->pageName(), QString("sharing"));
    }

    void keysAreThoseOfTheActions() {
        Reading reading;
        reading.text->showPage("keys");
        QString text = reading.text->toPlainText();
        int listed = 0;
        for (const QAction* action : reading.bench.window().actions())
            if (!action->shortcut().isEmpty()) {
                QVERIFY2(text.contains(action->text()), qPrintable(action->text()));
                QVERIFY(text.contains(action->shortcut().toString(QKeySequence::NativeText)));
                ++listed;
            }
        QVERIFY(listed > 5);
        // Another page has other actions.
        BlankPage& page = reading.bench.page("Set-up page");
        page.action.setText("Fold *all* | now");
        page.action.setShortcut(Qt::CTRL | Qt::Key_F7);
        QTest::keyClick(reading.field, Qt::Key_Escape);
        QTest::keyClick(&reading.bench.window(), Qt::Key_F1);
        text = reading.text->toPlainText();
        QVERIFY2(text.contains("Fold *all* | now") && text.contains("Ctrl+F7"), qPrintable(text));
    }

    void itOpensWhereItWasLeft() {
        Reading reading;
        reading.text->showPage("data");
        QTest::keyClick(reading.field, Qt::Key_Escape);
        QTest::keyClick(&reading.bench.window(), Qt::Key_F1);
        QCOMPARE(reading.text->pageName(), QString("data"));
        QCOMPARE(reading.list->currentItem()->text(), QString("Data"));
    }

    void coloursFollowTheTheme() {
        Reading reading;
        reading.text->showPage("start");
        const auto ofLinks = [&] {
            for (QTextBlock block = reading.text->document()->begin(); block.isValid();
                 block = block.next())
                for (auto part = block.begin(); !part.atEnd(); ++part)
                    if (part.fragment().charFormat().isAnchor())
                        return part.fragment().charFormat().foreground().color();
            return QColor();
        };
        QCOMPARE(ofLinks(), color(ColorRole::Accent, false));
        useTheme(true);
        QTRY_COMPARE(ofLinks(), color(ColorRole::Accent, true));
        useTheme(false);
    }

    void bothFiguresDifferInTheirColoursAlone() {
        QStringList figures;
        for (const EmbeddedText& figure : helpFigures())
            figures << named(figure.text).replace(QRegularExpression("#[0-9a-f]{6}"), "#");
        QCOMPARE(figures.size(), 2);
        QCOMPARE(figures[0], figures[1]);
        QVERIFY(helpFigures()[0].text != helpFigures()[1].text);
    }
};

QTEST_MAIN(HelpTest)
#include "tst_help.moc"
