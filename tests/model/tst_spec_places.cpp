// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/spec_places.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace concertina;

class SpecPlacesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFieldMethodAndOptionHasOnePlace() {
        const Catalogue catalogue = testCatalogue();
        const ExperimentSpec spec = testSpec();
        std::set<std::string> paths;
        for (const SpecPlace& place : placesOf(spec, catalogue))
            QVERIFY2(paths.insert(place.path).second, place.path.c_str());
        for (const auto& field : specFields())
            QVERIFY2(paths.contains(field.path), field.path.c_str());
        for (const auto& where : specMethods())
            QVERIFY2(paths.contains(where.path + ".id"), where.path.c_str());
        for (const char* path : {"tasks.0.id", "tasks.2.weight", "tasks.0.options.smoothing",
                                 "network.kernels.0.layers", "network.kernels.0.options.rank",
                                 "network.backbone.options.width", "train.optimizer.options.beta1"})
            QVERIFY2(paths.contains(path), path);
    }

    void theOrderIsThatOfTheFile() {
        const auto places = placesOf(testSpec(), testCatalogue());
        const auto at = [&](const std::string& path) {
            return std::ranges::find(places, path, &SpecPlace::path) - places.begin();
        };
        QVERIFY(at("name") < at("data.dataset.id"));
        QVERIFY(at("data.dataset.id") < at("data.dataset.options.samples"));
        QVERIFY(at("data.dataset.options.samples") < at("data.height"));
        QVERIFY(at("data.height") < at("tasks.0.id"));
        QVERIFY(at("tasks.2.id") < at("network.backbone.id"));
        QVERIFY(at("network.kernels.0.id") < at("train.optimizer.id"));
    }

    void whatIsSetIsReadAgain() {
        const Catalogue catalogue = testCatalogue();
        const auto set = [&](const std::string& path, const Json& value) {
            const auto place = placeAt(testSpec(), catalogue, path);
            const ExperimentSpec spec = withJsonAt(testSpec(), *place, value);
            return placeAt(spec, catalogue, path)->value == value;
        };
        QVERIFY(set("train.lr", 0.25));
        QVERIFY(set("tasks.1.weight", 2.0));
        QVERIFY(set("network.kernels.0.layers", "enc*"));
        QVERIFY(set("network.backbone.options.width", 0.5));
        QVERIFY(set("tasks.0.options.smoothing", 0.25));
        QVERIFY(set("train.optimizer.id", "sgd"));
    }

    void anotherMethodStartsWithItsDefaults() {
        const Catalogue catalogue = testCatalogue();
        ExperimentSpec spec = testSpec();
        spec.train.optimizer = {"adam", {{"beta1", 0.5}}};
        const auto place = placeAt(spec, catalogue, "train.optimizer.id");
        QVERIFY(withJsonAt(spec, *place, "adam") == spec);
        QVERIFY((withJsonAt(spec, *place, "sgd").train.optimizer
                 == MethodChoice{"sgd", Json::object()}));
    }

    void anOptionAtItsDefaultIsNotWritten() {
        const Catalogue catalogue = testCatalogue();
        ExperimentSpec spec = testSpec();
        spec.network.backbone.options["width"] = 0.5;
        const auto place = placeAt(spec, catalogue, "network.backbone.options.width");
        QVERIFY(withJsonAt(spec, *place, 1).network.backbone.options.empty());
    }

    void anUnknownMethodHasAPlaceButNoOptions() {
        ExperimentSpec spec = testSpec();
        spec.network.backbone = {"gone", {{"width", 1}}};
        QVERIFY(placeAt(spec, testCatalogue(), "network.backbone.id")->value == Json("gone"));
        QVERIFY(!placeAt(spec, testCatalogue(), "network.backbone.options.width"));
        QVERIFY(!placeAt(spec, testCatalogue(), "tasks.7.weight"));
    }

    /// Each method of a list has places as one that stands alone.
    void methodsOfAListHavePlaces() {
        const Catalogue catalogue = catalogueWithLists();
        ExperimentSpec spec = testSpec();
        spec.network.kernels[0].method = {"stack", Json::object()};
        const std::string list = "network.kernels.0.options.parts";
        const auto value = [&](const std::string& path) {
            return placeAt(spec, catalogue, list + path)->value;
        };
        const auto set = [&](const std::string& path, const Json& json) {
            spec = withJsonAt(spec, *placeAt(spec, catalogue, list + path), json);
        };
        QVERIFY(value(".1.id") == Json("factored")); // those of the default
        QVERIFY(value(".1.options.rank") == Json(1.0));
        QVERIFY(!placeAt(spec, catalogue, list + ".0.options.rank"));
        QVERIFY(!placeAt(spec, catalogue, list + ".2.id"));
        set(".1.options.rank", 0.5);
        QVERIFY(value(".1.options.rank") == Json(0.5));
        QVERIFY(value(".0.id") == Json("plain")); // the rest of the default is kept
        set(".0.id", "factored");
        QVERIFY(value(".0.options.rank") == Json(1.0));
        QVERIFY(value(".1.options.rank") == Json(0.5));
        set(".1.options.rank", 1.0);
        QVERIFY(spec.network.kernels[0].method.options["parts"][1]["options"].empty());
        // In a list in it.
        set("", parseJson(R"([{"id": "stack"}, {"id": "plain"}])"));
        set(".0.options.parts.1.options.rank", 2.0);
        QVERIFY(value(".0.options.parts.1.options.rank") == Json(2.0));
        // And a fix takes one, or an option of it, away.
        spec = withFix(spec, catalogue, Fix{list + ".0.options.parts.1.options.rank"}).value();
        QVERIFY(value(".0.options.parts.1.options.rank") == Json(1.0));
        spec = withFix(spec, catalogue, Fix{list + ".0"}).value();
        QVERIFY(value(".0.id") == Json("plain"));
        QVERIFY(!withFix(spec, catalogue, Fix{list + ".1"}).has_value());
    }

    void whatAFixTakesAwayIsGone() {
        const Catalogue catalogue = testCatalogue();
        ExperimentSpec spec = testSpec();
        spec.network.sharing = {"*: tied", "enc*: merged"};
        spec.network.contractionOrder = {"*: U·M·V"};
        spec.train.optimizer.options = {{"beta1", 0.8}, {"beta9", 1}};
        const auto without = [&](const std::string& path) {
            return withFix(spec, catalogue, Fix{path});
        };
        QCOMPARE(without("network.sharing.0")->network.sharing, Texts{"enc*: merged"});
        QVERIFY(without("network.contraction_order.0")->network.contractionOrder.empty());
        QCOMPARE(without("tasks.1")->tasks.size(), spec.tasks.size() - 1);
        const Json left = without("train.optimizer.options.beta9")->train.optimizer.options;
        QVERIFY(left == Json({{"beta1", 0.8}}));
        for (const char* path : {"network.sharing.2", "network.sharing", "tasks.9", "tasks.1x",
                                 "train.lr", "train.optimizer.id", "nothing", "",
                                 "network.sharing.99999999999999999999"})
            QVERIFY2(!without(path).has_value(), path);
    }

    void aFixThatIsNoValueOfItsFieldIsRefused() {
        const Catalogue catalogue = testCatalogue();
        for (const Fix& fix : {Fix{"train.lr", "-1"}, Fix{"train.lr", "fast"},
                               Fix{"train.optimizer.id", "x"}, Fix{"train.rl", "1"}})
            QVERIFY2(!withFix(testSpec(), catalogue, fix).has_value(), fix.path.c_str());
        QCOMPARE(withFix(testSpec(), catalogue, {"train.lr", ".5"})->train.lr, 0.5);
    }
};

QTEST_APPLESS_MAIN(SpecPlacesTest)

#include "tst_spec_places.moc"
