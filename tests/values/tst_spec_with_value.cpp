// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/spec_fields.h"
#include "tests/printing.h"
#include "tests/values/spec_samples.h"

#include <QTest>

using namespace concertina;

namespace {

/// `--set` on the default spec.
Expected<ExperimentSpec> set(std::string_view path, std::string_view text) {
    return withValue(ExperimentSpec{}, path, text);
}

} // namespace

class SpecWithValueTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFieldIsSetByItsPath() {
        for (const auto& [path, field] : allFields()) {
            const Json value = otherValue(*field);
            const std::string text = value.is_array() ? jsonText(value) : valueText(value);
            ExperimentSpec before = otherSpec();
            // Away from where it shall go.
            const auto away =
                withValue(before, path,
                          field->defaultValue.is_array() ? jsonText(field->defaultValue)
                                                         : valueText(field->defaultValue));
            QVERIFY2(away, path.c_str());
            QVERIFY2(*away != before, path.c_str());
            const auto changed = withValue(*away, path, text);
            QVERIFY2(changed, path.c_str());
            QVERIFY2(*changed == before, path.c_str());
        }
    }

    void nothingElseChanges() {
        const auto changed = set("train.lr", "0.5");
        QVERIFY(changed);
        QCOMPARE(differences(ExperimentSpec{}, *changed),
                 (std::vector<SpecDifference>{{"train.lr", "0.001", "0.5"}}));
    }

    void valuesOutOfRangeNameTheFieldAndLeaveTheSpec() {
        const auto changed = set("train.lr", "-1");
        QVERIFY(!changed);
        QCOMPARE(changed.error().code, std::string("field.range"));
        QCOMPARE(changed.error().path, std::string("train.lr"));
        QCOMPARE(changed.error().found, std::string("-1"));
        QCOMPARE(changed.error().expected, std::string("a number from 0 to 100"));
        QCOMPARE(set("train.lr", "1e999").error().code, std::string("field.range"));
        QCOMPARE(set("data.scales", "").error().code, std::string("field.range"));
        QCOMPARE(set("data.damaged", "sotp").error().hint, std::string("did you mean \"stop\"?"));
        QCOMPARE(set("seed", "9007199254740993").error().code, std::string("field.range"));
        const auto weight = withValue(otherSpec(), "tasks.1.weight", "-1");
        QCOMPARE(weight.error().path, std::string("tasks.1.weight"));
    }

    void wrongTypesNameTheWholePath() {
        QCOMPARE(set("train.batch", "many").error(),
                 (Problem{"field.type", "train.batch", "\"many\"",
                          "a whole number from 1 to 4096 (images)", ""}));
        QCOMPARE(set("tasks.0.weight", "heavy").error().path, std::string("tasks.0.weight"));
    }

    void methodIsSetByIdOrByItsPlaceAlone() {
        for (const auto& place : specMethods())
            for (const std::string& path : {place.path, place.path + ".id"}) {
                const auto changed = withValue(otherSpec(), path, "other");
                QVERIFY2(changed, path.c_str());
                // Another method has other options.
                QVERIFY(place.get(*changed) == (MethodChoice{"other", Json::object()}));
            }
    }

    void sameIdKeepsTheOptions() {
        const ExperimentSpec spec = otherSpec();
        for (const auto& place : specMethods())
            QVERIFY(withValue(spec, place.path + ".id", place.get(spec).id) == spec);
    }

    void optionsAreJsonNumbersOrTexts_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char* text, const char* value) {
            QTest::newRow(text) << QString(text) << QByteArray(value);
        };
        row("0.5", "0.5");
        row(".5", "0.5");
        row("12", "12");
        row("true", "true");
        row("full", "\"full\"");
        row("\"12\"", "\"12\"");
        row("[1, 2]", "[1,2]");
        row("[1, 2", "\"[1, 2\"");
        row("", "\"\"");
        row("/a folder/with = and ,", "\"/a folder/with = and ,\"");
    }

    void optionsAreJsonNumbersOrTexts() {
        QFETCH(QString, text);
        QFETCH(QByteArray, value);
        const auto changed = set("network.backbone.options.width", text.toStdString());
        QVERIFY(changed);
        QCOMPARE(jsonText(changed->network.backbone.options["width"]), value.toStdString());
        QCOMPARE(changed->network.backbone.id, std::string("segnet"));
    }

    void optionsOfListedMethodsAreSet() {
        const auto changed = withValue(otherSpec(), "network.kernels.1.options.rank", "0.25");
        QVERIFY(changed);
        QVERIFY(changed->network.kernels[1].method.options == Json({{"rank", 0.25}}));
        QVERIFY(changed->network.kernels[0] == otherSpec().network.kernels[0]);
        const auto task = withValue(otherSpec(), "tasks.0.options.new", "1");
        QVERIFY(task);
        QVERIFY(task->tasks[0].method.options == Json({{"option", "one"}, {"new", 1}}));
    }

    void methodsInAnOptionAreSet() {
        ExperimentSpec spec;
        const auto set = [&](const std::string& path, const std::string& text) {
            auto changed = withValue(spec, "network.kernels.0." + path, text);
            if (changed)
                spec = std::move(*changed);
            return changed.has_value();
        };
        QVERIFY(set("id", "stack"));
        QVERIFY(!set("options.parts.0.options.k", "1")); // there is none yet
        QCOMPARE(withValue(spec, "network.kernels.0.options.parts.0.options.k", "1").error().hint,
                 std::string("set the list itself first: network.kernels.0.options.parts=ID,ID"));
        QVERIFY(set("options.parts.0.id", "one"));
        QVERIFY(set("options.parts.1.id", "two"));
        QVERIFY(set("options.parts.0.options.k", "1,2"));
        QVERIFY(set("options.parts.1.options.parts.0.id", "three"));
        QVERIFY(set("options.parts.1.options.parts.0.options.k", "x"));
        QCOMPARE(jsonText(spec.network.kernels[0].method.options),
                 std::string(
                     R"({"parts":[{"id":"one","options":{"k":[1,2]}},)"
                     R"({"id":"two","options":{"parts":[{"id":"three","options":{"k":"x"}}]}}]})"));
        QVERIFY(set("options.parts.0.id", "four")); // with its defaults
        QVERIFY(spec.network.kernels[0].method.options["parts"][0]["options"].empty());
        const ExperimentSpec before = spec;
        for (const char* path :
             {"options.parts.3.id", "options.parts.x.id", "options.parts.0", "options.parts.0.",
              "options.parts.0.name", "options.parts..id", "options.parts.-1.id"})
            QVERIFY2(!set(path, "one"), path);
        QVERIFY(spec == before);
    }

    void indexOnePastTheEndAddsARecord() {
        const auto task = set("tasks.1.id", "depth");
        QVERIFY(task);
        QCOMPARE(task->tasks.size(), std::size_t{2});
        QVERIFY(task->tasks[1] == (TaskSpec{{"depth", Json::object()}, 1.0}));
        const auto kernel = set("network.kernels.1.layers", "enc*");
        QVERIFY(kernel);
        QVERIFY(kernel->network.kernels[1] == (KernelSpec{"enc*", {"plain", Json::object()}}));
        const auto rule = set("network.sharing.1", "enc*: {a, b} | {c} merged");
        QVERIFY(rule);
        QCOMPARE(rule->network.sharing, (Texts{"*: tied", "enc*: {a, b} | {c} merged"}));
    }

    void tasksAreSetByTheirIds() {
        const ExperimentSpec spec = otherSpec(); // "one" and "two", with weights and options
        const auto changed = withValue(spec, "tasks", "two, new");
        QVERIFY(changed);
        QCOMPARE(changed->tasks.size(), std::size_t{2});
        QVERIFY(changed->tasks[0] == spec.tasks[1]); // what is set for it stays
        QVERIFY(changed->tasks[1] == (TaskSpec{{"new", Json::object()}, 1.0}));
        ExperimentSpec rest = *changed;
        rest.tasks = spec.tasks;
        QVERIFY(rest == spec);
        QVERIFY(withValue(spec, "tasks", "").value().tasks.empty()); // `validate` refuses it
    }

    void listsAreSetAsJson() {
        const auto tasks = set("tasks", R"([{"id": "depth", "weight": 3}, {"id": "normal"}])");
        QVERIFY(tasks);
        QVERIFY(tasks->tasks
                == (std::vector<TaskSpec>{{{"depth", Json::object()}, 3.0}, {{"normal", Json::object()}, 1.0}}));
        QCOMPARE(set("tasks", "[{\"id\": \"a\"").error().code, std::string("json.syntax"));
        QCOMPARE(set("tasks", "[{\"id\": \"a\"").error().path, std::string("tasks"));
        QCOMPARE(set("tasks", "[3]").error().path, std::string("tasks.0"));
        QCOMPARE(set("tasks", R"([{"id": "a", "wieght": 2}])").error().code,
                 std::string("spec.unknown_key"));
        QCOMPARE(set("tasks", R"([{"id": "a", "weight": -2}])").error().code,
                 std::string("field.range"));
    }

    void kernelsOfAllLayersAreSetByAnId() {
        ExperimentSpec spec;
        spec.network.kernels = {{"*", {"factored", {{"rank", 0.5}}}}, {"dec*", {"expand", {}}}};
        const auto same = withValue(spec, "network.kernels", "factored");
        QVERIFY(same->network.kernels == std::vector{spec.network.kernels[0]});
        const auto other = withValue(spec, "network.kernels", "expand");
        QVERIFY(other->network.kernels
                == (std::vector<KernelSpec>{{"*", {"expand", Json::object()}}}));
    }

    void wrongValueAddsNoRecord() {
        const auto task = set("tasks.1.weight", "-1");
        QCOMPARE(task.error().code, std::string("field.range"));
    }

    void rulesAreSetOneByOneOrAllAtOnce() {
        const auto first = set("network.sharing.0", "*: merged");
        QVERIFY(first);
        QCOMPARE(first->network.sharing, Texts{"*: merged"});
        // Commas inside braces belong to their rule.
        const auto all = set("network.sharing", "*: merged, dec*: {a, b} | {c} separate");
        QVERIFY(all);
        QCOMPARE(all->network.sharing, (Texts{"*: merged", "dec*: {a, b} | {c} separate"}));
        const auto one = set("network.sharing", "dec*: {a, b} | {c} separate");
        QVERIFY(one);
        QCOMPARE(one->network.sharing, Texts{"dec*: {a, b} | {c} separate"});
    }

    void unknownPathsAreProblemsWithASuggestion_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("hint");
        const auto row = [](const char* path, const char* hint) {
            QTest::newRow(*path == 0 ? "empty" : path) << QString(path) << QString(hint);
        };
        row("train.Ir", "did you mean \"train.lr\"?");
        row("train.learning_rate", "one of: train.steps, train.epochs");
        row("train.xx", "one of: train.steps"); // not train.lr, though two letters make it that
        row("trian.lr", "did you mean \"train.lr\"?");
        row("lr", "one of: name, notes, seed, data, network, train, tasks");
        row("", "one of: name");
        row("train", "one of: train.steps");
        row("train.", "one of: train.steps");
        row("train.lr.", "did you mean \"train.lr\"?");
        row("tasks.0", "one of: tasks.0.id");
        row("tasks.0.wieght", "did you mean \"tasks.0.weight\"?");
        row("tasks.0.options", "");
        row("tasks.0.options.", "");
        row("tasks.2.id", "did you mean \"tasks.0.id\"?"); // one past the end is 1
        row("tasks.-1.id", "did you mean");
        row("tasks.99999999999999999999999.id", "");
        row("tasks.x.id", "did you mean \"tasks.0.id\"?");
        row("network.kernels.2.id", "did you mean \"network.kernels.0.id\"?");
        row("network.sharing.2", "did you mean \"network.sharing\"?");
        row("network.sharing.x", "did you mean \"network.sharing\"?");
        row("network.backbone.options", "");
        row("network.backbone.width", "");
        row("network.backbone.ID", "did you mean \"network.backbone.id\"?");
        row("data.dataset.train_size", "did you mean \"data.dataset.options.train_size\"?");
        row("train.lr\n", "did you mean \"train.lr\"?");
    }

    void unknownPathsAreProblemsWithASuggestion() {
        QFETCH(QString, path);
        QFETCH(QString, hint);
        const auto changed = set(path.toStdString(), "1");
        QVERIFY(!changed);
        QCOMPARE(changed.error().code, std::string("spec.unknown_path"));
        QCOMPARE(changed.error().path, path.toStdString());
        QVERIFY(!changed.error().hint.empty());
        QVERIFY2(changed.error().hint.starts_with(hint.toStdString()),
                 changed.error().hint.c_str());
    }

    void textsThatAreNotUtf8AreRefused() {
        for (const char* path : {"name", "train.optimizer.id", "network.sharing.0",
                                 "data.dataset.options.path", "no.such"})
            QCOMPARE(set(path, "a\xff").error(),
                     (Problem{"spec.encoding", path, "\"a\xEF\xBF\xBD\"", "a text in UTF-8", ""}));
    }
};

QTEST_APPLESS_MAIN(SpecWithValueTest)
#include "tst_spec_with_value.moc"
