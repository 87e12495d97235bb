// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/task_pull.h"

#include <QTest>

#include <array>
#include <cmath>
#include <map>
#include <random>

using namespace concertina;

namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

Vector operator+(Vector a, const Vector& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] += b[i];
    return a;
}

/// What one measurement of two gradients comes to.
ConflictMean measured(const std::string& factor, const std::string& taskA, const Vector& a,
                      const std::string& taskB, const Vector& b) {
    const double normA = std::sqrt(dot(a, a)), normB = std::sqrt(dot(b, b));
    return {.layer = "enc1",
            .factor = factor,
            .taskA = taskA,
            .taskB = taskB,
            .estimator = "exact",
            .cosine = dot(a, b) / (normA * normB),
            .normA = normA,
            .normB = normB,
            .samples = 1};
}

} // namespace

class TaskPullTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Against the gradients themselves: U is shared by all, V by a and b alone.
    void theSumOfTheOthersIsThatOfTheGradients() {
        std::mt19937 random(1);
        std::normal_distribution<double> normal;
        const auto any = [&](std::size_t size) {
            Vector vector(size);
            for (double& value : vector)
                value = normal(random);
            return vector;
        };
        const std::array<std::string, 3> tasks{"a", "b", "c"};
        std::map<std::string, Vector> u, v;
        for (const std::string& task : tasks)
            u[task] = any(7);
        v["a"] = any(4);
        v["b"] = any(4);
        std::vector<ConflictMean> means;
        for (const auto& [one, other] : {std::pair("a", "b"), {"a", "c"}, {"b", "c"}})
            means.push_back(measured("U", one, u[one], other, u[other]));
        means.push_back(measured("V", "a", v["a"], "b", v["b"]));
        means.push_back(measured("norm", "a", any(2), "b", any(2))); // no part of it
        const auto pulls = taskPulls(means);
        QCOMPARE(pulls.size(), 3U);
        const auto expected = [&](const Vector& ownU, const Vector& othersU, const Vector& ownV,
                                  const Vector& othersV) {
            const double others = std::sqrt(dot(othersU, othersU) + dot(othersV, othersV));
            const double own = std::sqrt(dot(ownU, ownU) + dot(ownV, ownV));
            return std::array{(dot(ownU, othersU) + dot(ownV, othersV)) / (own * others), own,
                              others};
        };
        const Vector none;
        const std::array all{expected(u["a"], u["b"] + u["c"], v["a"], v["b"]),
                             expected(u["b"], u["a"] + u["c"], v["b"], v["a"]),
                             expected(u["c"], u["a"] + u["b"], none, none)};
        for (std::size_t t = 0; t < 3; ++t) {
            QCOMPARE(pulls[t].layer, std::string("enc1"));
            QCOMPARE(pulls[t].task, tasks[t]);
            QVERIFY(std::abs(pulls[t].cosine - all[t][0]) < 1e-12);
            QVERIFY(std::abs(pulls[t].norm - all[t][1]) < 1e-12);
            QVERIFY(std::abs(pulls[t].othersNorm - all[t][2]) < 1e-12);
        }
    }

    void ofTwoTasksItIsTheirCosine() {
        const std::vector means{measured("U", "a", {1, 0}, "b", {3, 4})};
        const auto pulls = taskPulls(means);
        QCOMPARE(pulls.size(), 2U);
        QCOMPARE(pulls[0].cosine, 0.6);
        QCOMPARE(pulls[1].cosine, 0.6);
        QCOMPARE(pulls[0].othersNorm, 5.0);
    }

    void withoutMeasurementsThereIsNone() {
        QVERIFY(taskPulls({}).empty());
        std::vector means{measured("U", "a", {1}, "b", {1})};
        means.front().samples = 0;
        QVERIFY(taskPulls(means).empty());
        means.front() = measured("U", "a", {1, 1}, "b", {1, -1});
        means.front().normB = 0; // a task that does not learn there
        QVERIFY(std::isnan(taskPulls(means).front().cosine));
    }
};

QTEST_MAIN(TaskPullTest)
#include "tst_task_pull.moc"
