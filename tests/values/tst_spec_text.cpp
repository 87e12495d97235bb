// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/spec_fields.h"
#include "tests/printing.h"
#include "tests/values/spec_samples.h"

#include <QElapsedTimer>
#include <QTest>

#include <random>

using namespace concertina;

namespace {

const std::string start = R"({"format": "concertina-experiment", "version": 1)";

Texts problemsOf(std::string_view text) {
    return codesAndPaths(readSpecText(text).problems);
}

const Texts notJson{"spec.json at "};

} // namespace

// Files as they come from editors, networks and broken disks.
class SpecTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fileCutAtAnyByteIsRefused() {
        const std::string whole = jsonText(toJson(otherSpec()), 1);
        QCOMPARE(problemsOf(whole), Texts{});
        for (std::size_t size = 0; size < whole.size(); ++size)
            QCOMPARE(problemsOf(std::string_view(whole).substr(0, size)), notJson);
    }

    void fileWithOneByteChangedNeverCrashes() {
        const std::string whole = jsonText(toJson(otherSpec()), 1);
        std::mt19937 random(1);
        int refused = 0;
        for (int i = 0; i < 4000; ++i) {
            std::string damaged = whole;
            damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
            const SpecReading reading = readSpecText(damaged);
            refused += reading.problems.empty() ? 0 : 1;
            // What is read without a problem can be written and read again.
            if (reading.problems.empty())
                QVERIFY(readSpecText(jsonText(toJson(reading.spec))).spec == reading.spec);
        }
        QVERIFY(refused > 1000);
    }

    void emptyFileSaysSo() {
        for (const char* text : {"", " \n\t"}) {
            const Problems problems = readSpecText(text).problems;
            QCOMPARE(problems,
                     (Problems{{"spec.json", "", "nothing", "an experiment as JSON", ""}}));
        }
    }

    void syntaxProblemSaysWhere() {
        const Problems problems = readSpecText(start + ",\n \"seed\": }").problems;
        QCOMPARE(codesAndPaths(problems), notJson);
        QVERIFY2(problems[0].found.starts_with("parse error at line 2"), problems[0].found.c_str());
    }

    void textsThatAreNoExperimentAreRefused_data() {
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const char* name, const std::string& text) {
            QTest::newRow(name) << QByteArray::fromStdString(text);
        };
        row("no JSON", "train.lr = 0.1");
        row("number beyond doubles", start + R"(, "train": {"lr": 1e999}})");
        row("invalid UTF-8", start + ", \"name\": \"a\xff\"}");
        row("comment", start + " /* mine */ }");
        row("trailing comma", start + ", }");
        row("something behind it", start + "} x");
        row("NUL and something behind it", start + "}" + std::string("\0x", 2));
        row("key twice", start + R"(, "train": {"lr": 1}, "train": {"batch": 2}})");
        row("endless nesting", start + R"(, "seed": )" + std::string(1000000, '['));
        row("closed endless nesting",
            start + R"(, "seed": )" + std::string(1000000, '[') + std::string(1000000, ']') + "}");
        row("nested options", start + R"(, "train": {"optimizer": {"options": {"a": )"
                                  + std::string(1000000, '[') + std::string(1000000, ']') + "}}}}");
        row("not UTF-8 at all", "\xff\xfe{\0}\0");
    }

    void textsThatAreNoExperimentAreRefused() {
        QFETCH(QByteArray, text);
        QCOMPARE(problemsOf(text.toStdString()), notJson);
    }

    void byteOrderMarkIsOverlooked() {
        QCOMPARE(problemsOf("\xEF\xBB\xBF" + start + "}"), Texts{});
    }

    void hugeFileIsRefusedByItsSize() {
        const std::string huge = start + ", \"notes\": \"" + std::string(50000000, 'x') + "\"}";
        const Problems problems = readSpecText(huge).problems;
        QCOMPARE(codesAndPaths(problems), notJson);
        QCOMPARE(problems[0].found, std::string("50.0 MB of text"));
    }

    void manyWrongThingsAreReportedInGoodTime() {
        std::string text = start;
        for (int i = 0; i < 900; ++i)
            text += ", \"unknown" + std::to_string(i) + "\": 1";
        text += R"(, "tasks": [)";
        for (int i = 0; i < 100000; ++i)
            text += "5,";
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(problemsOf(text + "5]}").size(), std::size_t{900 + 100001});
        QVERIFY(timer.elapsed() < 10000);
    }

    void objectWithEndlessKeysIsRefusedAtOnce() {
        std::string text = start;
        for (int i = 0; i < 300000; ++i)
            text += ", \"unknown" + std::to_string(i) + "\": 1";
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(problemsOf(text + "}"), notJson);
        QVERIFY(timer.elapsed() < 2000);
    }
};

QTEST_APPLESS_MAIN(SpecTextTest)
#include "tst_spec_text.moc"
