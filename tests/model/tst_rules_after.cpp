// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plan_cells.h"
#include "core/model/plan_rules.h"
#include "core/model/sharing_edit.h"
#include "core/values/text.h"
#include "tests/model/labelings.h"
#include "tests/model/toy_layers.h"
#include "tests/printing.h"

#include <QTest>

#include <queue>
#include <random>

using namespace concertina;
using namespace concertina::testing;

namespace {

const Texts tasks{"segmentation", "depth", "normal"};

Texts stages(const std::string& side, const std::vector<int>& convolutions, bool back = false) {
    Texts names;
    for (std::size_t s = 0; s < convolutions.size(); ++s) {
        const std::size_t stage = back ? convolutions.size() - s : s + 1;
        for (int i = 1; i <= convolutions[stage - 1]; ++i)
            names.push_back(side + std::to_string(stage) + "." + std::to_string(i));
    }
    return names;
}

Texts segnetNames() {
    Texts names = stages("enc", {2, 2, 3, 3, 3});
    for (const std::string& name : stages("dec", {2, 2, 3, 3, 3}, true))
        names.push_back(name);
    return names;
}

Texts unetNames() {
    Texts names = stages("enc", {2, 2, 2, 2, 2});
    for (const std::string& name : stages("dec", {2, 2, 2, 2}, true))
        names.push_back(name);
    return names;
}

/// A square core of `width` channels; every fifth kernel is plain where `mixed`.
std::vector<LayerFactors> network(const Texts& names, int width, bool mixed = false) {
    std::vector<LayerFactors> layers;
    for (std::size_t i = 0; i < names.size(); ++i)
        layers.push_back(mixed && i % 5 == 4
                             ? LayerFactors{names[i], {{"W", {width, width, 3, 3}, false}}}
                             : LayerFactors{names[i],
                                            {{"U", {width, width}, false},
                                             {"M", {width, width}, true},
                                             {"V", {width, width * 9}, false}}});
    return layers;
}

SharingPlan planOf(const Texts& rules, const std::vector<LayerFactors>& layers,
                   const Texts& by = tasks) {
    return resolvePlan(rules, layers, by, "").plan;
}

/// What a person does: a rectangle of cells, and a key.
SharingPlan painted(SharingPlan plan, const std::vector<LayerFactors>& layers,
                    std::mt19937& random) {
    PlanEdit edit{.kind = static_cast<PlanEditKind>(random() % 9), .cells = {}};
    const std::size_t first = random() % layers.size();
    const std::size_t last = std::min(first + random() % 8, layers.size() - 1);
    const TaskSet chosen = random() % 2 == 0 ? 7 : 1 + static_cast<TaskSet>(random() % 7);
    for (std::size_t i = first; i <= last; ++i)
        for (const int task : tasksOf(chosen))
            edit.cells.push_back({i, task});
    static const Texts parts{"", "", "", "M", "norm", "bias", "U", "W"};
    edit.part = parts[random() % parts.size()];
    if (auto edited = editedPlan(plan, layers, edit))
        return std::move(edited->plan);
    return plan;
}

/// The fewest steps from some plans to all others, where a step is one rule.
template <class Step>
std::vector<int> fewest(std::size_t plans, const std::vector<std::size_t>& first, int steps,
                        Step step) {
    std::vector<int> depth(plans, -1);
    std::queue<std::size_t> open;
    for (const std::size_t plan : first) {
        depth[plan] = 1;
        open.push(plan);
    }
    for (; !open.empty(); open.pop())
        for (int s = 0; s < steps; ++s)
            if (const std::size_t to = step(open.front(), s); depth[to] < 0) {
                depth[to] = depth[open.front()] + 1;
                open.push(to);
            }
    return depth;
}

} // namespace

class RulesAfterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPaintedDecoderIsOneRule() {
        const auto layers = network(segnetNames(), 8);
        SharingPlan plan = planOf({"*: tied"}, layers);
        Texts rules{"*: tied"};
        // Row by row, as a hand does, from the end.
        for (std::size_t i = layers.size(); i-- > 13;) {
            plan.layers[i] = planInState(layers[i], SharingState::FactorsShared, apart(3));
            rules = rulesAfter(rules, layers, plan);
        }
        QCOMPARE(rules, (Texts{"*: tied", "dec*: factors shared"}));
    }

    void whatAPersonWroteStaysWhereItHolds() {
        const auto layers = network(segnetNames(), 8);
        const Texts written{"*: tied", "enc*: merged", "dec1.*: separate", "enc1.*: freeze"};
        SharingPlan plan = planOf(written, layers);
        QCOMPARE(rulesAfter(written, layers, plan), written);
        const Texts asWritten{"*: tied", "dec1.*: separate", "dec1.2: tied", "dec1.1: separate"};
        QCOMPARE(rulesAfter(asWritten, layers, planOf(asWritten, layers)), asWritten);
        plan.layers[15] = planInState(layers[15], SharingState::Separate, apart(3));
        Texts more = written;
        more.push_back("dec5.3: separate");
        QCOMPARE(rulesAfter(written, layers, plan), more);
    }

    void aRuleThatIsWrongStaysWithItsWriter() {
        const auto layers = network(segnetNames(), 8);
        const Texts written{"*: tied", "nowhere: tied", "dec1.*: M {depth}", "dec1.*: separate"};
        SharingPlan plan = planOf({"*: tied"}, layers);
        QCOMPARE(rulesAfter(written, layers, plan),
                 (Texts{"*: tied", "nowhere: tied", "dec1.*: M {depth}"}));
    }

    void namesThatBeginAlikeAreNotMistaken() {
        const auto layers =
            network({"enc1.1", "enc1.2", "enc10.1", "enc10.2", "encoder.1", "stem"}, 8);
        for (std::size_t first = 0; first < layers.size(); ++first)
            for (std::size_t last = first; last < layers.size(); ++last) {
                SharingPlan plan = planOf({}, layers);
                for (std::size_t i = first; i <= last; ++i)
                    plan.layers[i] = planInState(layers[i], SharingState::Separate, apart(3));
                QVERIFY(planOf(rulesOf(plan, layers), layers) == plan);
            }
    }

    /// 2,000 plans that were painted, each from rules that were there before.
    void paintedPlansAreWhatTheirRulesSay_data() {
        QTest::addColumn<bool>("unet");
        QTest::newRow("SegNet") << false;
        QTest::newRow("U-Net") << true;
    }
    void paintedPlansAreWhatTheirRulesSay() {
        QFETCH(bool, unet);
        std::mt19937 random(unet ? 5 : 4);
        const Texts names = unet ? unetNames() : segnetNames();
        for (int round = 0; round < 100; ++round) {
            const auto layers = network(names, 8, round % 2 == 1);
            const auto wider = network(names, 24, round % 2 == 1);
            Texts rules{"*: tied"};
            SharingPlan plan = planOf(rules, layers);
            for (int edit = 0; edit < 10; ++edit) {
                plan = painted(std::move(plan), layers, random);
                rules = rulesAfter(rules, layers, plan);
                const PlanResolution read = resolvePlan(rules, layers, tasks, "");
                QVERIFY2(read.problems.empty(), toText(read.problems).c_str());
                QVERIFY2(read.plan == plan, join(rules, "\n").c_str());
                const PlanResolution other = resolvePlan(rules, wider, tasks, "");
                QVERIFY(other.problems.empty() && other.plan == plan);
                const Texts anew = rulesOf(plan, layers);
                QVERIFY(planOf(anew, layers) == plan);
                QVERIFY(rules.size() <= anew.size());
            }
        }
    }

    void allPlansOfALayerAreWhatTheirRulesSay() {
        const std::vector<LayerFactors> layers{factored("enc1.1"), factored("dec1.1"),
                                               plain("dec1.2")};
        const Texts two{"a", "b"};
        const SharingPlan start = planOf({}, layers, two);
        const Texts parts{"U", "M", "V", "bias", "norm", "statistics"};
        for (unsigned shared = 0; shared < 32; ++shared)
            for (unsigned frozen = 0; frozen < 64; ++frozen)
                for (int merge = 0; merge < 3; ++merge) {
                    SharingPlan plan = start;
                    LayerPlan& layer = plan.layers[1];
                    for (unsigned k = 0; k < 3; ++k)
                        layer.partitions[k] = (shared >> k & 1U) != 0 ? apart(2) : together(2);
                    layer.bias = (shared & 8U) != 0 ? apart(2) : together(2);
                    layer.norm = (shared & 16U) != 0 ? apart(2) : together(2);
                    layer.merged = merge > 0;
                    layer.product = merge > 1;
                    for (unsigned p = 0; p < 6; ++p)
                        if ((frozen >> p & 1U) != 0)
                            layer.frozen.push_back(parts[p]);
                    if (checkPlan(plan, layers, two))
                        continue; // a product of several factors
                    for (const Texts& rules : {Texts{}, Texts{"*: separate", "dec*: rest"}}) {
                        const Texts after = rulesAfter(rules, layers, plan);
                        const PlanResolution read = resolvePlan(after, layers, two, "");
                        QVERIFY2(read.problems.empty() && read.plan == plan,
                                 join(after, "\n").c_str());
                    }
                }
    }

    /// Every plan of named states of five layers, against a search through all rules.
    void namedStatesTakeTheFewestRulesThatThereAre() {
        const Texts names{"enc1.1", "enc1.2", "enc2.1", "dec1.1", "dec1.2"};
        const auto layers = network(names, 8);
        const std::vector<unsigned> patterns{31, 7, 3, 24, 1, 2, 4, 8, 16};
        constexpr std::size_t states = 5;
        std::vector<std::size_t> power{1};
        for (std::size_t i = 0; i < names.size(); ++i)
            power.push_back(power.back() * states);
        const auto with = [&](std::size_t plan, unsigned pattern, std::size_t state) {
            for (std::size_t i = 0; i < names.size(); ++i)
                if ((pattern >> i & 1U) != 0)
                    plan += (state - plan / power[i] % states) * power[i];
            return plan;
        };
        std::vector<std::size_t> first;
        for (std::size_t s = 0; s < states; ++s)
            first.push_back(with(0, 31, s));
        const auto depth =
            fewest(power.back(), first, static_cast<int>(patterns.size() * states),
                   [&](std::size_t plan, int step) {
                       return with(plan, patterns[static_cast<std::size_t>(step) / states],
                                   static_cast<std::size_t>(step) % states);
                   });
        for (std::size_t code = 0; code < depth.size(); ++code) {
            SharingPlan plan = planOf({}, layers);
            for (std::size_t i = 0; i < names.size(); ++i)
                plan.layers[i] = planInState(
                    layers[i], static_cast<SharingState>(code / power[i] % states), apart(3));
            const Texts rules = rulesOf(plan, layers);
            QVERIFY2(static_cast<int>(rules.size()) == depth[code], join(rules, "\n").c_str());
        }
    }

    /// Every plan of four plain layers and two tasks, where single parts are set too: bits are the
    /// kernel, the bias and the norm, parted.
    void plansOfSinglePartsTakeAtMostOneRuleMore() {
        const Texts names{"enc1.1", "enc1.2", "dec1.1", "dec1.2"};
        const std::vector<LayerFactors> layers{plain(names[0]), plain(names[1]), plain(names[2]),
                                               plain(names[3])};
        const Texts two{"a", "b"};
        const std::vector<unsigned> patterns{15, 3, 12, 1, 2, 4, 8};
        const auto step = [&](std::size_t plan, int number) {
            const unsigned pattern = patterns[static_cast<std::size_t>(number) / 8];
            const int tail = number % 8; // tied, separate, a part parted or not
            for (unsigned i = 0; i < 4; ++i) {
                if ((pattern >> i & 1U) == 0)
                    continue;
                const std::size_t bits = tail < 2 ? 7 : std::size_t{1} << (tail - 2) / 2;
                plan &= ~(bits << 3 * i);
                plan |= (tail % 2 == 1 ? bits : 0) << 3 * i;
            }
            return plan;
        };
        const auto depth = fewest(4096, {0, 07777}, 56, step);
        int more = 0;
        for (std::size_t code = 0; code < depth.size(); ++code) {
            SharingPlan plan = planOf({}, layers, two);
            for (std::size_t i = 0; i < 4; ++i) {
                const auto part = [&](unsigned bit) {
                    return (code >> (3 * i + bit) & 1U) != 0 ? apart(2) : together(2);
                };
                plan.layers[i].partitions[0] = part(0);
                plan.layers[i].bias = part(1);
                plan.layers[i].norm = part(2);
            }
            const Texts rules = rulesOf(plan, layers);
            const int surplus = static_cast<int>(rules.size()) - depth[code];
            QVERIFY2(surplus >= 0 && surplus <= 1, join(rules, "\n").c_str());
            more += surplus;
        }
        QVERIFY2(more < 4096 / 20, std::to_string(more).c_str());
    }

    void oneTaskNeedsOneRule() {
        const auto layers = network(segnetNames(), 8);
        QCOMPARE(rulesOf(planOf({}, layers, {"a"}), layers), (Texts{"*: tied"}));
    }
};

QTEST_APPLESS_MAIN(RulesAfterTest)
#include "tst_rules_after.moc"
