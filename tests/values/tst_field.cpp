// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/field.h"
#include "tests/printing.h"

#include <QTest>

#include <cmath>

using namespace concertina;

namespace {

FieldInfo fieldOf(FieldType type) {
    return {.path = "a.field",
            .type = type,
            .minimum = 1,
            .maximum = 8,
            .choices = {"red", "green"},
            .family = Family::Parametrization};
}

const auto types = {FieldType::Boolean, FieldType::Integer, FieldType::Real,
                    FieldType::Text,    FieldType::Choice,  FieldType::Integers,
                    FieldType::Reals,   FieldType::Texts,   FieldType::Methods};

std::string codeOf(const FieldInfo& field, const Json& value) {
    const auto problem = check(field, value, "a.field");
    return problem ? problem->code : "";
}

} // namespace

class FieldTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyTypeTakesItsOwnAndRefusesOthers_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArrayList>("taken");
        const auto row = [](const char* name, FieldType type, QByteArrayList taken) {
            QTest::newRow(name) << static_cast<int>(type) << taken;
        };
        row("boolean", FieldType::Boolean, {"true", "false"});
        // 3.0 is a whole number: some programs write every number with a point.
        row("integer", FieldType::Integer, {"3", "3.0"});
        row("real", FieldType::Real, {"3", "3.0", "3.5"});
        row("text", FieldType::Text, {"\"red\"", "\"\""});
        row("folder", FieldType::Folder, {"\"red\"", "\"\""});
        row("file", FieldType::File, {"\"red\"", "\"\""});
        row("choice", FieldType::Choice, {"\"red\""});
        row("integers", FieldType::Integers, {"[]", "[3]", "[3.0, 8]"});
        row("reals", FieldType::Reals, {"[]", "[3]", "[3.0, 8]", "[1.5]"});
        row("texts", FieldType::Texts, {"[]", "[\"red\"]", "[\"red\", \"\"]"});
        row("methods", FieldType::Methods,
            {"[]", "[{\"id\": \"a\"}]", "[{\"id\": \"a\", \"options\": {\"k\": [3]}}]"});
    }

    void everyTypeTakesItsOwnAndRefusesOthers() {
        QFETCH(int, type);
        QFETCH(QByteArrayList, taken);
        const FieldInfo field = fieldOf(static_cast<FieldType>(type));
        const QByteArrayList values{"null",
                                    "true",
                                    "false",
                                    "3",
                                    "3.0",
                                    "3.5",
                                    "\"red\"",
                                    "\"\"",
                                    "[]",
                                    "[3]",
                                    "{}",
                                    "[3.0, 8]",
                                    "[1.5]",
                                    "[\"red\"]",
                                    "[[3]]",
                                    "[null]",
                                    "{\"a\": 3}",
                                    "[3, \"red\"]",
                                    "[\"red\", \"\"]",
                                    "[{\"id\": \"a\"}]",
                                    "[{\"id\": \"a\", \"options\": {\"k\": [3]}}]",
                                    "{\"id\": \"a\"}",
                                    "[{\"id\": 3}]",
                                    "[{\"id\": \"a\", \"options\": 3}]",
                                    "[{\"id\": \"a\", \"more\": 3}]",
                                    "[{\"id\": \"a\"}, \"a\"]"};
        for (const QByteArray& text : values) {
            const auto problem = check(field, parseJson(text.toStdString()), "here");
            QVERIFY2(problem.has_value() != taken.contains(text), text.constData());
            if (problem) {
                QCOMPARE(problem->path, std::string("here"));
                QVERIFY(!problem->expected.empty());
                // An empty text has the type of a choice, but is none.
                QCOMPARE(problem->code,
                         std::string(text == "\"\"" && field.type == FieldType::Choice
                                         ? "field.choice"
                                         : "field.type"));
            }
        }
    }

    void boundsAreInsideTheRange() {
        for (const FieldType type : {FieldType::Real, FieldType::Integer}) {
            const FieldInfo field = fieldOf(type);
            QCOMPARE(codeOf(field, 1), std::string());
            QCOMPARE(codeOf(field, 8), std::string());
            QCOMPARE(codeOf(field, 0), std::string("field.range"));
            QCOMPARE(codeOf(field, 9), std::string("field.range"));
        }
        QCOMPARE(codeOf(fieldOf(FieldType::Real), std::nextafter(8.0, 9.0)),
                 std::string("field.range"));
    }

    void everyItemOfAListIsInRange() {
        QCOMPARE(codeOf(fieldOf(FieldType::Reals), {1, 2, 8}), std::string());
        QCOMPARE(codeOf(fieldOf(FieldType::Reals), {1, 2, 8.5}), std::string("field.range"));
        QCOMPARE(codeOf(fieldOf(FieldType::Integers), {0, 2}), std::string("field.range"));
    }

    void emptyListIsRefusedWhereNoneMayBe() {
        FieldInfo field = fieldOf(FieldType::Reals);
        field.mayBeEmpty = false;
        const auto problem = check(field, Json::array(), "here");
        QVERIFY(problem);
        QCOMPARE(*problem, (Problem{"field.range", "here", "an empty list",
                                    "a non-empty list of numbers from 1 to 8", ""}));
    }

    void numbersThatAreNotFiniteAreOutOfRange() {
        FieldInfo open{.path = "x", .type = FieldType::Real};
        for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL})
            QCOMPARE(codeOf(open, value), std::string("field.range"));
    }

    void wholeNumbersBeyondWhatDoublesKeepAreOutOfRange() {
        const FieldInfo open{.path = "x", .type = FieldType::Integer};
        QCOMPARE(codeOf(open, std::int64_t{9007199254740991}), std::string());
        QCOMPARE(codeOf(open, std::int64_t{9007199254740993}), std::string("field.range"));
        QCOMPARE(codeOf(open, std::uint64_t{18446744073709551615U}), std::string("field.range"));
    }

    void unknownChoiceSuggestsTheNearOne() {
        const auto problem = check(fieldOf(FieldType::Choice), "gren", "here");
        QVERIFY(problem);
        QCOMPARE(*problem, (Problem{"field.choice", "here", "\"gren\"", "one of: red, green",
                                    "did you mean \"green\"?", Fix{"here", "green"}}));
    }

    void hugeValuesAreShortenedInProblems() {
        const auto problem = check(fieldOf(FieldType::Integer), std::string(1000000, 'x'), "here");
        QVERIFY(problem);
        QVERIFY(problem->found.size() <= 80);
    }

    void textIsReadAsAPersonTypesIt_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("value"); // as JSON; empty: refused
        const auto row = [](const char* text, FieldType type, const char* value) {
            QTest::addRow("%d %s", static_cast<int>(type), text)
                << static_cast<int>(type) << QString::fromUtf8(text) << QByteArray(value);
        };
        row("true", FieldType::Boolean, "true");
        row("yes", FieldType::Boolean, "");
        row("1", FieldType::Boolean, "");
        row("12", FieldType::Integer, "12");
        row(" 12 ", FieldType::Integer, "12");
        row("1e3", FieldType::Integer, "1000.0");
        row("1.5", FieldType::Integer, "");
        row("", FieldType::Integer, "");
        row("12 13", FieldType::Integer, "");
        row(".5", FieldType::Real, "0.5");
        row("+2.", FieldType::Real, "2.0");
        row("1e-3", FieldType::Real, "0.001");
        row("0,5", FieldType::Real, "");
        row("nan", FieldType::Real, "");
        row("infinity", FieldType::Real, "");
        row("- 1", FieldType::Real, "");
        row("−5", FieldType::Real, "-5.0");
        row("\u00a0 0.5\u202f", FieldType::Real, "0.5");
        row("\ufeff12\u200b", FieldType::Integer, "12.0");
        row("10.000", FieldType::Integer, ""); // ten thousand to half of the world
        row("-1.000.000", FieldType::Integer, "");
        row("1, 2.000", FieldType::Integers, "");
        row("8.0", FieldType::Integer, "8.0");
        row("10.000", FieldType::Real, "10.0");
        row("\"1\"", FieldType::Real, "");
        row("any text, with {commas}", FieldType::Text, "\"any text, with {commas}\"");
        row("12", FieldType::Text, "\"12\"");
        row("12", FieldType::Folder, "\"12\"");
        row("12", FieldType::File, "\"12\"");
        row("", FieldType::Text, "\"\"");
        row("blue", FieldType::Choice,
            "\"blue\""); // its range is checked by the caller that sets it
        row("1, .5,2", FieldType::Reals, "[1, 0.5, 2]");
        row("[1, 2]", FieldType::Reals, "[1, 2]");
        row("3", FieldType::Reals, "[3]");
        row("", FieldType::Reals, "[]");
        row("1,,2", FieldType::Reals, "");
        row("1,2,", FieldType::Reals, "");
        row("[1, 2", FieldType::Reals, "");
        row("1, a", FieldType::Integers, "");
        row("a, b c", FieldType::Texts, "[\"a\", \"b c\"]");
        row("[\"a\", \"b\"]", FieldType::Texts, "[\"a\", \"b\"]");
        row("[a, b]", FieldType::Texts, "");
        row("a,,b", FieldType::Texts, "");
        row("5", FieldType::Texts, "[\"5\"]");
        row("*: tied, d*: {a, b} | {c} separate", FieldType::Texts,
            "[\"*: tied\", \"d*: {a, b} | {c} separate\"]");
    }

    void textIsReadAsAPersonTypesIt() {
        QFETCH(int, type);
        QFETCH(QString, text);
        QFETCH(QByteArray, value);
        const auto read = parseValue(fieldOf(static_cast<FieldType>(type)), text.toStdString());
        QCOMPARE(read.has_value(), !value.isEmpty());
        if (read)
            QCOMPARE(jsonText(*read), jsonText(parseJson(value.toStdString())));
        else
            QCOMPARE(read.error().code, std::string("field.type"));
    }

    void methodsAreReadAsIdsOrAsJson() {
        const FieldInfo field = fieldOf(FieldType::Methods);
        const auto read = [&](const char* text) {
            const auto list = parseValue(field, text);
            return list ? jsonText(*list) : list.error().code;
        };
        const std::string two = R"([{"id":"a","options":{}},{"id":"b","options":{}}])";
        QCOMPARE(read("a, b"), two);
        QCOMPARE(read("[\"a\", \"b\"]"), two);
        QCOMPARE(
            read("a, {\"id\": \"b\", \"options\": {\"k\": [1, 2], \"l\": {}}}"),
            std::string(R"([{"id":"a","options":{}},{"id":"b","options":{"k":[1,2],"l":{}}}])"));
        QCOMPARE(read(""), std::string("[]"));
        for (const char* text : {"a,,b", "{\"id\": 3}", "[a]"})
            QCOMPARE(read(text), std::string("field.type"));
    }

    void methodsAreWrittenAsTheyAreRead() {
        const Json methods = parseJson(
            R"([{"id": "a", "options": {}}, {"id": "b", "options": {"k": [1, "x, y"], "l": 2.5}}])");
        const std::string text = valueText(methods);
        QCOMPARE(text, std::string(R"(a, {"id":"b","options":{"k":[1,"x, y"],"l":2.5}})"));
        QVERIFY(*parseValue(fieldOf(FieldType::Methods), text) == methods);
    }

    /// Worked out by hand; empty: what was meant is not clear.
    void aRefusalSaysHowToWriteTheNumber_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("hint");
        const auto row = [](FieldType type, const char* text, const char* hint) {
            QTest::addRow("%d %s", static_cast<int>(type), text)
                << static_cast<int>(type) << QString::fromUtf8(text) << QString::fromUtf8(hint);
        };
        const FieldType real = FieldType::Real, whole = FieldType::Integer;
        row(real, "0,0015", "use a point: 0.0015");
        row(real, "-0,5", "use a point: -0.5");
        row(real, ",5", "use a point: 0.5");
        row(real, "1,5e-3", "use a point: 0.0015");
        row(real, "1,500", "use a point: 1.5, or write it without separators: 1500");
        row(real, "1.234,5", "use a point: 1234.5");
        row(real, "1,234.5", "write it without separators: 1234.5");
        row(real, "1.000.000", "write it without separators: 1000000");
        row(real, "10 000", "write: 10000");
        row(real, "10\u202f000,5", "use a point: 10000.5");
        row(real, "10'000", "write: 10000");
        row(real, "10’000.5", "write: 10000.5");
        row(real, "10^-3", "write: 0.001");
        row(real, "1.5·10^-3", "write: 0.0015");
        row(real, "1,5 × 10^-3", "use a point: 0.0015");
        row(real, "5 m", "write: 5");
        row(real, "0,5m", "use a point: 0.5");
        row(real, "1e", "");
        row(real, "fast", "");
        row(real, "", "");
        row(real, "0.001 or so, 2", "");
        row(whole, "10.000", "write it without separators: 10000");
        row(whole, "10,000", "write it without separators: 10000");
        row(whole, "1,000,000", "write it without separators: 1000000");
        row(whole, "20k", "write: 20000");
        row(whole, "1,5k", "use a point: 1500");
        row(whole, "1.5", "");
        row(whole, "1,5", "");
        row(whole, "16 images", "write: 16");
        row(FieldType::Reals, "0,5; 1", "part them by commas: 0.5, 1");
        row(FieldType::Reals, "1, 2 m", "write: 1, 2");
        row(FieldType::Reals, "1, b", "");
        row(FieldType::Integers, "1.000, 2", "write: 1000, 2");
        row(FieldType::Boolean, "1,5", "");
    }

    void aRefusalSaysHowToWriteTheNumber() {
        QFETCH(int, type);
        QFETCH(QString, text);
        QFETCH(QString, hint);
        const auto read = parseValue(fieldOf(static_cast<FieldType>(type)), text.toStdString());
        QVERIFY(!read);
        QCOMPARE(QString::fromStdString(read.error().hint), hint);
    }

    void numbersBeyondDoublesReadAsInfinityAndFailTheRange() {
        const FieldInfo open{.path = "x", .type = FieldType::Real};
        const auto value = parseValue(open, "1e999");
        QVERIFY(value);
        QCOMPARE(codeOf(open, *value), std::string("field.range"));
    }

    void acceptedTextNamesTypeRangeAndUnit() {
        FieldInfo field{.path = "x", .type = FieldType::Real, .unit = "m"};
        QCOMPARE(acceptedText(field), std::string("a number (m)"));
        field.minimum = 0;
        QCOMPARE(acceptedText(field), std::string("a number of at least 0 (m)"));
        field.maximum = 1e9;
        QCOMPARE(acceptedText(field), std::string("a number from 0 to 1e9 (m)"));
        field.minimum = -HUGE_VAL;
        QCOMPARE(acceptedText(field), std::string("a number of at most 1e9 (m)"));
        for (const FieldType type : types)
            QVERIFY(!acceptedText(fieldOf(type)).empty());
    }

    void valuesAreWrittenForPeople() {
        QCOMPARE(valueText("text"), std::string("text"));
        QCOMPARE(valueText(0.1), std::string("0.1"));
        QCOMPARE(valueText(100000.0), std::string("100000"));
        QCOMPARE(valueText(true), std::string("true"));
        QCOMPARE(valueText({1, 1.5, "a"}), std::string("1, 1.5, a"));
        QCOMPARE(valueText(nullptr), std::string("null"));
        QCOMPARE(valueText(Json::array()), std::string());
    }
};

QTEST_APPLESS_MAIN(FieldTest)
#include "tst_field.moc"
