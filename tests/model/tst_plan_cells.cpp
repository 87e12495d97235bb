// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_cells.h"
#include "core/values/text.h"
#include "tests/expected.h"
#include "tests/model/toy_layers.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

using enum PlanEditKind;

const Texts tasks{"s", "d", "n"};
const std::vector<LayerFactors> layers{factored("enc1.1"), factored("enc1.2"), plain("dec1.1"),
                                       branched("dec1.2")};

SharingPlan planOf(const Texts& rules) {
    const PlanResolution resolved = resolvePlan(rules, layers, tasks, "");
    return resolved.problems.empty() ? resolved.plan : SharingPlan{};
}

/// Cells of one layer by the letters of its tasks.
std::vector<PlanCell> cells(std::size_t layer, const std::string& letters) {
    std::vector<PlanCell> all;
    for (const char letter : letters)
        all.push_back({layer, letter == 's' ? 0 : letter == 'd' ? 1 : 2});
    return all;
}

/// The plan after an edit of a plan that rules say, or the code of its problem.
struct Outcome {
    SharingPlan plan;
    std::string problem;
};

Outcome after(const Texts& rules, PlanEdit edit, TaskSet resting = 0) {
    SharingPlan plan = planOf(rules);
    plan.resting = resting;
    auto edited = editedPlan(plan, layers, edit);
    if (!edited)
        return {std::move(plan), edited.error().code};
    edited->plan.resting = 0;
    return {std::move(edited->plan), ""};
}

std::string wrong(const Texts& rules, const PlanEdit& edit, TaskSet resting = 0) {
    return after(rules, edit, resting).problem;
}

} // namespace

class PlanCellsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void eachEditMakesThePlanThatRulesWrittenByHandSay_data() {
        QTest::addColumn<QStringList>("before");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("layer");
        QTest::addColumn<QString>("chosen");
        QTest::addColumn<QString>("part");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char* name, QStringList before, PlanEditKind kind, int layer,
                            const char* chosen, const char* part, QStringList expected) {
            QTest::newRow(name) << before << static_cast<int>(kind) << layer
                                << QString::fromLatin1(chosen) << QString::fromLatin1(part)
                                << expected;
        };
        const QStringList tied{"*: tied"}, separate{"*: separate"};
        row("tie all", separate, Tie, 0, "sdn", "", {"*: separate", "enc1.1: tied"});
        row("tie two", separate, Tie, 0, "sd", "",
            {"*: separate", "enc1.1: {s, d} | {n} separate"});
        row("tie two of shared factors", {"*: tied", "enc1.1: factors shared"}, Tie, 0, "sn", "",
            {"*: tied", "enc1.1: {s, n} | {d} factors shared"});
        row("tie joins whole groups", {"*: tied", "enc1.1: {s, d} | {n} separate"}, Tie, 0, "dn",
            "", {"*: tied"});
        row("tie one factor", separate, Tie, 1, "sd", "M",
            {"*: separate", "enc1.2: M {s, d} | {n}"});
        row("tie a norm", separate, Tie, 1, "sdn", "norm",
            {"*: separate", "enc1.2: norm {s, d, n}"});
        row("tie two of a merged layer", {"*: tied", "enc1.1: merged"}, Tie, 0, "sd", "",
            {"*: tied", "enc1.1: {s, d} | {n} merged"});
        row("tie all of a merged layer", {"*: tied", "enc1.1: merged"}, Tie, 0, "sdn", "", tied);
        row("one copy is not merged", {"*: tied", "enc1.1: merged"}, Tie, 0, "sdn", "M", tied);
        row("merge", tied, Merge, 1, "sdn", "", {"*: tied", "enc1.2: merged"});
        row("merge two", tied, Merge, 1, "sd", "", {"*: tied", "enc1.2: merged"});
        row("merge one", tied, Merge, 1, "s", "", {"*: tied", "enc1.2: {s} | {d, n} merged"});
        row("merge by product", tied, MergeByProduct, 1, "sdn", "",
            {"*: tied", "enc1.2: merged by product"});
        row("share factors", tied, ShareFactors, 0, "sdn", "",
            {"*: tied", "enc1.1: factors shared"});
        row("share factors of one", tied, ShareFactors, 0, "n", "",
            {"*: tied", "enc1.1: {s, d} | {n} factors shared"});
        row("share factors that were apart", separate, ShareFactors, 0, "sd", "",
            {"*: separate", "enc1.1: U {s, d} | {n}", "enc1.1: V {s, d} | {n}"});
        row("share factors of a merged layer", {"*: merged", "dec*: tied"}, ShareFactors, 0, "sdn",
            "", {"*: merged", "dec*: tied", "enc1.1: factors shared"});
        row("separate", tied, Separate, 2, "sdn", "", {"*: tied", "dec1.1: separate"});
        row("separate one", tied, Separate, 0, "d", "",
            {"*: tied", "enc1.1: {s, n} | {d} separate"});
        row("separate two", tied, Separate, 0, "sd", "", {"*: tied", "enc1.1: separate"});
        row("separate a merged layer", {"*: merged", "dec*: tied"}, Separate, 1, "sdn", "",
            {"*: merged", "dec*: tied", "enc1.2: separate"});
        row("separate a factor", tied, Separate, 0, "s", "U",
            {"*: tied", "enc1.1: U {s} | {d, n}"});
        row("separate a core of a merged layer", {"*: merged", "dec*: tied"}, Separate, 0, "s",
            "bias", {"*: merged", "dec*: tied", "enc1.1: bias {s} | {d, n}"});
        row("split two", tied, Split, 0, "sd", "", {"*: tied", "enc1.1: {s, d} | {n} separate"});
        row("split keeps what is apart", {"*: tied", "enc1.1: factors shared"}, Split, 0, "s", "",
            {"*: tied", "enc1.1: factors shared", "enc1.1: U {s} | {d, n}",
             "enc1.1: V {s} | {d, n}"});
        row("split a factor", tied, Split, 0, "sd", "V", {"*: tied", "enc1.1: V {s, d} | {n}"});
        row("freeze", {"*: tied", "enc1.1: freeze M"}, Freeze, 0, "s", "",
            {"*: tied", "enc1.1: freeze"});
        row("freeze a factor", tied, Freeze, 0, "s", "M", {"*: tied", "enc1.1: freeze M"});
        row("unfreeze", {"*: tied", "*: rest"}, Unfreeze, 0, "s", "",
            {"*: tied", "*: rest", "enc1.1: unfreeze"});
        row("unfreeze a factor", {"*: tied", "enc*: freeze"}, Unfreeze, 1, "s", "U",
            {"*: tied", "enc*: freeze", "enc1.2: unfreeze U"});
        row("what is frozen stays so", {"*: tied", "enc1.1: freeze M"}, Separate, 0, "sdn", "",
            {"*: tied", "enc1.1: separate", "enc1.1: freeze M"});
        row("next of tied", tied, Next, 0, "s", "", {"*: tied", "enc1.1: merged"});
        row("next of merged", {"*: tied", "enc1.1: merged"}, Next, 0, "s", "",
            {"*: tied", "enc1.1: factors shared"});
        row("next of a plain kernel", tied, Next, 2, "s", "", {"*: tied", "dec1.1: separate"});
        row("next of groups", {"*: tied", "dec1.1: {s, d} | {n} separate"}, Next, 2, "s", "", tied);
        row("next of a norm", tied, Next, 0, "s", "norm",
            {"*: tied", "enc1.1: norm {s} | {d} | {n}"});
        row("trunk", {"*: tied", "enc1.1: separate"}, Trunk, 1, "sdn", "",
            {"*: tied", "dec*: separate"});
        row("trunk of two", tied, Trunk, 2, "sd", "", {"*: tied", "dec1.2: separate"});
        row("join", separate, Join, 1, "sd", "", {"*: separate", "enc*: {s, d} | {n} separate"});
        row("join norms", separate, Join, 1, "sdn", "norm",
            {"*: separate", "enc*: norm {s, d, n}"});
    }
    void eachEditMakesThePlanThatRulesWrittenByHandSay() {
        QFETCH(QStringList, before);
        QFETCH(int, kind);
        QFETCH(int, layer);
        QFETCH(QString, chosen);
        QFETCH(QString, part);
        QFETCH(QStringList, expected);
        const auto texts = [](const QStringList& list) {
            Texts all;
            for (const QString& text : list)
                all.push_back(text.toStdString());
            return all;
        };
        const SharingPlan wanted = planOf(texts(expected));
        QVERIFY2(!wanted.layers.empty() && !planOf(texts(before)).layers.empty(), "a test's rule");
        const Outcome outcome = after(
            texts(before), {.kind = static_cast<PlanEditKind>(kind),
                            .cells = cells(static_cast<std::size_t>(layer), chosen.toStdString()),
                            .part = part.toStdString()});
        QCOMPARE(outcome.problem, std::string());
        QVERIFY2(outcome.plan == wanted, jsonText(toJson(outcome.plan)).c_str());
    }

    void whatALayerCannotBeIsRefusedWithItsReason() {
        const Texts tied{"*: tied"};
        const Texts merged{"*: tied", "enc1.1: merged"};
        QCOMPARE(wrong(tied, {.kind = ShareFactors, .cells = cells(2, "sdn")}), "sharing.no_core");
        QCOMPARE(wrong(tied, {.kind = Merge, .cells = cells(3, "sdn")}), "sharing.not_linear");
        QCOMPARE(wrong(merged, {.kind = Separate, .cells = cells(0, "s")}), "plan_edit.merged");
        QCOMPARE(wrong(merged, {.kind = Split, .cells = cells(0, "sd")}), "plan_edit.merged");
        QCOMPARE(wrong(merged, {.kind = ShareFactors, .cells = cells(0, "sd")}),
                 "plan_edit.merged");
        QCOMPARE(wrong({"*: separate"}, {.kind = Merge, .cells = cells(0, "sd")}),
                 "plan_edit.merged");
        QCOMPARE(wrong(tied, {.kind = Tie, .cells = cells(2, "sd"), .part = "M"}),
                 "plan_edit.no_part");
        QCOMPARE(wrong(tied, {.kind = Tie, .cells = cells(2, "sd"), .part = "Q"}),
                 "plan_edit.part");
        QCOMPARE(wrong(tied, {.kind = Merge, .cells = cells(0, "sd"), .part = "M"}),
                 "plan_edit.part");
        QCOMPARE(wrong({"*: tied", "enc1.1: merged by product"},
                       {.kind = Separate, .cells = cells(0, "s"), .part = "U"}),
                 "sharing.product");
        QCOMPARE(wrong(tied, {.kind = Merge, .cells = cells(0, "sdn")}, 1), "sharing.rests");
        QCOMPARE(wrong(tied, {.kind = Tie, .cells = {}}), "plan_edit.cells");
        QCOMPARE(wrong(tied, {.kind = Tie, .cells = {{9, 0}}}), "plan_edit.cells");
        QCOMPARE(wrong(tied, {.kind = Tie, .cells = {{0, 3}}}), "plan_edit.cells");
        QCOMPARE(wrong(tied, {.kind = Paste, .cells = cells(0, "s")}), "plan_edit.rows");
        std::vector<LayerFactors> oblong{{"a", {{"U", {4, 4}}, {"M", {4, 8}, true}}}};
        const SharingPlan plan = resolvePlan(tied, oblong, tasks, "").plan;
        const auto edited =
            editedPlan(plan, oblong, {.kind = MergeByProduct, .cells = cells(0, "sdn")});
        QVERIFY(!edited);
        QCOMPARE(edited.error().code, "sharing.product");
    }

    void layersThatCannotStayAndTheOthersChange() {
        PlanEdit edit{.kind = Merge, .cells = {}};
        for (std::size_t i = 0; i < layers.size(); ++i)
            for (const PlanCell& cell : cells(i, "sdn"))
                edit.cells.push_back(cell);
        const auto edited = editedPlan(planOf({"*: tied"}), layers, edit);
        QVERIFY(edited.has_value());
        QVERIFY(edited->plan == planOf({"*: tied", "enc*: merged"}));
        QCOMPARE(edited->kept.size(), std::size_t{2});
        QCOMPARE(edited->kept[0].path, "dec1.1");
        QCOMPARE(edited->kept[1].path, "dec1.2");
    }

    void rowsArePastedAndRepeat() {
        const SharingPlan from =
            planOf({"*: tied", "enc1.1: M {s, d} | {n}", "enc1.1: freeze U", "dec1.1: separate"});
        const auto pasted =
            after({"*: tied"}, {.kind = Paste, .cells = {{1, 0}}, .rows = {from.layers[0]}});
        QVERIFY(pasted.plan == planOf({"*: tied", "enc1.2: M {s, d} | {n}", "enc1.2: freeze U"}));
        // Other factors: a named state is one for them too.
        const auto state =
            after({"*: tied"},
                  {.kind = Paste, .cells = {{0, 0}, {1, 1}, {3, 2}}, .rows = {from.layers[2]}});
        QVERIFY(state.plan == planOf({"*: tied", "enc*: separate", "dec1.2: separate"}));
        QCOMPARE(wrong({"*: tied"}, {.kind = Paste, .cells = {{2, 0}}, .rows = {from.layers[0]}}),
                 "plan_edit.other_factors");
        LayerPlan other = from.layers[0];
        other.bias = together(2);
        QCOMPARE(wrong({"*: tied"}, {.kind = Paste, .cells = {{0, 0}}, .rows = {other}}),
                 "plan_edit.rows");
    }

    void presetsAreOfTheWholeNetwork() {
        const auto preset = [](PlanPreset kind, std::vector<PlanCell> at = {}) {
            return after({"*: tied", "enc1.1: {s, d} | {n} merged", "enc*: freeze"},
                         {.kind = Preset, .cells = std::move(at), .preset = kind})
                .plan;
        };
        QVERIFY(preset(PlanPreset::HardSharing) == planOf({"*: tied", "enc*: freeze"}));
        QVERIFY(preset(PlanPreset::AllSingle) == planOf({"*: separate", "enc*: freeze"}));
        QVERIFY(preset(PlanPreset::PerTaskCores)
                == planOf({"*: factors shared", "dec1.1: tied", "enc*: freeze"}));
        QVERIFY(preset(PlanPreset::MergedCores)
                == planOf({"*: tied", "enc*: merged", "enc*: freeze"}));
        QVERIFY(preset(PlanPreset::MergedByProduct)
                == planOf({"*: tied", "enc*: merged by product", "enc*: freeze"}));
        QVERIFY(preset(PlanPreset::EncoderShared)
                == planOf({"*: tied", "dec*: separate", "enc*: freeze"}));
        QVERIFY(preset(PlanPreset::OwnNorms)
                == planOf({"*: tied", "*: norm {s} | {d} | {n}", "enc*: freeze"}));
        QVERIFY(preset(PlanPreset::Tree, {{2, 0}})
                == planOf({"*: tied", "dec1.2: separate", "enc*: freeze"}));
        QCOMPARE(wrong({"*: tied"}, {.kind = Preset, .cells = {}, .preset = PlanPreset::Tree}),
                 "plan_edit.cells");
    }

    void oneTaskIsTiedWhateverIsAsked() {
        const Texts one{"a"};
        const SharingPlan plan = resolvePlan(Texts{"*: tied"}, layers, one, "").plan;
        for (const PlanEditKind kind :
             {Tie, Merge, MergeByProduct, ShareFactors, Separate, Split, Next, Trunk, Join})
            for (std::size_t i = 0; i < layers.size(); ++i) {
                const auto edited = editedPlan(plan, layers, {.kind = kind, .cells = {{i, 0}}});
                QVERIFY(edited.has_value() && edited->plan == plan);
            }
    }

    void anEditSaysWhatItDoes() {
        const SharingPlan plan = planOf({"*: tied"});
        const auto text = [&](const PlanEdit& edit) { return editText(edit, plan); };
        QCOMPARE(text({.kind = Tie, .cells = cells(0, "sd")}), "tie s, d in enc1.1");
        QCOMPARE(text({.kind = Separate, .cells = cells(2, "sdn")}), "separate dec1.1");
        QCOMPARE(text({.kind = Separate,
                       .cells = cellsOf(std::vector<std::size_t>{2, 3}, 7),
                       .part = "norm"}),
                 "separate norm in dec*");
        QCOMPARE(text({.kind = Freeze, .cells = cells(0, "s"), .part = "M"}), "freeze M in enc1.1");
        QCOMPARE(text({.kind = Trunk, .cells = cells(1, "sdn")}), "trunk up to enc1.2");
        QCOMPARE(text({.kind = Preset, .cells = cells(1, "s"), .preset = PlanPreset::Tree}),
                 "preset tree at enc1.2");
    }
};

QTEST_APPLESS_MAIN(PlanCellsTest)
#include "tst_plan_cells.moc"
