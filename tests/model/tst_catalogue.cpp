// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalogue.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <set>

using namespace concertina;

namespace {

const Catalogue catalogue = testCatalogue();

const std::vector<Family> families{Family::Dataset,         Family::Task,      Family::Backbone,
                                   Family::Parametrization, Family::Optimizer, Family::Schedule,
                                   Family::Balancing};

} // namespace

class CatalogueTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFamilyListsItsMethodsInMenuOrder() {
        QCOMPARE(catalogue.ids(Family::Task), (Texts{"segmentation", "depth", "normal"}));
        QCOMPARE(catalogue.ids(Family::Parametrization), (Texts{"plain", "factored"}));
        QCOMPARE(catalogue.ids(Family::Optimizer), (Texts{"sgd", "adam", "adamw"}));
        std::set<std::string_view> names;
        for (const Family family : families) {
            QVERIFY(!catalogue.ids(family).empty());
            QVERIFY(names.insert(familyName(family)).second);
            for (const std::string& id : catalogue.ids(family)) {
                QVERIFY(catalogue.find(family, id));
                QCOMPARE(catalogue.find(family, id)->id, id);
            }
            QVERIFY(!catalogue.find(family, "none of these"));
        }
    }

    void methodsAreFoundWithWhatTheirFamilyHas() {
        QCOMPARE(catalogue.task("depth")->letter, std::string("D"));
        QCOMPARE(catalogue.backbone("toy")->label, std::string("Toy"));
        QVERIFY(catalogue.parametrization("factored")->isAffine(Json::object()));
        QVERIFY(catalogue.optimizer("adamw")->decoupledDecay);
        QCOMPARE(catalogue.schedule("cosine")->factor({}, 0, 100, 10), 1.0);
        QVERIFY(!catalogue.task("toy"));
        QVERIFY(!catalogue.backbone("") && !catalogue.parametrization("")
                && !catalogue.optimizer("") && !catalogue.schedule(""));
    }

    void optionsAreCompletedInTheDescriptorsOrder() {
        const MethodInfo& toy = *catalogue.backbone("toy");
        QCOMPARE(jsonText(completeOptions(toy, Json::object())),
                 std::string(R"({"stages":2,"convolutions":1,"channels":8,"width":1.0,)"
                             R"("decoder":"unpool"})"));
        // Unknown ones are kept behind the others, for the problem that they are.
        QCOMPARE(jsonText(completeOptions(toy, {{"x", 1}, {"width", 0.5}, {"stages", 3}})),
                 std::string(R"({"stages":3,"convolutions":1,"channels":8,"width":0.5,)"
                             R"("decoder":"unpool","x":1})"));
    }

    void rightChoicesHaveNoProblems() {
        QCOMPARE(checkMethod(catalogue, Family::Backbone,
                             {"toy", {{"stages", 4}, {"decoder", "concat"}}}, "here"),
                 Problems{});
    }

    void unknownMethodsSuggestANearOne() {
        QCOMPARE(
            checkMethod(catalogue, Family::Optimizer, {"adamm", {{"x", 1}}}, "train.optimizer"),
            (Problems{{"method.unknown", "train.optimizer.id", "\"adamm\"",
                       "the id of a known optimizer", "did you mean \"adam\"?",
                       Fix{"train.optimizer.id", "adam"}}}));
        QCOMPARE(checkMethod(catalogue, Family::Task, {"", Json::object()}, "tasks.0").front().hint,
                 std::string("one of: segmentation, depth, normal"));
        // A method of another family is none of this.
        QCOMPARE(checkMethod(catalogue, Family::Task, {"toy", Json::object()}, "").front().path,
                 std::string("id"));
    }

    void everyWrongOptionIsReported() {
        const Problems problems = checkMethod(
            catalogue, Family::Backbone,
            {"toy", {{"stages", 5}, {"widht", 1}, {"width", "wide"}, {"decoder", "unpol"}}},
            "network.backbone");
        QCOMPARE(codesAndPaths(problems),
                 (Texts{"field.range at network.backbone.options.stages",
                        "method.unknown_option at network.backbone.options.widht",
                        "field.type at network.backbone.options.width",
                        "field.choice at network.backbone.options.decoder"}));
        QCOMPARE(problems[1].hint, std::string("did you mean \"width\"?"));
        QCOMPARE(problems[3].hint, std::string("did you mean \"unpool\"?"));
    }

    void methodsInAnOptionAreCheckedAsAnyOthers() {
        const Catalogue catalogue = catalogueWithLists();
        const auto problemsOf = [&](const char* parts) {
            const MethodChoice choice{"stack", {{"parts", parseJson(parts)}}};
            return checkMethod(catalogue, Family::Parametrization, choice, "here");
        };
        QCOMPARE(problemsOf(R"([{"id": "factored", "options": {"rank": 0.5}}, {"id": "plain"}])"),
                 Problems{});
        const auto first = [&](const char* parts) { return problemsOf(parts).front(); };
        const Problem unknown = first(R"([{"id": "plain"}, {"id": "factord"}])");
        QCOMPARE(unknown.code, std::string("method.unknown"));
        QCOMPARE(unknown.path, std::string("here.options.parts.1.id"));
        QCOMPARE(*unknown.fix, (Fix{"here.options.parts.1.id", "factored"}));
        QCOMPARE(first(R"([{"id": "factored", "options": {"rank": 99}}])").path,
                 std::string("here.options.parts.0.options.rank"));
        QCOMPARE(first(R"([{"id": "factored", "options": {"rnak": 1}}])").hint,
                 std::string("did you mean \"rank\"?"));
        QCOMPARE(first("[]").code, std::string("field.range"));
        QCOMPARE(first(R"(["plain"])").code, std::string("field.type"));
    }

    void methodsInAnOptionAreCompleted() {
        const Json options = withCompleteOptions(catalogueWithLists(), Family::Parametrization,
                                                 {"stack", Json::object()})
                                 .options;
        QVERIFY(options["parts"][0]["options"].empty());
        QVERIFY(options["parts"][1]["options"]
                == Json({{"matricization", "channel"}, {"core", "full"}, {"rank", 1.0}}));
    }

    void methodWithoutOptionsSaysSo() {
        QCOMPARE(checkMethod(catalogue, Family::Balancing, {"equal", {{"x", 1}}}, "train.balancing")
                     .front()
                     .hint,
                 std::string("equal has no options"));
    }
};

QTEST_APPLESS_MAIN(CatalogueTest)
#include "tst_catalogue.moc"
