// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/old_keys.h"
#include "core/values/presets.h"
#include "core/values/spec.h"
#include "tests/values/spec_samples.h"

#include <QTest>

using namespace concertina;

// Keys that specs had before are read, and the new ones are written.

namespace {

/// A spec with values of its own at every key that has another name now, as it was written then.
Json asWrittenThen() {
    return parseJson(R"({"format": "concertina-experiment", "version": 1, "network": {
        "kernels": [{"layers": "*", "id": "plain", "options": {}},
                    {"layers": "dec*", "id": "factored", "options": {"penalty": 0.25}}],
        "bracketing": "run", "brackets": ["*: U·M | V"]}})");
}

} // namespace

class OldKeysTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oldSpecsAreReadAndWrittenUnderTheNewKeys() {
        const SpecReading reading = readSpec(asWrittenThen());
        QCOMPARE(reading.problems, Problems{});
        const NetworkSpec& network = reading.spec.network;
        QCOMPARE(network.contraction, Contraction::Run);
        QCOMPARE(network.contractionOrder, std::vector<std::string>{"*: U·M | V"});
        QVERIFY(network.kernels[1].method.options == Json({{"regularizer", 0.25}}));

        const Json written = toJson(reading.spec)["network"];
        QVERIFY(written["contraction"] == Json("run"));
        QVERIFY(written["contraction_order"] == Json::array({"*: U·M | V"}));
        QVERIFY(!written.contains("bracketing") && !written.contains("brackets"));
    }

    /// Which of two values is meant can't be known.
    void bothNamesAtOnceAreRefused() {
        Json json = asWrittenThen();
        json["network"]["contraction"] = "compose";
        const SpecReading reading = readSpec(json);
        QCOMPARE(reading.problems.size(), std::size_t{1});
        QCOMPARE(reading.problems[0].code, std::string("spec.unknown_key"));
        QCOMPARE(reading.problems[0].path, std::string("network.bracketing"));
        const Json both{{"penalty", 1}, {"regularizer", 2}};
        QVERIFY(withCurrentOptions(both) == both);
    }

    void oldPathsCanBeSet() {
        ExperimentSpec spec;
        spec.network.kernels.front().method.id = "factored";
        for (const auto& [path, text] : std::vector<std::pair<std::string, std::string>>{
                 {"network.bracketing", "compose"},
                 {"network.brackets", "[\"*: U·M·V\"]"},
                 {"network.kernels.0.options.penalty", "0.5"}}) {
            const auto changed = withValue(spec, path, text);
            QVERIFY2(changed.has_value(), path.c_str());
            spec = *changed;
        }
        QCOMPARE(spec.network.contraction, Contraction::Compose);
        QCOMPARE(spec.network.contractionOrder, std::vector<std::string>{"*: U·M·V"});
        QVERIFY(spec.network.kernels.front().method.options == Json({{"regularizer", 0.5}}));
        // What is wrong there is reported under the name that it has now.
        QCOMPARE(withValue(spec, "network.bracketing", "runs").error().path,
                 std::string("network.contraction"));
    }

    /// Lists of methods were texts in a language of their own.
    void listsOfMethodsAreReadFromTheirTexts() {
        const Json then{{"links",
                         {"expand  expansion=2 start=random", "do-conv",
                          "factored split=core penalty=0.5 rank=.25 sizes=1,2"}}};
        const Json now = parseJson(
            R"({"links": [{"id": "expand", "options": {"expansion": 2, "start": "random"}},
                          {"id": "do-conv", "options": {}},
                          {"id": "factored", "options": {"split": "core", "rank": 0.25,
                                                         "sizes": [1, 2], "regularizer": 0.5}}]})");
        QVERIFY2(withCurrentOptions(then) == now, jsonText(withCurrentOptions(then)).c_str());
        QVERIFY(withCurrentOptions(now) == now);
        // In a spec, in a value that is set, and where the methods are written as they are now.
        Json json = asWrittenThen();
        json["network"]["kernels"][1] = {{"layers", "dec*"}, {"id", "chain"}, {"options", then}};
        QVERIFY(readSpec(json).spec.network.kernels[1].method.options == now);
        const Json two = parseJson(R"({"links": [{"id": "expand", "options": {"expansion": 3}},
                                                 {"id": "plain", "options": {}}]})");
        const auto set = withValue(ExperimentSpec(), "network.kernels.0.options.links",
                                   "expand expansion=3, plain");
        QVERIFY(set->network.kernels[0].method.options == two);
        QVERIFY(withCurrentOptions(parseJson(
                    R"({"links": [{"id": "expand", "options": {"expansion": 3}}, "plain"]})"))
                == two);
    }

    /// What can't be read is left for the list's own field to refuse.
    void textsThatNameNoMethodStay() {
        for (const char* text : {"expand expansion", "expand expansion=2 expansion=3"}) {
            const Json options{{"links", {text}}};
            QVERIFY2(withCurrentOptions(options) == options, text);
        }
        QVERIFY(withCurrentOptions({{"links", 3}}) == Json({{"links", 3}}));
        QVERIFY(withCurrentOptions({{"other", {"expand"}}}) == Json({{"other", {"expand"}}}));
    }

    void oldNamesOfOptionsAreKnownInLists() {
        QCOMPARE(currentPath("network.kernels.0.options.links.1.options.penalty"),
                 std::string("network.kernels.0.options.links.1.options.regularizer"));
    }

    void otherPathsStayAsTheyAre() {
        for (const char* path : {"train.lr", "network", "network.routing", "networks.bracketing",
                                 "network.kernels.0.id", "data.dataset.options.penalty", ""})
            QCOMPARE(currentPath(path), std::string(path));
    }

    void presetsAreFoundByTheNamesThatTheyHadBefore() {
        for (const auto& [then, now] : std::vector<std::pair<std::string, std::string>>{
                 {"nyuv2-compact-r1", "nyuv2-compact-factors-shared"},
                 {"nyuv2-compact-r2", "nyuv2-compact-merged"},
                 {"nyuv2-mtan-r2-sampled", "nyuv2-mtan-merged-sampled"},
                 {"nyuv2-mtan-r2-partitioned", "nyuv2-mtan-merged-partitioned"}}) {
            QVERIFY2(presetNamed(now) != nullptr, now.c_str());
            QCOMPARE(presetNamed(then), presetNamed(now));
            QCOMPARE(readSpecText(presetNamed(then)->text).spec.name, now);
        }
        QVERIFY(presetNamed("nyuv2-compact-r3") == nullptr);
    }
};

QTEST_APPLESS_MAIN(OldKeysTest)
#include "tst_old_keys.moc"
