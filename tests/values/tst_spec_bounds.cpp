// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/spec_fields.h"
#include "core/values/text.h"
#include "tests/printing.h"
#include "tests/values/spec_samples.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace concertina;

namespace {

/// `value` as a value of the field: a number, or a list with it.
Json asValue(const FieldInfo& field, double number) {
    const bool whole = field.type == FieldType::Integer || field.type == FieldType::Integers;
    const Json value = whole ? Json(static_cast<std::int64_t>(number)) : Json(number);
    const bool list = field.type == FieldType::Integers || field.type == FieldType::Reals;
    return list ? Json::array({field.minimum, value}) : value;
}

bool isNumeric(const FieldInfo& field) {
    return field.type != FieldType::Boolean && field.type != FieldType::Text
           && field.type != FieldType::Choice && field.type != FieldType::Texts;
}

/// The nearest number beyond a bound, towards `direction`.
double beyond(const FieldInfo& field, double bound, double direction) {
    const bool whole = field.type == FieldType::Integer || field.type == FieldType::Integers;
    return whole ? bound + direction : std::nextafter(bound, bound + direction);
}

Problems problemsWith(const std::string& path, const Json& value) {
    Json json = toJson(otherSpec());
    placeIn(json, path) = value;
    return readSpec(json).problems;
}

} // namespace

class SpecBoundsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void defaultsAreRight() {
        QCOMPARE(checkFields(ExperimentSpec{}), Problems{});
        for (const auto& [path, field] : allFields())
            QVERIFY2(!check(*field, field->defaultValue, path), path.c_str());
    }

    void everyFieldIsDescribedForPeople() {
        std::set<std::string> labels, paths;
        for (const auto& [path, field] : allFields()) {
            QVERIFY2(paths.insert(path).second, path.c_str());
            QVERIFY2(labels.insert(field->label).second, ("label of " + path).c_str());
            QVERIFY2(!field->label.empty() && field->help.ends_with('.'), path.c_str());
            QVERIFY2((field->type == FieldType::Choice) == !field->choices.empty(), path.c_str());
            QVERIFY2(field->minimum <= field->maximum, path.c_str());
            // A number without bounds could not be cast to its member, nor shown in a form.
            QVERIFY2(!isNumeric(*field)
                         || (std::isfinite(field->minimum) && std::isfinite(field->maximum)),
                     path.c_str());
        }
        for (const auto& place : specMethods())
            QVERIFY2(!place.label.empty() && place.help.ends_with('.'), place.path.c_str());
    }

    void boundsOfEveryNumberAreHeld_data() {
        QTest::addColumn<QString>("path");
        for (const auto& [path, field] : allFields())
            if (isNumeric(*field))
                QTest::newRow(path.c_str()) << QString::fromStdString(path);
    }

    void boundsOfEveryNumberAreHeld() {
        QFETCH(QString, path);
        const std::string at = path.toStdString();
        const FieldInfo* field = nullptr;
        for (const auto& [candidate, info] : allFields())
            if (candidate == at)
                field = info;
        QVERIFY(field);
        QCOMPARE(problemsWith(at, asValue(*field, field->minimum)), Problems{});
        QCOMPARE(problemsWith(at, asValue(*field, field->maximum)), Problems{});
        for (const double number :
             {beyond(*field, field->minimum, -1), beyond(*field, field->maximum, +1)}) {
            const Problems problems = problemsWith(at, asValue(*field, number));
            QCOMPARE(codesAndPaths(problems), (Texts{"field.range at " + at}));
            // The text names what was found and both bounds.
            QVERIFY(problems[0].found.find(numberText(number)) != std::string::npos);
            QVERIFY(problems[0].expected.find(numberText(field->minimum)) != std::string::npos);
            QVERIFY(problems[0].expected.find(numberText(field->maximum)) != std::string::npos);
        }
    }

    void boundsAreHeldInSpecsMadeInCode() {
        ExperimentSpec spec = otherSpec();
        spec.train.lr = -1;
        spec.data.scales = {};
        spec.tasks[1].weight = std::nan("");
        QCOMPARE(codesAndPaths(checkFields(spec)),
                 (Texts{"field.range at data.scales", "field.range at train.lr",
                        "field.range at tasks.1.weight"}));
    }

    void everyChoiceIsTakenAndNothingElse() {
        int choices = 0;
        for (const auto& [path, field] : allFields()) {
            if (field->type != FieldType::Choice)
                continue;
            for (const std::string& choice : field->choices)
                QCOMPARE(problemsWith(path, choice), Problems{});
            QCOMPARE(codesAndPaths(problemsWith(path, field->choices[0] + "x")),
                     (Texts{"field.choice at " + path}));
            ++choices;
        }
        QVERIFY(choices > 0);
    }

    void wrongTypesAreReportedForEveryField() {
        for (const auto& [path, field] : allFields())
            for (const Json& value : {Json(nullptr), Json::object({{"a", 1}}),
                                      Json::array({Json::array()}), Json("text"), Json(true)}) {
                const bool fits = (value == "text" && field->type == FieldType::Text)
                                  || (value == true && field->type == FieldType::Boolean);
                const Texts reported = codesAndPaths(problemsWith(path, value));
                if (fits)
                    QCOMPARE(reported, Texts{});
                else if (value == "text" && field->type == FieldType::Choice)
                    QCOMPARE(reported, (Texts{"field.choice at " + path}));
                else
                    QCOMPARE(reported, (Texts{"field.type at " + path}));
            }
    }

    void wrongTypesOfSectionsListsAndMethodsAreReported() {
        for (const char* path : {"data", "network", "train", "tasks", "network.kernels", "tasks.0",
                                 "network.kernels.1", "train.optimizer", "train.optimizer.id",
                                 "train.optimizer.options", "tasks.0.id", "tasks.1.options",
                                 "network.kernels.0.options"})
            for (const Json& value : {Json(5), Json(nullptr), Json(true)})
                QCOMPARE(codesAndPaths(problemsWith(path, value)),
                         (Texts{std::string("field.type at ") + path}));
        QCOMPARE(codesAndPaths(problemsWith("data", Json::array())), (Texts{"field.type at data"}));
        QCOMPARE(codesAndPaths(problemsWith("tasks", Json::object())),
                 (Texts{"field.type at tasks"}));
    }

    void whatIsWrongKeepsItsDefaultAndTheRestIsRead() {
        Json json = toJson(otherSpec());
        placeIn(json, "train.lr") = "fast";
        placeIn(json, "train.batch") = 0;
        const SpecReading reading = readSpec(json);
        QCOMPARE(codesAndPaths(reading.problems),
                 (Texts{"field.range at train.batch", "field.type at train.lr"}));
        ExperimentSpec expected = otherSpec();
        expected.train.lr = TrainSpec{}.lr;
        expected.train.batch = TrainSpec{}.batch;
        QVERIFY(reading.spec == expected);
    }
};

QTEST_APPLESS_MAIN(SpecBoundsTest)
#include "tst_spec_bounds.moc"
