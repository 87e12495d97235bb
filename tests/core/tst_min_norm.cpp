// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/min_norm.h"
#include "core/tensor/torch.h"
#include "tests/core/vector_testing.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace concertina;
using namespace concertina::testing;

namespace {

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

class MinNormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
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
};

QTEST_GUILESS_MAIN(MinNormTest)
#include "tst_min_norm.moc"
