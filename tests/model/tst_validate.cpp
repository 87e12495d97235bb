// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/partition.h"
#include "core/model/spec_places.h"
#include "core/model/validate.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace concertina;

namespace {

using Change = std::function<void(ExperimentSpec&)>;

Problems problemsAfter(const Change& change, const Catalogue& catalogue = testCatalogue()) {
    ExperimentSpec spec = testSpec();
    change(spec);
    return validate(spec, catalogue);
}

/// What is wrong after a change, and what the first problem suggests.
struct Case {
    const char* name;
    Change change;
    Texts reported; ///< "code at path"
    std::string hint;
};

const std::vector<Case> methodCases{
    {"dataset",
     [](auto& s) { s.data.dataset.id = "room"; },
     {"method.unknown at data.dataset.id"},
     "did you mean \"rooms\"?"},
    {"dataset option",
     [](auto& s) { s.data.dataset.options["sample"] = 5; },
     {"method.unknown_option at data.dataset.options.sample"},
     "did you mean \"samples\"?"},
    {"backbone",
     [](auto& s) {
         s.network.backbone = {"segnet", Json::object()};
     },
     {"method.unknown at network.backbone.id"},
     "one of: toy"},
    {"backbone option",
     [](auto& s) { s.network.backbone.options["stages"] = 9; },
     {"field.range at network.backbone.options.stages"},
     ""},
    {"task",
     [](auto& s) { s.tasks[1].method.id = "dept"; },
     {"method.unknown at tasks.1.id"},
     "did you mean \"depth\"?"},
    {"task option",
     [](auto& s) { s.tasks[0].method.options["smoothing"] = 1; },
     {"field.range at tasks.0.options.smoothing"},
     ""},
    {"kernels",
     [](auto& s) { s.network.kernels[0].method.id = "Factored!"; },
     {"method.unknown at network.kernels.0.id"},
     "did you mean \"factored\"?"},
    {"kernel option",
     [](auto& s) { s.network.kernels[0].method.options["core"] = "ful"; },
     {"field.choice at network.kernels.0.options.core"},
     "did you mean \"full\"?"},
    {"optimizer",
     [](auto& s) { s.train.optimizer.id = "adan"; },
     {"method.unknown at train.optimizer.id"},
     "did you mean \"adam\"?"},
    {"optimizer's other option",
     [](auto& s) { s.train.optimizer.options["momentum"] = 0.9; },
     {"method.unknown_option at train.optimizer.options.momentum"},
     "one of: beta1"},
    {"schedule",
     [](auto& s) { s.train.schedule.id = "cosin"; },
     {"method.unknown at train.schedule.id"},
     "did you mean \"cosine\"?"},
    {"balancing",
     [](auto& s) { s.train.balancing.id = "pcgrad"; },
     {"method.unknown at train.balancing.id"},
     "one of: equal"},
    {"balancing option",
     [](auto& s) { s.train.balancing.options["x"] = 1; },
     {"method.unknown_option at train.balancing.options.x"},
     "equal has no options"},
};

const std::vector<Case> specCases{
    {"field", [](auto& s) { s.train.lr = 1e9; }, {"field.range at train.lr"}, ""},
    {"no name", [](auto& s) { s.name = ""; }, {"run.name at name"}, ""},
    {"a name of blanks", [](auto& s) { s.name = " \t\n"; }, {"run.name at name"}, ""},
    {"no task", [](auto& s) { s.tasks.clear(); }, {"tasks.none at tasks"}, ""},
    {"task twice",
     [](auto& s) { s.tasks[2].method.id = "depth"; },
     {"tasks.twice at tasks.2.id"},
     ""},
    {"warm-up",
     [](auto& s) { s.train.warmup = s.train.steps + 1; },
     {"train.warmup at train.warmup"},
     ""},
    {"cut",
     [](auto& s) { s.train.stopAfter = "10 days"; },
     {"train.stop_after at train.stop_after"},
     ""},
    {"batch too small to be parted",
     [](auto& s) {
         s.network.routing = Routing::Partitioned;
         s.train.batch = 2;
     },
     {"train.batch at train.batch"},
     "network.routing is partitioned"},
    {"kernel pattern",
     [](auto& s) { s.network.kernels[0].layers = "enc9.*"; },
     {"kernels.no_layer at network.kernels.0.layers"},
     "did you mean \"enc"},
    {"rule's syntax",
     [](auto& s) { s.network.sharing = {"*: tide"}; },
     {"sharing.syntax at network.sharing.0"},
     "for example"},
    {"rule's layers",
     [](auto& s) {
         s.network.sharing = {"*: tied", "deck*: merged"};
     },
     {"sharing.no_layer at network.sharing.1"},
     "one of: enc1.1"},
    {"rule's tasks",
     [](auto& s) { s.network.sharing = {"*: {segmentation, depth, norml} merged"}; },
     {"sharing.unknown_task at network.sharing.0"},
     "did you mean \"normal\"?"},
    {"rule's groups",
     [](auto& s) { s.network.sharing = {"*: {segmentation, depth} merged"}; },
     {"sharing.groups at network.sharing.0"},
     ""},
    {"rule's factor",
     [](auto& s) { s.network.sharing = {"*: W {segmentation, depth, normal}"}; },
     {"sharing.unknown_factor at network.sharing.0"},
     "one of: bias, norm, U, M, V"},
    {"backbone as a whole",
     [](auto& s) {
         s.network.backbone.options = {{"channels", 1}, {"width", 0.01}};
     },
     {"backbone.no_channels at network.backbone"},
     ""},
    {"backbone's option for this image",
     [](auto& s) {
         s.data.height = 8;
         s.network.backbone.options = {{"stages", 4}};
     },
     {"backbone.small_image at network.backbone.options.stages"},
     ""},
};

} // namespace

class ValidateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rightSpecHasNoProblems() {
        QCOMPARE(problemsAfter([](auto&) {}), Problems{});
        QCOMPARE(problemsAfter([](auto& s) { s.network.sharing = {"*: merged"}; }), Problems{});
        QCOMPARE(problemsAfter([](auto& s) { s.network.sharing.clear(); }), Problems{});
    }

    void everythingWrongIsReportedAtItsPlace_data() {
        QTest::addColumn<int>("group");
        QTest::addColumn<int>("index");
        for (const auto* cases : {&methodCases, &specCases})
            for (std::size_t i = 0; i < cases->size(); ++i)
                QTest::newRow((*cases)[i].name)
                    << (cases == &methodCases ? 0 : 1) << static_cast<int>(i);
    }

    void everythingWrongIsReportedAtItsPlace() {
        QFETCH(int, group);
        QFETCH(int, index);
        const Case& now = (group == 0 ? methodCases : specCases)[static_cast<std::size_t>(index)];
        const Problems problems = problemsAfter(now.change);
        QCOMPARE(codesAndPaths(problems), now.reported);
        QVERIFY2(problems[0].hint.starts_with(now.hint), problems[0].hint.c_str());
        QVERIFY(!problems[0].found.empty() && !problems[0].expected.empty());
    }

    /// A fix is a promise: what it makes of the spec has that problem no longer.
    void everyFixEndsItsProblem_data() { everythingWrongIsReportedAtItsPlace_data(); }

    void everyFixEndsItsProblem() {
        QFETCH(int, group);
        QFETCH(int, index);
        const Case& now = (group == 0 ? methodCases : specCases)[static_cast<std::size_t>(index)];
        ExperimentSpec spec = testSpec();
        now.change(spec);
        const Problems problems = validate(spec, testCatalogue());
        // Only the toy backbone's own two have none.
        QCOMPARE(problems[0].fix.has_value(), !problems[0].code.starts_with("backbone."));
        if (!problems[0].fix)
            return;
        const auto fixed = withFix(spec, testCatalogue(), *problems[0].fix);
        QVERIFY2(fixed.has_value(), problems[0].fix->path.c_str());
        const auto left = codesAndPaths(validate(*fixed, testCatalogue()));
        const auto before = codesAndPaths(problems).front();
        QVERIFY2(std::ranges::find(left, before) == left.end(), before.c_str());
    }

    void ofTwoWrongRulesEachFixEndsItsOwn() {
        ExperimentSpec spec = testSpec();
        spec.network.sharing = {"*: tied", "nowhere: merged", "noplace: merged"};
        const Problems problems = validate(spec, testCatalogue());
        QCOMPARE(problems.size(), std::size_t{2});
        const auto first = withFix(spec, testCatalogue(), *problems[0].fix);
        QCOMPARE(first->network.sharing, (Texts{"*: tied", "noplace: merged"}));
        const auto second = withFix(spec, testCatalogue(), *problems[1].fix);
        QCOMPARE(second->network.sharing, (Texts{"*: tied", "nowhere: merged"}));
    }

    void combiningGradientsNeedsSomethingThatTasksShare() {
        Catalogue catalogue = testCatalogue();
        catalogue.balancings.push_back({{.id = "surgery"}, Consumes::Gramian});
        ExperimentSpec spec = testSpec();
        spec.train.balancing.id = "surgery";
        const auto problemsOf = [&](const Texts& sharing, const Texts& changes = {}) {
            spec.network.sharing = sharing;
            spec.network.planChanges = changes;
            return validate(spec, catalogue);
        };
        for (const char* shared :
             {"enc1*: tied", "enc1*: merged", "enc1*: {segmentation, depth} | {normal} separate"})
            QCOMPARE(problemsOf({"*: separate", shared}), Problems{});
        for (const char* apart : {"*: separate", "*: factors shared"}) {
            const Problems problems = problemsOf({apart});
            QCOMPARE(codesAndPaths(problems), Texts{"train.balancing at train.balancing.id"});
            QVERIFY(problems[0].found.find("surgery") != std::string::npos);
            QVERIFY(problems[0].hint.find("network.sharing") != std::string::npos);
            const auto fixed = withFix(spec, catalogue, *problems[0].fix);
            QVERIFY(fixed && validate(*fixed, catalogue).empty());
        }
        // A sharing that changes may come to share, or leave it.
        QCOMPARE(problemsOf({"*: separate"}, {"10: *: tied"}), Problems{});
        // One task alone has nothing to balance, and learns as ever.
        spec.tasks.resize(1);
        QCOMPARE(problemsOf({"*: tied"}), Problems{});
    }

    void moreTasksThanASetHoldsAreRefusedWithoutAnyArithmetic() {
        Catalogue catalogue = testCatalogue();
        ExperimentSpec spec = testSpec();
        spec.tasks.clear();
        for (int i = 0; i <= MaxTasks; ++i) {
            catalogue.tasks.push_back(catalogue.tasks[1]);
            catalogue.tasks.back().id = "task" + std::to_string(i);
            spec.tasks.push_back({{catalogue.tasks.back().id, Json::object()}, 1.0});
        }
        QCOMPARE(codesAndPaths(validate(spec, catalogue)), Texts{"tasks.many at tasks"});
        spec.tasks.pop_back();
        QCOMPARE(validate(spec, catalogue), Problems{});
    }

    void warmUpMayFillTheWholeTrainingAndEpochsDecideOtherwise() {
        QCOMPARE(problemsAfter([](auto& s) { s.train.warmup = s.train.steps; }), Problems{});
        // How many steps some epochs have is not known before the dataset is opened.
        QCOMPARE(problemsAfter([](auto& s) {
                     s.train.epochs = 2;
                     s.train.warmup = 100000;
                 }),
                 Problems{});
    }

    void mergedOnAPlainLayerIsAProblemUntilALaterRuleHealsIt() {
        const auto withPlainDecoder = [](const Texts& rules) {
            return problemsAfter([&](auto& s) {
                s.network.kernels.push_back({"dec*", {"plain", Json::object()}});
                s.network.sharing = rules;
            });
        };
        const Problems problems = withPlainDecoder({"*: merged"});
        QCOMPARE(codesAndPaths(problems), Texts{"sharing.no_core at network.sharing.0"});
        QCOMPARE(problems[0].found, std::string("merged for dec2.1"));
        QVERIFY(problems[0].hint.find("network.kernels") != std::string::npos);
        QCOMPARE(withPlainDecoder({"*: merged", "dec*: tied"}), Problems{});
        QCOMPARE(codesAndPaths(withPlainDecoder({"*: merged", "dec2*: tied"})),
                 Texts{"sharing.no_core at network.sharing.0"});
        QCOMPARE(withPlainDecoder({"enc*: merged", "dec*: separate"}), Problems{});
    }

    void mergingKernelsWithNormsInsideIsAProblem() {
        Catalogue catalogue = testCatalogue();
        for (ParametrizationInfo& info : catalogue.parametrizations)
            info.affine = [id = info.id](const Json&) { return id != "factored"; };
        const auto merged = [](auto& s) { s.network.sharing = {"enc*: merged"}; };
        QCOMPARE(codesAndPaths(problemsAfter(merged, catalogue)),
                 Texts{"sharing.not_linear at network.sharing.0"});
    }

    void batchNormNeedsTwoValuesAChannel_data() {
        QTest::addColumn<int>("batch");
        QTest::addColumn<int>("width");
        QTest::addColumn<QString>("routing");
        QTest::addColumn<QString>("expected"); // empty: nothing is wrong
        // Four stages halve 8 rows to one row; two values are as good beside each other as in two
        // images. In partitioned routing a norm sees the images of one of three tasks.
        QTest::newRow("one image") << 1 << 8 << "exact" << "at least 2";
        QTest::newRow("one image, its tasks in turns") << 1 << 8 << "sampled" << "at least 2";
        QTest::newRow("two images") << 2 << 8 << "exact" << "";
        QTest::newRow("one of twice the width") << 1 << 16 << "exact" << "";
        QTest::newRow("an image for a task") << 5 << 8 << "partitioned" << "at least 6";
        QTest::newRow("two images for a task") << 6 << 8 << "partitioned" << "";
        QTest::newRow("a wide one for a task") << 3 << 16 << "partitioned" << "";
    }

    void batchNormNeedsTwoValuesAChannel() {
        QFETCH(const int, batch);
        QFETCH(const int, width);
        QFETCH(const QString, routing);
        QFETCH(const QString, expected);
        Catalogue catalogue = testCatalogue();
        for (BackboneInfo& backbone : catalogue.backbones)
            backbone.check = [](const Json&, int, int) { return Problems{}; }; // as U-Net has it
        const Problems problems = problemsAfter(
            [&](ExperimentSpec& spec) {
                spec.network.backbone.options["stages"] = 4;
                spec.data.height = 8;
                spec.data.width = width;
                spec.train.batch = batch;
                spec.network.routing = choiceNamed<Routing>(routing.toStdString()).value();
            },
            catalogue);
        if (expected.isEmpty()) {
            QCOMPARE(problems, Problems{});
            return;
        }
        QCOMPARE(codesAndPaths(problems), Texts{"train.one_value at train.batch"});
        QVERIFY(problems[0].fix.has_value());
        QCOMPARE("at least " + problems[0].fix->text.value(), expected.toStdString());
        const std::string text = toText(problems);
        for (const std::string& part :
             {std::to_string(batch), std::string("enc4.1"), std::string("1 × 1"),
              std::string("8 × 8"), expected.toStdString(), std::string("data.height")})
            QVERIFY2(text.find(part) != std::string::npos, text.c_str());
    }

    void specIsValidatedWhole() {
        const Problems problems = problemsAfter([](auto& s) {
            s.train.lr = -1;
            s.train.warmup = 1 << 20;
            s.train.optimizer.id = "x";
            s.network.kernels[0].layers = "x*";
            s.network.sharing = {"y*: tied", "*: {z} merged"};
        });
        QCOMPARE(
            codesAndPaths(problems),
            (Texts{"field.range at train.lr", "method.unknown at train.optimizer.id",
                   "train.warmup at train.warmup", "kernels.no_layer at network.kernels.0.layers",
                   "sharing.no_layer at network.sharing.0",
                   "sharing.unknown_task at network.sharing.1"}));
    }

    void networkIsNotLookedAtWhereItCannotBePutTogether() {
        for (const Change& change : {Change([](auto& s) { s.network.backbone.id = "x"; }),
                                     Change([](auto& s) { s.data.height = -8; }),
                                     Change([](auto& s) { s.tasks[0].method.id = "x"; }),
                                     Change([](auto& s) { s.network.kernels[0].method.id = "x"; })})
            QCOMPARE(problemsAfter([&](auto& s) {
                         s.network.sharing = {"nothing*: tied"};
                         change(s);
                     }).size(),
                     std::size_t{1});
    }

    void runsKeepEveryOption() {
        const Catalogue catalogue = testCatalogue();
        const ExperimentSpec complete = withCompleteOptions(testSpec(), catalogue);
        QCOMPARE(jsonText(complete.network.backbone.options),
                 std::string(R"({"stages":2,"convolutions":1,"channels":8,"width":1.0,)"
                             R"("decoder":"unpool"})"));
        QCOMPARE(jsonText(complete.network.kernels[0].method.options),
                 std::string(R"({"matricization":"channel","core":"full","rank":1.0})"));
        QCOMPARE(jsonText(complete.tasks[0].method.options), std::string(R"({"smoothing":0.0})"));
        QCOMPARE(jsonText(complete.train.optimizer.options), std::string(R"({"beta1":0.9})"));
        QCOMPARE(jsonText(complete.data.dataset.options),
                 std::string(R"({"samples":100,"folder":""})"));
        QCOMPARE(validate(complete, catalogue), Problems{});
        QVERIFY(withCompleteOptions(complete, catalogue) == complete);
    }

    void unknownMethodsKeepTheirOptions() {
        ExperimentSpec spec = testSpec();
        spec.train.optimizer = {"x", {{"y", 1}}};
        QVERIFY(withCompleteOptions(spec, testCatalogue()).train.optimizer == spec.train.optimizer);
    }
};

QTEST_APPLESS_MAIN(ValidateTest)
#include "tst_validate.moc"
