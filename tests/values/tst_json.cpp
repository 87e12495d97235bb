// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/json.h"
#include "tests/printing.h"

#include <QElapsedTimer>
#include <QTest>

using namespace concertina;

namespace {

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

class JsonTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void objectsKeepTheOrderOfTheirKeys() {
        QCOMPARE(jsonText(parseJson(R"({"b": 1, "a": [true, null]})")),
                 std::string(R"({"b":1,"a":[true,null]})"));
    }

    void syntaxProblemsNameThePlace() {
        const auto json = readJson("{\n  \"a\": tru\n}");
        QVERIFY(!json);
        QCOMPARE(json.error().code, std::string("json.syntax"));
        QVERIFY2(json.error().found.starts_with("parse error at line 3"),
                 json.error().found.c_str());
        QVERIFY(readJson("{\n\"a\": 1e999}").error().found.find("at line 2") != std::string::npos);
        // The library's own number of the error says nothing to people.
        QVERIFY(json.error().found.find("exception") == std::string::npos);
    }

    void everythingThatIsNotJsonIsDiscarded_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"",
                                 " ",
                                 "nul",
                                 "{",
                                 "[1,]",
                                 "{\"a\":1,}",
                                 "'a'",
                                 "1e999",
                                 "-1e999",
                                 "01",
                                 "NaN",
                                 "1 2",
                                 "{a:1}",
                                 "\"\xff\"",
                                 "\"\xc0\xaf\"",
                                 "\"\xed\xa0\x80\"",
                                 "\"\\ud800\"",
                                 "\"a\nb\"",
                                 "// 1\n1",
                                 "\xfe\xff"})
            QTest::newRow(text) << QByteArray(text);
        QTest::newRow("NUL behind it") << QByteArray("1\0", 2);
    }

    void everythingThatIsNotJsonIsDiscarded() {
        QFETCH(QByteArray, text);
        QVERIFY(parseJson(text.toStdString()).is_discarded());
        const auto json = readJson(text.toStdString());
        QVERIFY(!json);
        QCOMPARE(json.error().code, std::string("json.syntax"));
        QVERIFY(!json.error().found.empty());
    }

    void keyTwiceInOneObjectIsAProblem() {
        const auto json = readJson(R"({"a": {"b": 1}, "c": {"b": 2, "b": 3}})");
        QVERIFY(!json);
        QCOMPARE(json.error(),
                 (Problem{"json.twice", "", "\"b\" twice in one object, at line 1", "each key once", ""}));
        QVERIFY(readJson(R"([{"b": 1}, {"b": 1, "c": {"b": 1}}])"));
    }

    void aKeyTwiceIsReportedWithTheLineOfTheSecond_data() {
        QTest::addColumn<QByteArray>("ending");
        QTest::newRow("Unix") << QByteArray("\n");
        QTest::newRow("Windows") << QByteArray("\r\n");
    }

    void aKeyTwiceIsReportedWithTheLineOfTheSecond() {
        QFETCH(QByteArray, ending);
        QByteArray text("\xEF\xBB\xBF" "{\n \"a\": 1,\n \"b\": \"x\\n\",\n \"a\"\n: 2\n}\n");
        text.replace("\n", ending);
        const auto json = readJson(text.toStdString());
        QVERIFY(!json);
        QCOMPARE(json.error().found, std::string("\"a\" twice in one object, at line 4"));
    }

    void nestingIsReadUpToTheLimit() {
        QVERIFY(readJson(nested(100)));
        QCOMPARE(readJson(nested(101)).error().code, std::string("json.limit"));
        QVERIFY(readJson(nested(3), {.depth = 3}));
        QVERIFY(!readJson(nested(4), {.depth = 3}));
    }

    void nestingWithoutEndIsRefusedAndNotRecursedInto() {
        // Deep enough to end any stack, were it built, copied or written.
        QVERIFY(parseJson(nested(3000000)).is_discarded());
        QVERIFY(parseJson(std::string(3000000, '[')).is_discarded());
        std::string objects;
        for (int i = 0; i < 300000; ++i)
            objects += "{\"a\":";
        QVERIFY(parseJson(objects).is_discarded());
    }

    void keysAreCountedForEachObject() {
        const JsonLimits two{.members = 2};
        QVERIFY(readJson(R"({"a": {"b": 1, "c": 2}, "d": 1})", two));
        QCOMPARE(readJson(R"({"a": 1, "b": 1, "c": 1})", two).error().code,
                 std::string("json.limit"));
    }

    void manyKeysAreRefusedBeforeReadingTurnsQuadratic() {
        std::string text = "{";
        for (int i = 0; i < 300000; ++i)
            text += "\"k" + std::to_string(i) + "\":0,";
        text += "\"end\":0}";
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!readJson(text, {.members = 1000}));
        // Building it takes minutes; a second leaves room for sanitizers and slow machines.
        QVERIFY(timer.elapsed() < 1000);
    }

    void writingReplacesWhatIsNotUtf8() {
        QCOMPARE(jsonText(Json("a\xff")), std::string("\"a\xEF\xBF\xBD\""));
    }

    void writingIndentsWhereAsked() {
        QCOMPARE(jsonText({{"a", 1}}, 2), std::string("{\n  \"a\": 1\n}"));
    }

    void numbersComeBackToTheBit() {
        for (const double value : {0.1, 1e-310, 1.7976931348623157e308, 1.0 / 3, -0.0}) {
            const double back = parseJson(jsonText(Json(value))).get<double>();
            QCOMPARE(memcmp(&back, &value, sizeof value), 0);
        }
    }
};

QTEST_APPLESS_MAIN(JsonTest)
#include "tst_json.moc"
