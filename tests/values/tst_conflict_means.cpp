// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/conflict.h"

#include <QTest>

#include <cmath>

using namespace concertina;

namespace {

ConflictRow row(std::int64_t step, const std::string& layer, const std::string& factor,
                double cosine, double normA = 1, double normB = 1) {
    return {step, layer, factor, "depth", "normal", "exact-half", cosine, normA, normB};
}

const std::vector<std::string> order{"enc1", "dec1"};

} // namespace

class ConflictMeansTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void magnitudeSimilarityIsThatOfItsFormula() {
        QCOMPARE(magnitudeSimilarity(2, 2), 1.0);
        QCOMPARE(magnitudeSimilarity(1, 3), 0.6); // 2·1·3 / (1 + 9)
        QCOMPARE(magnitudeSimilarity(0, 3), 0.0);
        QVERIFY(std::isnan(magnitudeSimilarity(0, 0)));
    }

    void meansAreOverTheLastMeasurements() {
        const std::vector rows{row(50, "dec1", "U", 1), row(100, "dec1", "U", -0.2, 1, 3),
                               row(100, "dec1", "V", 0.5), row(150, "dec1", "U", 0.4, 3, 3)};
        const auto means = conflictMeans(rows, 2, order);
        QCOMPARE(means.size(), 2U);
        QCOMPARE(means[0].factor, std::string("U"));
        QCOMPARE(means[0].samples, 2);
        QCOMPARE(means[0].cosine, 0.1);
        QVERIFY(std::abs(means[0].deviation - 0.3 * std::sqrt(2)) < 1e-12); // ± 0.3, ÷ (n − 1)
        QCOMPARE(means[0].normA, 2.0);
        QCOMPARE(means[0].normB, 3.0);
        QCOMPARE(means[0].magnitudeSimilarity, 0.8);
        QCOMPARE(means[1].samples, 1);
        QVERIFY(std::isnan(means[1].deviation));
        QVERIFY(conflictMeans(rows, 0, order).empty());
        QCOMPARE(conflictMeans(rows, 9, order)[0].samples, 3);
    }

    void layersComeInTheOrderOfTheNetworkAndEstimatorsApart() {
        std::vector rows{row(1, "dec1", "W", 1), row(1, "enc1", "W", 1), row(1, "old", "W", 1),
                         row(1, "enc1", "W", 0)};
        rows.back().estimator = "exact";
        const auto means = conflictMeans(rows, 5, order);
        QCOMPARE(means.size(), 4U);
        QCOMPARE(means[0].layer, std::string("enc1"));
        QCOMPARE(means[1].layer, std::string("enc1"));
        QVERIFY(means[0].estimator != means[1].estimator);
        QCOMPARE(means[2].layer, std::string("dec1"));
        QCOMPARE(means[3].layer, std::string("old"));
    }

    void aCosineThatIsNoneDoesNotCount() {
        const auto means = conflictMeans(
            std::vector{row(1, "dec1", "W", NAN, 0, 1), row(2, "dec1", "W", -0.5)}, 5, order);
        QCOMPARE(means[0].samples, 1);
        QCOMPARE(means[0].cosine, -0.5);
        const auto none = conflictMeans(std::vector{row(1, "dec1", "W", NAN, 0, 0)}, 5, order);
        QCOMPARE(none[0].samples, 0);
        QVERIFY(std::isnan(none[0].cosine) && std::isnan(none[0].normA));
        QVERIFY(ofWholeLayers(none).empty());
    }

    void aWholeLayerIsOneLongVector() {
        // (3, 0 | 0, 4) and (3, 0 | 0, −4): U agrees, V does not; together (9 − 16) / 25. The
        // norm's γ and β are no part of it.
        const auto means = conflictMeans(std::vector{row(1, "dec1", "U", 1, 3, 3),
                                                     row(1, "dec1", "V", -1, 4, 4),
                                                     row(1, "dec1", "norm", 1, 100, 100)},
                                         5, order);
        const auto whole = ofWholeLayers(means);
        QCOMPARE(whole.size(), 1U);
        QVERIFY(whole[0].factor.empty());
        QCOMPARE(whole[0].cosine, -7.0 / 25);
        QCOMPARE(whole[0].normA, 5.0);
        QCOMPARE(whole[0].magnitudeSimilarity, 1.0);
    }
};

QTEST_GUILESS_MAIN(ConflictMeansTest)
#include "tst_conflict_means.moc"
