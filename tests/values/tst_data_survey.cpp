// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/data_survey.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace concertina;

namespace {

constexpr double notKnown = std::numeric_limits<double>::quiet_NaN();

DataSurvey::Target targetOf(NamesCount count, int names) {
    DataSurvey::Target target{.name = "t", .count = count};
    for (int i = 0; i < names; ++i)
        target.names.push_back({std::string(1, static_cast<char>('a' + i)), {}});
    return target;
}

SurveyedSample sampleOf(std::vector<SurveyedTarget> targets) {
    return {.name = "s", .targets = std::move(targets), .problem = {}};
}

SurveyedSample damaged(const char* name) {
    return {
        .name = name, .targets = {}, .problem = Problem{"image.unreadable", name, "x", "y", ""}};
}

bool near(double a, double b) {
    return std::abs(a - b) < 1e-12;
}

} // namespace

class DataSurveyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Of all pixels that have a class, not the mean of the samples' shares: 10 + 30 of 100, and
    /// the other 60; a sample without the target and one that can't be read count nothing.
    void sharesOfPixelsArePooled() {
        DataSurvey survey{
            .split = "train", .size = 4, .targets = {targetOf(NamesCount::Pixels, 3)}};
        survey.samples = {sampleOf({{true, 20, {{0, 10}, {2, 10}}}}),
                          sampleOf({{true, 80, {{0, 30}, {2, 50}}}}), sampleOf({{}}), damaged("d")};
        const auto shares = classShares(survey, 0);
        QCOMPARE(shares.size(), std::size_t{3});
        QVERIFY(near(shares[0].share, 0.4) && near(shares[1].share, 0)
                && near(shares[2].share, 0.6));
        QCOMPARE(shares[0].samples, 2);
        QCOMPARE(shares[1].samples, 0);
        QCOMPARE(samplesWith(survey, 0), 2);
        QCOMPARE(unreadableSamples(survey), std::vector<int>{3});
        QVERIFY(survey.samples[0].hasClass(0, 0) && !survey.samples[0].hasClass(0, 1));
        QVERIFY(survey.samples[2].lacks(0) && !survey.samples[0].lacks(0));
        QVERIFY(!survey.samples[3].lacks(0)); // nothing is known of it
        QVERIFY(!survey.samples[3].hasClass(0, 0));
    }

    /// A class whose presence is not known in a picture is out of the pictures for that class
    /// alone: a in 1 of 2, b in 2 of 3.
    void sharesOfPicturesAreOfThoseWhereTheClassIsKnown() {
        DataSurvey survey{
            .split = "train", .size = 3, .targets = {targetOf(NamesCount::Pictures, 2)}};
        survey.samples = {sampleOf({{true, 2, {{0, 1}, {1, 1}}}}),
                          sampleOf({{true, 1, {{0, notKnown}, {1, 1}}}}),
                          sampleOf({{true, 2, {}}})};
        const auto shares = classShares(survey, 0);
        QVERIFY(near(shares[0].share, 1.0 / 2) && near(shares[1].share, 2.0 / 3));
        QCOMPARE(shares[0].samples, 1);
        QVERIFY(!survey.samples[1].hasClass(0, 0));
    }

    void quantitiesHaveTheirSpread() {
        DataSurvey survey{
            .split = "train", .size = 4, .targets = {targetOf(NamesCount::Values, 2)}};
        survey.samples = {sampleOf({{true, 2, {{0, -1}, {1, 8}}}}), sampleOf({{true, 1, {{0, 4}}}}),
                          sampleOf({{true, 1, {{0, 6}}}}), damaged("d")};
        const auto spreads = quantitySpreads(survey, 0);
        QVERIFY(near(spreads[0].least, -1) && near(spreads[0].mean, 3) && near(spreads[0].most, 6));
        QCOMPARE(spreads[0].samples, 3);
        QVERIFY(near(spreads[1].mean, 8) && spreads[1].samples == 1);
        QVERIFY(classShares(survey, 0).empty());
    }

    void nothingCountedIsNoShare() {
        DataSurvey survey{.split = "train",
                          .size = 2,
                          .targets = {targetOf(NamesCount::Pixels, 2),
                                      targetOf(NamesCount::Values, 1),
                                      targetOf(NamesCount::Nothing, 0)}};
        QVERIFY(!survey.isComplete());
        QCOMPARE(classShares(survey, 0)[1].share, 0.0);
        QCOMPARE(quantitySpreads(survey, 1)[0].samples, 0);
        QVERIFY(classShares(survey, 2).empty());
        // All is unknown: a target that is there and says nothing.
        survey.samples = {sampleOf({{true, 0, {}}, {}, {true, 5, {}}})};
        QCOMPARE(classShares(survey, 0)[0].share, 0.0);
        QCOMPARE(samplesWith(survey, 0), 1);
        QCOMPARE(samplesWith(survey, 2), 1);
    }

    void partsAreOneSurvey() {
        DataSurvey all{.split = "train", .size = 3, .targets = {targetOf(NamesCount::Pixels, 1)}};
        DataSurvey further = all;
        all.samples = {sampleOf({{true, 1, {{0, 1}}}})};
        further.samples = {damaged("b"), sampleOf({{true, 3, {{0, 3}}}})};
        all.append(std::move(further));
        QVERIFY(all.isComplete());
        QCOMPARE(unreadableSamples(all), std::vector<int>{1});
        const Json json = toJson(all);
        QVERIFY(json["targets"][0]["classes"][0]["samples"] == Json(2));
        QVERIFY(json["targets"][0]["classes"][0]["share"] == Json(1.0));
        QVERIFY(json["unreadable"][0]["sample"] == Json("b"));
    }
};

QTEST_GUILESS_MAIN(DataSurveyTest)
#include "tst_data_survey.moc"
