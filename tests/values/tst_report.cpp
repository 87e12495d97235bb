// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/report.h"
#include "tests/printing.h"

#include <QTest>

#include <cmath>

using namespace concertina;

namespace {

VerifyReport verified() {
    VerifyReport report;
    report.images = 4;
    report.tasks = {{"segmentation", 2e-14, 3e-6, 4e-5, 0.25, 0.9995},
                    {"depth", 5e-14, 1e-6, 0, 0, {}}};
    report.windows = 983040;
    report.flippedWindows = 2;
    report.flippedImages = 1;
    report.passed = true;
    return report;
}

} // namespace

class ReportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void worstTaskCounts() {
        const VerifyReport report = verified();
        QCOMPARE(report.maxAbs64().value(), 5e-14);
        QCOMPARE(report.maxRel32(), 3e-6);
        QCOMPARE(report.argmaxAgreement(), 0.9995);
    }

    void whatWasNotComparedIsNoNumber() {
        VerifyReport report = verified();
        for (TaskDifference& task : report.tasks)
            task.maxAbs64.reset();
        QVERIFY(!report.maxAbs64());
        QVERIFY(toJson(report)["max_abs_diff_float64"].is_null());
        report.tasks.erase(report.tasks.begin()); // no task with classes is left
        QCOMPARE(report.argmaxAgreement(), 1.0);
    }

    void outputsThatAreNotFiniteNeverReadAsNoDifference() {
        // NaN compares with nothing, so a maximum of it and 0 is 0 where that is not checked.
        for (const std::size_t place : {0, 1}) {
            VerifyReport report = verified();
            report.tasks[place].maxAbs64 = std::nan("");
            report.tasks[place].maxRel32 = std::nan("");
            report.tasks[place].argmaxAgreement = std::nan("");
            QVERIFY(std::isnan(report.maxAbs64().value()));
            QVERIFY(std::isnan(report.maxRel32()));
            QVERIFY(std::isnan(report.argmaxAgreement()));
        }
    }

    void jsonHasTheKeysThatScriptsRead() {
        const Json json = toJson(verified());
        for (const char* key : {"max_abs_diff_float64", "max_rel_diff_float32", "flipped_windows",
                                "argmax_agreement", "passed"})
            QVERIFY2(json.contains(key), key);
        QCOMPARE(json["max_abs_diff_float64"].get<double>(), 5e-14);
        QVERIFY(json["tasks"]["depth"]["argmax_agreement"].is_null());
        CollapseReport collapse;
        collapse.parameters = {400, 100};
        QVERIFY(toJson(collapse)["parameters"]
                == Json({{"expanded", 400.0}, {"collapsed", 100.0}}));
        QCOMPARE(jsonText(toJson(PredictReport{{"a.png", "b.png"}})),
                 std::string(R"({"files":["a.png","b.png"],"skipped_images":0})"));
    }

    void verificationIsReported() {
        VerifyReport report = verified();
        QCOMPARE(
            toText(report),
            std::string("                float64 |Δ|  float32 Δ/max  free-running  same class\n"
                        "  segmentation        2e-14           3e-6          4e-5    99.950 %\n"
                        "  depth               5e-14           1e-6             0           –\n"
                        "  4 images; 2 of 983 k pooling windows flipped by rounding, in 1 "
                        "image: what "
                        "free-running shows is theirs\n"
                        "  The networks are the same.\n"));
        report.passed = false;
        report.failure = "depth is 0.1 apart";
        QVERIFY(toText(report).ends_with("  The networks differ: depth is 0.1 apart\n"));
    }

    void imagesThatWerePassedOverAreCounted() {
        VerifyReport report = verified();
        report.images = 1;
        report.skipped = 2;
        QVERIFY2(toText(report).find("  1 image; 2 of 983 k") != std::string::npos,
                 toText(report).c_str());
        QVERIFY(toText(report).find("  2 images skipped that can't be read") != std::string::npos);
        QVERIFY(toJson(report)["skipped_images"] == Json(2));
        CollapseReport collapse;
        QVERIFY(toText(collapse).find("skipped") == std::string::npos);
        collapse.skipped = 1;
        QVERIFY(toText(collapse).ends_with("  1 image skipped that can't be read, as data.damaged says\n"));
        QVERIFY(toJson(collapse)["skipped_images"] == Json(1));
        QVERIFY(toJson(PredictReport{{"a.png"}, 3})["skipped_images"] == Json(3));
    }

    void theLayerThatDiffersMostIsNamed() {
        VerifyReport report = verified();
        QVERIFY(report.worstLayer() == nullptr);
        QVERIFY(!toJson(report).contains("layers"));
        report.layers = {{"enc1.1", "segmentation+depth", "kernel and norm", 2e-15, 3e-7},
                         {"dec1.1", "depth", "kernel and norm", 1e-15, 5e-2},
                         {"dec1.1", "segmentation", "norm", {}, 1e-7}};
        QCOMPARE(report.worstLayer(), &report.layers[1]);
        QVERIFY(toText(report).ends_with(
            "\nLayer by layer, each on what the expanded network hands it:\n"
            "  Layer                                   for  float64 |Δ|  float32 Δ/max\n"
            "  enc1.1, kernel and norm  segmentation+depth        2e-15           3e-7\n"
            "  dec1.1, kernel and norm               depth        1e-15           0.05\n"
            "  dec1.1, norm                   segmentation            –           1e-7\n"
            "  They differ most in dec1.1, kernel and norm, for depth: by 0.05 of its largest "
            "output.\n"));
        const Json json = toJson(report);
        QCOMPARE(json["layers"].size(), 3U);
        QCOMPARE(json["worst_layer"]["layer"].get<std::string>(), std::string("dec1.1"));
        QVERIFY(json["layers"][2]["max_abs_diff_float64"].is_null());
        report.layers[0].maxRel32 = std::nan("");
        QCOMPARE(report.worstLayer(), &report.layers[0]);
    }

    void ownersOfWeightsAreWritten() {
        const WeightOwners owners{{"all tasks", "a", "b"},
                                  {{"tied", 2, {{1000, 900}, {}, {}}},
                                   {"merged", 1, {{500, 700}, {100, 0}, {100, 0}}},
                                   {"heads", 2, {{}, {30, 30}, {50, 50}}}}};
        QCOMPARE(toText(owners),
                 std::string("\n"
                             "  Weights of     tied  merged  heads  all layers\n"
                             "    layers          2       1      2           5\n"
                             "  in training\n"
                             "    all tasks  1.00 k     500      –      1.50 k\n"
                             "    a               –     100     30         130\n"
                             "    b               –     100     50         150\n"
                             "  collapsed\n"
                             "    all tasks     900     700      –      1.60 k\n"
                             "    a               –       –     30          30\n"
                             "    b               –       –     50          50\n"
                             "  Tasks have 15.7 % of the weights to themselves in training, and "
                             "4.8 % of what ships.\n"));
        QCOMPARE(ownersLines(owners),
                 (std::vector<std::string>{
                     "Layers: 2 tied, 1 merged, 2 heads",
                     "In training 1.78 k weights: 1.50 k of all tasks, 130 of a alone, 150 of b "
                     "alone",
                     "Collapsed 1.68 k weights: 1.60 k of all tasks, 30 of a alone, 50 of b alone"}));
        const Json json = toJson(owners);
        QCOMPARE(json[1]["part"].get<std::string>(), std::string("merged"));
        QCOMPARE(json[1]["weights"]["a"]["expanded"].get<double>(), 100.0);
    }

    void originComesBackFromJson() {
        const NetworkOrigin origin{{100, 200}, 20};
        QVERIFY(originFromJson(toJson(origin)).value() == origin);
        for (const char* text : {"3", "{}", R"({"checkpoint_steps": [-1], "norm_batches": 0})",
                                 R"({"checkpoint_steps": ["a"], "norm_batches": 0})",
                                 R"({"checkpoint_steps": [1], "norm_batches": -2})",
                                 R"({"checkpoint_steps": [1], "norm_batches": 1e12})"})
            QVERIFY2(!originFromJson(parseJson(text)), text);
    }

    void averagingIsReported() {
        CollapseReport report;
        report.origin = {{100, 200, 300}, 0};
        QVERIFY(toText(report).ends_with(
            "  The mean of 3 checkpoints, of steps 100, 200 and 300\n"));
        report.origin = {{300}, 1};
        QVERIFY(toText(report).ends_with(
            "norms folded\n  Statistics of norms estimated anew over 1 training batch\n"));
        QCOMPARE(jsonText(toJson(report)["made_from"]),
                 std::string(R"({"checkpoint_steps":[300],"norm_batches":1})"));
    }

    void collapseIsReported() {
        CollapseReport report;
        report.parameters = {1.2e6, 3.4e5};
        report.multiplyAdds = {5e9, 4.1e9};
        report.bytes = {4.8e6, 1.36e6};
        report.milliseconds = {12.345, 4.2};
        report.distinctKernels = 32;
        report.foldedNorms = 26;
        QCOMPARE(toText(report), std::string("                          expanded  collapsed\n"
                                             "  Parameters                1.20 M      340 k\n"
                                             "  Multiply–adds an image    5.00 G     4.10 G\n"
                                             "  Weights                  4.80 MB    1.36 MB\n"
                                             "  Time an image            12.3 ms     4.2 ms\n"
                                             "  32 kernels, 26 norms folded\n"));
        report.keptNorms = 3;
        QVERIFY(toText(report).ends_with("26 norms folded, 3 kept as a scale and shift\n"));
    }
};

QTEST_APPLESS_MAIN(ReportTest)
#include "tst_report.moc"
