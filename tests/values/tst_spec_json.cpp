// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/presets.h"
#include "core/values/spec_fields.h"
#include "tests/printing.h"
#include "tests/values/spec_samples.h"

#include <QTest>

#include <algorithm>

using namespace concertina;

namespace {

Json header() {
    return {{"format", "concertina-experiment"}, {"version", 1}};
}

Problems problemsOf(const Json& json) {
    return readSpec(json).problems;
}

} // namespace

class SpecJsonTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void headerAloneIsTheDefaultSpec() {
        const SpecReading reading = readSpec(header());
        QCOMPARE(reading.problems, Problems{});
        QVERIFY(reading.spec == ExperimentSpec{});
    }

    void everyFieldComesBack() {
        for (const ExperimentSpec& spec : {ExperimentSpec{}, otherSpec()}) {
            const SpecReading reading = readSpecText(jsonText(toJson(spec), 2));
            QCOMPARE(reading.problems, Problems{});
            QVERIFY(reading.spec == spec);
            QCOMPARE(jsonText(toJson(reading.spec)), jsonText(toJson(spec)));
        }
    }

    void everyFieldStandsAtItsPathAndReachesItsOwnMember() {
        const Json defaultValue = toJson(otherSpec());
        for (const auto& field : specFields()) {
            ExperimentSpec spec = otherSpec();
            field.set(spec, field.defaultValue);
            Json expected = defaultValue;
            if (field.seldom)
                expected["data"].erase(field.path.substr(field.path.find('.') + 1));
            else
                placeIn(expected, field.path) = field.defaultValue;
            QCOMPARE(jsonText(toJson(spec)), jsonText(expected));
            QVERIFY2(expected != defaultValue, field.path.c_str());
            QVERIFY2(field.get(spec) == field.defaultValue, field.path.c_str());
        }
    }

    void aSpecOfOneSetIsWrittenAsBeforeThereWereSeveral() {
        const std::string text = jsonText(toJson(ExperimentSpec{}));
        for (const char* word : {"others", "mix", "\"data\":["})
            QVERIFY2(text.find(word) == std::string::npos, word);
        Json json = header();
        json["data"] = {{"others", {{{"id", "coco"}, {"name", "far"}}}}, {"mix", "batches"}};
        json["tasks"] = {{{"id", "depth"}, {"data", {"far"}}}};
        const ExperimentSpec spec = readSpec(json).spec;
        QCOMPARE(readSpec(json).problems, Problems{});
        QCOMPARE(spec.data.others.front().called(), std::string("far"));
        QCOMPARE(spec.data.sets().size(), std::size_t{2});
        QCOMPARE(spec.tasks[0].targetName(), std::string("far/depth"));
        QVERIFY(setsOf(spec.tasks[0], spec.data.sets()) == std::vector<std::size_t>{1});
        QVERIFY(readSpec(toJson(spec)).spec == spec);
    }

    void jsonHasTheTablesOrder() {
        Texts keys;
        const Json json = toJson(ExperimentSpec{});
        for (const auto& item : json.items())
            keys.push_back(item.key());
        QCOMPARE(keys, (Texts{"format", "version", "name", "notes", "seed", "data", "tasks",
                              "network", "train"}));
    }

    void seedsKeepAllTheirDigits() {
        ExperimentSpec spec;
        spec.seed = 9007199254740991; // 2^53 − 1
        QCOMPARE(readSpecText(jsonText(toJson(spec))).spec.seed, spec.seed);
    }

    void methodMayBeWrittenAsItsId() {
        for (const auto& place : specMethods()) {
            Json json = header();
            placeIn(json, place.path) = "other";
            const SpecReading reading = readSpec(json);
            QCOMPARE(reading.problems, Problems{});
            QVERIFY(place.get(reading.spec) == (MethodChoice{"other", Json::object()}));
        }
    }

    void optionsWithoutAnIdBelongToTheDefaultMethod() {
        Json json = header();
        json["train"] = {{"optimizer", {{"options", {{"beta1", 0.8}}}}}};
        const SpecReading reading = readSpec(json);
        QCOMPARE(reading.problems, Problems{});
        QVERIFY(reading.spec.train.optimizer == (MethodChoice{"adam", {{"beta1", 0.8}}}));
    }

    void listsReplaceTheDefaultOnes() {
        Json json = header();
        json["tasks"] = {{{"id", "depth"}}};
        json["network"] = {{"kernels", Json::array()}, {"sharing", Json::array()}};
        const SpecReading reading = readSpec(json);
        QCOMPARE(reading.problems, Problems{});
        QCOMPARE(reading.spec.tasks.size(), std::size_t{1});
        QCOMPARE(reading.spec.tasks[0].method.id, std::string("depth"));
        QCOMPARE(reading.spec.tasks[0].weight, 1.0);
        QVERIFY(reading.spec.network.kernels.empty());
        QVERIFY(reading.spec.network.sharing.empty());
    }

    void unknownKeysAreProblemsAtEveryLevel_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("hint");
        const auto row = [](const char* path, const char* hint) {
            QTest::newRow(path) << QString(path) << QString(hint);
        };
        row("sed", "did you mean \"seed\"?");
        row("task", "did you mean \"tasks\"?");
        row("data.hight", "did you mean \"height\"?");
        row("data.train_splitt", "did you mean \"train_split\"?");
        row("network.backbon", "did you mean \"backbone\"?");
        row("network.sharingg", "did you mean \"sharing\"?");
        row("train.learning_rate", "one of: balancing, batch, checkpoint_every, clip_norm");
        row("train.optimiser", "did you mean \"optimizer\"?");
        row("train.optimizer.option", "did you mean \"options\"?");
        row("tasks.1.wieght", "did you mean \"weight\"?");
        row("tasks.1.optoins", "did you mean \"options\"?");
        row("network.kernels.2.layer", "did you mean \"layers\"?");
        row("Seed", "did you mean \"seed\"?");
    }

    void unknownKeysAreProblemsAtEveryLevel() {
        QFETCH(QString, path);
        QFETCH(QString, hint);
        Json json = toJson(otherSpec());
        placeIn(json, path.toStdString()) = Json::object({{"anything", {1, {2}}}});
        const Problems problems = problemsOf(json);
        QCOMPARE(codesAndPaths(problems), (Texts{"spec.unknown_key at " + path.toStdString()}));
        QVERIFY2(problems[0].hint.starts_with(hint.toStdString()), problems[0].hint.c_str());
    }

    void allUnknownKeysAreReported() {
        Json json = header();
        json["a1"] = 1;
        json["data"] = {{"a2", 1}, {"a3", 1}};
        json["train.lr"] = 0.1; // a path is no key
        json[""] = 0;
        QCOMPARE(codesAndPaths(problemsOf(json)),
                 (Texts{"spec.unknown_key at a1", "spec.unknown_key at data.a2",
                        "spec.unknown_key at data.a3", "spec.unknown_key at train.lr",
                        "spec.unknown_key at "}));
    }

    void optionsAreLeftToTheCatalogue() {
        Json json = header();
        json["network"] = {{"backbone", {{"id", "x"}, {"options", {{"deep", {{"er", 1}}}}}}}};
        const SpecReading reading = readSpec(json);
        QCOMPARE(reading.problems, Problems{});
        QVERIFY(reading.spec.network.backbone.options == Json({{"deep", {{"er", 1}}}}));
    }

    void anotherFormatIsRefused() {
        for (const Json& format : {Json("coco"), Json(1), Json(nullptr), Json::array()}) {
            Json json = toJson(ExperimentSpec{});
            json["format"] = format;
            json["unknown"] = 1; // of another format's keys nothing is said
            QCOMPARE(codesAndPaths(problemsOf(json)), (Texts{"spec.format at format"}));
        }
        QCOMPARE(codesAndPaths(problemsOf(Json::object())), (Texts{"spec.format at format"}));
    }

    void versionFromTheFutureIsRefusedAndNothingElseIsSaid() {
        Json json = toJson(ExperimentSpec{});
        json["version"] = 2;
        json["of_the_future"] = 1;
        const Problems problems = problemsOf(json);
        QCOMPARE(codesAndPaths(problems), (Texts{"spec.version at version"}));
        QCOMPARE(problems[0].found, std::string("2"));
        QCOMPARE(problems[0].expected, std::string("at most 1"));
        QVERIFY(problems[0].hint.find("newer") != std::string::npos);
        json["version"] = std::uint64_t{18446744073709551615U};
        QCOMPARE(codesAndPaths(problemsOf(json)), (Texts{"spec.version at version"}));
    }

    void versionThatIsNoneIsRefused() {
        for (const Json& version : {Json(0), Json(-1), Json(1.5), Json("1"), Json(nullptr)}) {
            Json json = toJson(ExperimentSpec{});
            json["version"] = version;
            QCOMPARE(codesAndPaths(problemsOf(json)), (Texts{"spec.version at version"}));
        }
        QCOMPARE(codesAndPaths(problemsOf({{"format", "concertina-experiment"}})),
                 (Texts{"spec.version at version"}));
    }

    void jsonThatIsNoObjectIsRefused() {
        for (const Json& json :
             {Json(nullptr), Json(1), Json("text"), Json::array({1}), Json(true)})
            QCOMPARE(codesAndPaths(problemsOf(json)), (Texts{"spec.json at "}));
    }

    void baselinesAreTheirPresetWithAFewChanges() {
        const auto has = [](std::string_view name) {
            return std::ranges::find(presets(), name, &EmbeddedText::name) != presets().end();
        };
        const auto spec = [](std::string_view name) {
            return readSpecText(std::ranges::find(presets(), name, &EmbeddedText::name)->text);
        };
        QVERIFY(has("nyuv2-mtan-plain-batch-6"));
        QVERIFY(!has("nyuv2-compact-plain-batch-6"));
        QVERIFY(!has("cityscapes-mtan-normal"));
        ExperimentSpec expected = spec("nyuv2-mtan").spec;
        const ExperimentSpec actual = spec("nyuv2-mtan-merged-partitioned").spec;
        expected.name = "nyuv2-mtan-merged-partitioned";
        expected.notes = actual.notes;
        expected.network.routing = Routing::Partitioned;
        expected.train.batch = 6;
        QVERIFY(actual == expected);
        QCOMPARE(spec("nyuv2-compact-depth").spec.tasks.size(), 1U);
        QCOMPARE(spec("nyuv2-compact-depth").spec.network.kernels[0].method.id,
                 std::string("plain"));
    }

    void groupsOfPresetsNamePresets() {
        QVERIFY(std::ranges::find(presetGroups(), "nyuv2-compact-single", &PresetGroup::name)
                != presetGroups().end());
        const auto streets =
            std::ranges::find(presetGroups(), "cityscapes-mtan-single", &PresetGroup::name);
        QVERIFY(streets != presetGroups().end()); // which have no normals
        QCOMPARE(streets->presets, (std::vector<std::string>{"cityscapes-mtan-segmentation",
                                                             "cityscapes-mtan-depth"}));
        for (const PresetGroup& group : presetGroups())
            for (const std::string& member : group.presets)
                QVERIFY2(std::ranges::find(presets(), member, &EmbeddedText::name)
                             != presets().end(),
                         member.c_str());
    }

    void everyPresetReads() {
        QVERIFY(!presets().empty());
        for (const EmbeddedText& preset : presets()) {
            QVERIFY(!preset.name.empty());
            QCOMPARE(readSpecText(preset.text).problems, Problems{});
        }
    }
};

QTEST_APPLESS_MAIN(SpecJsonTest)
#include "tst_spec_json.moc"
