// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/values/text.h"
#include "tests/core/core_testing.h"
#include "tests/core/parametrization_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

class ChainTest : public QObject {
    Q_OBJECT

    /// Each method by its id, or as JSON where it has options.
    static Json chained(const Texts& links) {
        const FieldInfo& field = entryNamed("chain").info.options.front();
        const auto list = parseValue(field, join(links, ", "));
        return {{"links", list ? *list : Json(links)}};
    }

    static std::vector<FactorInfo> factorsOf(const KernelShape& shape, const Texts& links) {
        const ParametrizationInfo& info = entryNamed("chain").info;
        return info.factors(shape, completeOptions(info, chained(links)));
    }

    static Texts namesOf(const std::vector<FactorInfo>& factors) {
        Texts names;
        for (const FactorInfo& factor : factors)
            names.push_back(factor.name + (factor.core ? "!" : ""));
        return names;
    }

    static Problems problemsOf(const Texts& links, const KernelShape& shape = {.out = 4, .in = 4,
                                                                               .height = 3,
                                                                               .width = 3}) {
        const ParametrizationInfo& info = entryNamed("chain").info;
        const MethodChoice choice{"chain", chained(links)};
        Problems problems = checkMethod(catalogue(), Family::Parametrization, choice, "");
        return problems.empty() ? info.check(shape, completeOptions(info, choice.options))
                                : problems;
    }

    static std::string with(const char* id, const char* options) {
        return std::string("{\"id\": \"") + id + "\", \"options\": {" + options + "}}";
    }

private Q_SLOTS:
    void itIsItsLinksInSequence() {
        // On an input padded once: 1 × 1; 3 × 3, whose positions do-conv mixes in a product U·M·V;
        // 1 × 1. All by hand from the factors.
        const KernelShape shape{.out = 3, .in = 2, .height = 3, .width = 3};
        const Texts links{with("expand", R"("expansion": 2, "start": "random")"), "do-conv",
                          "factored"};
        const auto method = methodNamed("chain", shape, chained(links));
        QCOMPARE(namesOf(factorsOf(shape, links)), (Texts{"W3", "U", "M!", "V", "D", "W1"}));
        std::vector<torch::Tensor> f;
        for (const torch::Tensor& factor : method->initialize(randomKernel(shape, 1), {2}))
            f.push_back(factor.to(torch::kFloat64) + 0.1);
        const torch::Tensor w = f[1].mm(f[2]).mm(f[3]).reshape({6, 4, 9});
        const torch::Tensor mixed = torch::einsum(
            "ipm,oim->oip", {f[4] + torch::eye(9, torch::kFloat64), w});
        const auto pointwise = [](const torch::Tensor& of) { return of.unsqueeze(2).unsqueeze(3); };
        const torch::Tensor x = torch::randn({2, 2, 6, 7}, torch::kFloat64);
        torch::Tensor y = torch::conv2d(torch::constant_pad_nd(x, {1, 1, 1, 1}), pointwise(f[5]));
        y = torch::conv2d(torch::conv2d(y, mixed.reshape({6, 4, 3, 3})), pointwise(f[0]));
        QVERIFY(relativeDifference(torch::conv2d(x, method->compose(f), {}, 1, 1), y) < 1e-12);
    }

    void withAPlainEndALinkIsItself() {
        for (const std::string id : {"expand", "do-conv"}) {
            const KernelShape shape{.out = 6, .in = 4, .height = 3, .width = 3, .groups = 2};
            const auto own = methodNamed(id, shape, Json::object());
            const auto chain = methodNamed("chain", shape, chained({id, "plain"}));
            const torch::Tensor kernel = randomKernel(shape, 3);
            const auto expected = own->initialize(kernel, {4});
            auto actual = chain->initialize(kernel, {4});
            QCOMPARE(actual.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY(sameBits(actual[i].flatten(), expected[i].flatten()));
            QVERIFY(sameBits(chain->compose(actual), own->compose(expected)));
        }
    }

    void aCoreStaysOneAndNamesStayApart() {
        const KernelShape shape{.out = 4, .in = 4, .height = 3, .width = 3};
        QCOMPARE(namesOf(factorsOf(shape, {"factored"})), (Texts{"U", "M!", "V"}));
        QCOMPARE(namesOf(factorsOf(shape, {"expand", "plain"})), (Texts{"W3", "W!", "W1"}));
        QCOMPARE(namesOf(factorsOf(shape, {"do-conv", "plain"})), (Texts{"W", "D"}));
        QCOMPARE(namesOf(factorsOf(shape, {"expand", "do-conv", "plain"})),
                 (Texts{"W3", "W!", "D", "W1"}));
        QCOMPARE(namesOf(factorsOf(shape, {"expand", "expand", "factored"})),
                 (Texts{"W3", "W3.2", "U", "M!", "V", "W1.2", "W1"}));
        // The second expand's kernel is four times as wide again: 4 · 4 · 4 channels.
        QCOMPARE(factorsOf(shape, {"expand", "expand", "plain"})[2].shape,
                 (std::vector<std::int64_t>{64, 64, 3, 3}));
    }

    void itsCostIsItsLinks() {
        const KernelShape shape{.out = 5, .in = 3, .height = 3, .width = 3};
        const auto cost = [&](std::string_view id, const KernelShape& of, const Json& options) {
            const ParametrizationInfo& info = entryNamed(id).info;
            return info.composeCost(of, completeOptions(info, options));
        };
        const KernelShape wide{.out = 10, .in = 6, .height = 3, .width = 3};
        QCOMPARE(cost("chain", shape, chained({with("expand", R"("expansion": 2)"), "factored"})),
                 cost("expand", shape, {{"expansion", 2}})
                     + cost("factored", wide, Json::object()));
    }

    void aRegularizerIsThatOfItsLink() {
        const KernelShape shape{.out = 4, .in = 4, .height = 3, .width = 3};
        const auto method = methodNamed(
            "chain", shape,
            chained({"do-conv", with("factored", R"("split": "core", "regularizer": 0.5)")}));
        const torch::Tensor twice = 2 * torch::eye(4, torch::kFloat64);
        // U, M, V, D: 2·I gives ‖3·I‖² · 0.5 / 4² = 36 / 32.
        QVERIFY(std::abs(method->regularizer(0, twice).item<double>() - 1.125) < 1e-12);
        QVERIFY(!method->regularizer(1, twice).defined());
        QVERIFY(method->regularizer(2, twice).defined());
        QVERIFY(!method->regularizer(3, twice).defined());
    }

    void whatCannotBeChainedIsAProblem_data() {
        QTest::addColumn<QStringList>("links");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("path");
        const auto add = [](const char* name, const QStringList& links, const char* code,
                            const char* path) {
            QTest::newRow(name) << links << code << path;
        };
        const auto expand = [](const char* options) {
            return QString::fromStdString(with("expand", options));
        };
        add("nothing", {""}, "field.range", "options.links");
        add("unknown", {"expnad", "plain"}, "method.unknown", "options.links.0.id");
        add("a chain", {"chain", "plain"}, "chain.nested", "links.0.id");
        add("a chain at the end", {"expand", "chain"}, "chain.nested", "links.1.id");
        add("repvgg", {"expand", "repvgg"}, "chain.not_linear", "links.1.id");
        add("repvgg first", {"repvgg", "plain"}, "chain.not_linear", "links.0.id");
        add("plain in the middle", {"expand", "plain", "factored"}, "chain.middle", "links.1.id");
        add("factored first", {"factored", "plain"}, "chain.middle", "links.0.id");
        add("no end", {"factored", "do-conv"}, "chain.middle", "links.0.id");
        add("an open end", {"expand", "do-conv"}, "chain.end", "links.1.id");
        add("unknown option", {expand(R"("width": 2)"), "plain"}, "method.unknown_option",
            "options.links.0.options.width");
        add("out of range", {expand(R"("expansion": 99)"), "plain"}, "field.range",
            "options.links.0.options.expansion");
        add("no number", {expand(R"("expansion": "x")"), "plain"}, "field.type",
            "options.links.0.options.expansion");
        add("a method's own",
            {"do-conv", QString::fromStdString(with("factored", R"("regularizer": 1)"))},
            "factored.regularizer", "links.1.options.regularizer");
        const QString wide = expand(R"("expansion": 16)");
        add("far too wide", {wide, wide, wide, wide, "plain"}, "chain.large",
            "links.2.id"); // 4 · 16³ channels, squared, of 9 positions
    }

    void whatCannotBeChainedIsAProblem() {
        QFETCH(QStringList, links);
        Texts texts;
        for (const QString& link : links)
            texts.push_back(link.toStdString());
        const Problems problems = problemsOf(texts);
        QVERIFY(!problems.empty());
        QTEST(QString::fromStdString(problems.front().code), "code");
        QTEST(QString::fromStdString(problems.front().path), "path");
        QVERIFY(!problems.front().found.empty() && !problems.front().expected.empty());
    }

    void itSaysWhatMayStandAtTheEnd() {
        const std::string expected = problemsOf({"expand", "do-conv"}).front().expected;
        QVERIFY2(expected.starts_with("at the end one of: plain, factored"), expected.c_str());
        for (const char* other : {"expand", "do-conv", "repvgg", "chain"})
            QVERIFY2(expected.find(other) == std::string::npos, expected.c_str());
    }

    void aSpecNamesThePlaceAndNothingThatFollowsFromIt() {
        ExperimentSpec spec = tinySpec("chain", "*: merged");
        QCOMPARE(validate(spec, catalogue()), Problems{});
        spec.network.kernels[0].method.options = chained({"do-conv", "expand"});
        const Problems problems = validate(spec, catalogue());
        QCOMPARE(problems.size(), 1U);
        QCOMPARE(problems.front().path, std::string("network.kernels.0.options.links.1.id"));
        spec.network.kernels[0].method.options["links"] = Json::array();
        QCOMPARE(validate(spec, catalogue()).front().code, std::string("field.range"));
    }

    /// Two spellings of one kernel are one kernel, whatever of its options is written.
    void whatIsAtItsDefaultNeedNotBeWritten() {
        const auto designOf = [](const Json& options) {
            ExperimentSpec spec = tinySpec("chain", "*: merged");
            spec.network.kernels[0].method.options = options;
            return designNetwork(spec, catalogue(), std::vector{4, 1, 3}).design.layers[0].method;
        };
        QVERIFY(designOf(Json::object()) == designOf(chained({"do-conv", "factored"})));
        QVERIFY(designOf(chained({"do-conv", with("factored", R"("rank": 1.0)")}))
                == designOf(chained({"do-conv", "factored"})));
        QVERIFY(!(designOf(chained({"do-conv", with("factored", R"("rank": 0.5)")}))
                  == designOf(chained({"do-conv", "factored"}))));
    }
};

QTEST_GUILESS_MAIN(ChainTest)
#include "tst_chain.moc"
