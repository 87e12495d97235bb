// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_rule.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

using Groups = std::vector<std::vector<std::string>>;

class SharingRuleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namedStatesAreRead() {
        QVERIFY(parseSharingRule("enc*: tied") == (SharingRule{"enc*", SharingState::Tied}));
        QVERIFY(parseSharingRule("enc*: merged by product")
                == (SharingRule{"enc*", SharingState::MergedByProduct}));
        QVERIFY(parseSharingRule("enc*: merged by mean")
                == (SharingRule{"enc*", SharingState::Merged}));
        QVERIFY(parseSharingRule("enc*:merged") == (SharingRule{"enc*", SharingState::Merged}));
        QVERIFY(parseSharingRule("  dec1.2 :  factors shared ")
                == (SharingRule{"dec1.2", SharingState::FactorsShared}));
        QVERIFY(parseSharingRule("*: separate") == (SharingRule{"*", SharingState::Separate}));
    }

    void groupsMayPrecedeAState() {
        const Groups groups{{"segmentation", "depth"}, {"normal"}};
        QVERIFY(parseSharingRule("dec3.*: {segmentation, depth} | {normal} separate")
                == (SharingRule{"dec3.*", SharingState::Separate, "", groups}));
        QVERIFY(parseSharingRule("dec3.*:{segmentation,depth}|{normal}factors shared")
                == (SharingRule{"dec3.*", SharingState::FactorsShared, "", groups}));
        QVERIFY(parseSharingRule("*: {a, b} merged")
                == (SharingRule{"*", SharingState::Merged, "", {{"a", "b"}}}));
    }

    void oneFactorHasItsGroups() {
        QVERIFY(
            parseSharingRule("dec1.2: M {segmentation} | {depth, normal}")
            == (SharingRule{"dec1.2", std::nullopt, "M", {{"segmentation"}, {"depth", "normal"}}}));
        QVERIFY(parseSharingRule("*: norm {a}|{b}")
                == (SharingRule{"*", std::nullopt, "norm", {{"a"}, {"b"}}}));
        QVERIFY(parseSharingRule("*:U{a}") == (SharingRule{"*", std::nullopt, "U", {{"a"}}}));
    }

    void writtenRulesReadBack() {
        const std::vector<Groups> someGroups{{{"a"}}, {{"a", "b"}, {"c"}}, {{"c"}, {"b"}, {"a"}}};
        int rules = 0;
        for (const std::string layers : {"*", "enc*", "dec3.1", "e*.*"}) {
            for (const auto state : {SharingState::Tied, SharingState::Merged,
                                     SharingState::FactorsShared, SharingState::Separate}) {
                const SharingRule rule{layers, state};
                QVERIFY(parseSharingRule(toText(rule)) == rule);
                for (const Groups& groups : someGroups) {
                    const SharingRule grouped{layers, state, "", groups};
                    if (state != SharingState::Tied)
                        QVERIFY(parseSharingRule(toText(grouped)) == grouped);
                    ++rules;
                }
            }
            for (const Groups& groups : someGroups) {
                const SharingRule rule{layers, std::nullopt, "bias", groups};
                QVERIFY(parseSharingRule(toText(rule)) == rule);
            }
        }
        QCOMPARE(rules, 4 * 4 * 3);
    }

    void rulesAreWrittenAsTheyAreTaught() {
        QCOMPARE(toText(*parseSharingRule("dec3.*:{a,b}|{c}  separate")),
                 std::string("dec3.*: {a, b} | {c} separate"));
        QCOMPARE(toText(*parseSharingRule("dec1.2 : M{a}|{b}")),
                 std::string("dec1.2: M {a} | {b}"));
        QCOMPARE(toText(*parseSharingRule("*:factors shared")), std::string("*: factors shared"));
    }

    void whatIsNoRuleIsReportedWithWhatIsExpected_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* text, const char* expected) {
            QTest::newRow(*text == 0 ? "empty" : text) << QString(text) << QString(expected);
        };
        const char* shape = "a pattern of layer names, a colon, and a state or groups";
        row("", shape);
        row("enc*", shape);
        row("tied", shape);
        row(": tied", shape);
        row("  : tied", shape);
        row("enc1 enc2: tied", shape);
        row("enc1\nenc2: tied", shape);
        row("{a}: tied", shape);
        row("a|b: tied", shape);
        const char* state = "a state (tied, merged, merged by product, factors shared, separate), "
                            "freeze, unfreeze, rest, or a factor and its groups";
        row("enc*:", state);
        row("enc*: ", state);
        row("enc*: mergd", state);
        row("enc*: Tied", state);
        row("enc*: tied merged", state);
        row("enc*: factors  shared", state);
        row("enc*: M", state);
        row("enc*: M U {a}", state);
        row("enc*: M\tU {a}", state);
        row("enc*: M} {a}", state);
        row("enc*: | {a}", state);
        const char* order = "the groups before the state";
        row("enc*: merged {a} | {b}", order);
        row("enc*: factors shared {a}", order);
        const char* groups = "groups of tasks, {…} | {…}";
        row("enc*: {a", groups);
        row("enc*: {", groups);
        row("enc*: {a} |", groups);
        row("enc*: {a} | separate", groups);
        row("enc*: M {a} | b}", groups);
        const char* names = "names of tasks between the braces";
        row("enc*: {} separate", names);
        row("enc*: {a,} separate", names);
        row("enc*: {a,,b} separate", names);
        row("enc*: {a {b} separate", names);
        row("enc*: {a|b} separate", names);
        const char* behind = "merged, factors shared or separate behind the groups";
        row("enc*: {a} | {b}", behind);
        row("enc*: {a} | {b} tied", behind);
        row("enc*: {a} {b} separate", behind);
        row("enc*: {a} separate {b}", behind);
        row("enc*: {a}} separate", behind);
        row("enc*: M {a} | {b} separate", "nothing behind a factor's groups");
        row("enc*: M {a} {b}", "nothing behind a factor's groups");
    }

    void whatIsNoRuleIsReportedWithWhatIsExpected() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto rule = parseSharingRule(text.toStdString());
        QVERIFY(!rule);
        QCOMPARE(rule.error().code, std::string("sharing.syntax"));
        QCOMPARE(rule.error().path, std::string());
        QCOMPARE(rule.error().expected, expected.toStdString());
        QVERIFY(!rule.error().found.empty() && !rule.error().hint.empty());
    }

    void longRulesAreShortenedInProblems() {
        const auto rule = parseSharingRule(std::string(1000000, 'x'));
        QVERIFY(!rule);
        QVERIFY(rule.error().found.size() < 130);
    }

    void statesHaveTheirNames() {
        QCOMPARE(std::string(stateName(SharingState::Tied)), std::string("tied"));
        QCOMPARE(std::string(stateName(SharingState::Merged)), std::string("merged"));
        QCOMPARE(std::string(stateName(SharingState::FactorsShared)),
                 std::string("factors shared"));
        QCOMPARE(std::string(stateName(SharingState::Separate)), std::string("separate"));
    }

    void freezingIsARule() {
        for (const char* text :
             {"enc1*: freeze", "*: unfreeze", "dec1.2: freeze M", "dec1.2: unfreeze norm",
              "enc1*: rest", "enc1*: freeze statistics"}) {
            const auto rule = parseSharingRule(text);
            QVERIFY2(rule && rule->frozen, text);
            QCOMPARE(toText(*rule), std::string(text));
        }
        for (const char* text : {"*: freeze M V", "*: freeze {a}", "*: freezes", "*: merged freeze",
                                 "*: rest M", "*: rests"})
            QVERIFY2(!parseSharingRule(text), text);
    }
};

QTEST_APPLESS_MAIN(SharingRuleTest)
#include "tst_sharing_rule.moc"
