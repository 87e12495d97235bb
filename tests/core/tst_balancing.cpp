// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/balancing.h"
#include "core/balancing/min_norm.h"
#include "core/catalogue.h"
#include "core/tensor/torch.h"
#include "tests/printing.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>

using namespace concertina;

// Each method by what defines it, on numbers and vectors that are made up: no network is needed.

namespace {

using Vector = std::vector<double>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

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

double dot(const Vector& a, const Vector& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

Gramian gramianOf(const std::vector<Vector>& rows) {
    Gramian gramian;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        gramian.tasks.push_back(static_cast<int>(i));
        for (const Vector& other : rows)
            gramian.products.push_back(dot(rows[i], other));
    }
    return gramian;
}

Vector combined(const std::vector<Vector>& rows, const Vector& weights) {
    Vector sum(rows.front().size(), 0.0);
    for (std::size_t t = 0; t < rows.size(); ++t)
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += weights[t] * rows[t][i];
    return sum;
}

std::vector<Vector> randomRows(std::mt19937_64& random, std::size_t count, std::size_t size) {
    std::normal_distribution<double> normal;
    std::vector<Vector> rows(count, Vector(size));
    for (Vector& row : rows)
        for (double& x : row)
            x = normal(random);
    return rows;
}

bool near(const Vector& a, const Vector& b, double tolerance) {
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i] - b[i]) <= tolerance))
            return false;
    return true;
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

/// The least norm of the hull by all faces: of each set of gradients the least norm of its affine
/// hull, where that is a mean of them (by LibTorch's solver).
double leastNormByFaces(const std::vector<Vector>& rows) {
    double least = std::numeric_limits<double>::infinity();
    for (unsigned set = 1; set < (1u << rows.size()); ++set) {
        std::vector<Vector> face;
        for (std::size_t t = 0; t < rows.size(); ++t)
            if ((set >> t) % 2 == 1)
                face.push_back(rows[t]);
        const auto n = static_cast<std::int64_t>(face.size());
        torch::Tensor system = torch::ones({n + 1, n + 1}, torch::kFloat64);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j)
                system[i][j] =
                    dot(face[static_cast<std::size_t>(i)], face[static_cast<std::size_t>(j)]);
        system[n][n] = 0;
        torch::Tensor right = torch::zeros({n + 1, 1}, torch::kFloat64);
        right[n] = 1;
        const torch::Tensor solution = torch::linalg_pinv(system, 1e-13).mm(right).flatten();
        Vector weights;
        for (std::int64_t i = 0; i < n; ++i)
            weights.push_back(solution[i].item<double>());
        const bool mean = std::ranges::all_of(weights, [](double w) { return w > -1e-9; });
        if (mean && std::abs(std::accumulate(weights.begin(), weights.end(), 0.0) - 1) < 1e-6) {
            const Vector point = combined(face, weights);
            least = std::min(least, std::sqrt(dot(point, point)));
        }
    }
    return least;
}

} // namespace

class BalancingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalWeightsAreOnes() {
        QCOMPARE(weightsOf(*make("equal"), {3, nan, 0.1}), (Vector{1, 1, 1}));
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
        const Vector weights = step({1, nan, 3}, {0.9, nan, 2.7});
        for (const std::size_t t : {0U, 2U})
            QVERIFY(std::isfinite(weights[t]) && weights[t] > 0);
        for (const auto& [name, numbers] : method->state()) {
            QCOMPARE(numbers[1], before.at(name)[1]);
            QVERIFY(std::isfinite(numbers[0]) && std::isfinite(numbers[2]));
            QVERIFY2(numbers[0] != before.at(name)[0], name.c_str());
        }
        step({nan, nan, nan}, {nan, nan, nan});
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
            weightsOf(*method, {1, step == 2 ? 2.0 : nan, step < 4 ? 1.0 : 0.5}, step);
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

    void twoGradientsHaveTheClosedForm() {
        std::mt19937_64 random(5);
        for (int i = 0; i < 100; ++i) {
            const auto rows = randomRows(random, 2, 3);
            const double a = dot(rows[0], rows[0]), b = dot(rows[1], rows[1]),
                         c = dot(rows[0], rows[1]);
            const double expected = std::clamp((b - c) / (a + b - 2 * c), 0.0, 1.0);
            const MinNorm found = minNorm(gramianOf(rows));
            QVERIFY(found.converged && near(found.weights, {expected, 1 - expected}, 1e-12));
        }
        QVERIFY(near(minNorm(gramianOf({{1, 2}, {1, 2}})).weights, {0.5, 0.5}, 0));
    }

    void noGradientsLossRisesAlongTheLeastNorm_data() {
        QTest::addColumn<int>("tasks");
        QTest::addColumn<int>("size");
        for (const int tasks : {2, 3, 4, 6, 12, 32})
            for (const int size : {2, 5, 40})
                QTest::addRow("%d of %d", tasks, size) << tasks << size;
    }

    void noGradientsLossRisesAlongTheLeastNorm() { // ⟨d, g_t⟩ ≥ ‖d‖² for all t
        QFETCH(int, tasks);
        QFETCH(int, size);
        std::mt19937_64 random(static_cast<std::uint64_t>(100 * tasks + size));
        for (int round = 0; round < 40; ++round) {
            auto rows =
                randomRows(random, static_cast<std::size_t>(tasks), static_cast<std::size_t>(size));
            if (round % 4 == 1) // all on one side, so that the least norm is not 0
                for (Vector& row : rows)
                    row[0] = std::abs(row[0]) + 1;
            if (round % 4 == 2) // of very different lengths
                for (std::size_t t = 0; t < rows.size(); ++t)
                    for (double& x : rows[t])
                        x *= std::pow(10.0, static_cast<double>(t % 9) - 4);
            if (round % 4 == 3) // two alike, and two opposed
                for (std::size_t k = 0; k < rows[0].size(); ++k) {
                    rows[1][k] = rows[0][k];
                    rows.back()[k] = -1.5 * rows[0][k];
                }
            const MinNorm found = minNorm(gramianOf(rows));
            QVERIFY(found.converged);
            double sum = 0, longest = 0;
            for (const double weight : found.weights) {
                QVERIFY(weight >= 0);
                sum += weight;
            }
            QVERIFY(std::abs(sum - 1) < 1e-12);
            const Vector d = combined(rows, found.weights);
            for (const Vector& row : rows)
                longest = std::max(longest, dot(row, row));
            for (const Vector& row : rows)
                QVERIFY(dot(d, row) >= dot(d, d) * (1 - 1e-9) - 1e-13 * longest);
            if (tasks <= 6 && size < 40) {
                const double least = leastNormByFaces(rows);
                QVERIFY(std::sqrt(dot(d, d)) <= least * (1 + 1e-6) + 1e-6 * std::sqrt(longest));
            }
        }
    }

    void aSolverThatDoesNotConvergeSaysSo() {
        Gramian gramian = gramianOf({{1, 0}, {0, 1}, {1, 1}});
        gramian.products[1] = gramian.products[3] = nan;
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
            const Vector weights = weightsOf(*make(id), {1, nan, 1}, 0, &gramian);
            const Gramian two = gramianOf(rows);
            const Vector expected = weightsOf(*make(id, 2), {1, 1}, 0, &two);
            QVERIFY2(near({weights[0], weights[2]}, expected, 1e-15), id);
        }
        gramian = {.tasks = {1}, .products = {4}}; // alone
        for (const char* id : {"pcgrad", "mgda"})
            QCOMPARE(weightsOf(*make(id), {nan, 1, nan}, 0, &gramian)[1], 1.0);
        gramian = {.tasks = {0, 1, 2}, .products = Vector(9, 0.0)}; // nothing shared
        for (const char* id : {"pcgrad", "mgda"})
            for (const double weight : weightsOf(*make(id), {1, 1, 1}, 0, &gramian))
                QVERIFY(std::isfinite(weight));
    }
};

QTEST_GUILESS_MAIN(BalancingTest)
#include "tst_balancing.moc"
