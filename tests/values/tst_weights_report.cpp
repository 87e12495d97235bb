// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/weights_report.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

namespace {

WeightsReport report() {
    WeightsReport made{.file = "w.pt",
                       .tensors = {{"a.weight", {8, 3, 3, 3}, "float32", 864},
                                   {"b.weight", {4, 8, 5, 5}, "float32", 3200},
                                   {"fc.bias", {}, "float64", 8}}};
    made.fit = WeightsFit{.layers = 3,
                          .loaded = {"a"},
                          .missing = {"c"},
                          .otherShapes = {{"b", "b.weight", {4, 8, 5, 5}, {4, 8, 3, 3}}},
                          .used = {"a.weight"},
                          .left = {"fc.bias"}};
    return made;
}

} // namespace

class WeightsReportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyTensorHasItsUse() {
        QCOMPARE(tableRows(report(), true),
                 (TableRows{{"Tensor", "shape", "type", "bytes", "use"},
                            {"a.weight", "8 × 3 × 3 × 3", "float32", "864", "loaded"},
                            {"b.weight", "4 × 8 × 5 × 5", "float32", "3200", "other shape"},
                            {"fc.bias", "one value", "float64", "8", "left"}}));
        QCOMPARE(tableRows(report(), false)[2][3], std::string("3.20 kB"));
    }

    void withoutANetworkThereIsNoUse() {
        WeightsReport listed = report();
        listed.fit.reset();
        QCOMPARE(tableRows(listed, true).front().size(), std::size_t{4});
        QCOMPARE(summaryText(listed), std::string("3 tensors"));
        listed.notes = {"Begins as w: 2 layers of 3."};
        QCOMPARE(summaryText(listed), listed.notes.front());
    }

    void theSummaryCounts() {
        QCOMPARE(summaryText(report()), std::string("Loads 1 of 3 tensors into 1 of 3 layers"));
        const Json json = toJson(*report().fit);
        QVERIFY(json["other_shapes"][0]["in_file"] == Json::parse("[4, 8, 5, 5]"));
        QVERIFY(json["missing"] == Json::parse(R"(["c"])"));
    }
};

QTEST_GUILESS_MAIN(WeightsReportTest)
#include "tst_weights_report.moc"
