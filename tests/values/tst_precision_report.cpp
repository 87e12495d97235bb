// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/precision_report.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace concertina;

namespace {

PrecisionsReport report() {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    return {.metrics = {{"segmentation", {"miou", "mIoU", "", true, 3}},
                        {"depth", {"abs_err", "error", "m", false, 3}}},
            .precisions = {{"float32", 4e6, {0.4, unknown}}, {"int8", 1e6, {0.39, 0.5}}},
            .images = 32,
            .layers = {{.layer = "enc1",
                        .least = -0.5,
                        .greatest = 0.25,
                        .spread = 8,
                        .weightError = 0.0125,
                        .outputError = 0.02},
                       {.layer = "enc2", .isFloat = true}}};
}

} // namespace

class PrecisionReportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void changesAreOfFloats() {
        QVERIFY(std::abs(report().change(0, 1) + 2.5) < 1e-9); // 0.39 is 97.5 % of 0.4
        QVERIFY(std::isnan(report().change(1, 1)));
        PrecisionsReport none = report();
        none.precisions[0].values[0] = 0;
        QVERIFY(std::isnan(none.change(0, 1)));
    }

    void theTextHasARowAMetricAndALayer() {
        const QString text = QString::fromStdString(toText(report()));
        const QStringList lines = text.split('\n');
        QCOMPARE(lines[1].simplified(), QStringLiteral("segmentation mIoU 0.400 0.390 -2.50 %"));
        QCOMPARE(lines[2].simplified(), QStringLiteral("depth error – 0.500 m –"));
        QCOMPARE(lines[3].simplified(), QStringLiteral("weights 4.00 MB 1.00 MB -75.00 %"));
        QVERIFY2(lines[7].simplified() == QStringLiteral("enc1 -0.5 0.25 8 1.25 % 2 % int8"),
                 qPrintable(text));
        QVERIFY2(lines[8].simplified() == QStringLiteral("enc2 0 0 1 0 % – float32"),
                 qPrintable(text));
    }

    void programsGetNumbersOrNull() {
        const Json json = toJson(report());
        QVERIFY(json["precisions"][0]["metrics"]["depth/abs_err"].is_null());
        QCOMPARE(json["precisions"][1]["metrics"]["segmentation/miou"].get<double>(), 0.39);
        QCOMPARE(json["precisions"][1]["weights"].get<std::string>(), std::string("int8"));
        QCOMPARE(json["calibration_images"].get<int>(), 32);
        QCOMPARE(json["layers"][0]["output_error"].get<double>(), 0.02);
        QVERIFY(json["layers"][1]["output_error"].is_null());
        QCOMPARE(json["layers"][1]["type"].get<std::string>(), std::string("float32"));
    }
};

QTEST_GUILESS_MAIN(PrecisionReportTest)
#include "tst_precision_report.moc"
