// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/table_text.h"

#include "core/values/json.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

class TableTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tablesHaveColumnsAsWideAsTheirCells() {
        QCOMPARE(displayWidth("aä€𝄞"), std::size_t{4});
        QCOMPARE(tableText({{"", "before", "after"}, {"größe", "1", "22"}, {"x"}}),
                 std::string("         before  after\n"
                             "  größe       1     22\n"
                             "  x\n"));
        QCOMPARE(tableText({}), std::string());
        QCOMPARE(tableText({{""}}), std::string("\n"));
    }

    void wideCharactersTakeTwoColumnsAndMarksNone() {
        QCOMPARE(displayWidth("图"), std::size_t{2});
        QCOMPARE(displayWidth("e\u0301"), std::size_t{1});
        QCOMPARE(displayWidth("\xFF"), std::size_t{1}); // shown as one replacement
        QCOMPARE(tableText({{"图", "1"}, {"ab", "2"}}), std::string("  图  1\n  ab  2\n"));
    }

    void nothingThatAPersonNamedCommandsATerminal_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("plain") << QByteArray("a,b \"c\" | d") << QByteArray("a,b \"c\" | d");
        QTest::newRow("line feed") << QByteArray("two\nlines") << QByteArray("two\\nlines");
        QTest::newRow("carriage return") << QByteArray("a\rb") << QByteArray("a\\u000db");
        QTest::newRow("tab") << QByteArray("a\tb") << QByteArray("a\\tb");
        QTest::newRow("colour") << QByteArray("\x1b[31mred") << QByteArray("\\u001b[31mred");
        QTest::newRow("C1") << QByteArray("\xC2\x9B" "31m") << QByteArray("\\u009b31m");
        QTest::newRow("delete") << QByteArray("\x7f") << QByteArray("\\u007f");
        QTest::newRow("right to left") << QByteArray("a\xE2\x80\xAE" "b") << QByteArray("a\\u202eb");
        QTest::newRow("no UTF-8") << QByteArray("\xFF") << QByteArray("\xEF\xBF\xBD");
        QTest::newRow("other scripts") << QByteArray("ünïcode 图 𝄞") << QByteArray("ünïcode 图 𝄞");
        QTest::newRow("a zero") << QByteArray("a\0b", 3) << QByteArray("a\\u0000b");
    }

    void nothingThatAPersonNamedCommandsATerminal() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, shown);
        QCOMPARE(oneLine(text.toStdString()), shown.toStdString());
        for (const auto& table : {tableText({{text.toStdString(), "1"}}),
                                  markdownText({{text.toStdString(), "1"}}),
                                  csvText({{text.toStdString(), "1"}})})
            for (const char byte : table)
                QVERIFY(byte == '\n' || static_cast<unsigned char>(byte) >= 0x20);
        QCOMPARE(csvText({{text.toStdString()}}).find('\n'), csvText({{text.toStdString()}}).size() - 1);
    }

    void printableTextKeepsItsLinesAndIsTheSameJson() {
        QCOMPARE(printable("a\n\tb\x1b"), std::string("a\n\tb\\u001b"));
        const Json name = "\x7f \xC2\x9B 图\n\"";
        const Json read = parseJson(printable(jsonText(Json({{"name", name}}))));
        QVERIFY(read["name"] == name);
    }

    void aBarInACellIsNoColumn() {
        QCOMPARE(markdownText({{"Run", "n"}, {"a | b", "1"}}),
                 std::string("| Run | n |\n|---|---:|\n| a \\| b | 1 |\n"));
    }

    void cellsOfCsvAreInQuotesWhereTheyNeedThem() {
        QCOMPARE(csvText({{"Run", "seeds", "depth error (m)"}, {"a,b \"c\"", "2", "0.125"},
                          {" x", "-1", "nan"}, {"=1+1"}}),
                 std::string("Run,seeds,depth error (m)\n\"a,b \"\"c\"\"\",2,0.125\n\" x\",-1,nan\n"
                             "=1+1\n"));
    }
};

QTEST_GUILESS_MAIN(TableTextTest)
#include "tst_table_text.moc"
