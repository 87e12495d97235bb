// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/balancing.h"
#include "core/balancing/min_norm.h"
#include "core/catalogue.h"
#include "tests/core/vector_testing.h"
#include "tests/printing.h"

#include <torch/torch.h>

#include <QTest>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <set>

using namespace concertina;
using namespace concertina::testing;

// Each method by what defines it, on numbers and vectors that are made up: no network is needed.

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<Balancing> make(const std::string& id, std::size_t tasks = 3,
                                const Json& options = Json::object(),
                                std::int64_t stepsPerEpoch = 4, std::uint64_t seed = 1) {
    const BalancingEntry& entry = balancingEntry(id);
    return entry.make(completeOptions(entry.info, options),
                      {.tasks = tasks, .seed = seed, .stepsPerEpoch = stepsPerEpoch});
}

Vector weightsOf(Balancing& method, const Vector& losses, std::int64_t step = 0,
                 const Gramian* gramian = nullptr) {
    return method.weights({.losses = losses, .step = step, .rate = 1e-3, .gramian = gramian})
        .weights;
}

/// PCGrad as its paper has it, on whole vectors: task i goes through `order`.
Vector surgery(const std::vector<Vector>& rows, std::size_t i,
               const std::vector<std::size_t>& order) {
    Vector own = rows[i];
    for (const std::size_t j : order)
        if (const double product = dot(own, rows[j]); product < 0)
            for (std::size_t k = 0; k < own.size(); ++k)
                own[k] -= product / dot(rows[j], rows[j]) * rows[j][k];
    return own;
}

} // namespace

class BalancingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalWeightsAreOnes() {
        QCOMPARE(weightsOf(*make("equal"), {3, missing, 0.1}), (Vector{1, 1, 1}));
        QVERIFY(!catalogue().balancing("equal")->weighs);
    }

    void whatAStepCostsFollowsFromWhatIsConsumed() {
        for (const BalancingEntry* entry : balancings())
            if (entry->info.weighs)
                QCOMPARE(entry->info.cost, costText(entry->info.consumes));
        QVERIFY(costText(Consumes::Gramian).find("T backward passes") != std::string::npos);
    }

    void stateNamesAreFrozen() { // they stand in checkpoints
        const std::map<std::string, Texts> frozen{
            {"equal", {}},
            {"uw", {"s", "s.m", "s.t", "s.v"}},
            {"dwa", {"before", "count", "epoch", "last", "sum"}},
            {"famo", {"w", "w.m", "w.t", "w.v"}},
            {"pcgrad", {}},
            {"mgda", {}}};
        for (const BalancingEntry* entry : balancings()) {
            Texts names;
            for (const auto& [name, numbers] : make(entry->info.id)->state())
                names.push_back(name);
            QCOMPARE(names, frozen.at(entry->info.id));
        }
    }

    void aStateOfOtherTasksOrAnotherMethodIsRefused() {
        const auto uw = make("uw"), famo = make("famo"), fewer = make("uw", 2);
        const BalancingState before = uw->state();
        QVERIFY(!uw->restore(famo->state()));
        QVERIFY(!uw->restore(fewer->state()));
        QVERIFY(!uw->restore({}));
        QVERIFY(uw->state() == before);
        QVERIFY(make("equal")->restore({}));
    }

    void uncertaintyIsAdamOnItsObjective() {
        // By autograd and torch::optim::Adam.
        constexpr double rate = 0.05;
        const auto method = make("uw", 3, {{"rate", 50.0}}); // × 1e-3
        torch::Tensor s = torch::full({3}, -0.5, torch::kFloat64).requires_grad_();
        torch::optim::Adam adam({s}, torch::optim::AdamOptions(rate));
        std::mt19937_64 random(1);
        std::uniform_real_distribution<double> uniform(0.1, 3);
        for (int step = 0; step < 30; ++step) {
            const Vector losses{uniform(random), uniform(random), 10 * uniform(random)};
            const Vector weights = weightsOf(*method, losses, step);
            const torch::Tensor expected = 1 / (2 * s.detach().exp());
            for (std::size_t t = 0; t < 3; ++t)
                QVERIFY(std::abs(weights[t] - expected[static_cast<std::int64_t>(t)].item<double>())
                        < 1e-12);
            adam.zero_grad();
            (torch::tensor(losses, torch::kFloat64) / (2 * s.exp()) + s / 2).sum().backward();
            adam.step();
        }
    }

    void uncertaintysOptimumIsTheLoss() { // L_t = e^{s_t}: the weight is 1 / (2 L_t)
        const auto method = make("uw", 3, {{"rate", 10.0}});
        const Vector losses{0.2, 1, 7};
        for (int step = 0; step < 4000; ++step)
            weightsOf(*method, losses, step);
        QVERIFY(near(weightsOf(*method, losses), {2.5, 0.5, 1 / 14.0}, 0.02));
    }

    void aTaskWithoutALossRests_data() {
        QTest::addColumn<QString>("id");
        for (const char* id : {"uw", "famo"})
            QTest::newRow(id) << id;
    }

    void aTaskWithoutALossRests() {
        QFETCH(QString, id);
        const auto method = make(id.toStdString());
        const auto step = [&](const Vector& losses, const Vector& after) {
            const Vector weights = weightsOf(*method, losses);
            method->stepped(after);
            return weights;
        };
        step({1, 2, 3}, {0.5, 1.9, 2});
        const BalancingState before = method->state();
        const Vector weights = step({1, missing, 3}, {0.9, missing, 2.7});
        for (const std::size_t t : {0U, 2U})
            QVERIFY(std::isfinite(weights[t]) && weights[t] > 0);
        for (const auto& [name, numbers] : method->state()) {
            QCOMPARE(numbers[1], before.at(name)[1]);
            QVERIFY(std::isfinite(numbers[0]) && std::isfinite(numbers[2]));
            QVERIFY2(numbers[0] != before.at(name)[0], name.c_str());
        }
        step({missing, missing, missing}, {missing, missing, missing});
        for (const auto& [name, numbers] : method->state())
            for (const double number : numbers)
                QVERIFY(std::isfinite(number));
    }

    void dwaFollowsItsFormulaFromTheThirdEpochOn() {
        const auto method = make("dwa");
        // Means of the epochs 0 and 1: 2 and 1 of task 0, 4 and 3 of task 1, 1 and 1 of task 2.
        const std::array<std::array<double, 3>, 8> losses{{{1, 4, 1},
                                                           {3, 4, 1},
                                                           {1, 3, 1},
                                                           {3, 5, 1},
                                                           {1, 3, 1},
                                                           {1, 2, 1},
                                                           {1, 4, 1},
                                                           {1, 3, 1}}};
        for (std::int64_t step = 0; step < 8; ++step)
            QCOMPARE(weightsOf(*method, {losses[step][0], losses[step][1], losses[step][2]}, step),
                     (Vector{1, 1, 1}));
        const double a = std::exp(0.5 / 2), b = std::exp(0.75 / 2), c = std::exp(1.0 / 2);
        const double scale = 3 / (a + b + c);
        QVERIFY(near(weightsOf(*method, {9, 9, 9}, 8), {a * scale, b * scale, c * scale}, 1e-14));
        // What this epoch has so far does not count in it.
        QVERIFY(near(weightsOf(*method, {1, 1, 1}, 9), {a * scale, b * scale, c * scale}, 1e-14));
    }

    void dwaGivesEqualRatesEqualWeights() {
        const auto method = make("dwa");
        for (std::int64_t step = 0; step < 8; ++step) {
            const double fall = step < 4 ? 1 : 0.7;
            weightsOf(*method, {fall, 100 * fall, 1e-3 * fall}, step);
        }
        QVERIFY(near(weightsOf(*method, {1, 1, 1}, 8), {1, 1, 1}, 1e-12));
    }

    void dwaLeavesOutATaskWithoutLossesInAnEpoch() {
        const auto method = make("dwa");
        for (std::int64_t step = 0; step < 8; ++step)
            weightsOf(*method, {1, step == 2 ? 2.0 : missing, step < 4 ? 1.0 : 0.5}, step);
        const Vector weights = weightsOf(*method, {1, 1, 1}, 8);
        const double a = std::exp(0.5), b = std::exp(0.25);
        QVERIFY(near(weights, {2 * a / (a + b), 1, 2 * b / (a + b)}, 1e-14));
        // A loss of 0, once or in both epochs, gives numbers.
        const auto zero = make("dwa");
        for (std::int64_t step = 0; step < 8; ++step)
            weightsOf(*zero, {0, step < 4 ? 0.0 : 1.0, 1}, step);
        for (const double weight : weightsOf(*zero, {1, 1, 1}, 8))
            QVERIFY(std::isfinite(weight) && weight >= 0);
    }

    void famoIsAdamOnHowLogLossesFell() {
        // By autograd of softmax and torch::optim::Adam, as the authors' code has it.
        const auto method = make("famo");
        torch::Tensor w = torch::zeros({3}, torch::kFloat64).requires_grad_();
        torch::optim::Adam adam({w}, torch::optim::AdamOptions(0.025).weight_decay(1e-3));
        std::mt19937_64 random(2);
        std::uniform_real_distribution<double> uniform(0.1, 3);
        for (int step = 0; step < 30; ++step) {
            const Vector before{uniform(random), 10 * uniform(random), uniform(random)};
            const Vector after{uniform(random), 10 * uniform(random), uniform(random)};
            const torch::Tensor old = torch::tensor(before, torch::kFloat64) + 1e-8;
            const torch::Tensor z = torch::softmax(w, 0);
            const torch::Tensor expected = (z / old / (z / old).sum()).detach();
            const Vector weights = weightsOf(*method, before, step);
            double sum = 0;
            for (std::size_t t = 0; t < 3; ++t) {
                QVERIFY(std::abs(weights[t] - expected[static_cast<std::int64_t>(t)].item<double>())
                        < 1e-12);
                sum += weights[t];
            }
            QVERIFY(std::abs(sum - 1) < 1e-12);
            method->stepped(after);
            adam.zero_grad();
            z.backward(old.log() - (torch::tensor(after, torch::kFloat64) + 1e-8).log());
            adam.step();
        }
    }

    void famoCountsMoreWhatFellLess() {
        const auto method = make("famo", 2);
        for (int step = 0; step < 50; ++step) {
            weightsOf(*method, {1, 1}, step);
            method->stepped(Vector{0.5, 0.99});
        }
        const Vector weights = weightsOf(*method, {1, 1});
        QVERIFY(weights[1] > 2 * weights[0]);
    }

    void pcgradIsThePapersSurgeryInAnOrderOfItsOwn() {
        std::mt19937_64 random(3);
        std::set<unsigned> orders; // of those of task 0
        for (std::int64_t step = 0; step < 40; ++step) {
            const auto rows = randomRows(random, 3, 3);
            const Gramian gramian = gramianOf(rows);
            const auto method = make("pcgrad");
            const Vector weights = weightsOf(*method, {1, 1, 1}, step, &gramian);
            QCOMPARE(weightsOf(*make("pcgrad"), {1, 1, 1}, step, &gramian), weights); // repeatable
            const Vector actual = combined(rows, weights);
            unsigned matching = 0;
            for (unsigned choice = 0; choice < 8; ++choice) { // two orders for each task
                Vector expected(3, 0.0);
                for (std::size_t i = 0; i < 3; ++i) {
                    std::vector<std::size_t> order{(i + 1) % 3, (i + 2) % 3};
                    if ((choice >> i) % 2 == 1)
                        std::swap(order[0], order[1]);
                    const Vector own = surgery(rows, i, order);
                    QVERIFY(dot(own, rows[order[1]]) > -1e-9);
                    for (std::size_t k = 0; k < 3; ++k)
                        expected[k] += own[k];
                }
                if (near(actual, expected, 1e-9)) {
                    ++matching;
                    orders.insert(choice);
                }
            }
            QVERIFY(matching > 0);
        }
        QVERIFY(orders.size() > 4);
    }

    void pcgradsOrderIsKeyedBySeedAndStep() {
        std::mt19937_64 random(4);
        const Gramian gramian = gramianOf(randomRows(random, 6, 4)); // some conflict surely
        std::set<Vector> byStep, bySeed;
        for (std::int64_t i = 0; i < 10; ++i) {
            byStep.insert(weightsOf(*make("pcgrad", 6), Vector(6, 1), i, &gramian));
            bySeed.insert(
                weightsOf(*make("pcgrad", 6, Json::object(), 4, static_cast<std::uint64_t>(i)),
                          Vector(6, 1), 0, &gramian));
        }
        QVERIFY(byStep.size() > 3 && bySeed.size() > 3);
    }

    void pcgradWithoutConflictIsThePlainSum() {
        const Gramian gramian = gramianOf({{1, 0, 0}, {2, 1, 0}, {0, 3, 1}});
        QCOMPARE(weightsOf(*make("pcgrad"), {1, 1, 1}, 5, &gramian), (Vector{1, 1, 1}));
        const Gramian zero = gramianOf({{0, 0}, {1, 0}, {-1, 0}}); // and a gradient of 0
        for (const double weight : weightsOf(*make("pcgrad"), {1, 1, 1}, 5, &zero))
            QVERIFY(std::isfinite(weight));
    }

    void aSolverThatDoesNotConvergeSaysSo() {
        Gramian gramian = gramianOf({{1, 0}, {0, 1}, {1, 1}});
        gramian.products[1] = gramian.products[3] = missing;
        QVERIFY(!minNorm(gramian).converged);
        const auto result = make("mgda")->weights(
            {.losses = Vector{1, 1, 1}, .step = 4, .rate = 1, .gramian = &gramian});
        QVERIFY(result.problem);
        QCOMPARE(result.problem->code, std::string("balancing.not_converged"));
        for (const double weight : result.weights)
            QVERIFY(std::isfinite(weight));
    }

    void mgdaDividesGradientsForTheMeanAndTheStep_data() {
        QTest::addColumn<QString>("normalizer");
        for (const char* normalizer : {"none", "norm", "loss", "loss-norm"})
            QTest::newRow(normalizer) << normalizer;
    }

    void mgdaDividesGradientsForTheMeanAndTheStep() {
        // What it gives is the least norm of the divided gradients, so no task's loss rises along
        // it.
        QFETCH(QString, normalizer);
        std::mt19937_64 random(6);
        const Vector losses{0.3, 2, 9};
        for (int round = 0; round < 50; ++round) {
            const auto rows = randomRows(random, 3, 8);
            const Gramian gramian = gramianOf(rows);
            const auto method = make("mgda", 3, {{"normalizer", normalizer.toStdString()}});
            const Vector d = combined(rows, weightsOf(*method, losses, round, &gramian));
            for (std::size_t t = 0; t < 3; ++t) {
                double n = 1;
                if (normalizer.contains("norm"))
                    n *= std::sqrt(dot(rows[t], rows[t]));
                if (normalizer.contains("loss"))
                    n *= losses[t];
                QVERIFY(dot(d, rows[t]) / n >= dot(d, d) - 1e-9);
            }
        }
    }

    void mgdaByNormDoesNotDependOnTheScaleOfALoss() {
        const auto weighted = [](double scale) {
            const std::vector<Vector> rows{{1 * scale, 2 * scale, 0}, {-1, 1, 1}, {0, 1, -2}};
            const Gramian gramian = gramianOf(rows);
            return combined(rows, weightsOf(*make("mgda", 3, {{"normalizer", "norm"}}), {1, 1, 1},
                                            0, &gramian));
        };
        QVERIFY(near(weighted(1), weighted(1000), 1e-10));
    }

    void tasksWithoutAPartInTheStepAreLeftOut() {
        const std::vector<Vector> rows{{1, 1}, {-1, 2}};
        Gramian gramian = gramianOf(rows);
        gramian.tasks = {0, 2}; // of three
        for (const char* id : {"pcgrad", "mgda"}) {
            const Vector weights = weightsOf(*make(id), {1, missing, 1}, 0, &gramian);
            const Gramian two = gramianOf(rows);
            const Vector expected = weightsOf(*make(id, 2), {1, 1}, 0, &two);
            QVERIFY2(near({weights[0], weights[2]}, expected, 1e-15), id);
        }
        gramian = {.tasks = {1}, .products = {4}}; // alone
        for (const char* id : {"pcgrad", "mgda"})
            QCOMPARE(weightsOf(*make(id), {missing, 1, missing}, 0, &gramian)[1], 1.0);
        gramian = {.tasks = {0, 1, 2}, .products = Vector(9, 0.0)}; // nothing shared
        for (const char* id : {"pcgrad", "mgda"})
            for (const double weight : weightsOf(*make(id), {1, 1, 1}, 0, &gramian))
                QVERIFY(std::isfinite(weight));
    }
};

QTEST_GUILESS_MAIN(BalancingTest)
#include "tst_balancing.moc"
