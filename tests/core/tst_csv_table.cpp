// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/csv_table.h"

#include <QTest>

using namespace concertina;

namespace {

QStringList cellsOf(const std::vector<std::string>& cells) {
    QStringList list;
    for (const std::string& cell : cells)
        list << QString::fromStdString(cell);
    return list;
}

} // namespace

class CsvTableTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rowsAreReadAsTheyAreWritten_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QStringList>("header");
        QTest::addColumn<QStringList>("cells"); // of all rows
        QTest::addColumn<QList<int>>("lines");
        const auto row = [](const char* name, const QByteArray& text, const QStringList& header,
                            const QStringList& cells, const QList<int>& lines) {
            QTest::newRow(name) << text << header << cells << lines;
        };
        row("plain", "a,b\n1,2\n3,4\n", {"a", "b"}, {"1", "2", "3", "4"}, {2, 3});
        row("no end of the last line", "a,b\n1,2", {"a", "b"}, {"1", "2"}, {2});
        row("CRLF", "a,b\r\n1,2\r\n", {"a", "b"}, {"1", "2"}, {2});
        row("CR", "a,b\r1,2\r3,4", {"a", "b"}, {"1", "2", "3", "4"}, {2, 3});
        row("a byte-order mark",
            "\xEF\xBB\xBF"
            "a,b\n1,2\n",
            {"a", "b"}, {"1", "2"}, {2});
        row("quotes", "a,b\n\"x, y\",\"she said \"\"no\"\"\"\n", {"a", "b"},
            {"x, y", "she said \"no\""}, {2});
        row("a line feed in quotes", "a,b\n\"x\ny\",2\n3,4\n", {"a", "b"}, {"x\ny", "2", "3", "4"},
            {2, 4});
        row("blanks", " a , b\n 1 ,\" 2 \"\n", {"a", "b"}, {"1", " 2 "}, {2});
        row("empty cells", "a,b,c\n,,3\n1,,\n", {"a", "b", "c"}, {"", "", "3", "1", "", ""},
            {2, 3});
        row("empty lines", "\na,b\n\n , \n,\n1,2\n\n", {"a", "b"}, {"1", "2"}, {6});
        row("semicolons", "a;b\n1,5;2\n", {"a", "b"}, {"1,5", "2"}, {2});
        row("tabs", "a\tb\n1\t\t\n", {"a", "b"}, {}, {});
        row("an index of pandas", ",a\n0,x\n", {"", "a"}, {"0", "x"}, {2});
        row("other scripts", "größe,運\n1,2\n", {"größe", "運"}, {"1", "2"}, {2});
        row("one column", "a\n1\n\"\"\n", {"a"}, {"1", ""}, {2, 3});
    }

    void rowsAreReadAsTheyAreWritten() {
        QFETCH(QByteArray, text);
        QFETCH(QStringList, header);
        QFETCH(QStringList, cells);
        QFETCH(QList<int>, lines);
        const auto table = readCsv(text.toStdString());
        if (lines.isEmpty()) { // a cell too many
            QVERIFY(!table);
            return;
        }
        QVERIFY2(table, table ? "" : toText(table.error()).c_str());
        QCOMPARE(cellsOf(table->header), header);
        QStringList found;
        QList<int> at;
        for (const CsvTable::Row& row : table->rows) {
            found += cellsOf(row.cells);
            at << row.line;
        }
        QCOMPARE(found, cells);
        QCOMPARE(at, lines);
    }

    void whatIsWrongIsSaidWithItsLine_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("path");
        const auto row = [](const char* name, const QByteArray& text, const char* code,
                            const char* path) { QTest::newRow(name) << text << code << path; };
        row("nothing", "", "csv.empty", "");
        row("a header alone", "a,b\n", "csv.empty", "");
        row("a cell too few", "a,b\n1,2\n3\n", "csv.cells", "line 3");
        row("a cell too many", "a,b\n1,2,3\n", "csv.cells", "line 2");
        row("equal names", "a,b,a\n1,2,3\n", "csv.header", "line 1");
        row("a quote inside", "a,b\n1,x\"y\n", "csv.quote", "line 2");
        row("text behind a quote", "a,b\n\"x\"y,2\n", "csv.quote", "line 2");
        row("a quote that stays open", "a,b\n1,2\n\"x,2\n3,4\n", "csv.quote", "line 3");
        row("Latin-1",
            "a,b\n1,2\ngr\xF6\xDF"
            "e,4\n",
            "csv.encoding", "line 3");
        row("a surrogate", "a\n\xED\xA0\x80\n", "csv.encoding", "line 2");
        row("overlong", "a\n\xC0\xAF\n", "csv.encoding", "line 2");
        row("cut off", "a\nx\xE2\x82", "csv.encoding", "line 2");
        row("UTF-16",
            QByteArray("\xFF\xFE"
                       "a\0,\0b\0",
                       8),
            "csv.encoding", "line 1");
        row("a byte 0", QByteArray("a,b\n1,\0\n", 8), "csv.encoding", "line 2");
    }

    void whatIsWrongIsSaidWithItsLine() {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        QFETCH(QString, path);
        const auto table = readCsv(text.toStdString());
        QVERIFY(!table);
        QCOMPARE(QString::fromStdString(table.error().code), code);
        QCOMPARE(QString::fromStdString(table.error().path), path);
        QVERIFY(!table.error().expected.empty());
    }

    void columnsAreFoundByTheirNames() {
        const auto table = readCsv("image,depth\na,b\n");
        QCOMPARE(table->column("depth"), std::optional<std::size_t>(1));
        QCOMPARE(table->column("normal"), std::optional<std::size_t>());
    }
};

QTEST_GUILESS_MAIN(CsvTableTest)
#include "tst_csv_table.moc"
