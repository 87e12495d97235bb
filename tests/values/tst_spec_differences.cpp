// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/spec_fields.h"
#include "tests/printing.h"
#include "tests/values/spec_samples.h"

#include <QTest>

using namespace concertina;

namespace {

using Differences = std::vector<SpecDifference>;

} // namespace

class SpecDifferencesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalSpecsDifferInNothing() {
        QCOMPARE(differences(ExperimentSpec{}, ExperimentSpec{}), Differences{});
        QCOMPARE(differences(otherSpec(), otherSpec()), Differences{});
    }

    void everyFieldThatDiffersIsReported() {
        for (const auto& field : specFields()) {
            ExperimentSpec changed = otherSpec();
            field.set(changed, field.defaultValue);
            QCOMPARE(differences(otherSpec(), changed),
                     (Differences{{field.path, valueText(otherValue(field)),
                                   valueText(field.defaultValue)}}));
        }
    }

    void methodsDifferByIdAndByEachOption() {
        ExperimentSpec left, right;
        left.train.optimizer = {"adam", {{"beta1", 0.9}, {"beta2", 0.999}}};
        right.train.optimizer = {"sgd", {{"beta1", 0.8}, {"momentum", 0.9}}};
        QCOMPARE(differences(left, right),
                 (Differences{{"train.optimizer.id", "adam", "sgd"},
                              {"train.optimizer.options.beta1", "0.9", "0.8"},
                              {"train.optimizer.options.beta2", "0.999", "—"},
                              {"train.optimizer.options.momentum", "—", "0.9"}}));
    }

    void recordsAreComparedPlaceByPlace() {
        ExperimentSpec left, right;
        left.tasks = {{{"depth", Json::object()}, 1.0}, {{"normal", Json::object()}, 2.0}};
        right.tasks = {{{"depth", Json::object()}, 0.5}};
        QCOMPARE(differences(left, right), (Differences{{"tasks.0.weight", "1", "0.5"},
                                                        {"tasks.1.weight", "2", "—"},
                                                        {"tasks.1.rests", "false", "—"},
                                                        {"tasks.1.from", "", "—"},
                                                        {"tasks.1.name", "", "—"},
                                                        {"tasks.1.target", "", "—"},
                                                        {"tasks.1.id", "normal", "—"}}));
    }

    void theOrderOfOptionsIsNoDifference() {
        ExperimentSpec left, right;
        left.network.backbone.options = {{"a", 1}, {"b", 2}};
        right.network.backbone.options = {{"b", 2}, {"a", 1}};
        QCOMPARE(differences(left, right), Differences{});
    }

    void listsThatReadAlikeAreReported() {
        ExperimentSpec left, right;
        left.network.sharing = {"a: tied, b"};
        right.network.sharing = {"a: tied", "b"};
        QCOMPARE(differences(left, right),
                 (Differences{{"network.sharing", "a: tied, b", "a: tied, b"}}));
    }

    void oneNumberInTwoSpellingsIsNoDifference() {
        ExperimentSpec left, right;
        left.network.backbone.options = {{"width", 1}};
        right.network.backbone.options = {{"width", 1.0}};
        QCOMPARE(differences(left, right), Differences{});
    }
};

QTEST_APPLESS_MAIN(SpecDifferencesTest)
#include "tst_spec_differences.moc"
