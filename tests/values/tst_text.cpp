// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/text.h"
#include "tests/printing.h"

#include <QElapsedTimer>
#include <QTest>

#include <clocale>
#include <cmath>
#include <limits>
#include <random>

using namespace concertina;

namespace {

/// What a pattern means, written plainly.
bool matchesPlainly(std::string_view name, std::string_view pattern) {
    if (pattern.empty())
        return name.empty();
    if (pattern.front() == '*')
        return matchesPlainly(name, pattern.substr(1))
               || (!name.empty() && matchesPlainly(name.substr(1), pattern));
    return !name.empty() && name.front() == pattern.front()
           && matchesPlainly(name.substr(1), pattern.substr(1));
}

} // namespace

class TextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void joinPutsSeparatorsBetween() {
        QCOMPARE(join(Texts{}, ", "), std::string());
        QCOMPARE(join(Texts{"a"}, ", "), std::string("a"));
        QCOMPARE(join(Texts{"a", "", "b"}, ", "), std::string("a, , b"));
    }

    void splitTrimsAndKeepsEmptyParts() {
        QCOMPARE(split("a, b ,,c", ','), (Texts{"a", "b", "", "c"}));
        QCOMPARE(split("", ','), (Texts{""}));
        QCOMPARE(split(",", ','), (Texts{"", ""}));
    }

    void trimmedTakesSpaceAtBothEnds() {
        QCOMPARE(std::string(trimmed(" \t a b\r\n")), std::string("a b"));
        QCOMPARE(std::string(trimmed(" \n ")), std::string());
        QCOMPARE(std::string(trimmed("")), std::string());
    }

    void patternsMatchWholeNames() {
        QVERIFY(matchesPattern("enc1.2", "*"));
        QVERIFY(matchesPattern("", "*"));
        QVERIFY(matchesPattern("enc1.2", "enc*"));
        QVERIFY(matchesPattern("enc1.2", "*.2"));
        QVERIFY(matchesPattern("enc1.2", "enc1.2"));
        QVERIFY(!matchesPattern("enc1.2", "enc1"));
        QVERIFY(!matchesPattern("enc1.2", ""));
        QVERIFY(!matchesPattern("enc11.2", "enc1.*")); // a dot is a dot
        QVERIFY(!matchesPattern("Enc1.2", "enc*"));
    }

    void patternsMatchAsTheirMeaningSays() {
        std::mt19937 random(1);
        const auto text = [&](std::string_view letters, std::size_t longest) {
            std::string made;
            for (std::size_t i = random() % (longest + 1); i > 0; --i)
                made += letters[random() % letters.size()];
            return made;
        };
        int matched = 0;
        for (int i = 0; i < 20000; ++i) {
            const std::string name = text("ab", 8), pattern = text("ab**", 6);
            QCOMPARE(matchesPattern(name, pattern), matchesPlainly(name, pattern));
            matched += matchesPattern(name, pattern) ? 1 : 0;
        }
        QVERIFY(matched > 2000 && matched < 18000); // both answers were tried
    }

    void patternsWithManyStarsStayQuick() {
        std::string pattern;
        for (int i = 0; i < 500; ++i)
            pattern += "*a";
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!matchesPattern(std::string(5000, 'a') + "b", pattern));
        QVERIFY(timer.elapsed() < 1000);
    }

    void numbersAreWrittenAsPeopleLikeThem_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        const auto row = [](double value, const char* text) {
            QTest::newRow(text) << value << QString(text);
        };
        row(0, "0");
        row(1, "1");
        row(-1.5, "-1.5");
        row(0.1, "0.1");
        row(0.001, "0.001");
        row(100000, "100000");
        row(-1048576, "-1048576");
        row(1e9, "1e9");
        row(1e-10, "1e-10");
        row(-1e-5, "-1e-5");
        row(1e100, "1e100");
        row(1e305, "1e305");
        row(9007199254740991, "9007199254740991");
        row(HUGE_VAL, "inf");
        row(-HUGE_VAL, "-inf");
        row(std::nan(""), "nan");
    }

    void numbersAreWrittenAsPeopleLikeThem() {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(numberText(value), text.toStdString());
    }

    void writtenNumbersReadBackToTheBit() {
        std::mt19937_64 random(1);
        int tried = 0;
        for (int i = 0; i < 20000; ++i) {
            const std::uint64_t bits = random();
            double value = 0;
            memcpy(&value, &bits, sizeof value);
            if (i % 2 == 1) // half of them of everyday size
                value = std::ldexp(static_cast<double>(static_cast<std::int64_t>(bits)), -50);
            if (!std::isfinite(value))
                continue;
            const auto back = numberFromText(numberText(value));
            QVERIFY(back);
            QCOMPARE(*back, value);
            ++tried;
        }
        QVERIFY(tried > 19000);
    }

    void numbersAreReadAsPersonsTypeThem() {
        QCOMPARE(numberFromText("5").value(), 5.0);
        QCOMPARE(numberFromText(".5").value(), 0.5);
        QCOMPARE(numberFromText("5.").value(), 5.0);
        QCOMPARE(numberFromText("+1e-3").value(), 0.001);
        QCOMPARE(numberFromText("-1E3").value(), -1000.0);
        QCOMPARE(numberFromText("1e999").value(), std::numeric_limits<double>::infinity());
        QCOMPARE(numberFromText("-1e999").value(), -std::numeric_limits<double>::infinity());
        QCOMPARE(numberFromText("1e-999").value(), 0.0);
        for (const char* text : {"", "+", "-", ".", "e5", "1e", "+-1", "--1", "0x10", "nan", "inf",
                                 "infinity", "1 ", " 1", "1,5", "1.5.2", "1_000"})
            QVERIFY2(!numberFromText(text), text);
    }

    void digitsAreSignificantOnes() {
        QCOMPARE(digitsText(0, 3), std::string("0"));
        QCOMPARE(digitsText(0.0123456, 3), std::string("0.0123"));
        QCOMPARE(digitsText(1.234e-7, 2), std::string("1.2e-7"));
        QCOMPARE(digitsText(123456, 3), std::string("1.23e5"));
        QCOMPARE(digitsText(12.5, 3), std::string("12.5"));
        QCOMPARE(digitsText(std::nan(""), 3), std::string("nan"));
        QCOMPARE(digitsText(-HUGE_VAL, 3), std::string("-inf"));
    }

    void countsHaveThreeDigitsAndAPrefix() {
        QCOMPARE(shortCount(0), std::string("0"));
        QCOMPARE(shortCount(860), std::string("860"));
        QCOMPARE(shortCount(0.5), std::string("0.50"));
        QCOMPARE(shortCount(999.4), std::string("999"));
        QCOMPARE(shortCount(999.6), std::string("1.00 k"));
        QCOMPARE(shortCount(9.996), std::string("10.0"));
        QCOMPARE(shortCount(99.96), std::string("100"));
        QCOMPARE(shortCount(12345678), std::string("12.3 M"));
        QCOMPARE(shortCount(4.1e9), std::string("4.10 G"));
        QCOMPARE(shortCount(999500), std::string("1.00 M"));
        QCOMPARE(shortCount(-2500), std::string("-2.50 k"));
        QCOMPARE(shortCount(5e15), std::string("5000 T"));
        QCOMPARE(shortCount(std::nan("")), std::string("nan"));
        QCOMPARE(shortCount(HUGE_VAL), std::string("inf"));
        QCOMPARE(bytesText(1.5e6), std::string("1.50 MB"));
        QCOMPARE(bytesText(812000), std::string("812 kB"));
        QCOMPARE(bytesText(7), std::string("7 B"));
    }

    void durationsHaveTheirTwoLargestUnits() {
        QCOMPARE(durationText(0), std::string("0.0 s"));
        QCOMPARE(durationText(0.84), std::string("0.8 s"));
        QCOMPARE(durationText(9.96), std::string("10 s"));
        QCOMPARE(durationText(59.6), std::string("1 min 00 s"));
        QCOMPARE(durationText(200), std::string("3 min 20 s"));
        QCOMPARE(durationText(3599.7), std::string("1 h 00 min"));
        QCOMPARE(durationText(3900), std::string("1 h 05 min"));
        QCOMPARE(durationText(360000), std::string("100 h 00 min"));
        for (const double seconds : {-1.0, std::nan(""), HUGE_VAL, 1e300})
            QCOMPARE(durationText(seconds), std::string("?"));
    }

    void decimalsHaveAPointInEveryLocale() {
        // Qt sets the user's locale in the window's program; the command line has "C".
        if (std::setlocale(LC_NUMERIC, "de_DE.UTF-8") == nullptr
            && std::setlocale(LC_NUMERIC, "fr_FR.UTF-8") == nullptr)
            QSKIP("no locale with a decimal comma is installed here");
        const std::string count = shortCount(12345678), seconds = durationText(0.84),
                          fixed = fixedText(0.4125, 3);
        std::setlocale(LC_NUMERIC, "C");
        QCOMPARE(count, std::string("12.3 M"));
        QCOMPARE(seconds, std::string("0.8 s"));
        QCOMPARE(fixed, std::string("0.412"));
    }

    void shortenedCutsBetweenCharacters() {
        QCOMPARE(shortened("abcdef", 6), std::string("abcdef"));
        QCOMPARE(shortened("abcdefg", 6), std::string("abc…"));
        QCOMPARE(shortened("ääää", 7), std::string("ää…")); // "…" has three bytes, "ä" two
        QCOMPARE(shortened("ääää", 6), std::string("ä…"));
        for (std::size_t limit = 3; limit < 20; ++limit)
            QVERIFY(shortened("aä€𝄞 and so on and on", limit).size() <= limit);
    }

    void bytesThatAreNoUtf8AreReplaced() {
        const std::string mark = "\xEF\xBF\xBD";
        QCOMPARE(validUtf8("aä€𝄞"), std::string("aä€𝄞"));
        QCOMPARE(validUtf8("a\xff"
                           "b"),
                 "a" + mark + "b");
        QCOMPARE(validUtf8("\xc3"), mark);                                  // cut off
        QCOMPARE(validUtf8("\xc0\xaf"), mark + mark);                       // overlong
        QCOMPARE(validUtf8("\xe0\x80\x80"), mark + mark + mark);            // overlong
        QCOMPARE(validUtf8("\xed\xa0\x80"), mark + mark + mark);            // a surrogate
        QCOMPARE(validUtf8("\xf4\x90\x80\x80"), mark + mark + mark + mark); // above U+10FFFF
        QCOMPARE(validUtf8("\xf4\x8f\xbf\xbf"), std::string("\xf4\x8f\xbf\xbf"));
    }
};

QTEST_APPLESS_MAIN(TextTest)
#include "tst_text.moc"
